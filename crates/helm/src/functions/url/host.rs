//! Hosts and ports.

use std::net::Ipv6Addr;

use super::escape::{Place, quoted, unescape};

/// Schemes whose hosts Go 1.26 lets have several ports (`mongodb://a:1,b:2`).
const LENIENT: &[&[u8]] = &[b"mongodb", b"mongodb+srv"];

/// What a version of Go wants of hosts.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostRules {
    /// Addresses in brackets are checked: Go 1.24.8, 1.25.2.
    addresses: bool,
    /// A colon only starts the port: Go 1.26.
    colons: bool,
}

impl HostRules {
    pub(super) fn of((minor, patch): (u32, u32)) -> Self {
        let addresses = minor > 25 || (minor == 25 && patch >= 2) || (minor == 24 && patch >= 8);
        Self { addresses, colons: minor >= 26 }
    }
}

/// Reads the host of an authority; the error is Go's text.
pub(super) fn parse(scheme: &[u8], host: &[u8], rules: HostRules) -> Result<Vec<u8>, String> {
    if !rules.addresses && !host.starts_with(b"[") {
        return plain(scheme, host, rules);
    }
    let Some(bracket) = memchr::memrchr(b'[', host) else {
        return plain(scheme, host, rules);
    };
    if bracket > 0 {
        return Err("invalid IP-literal".to_owned());
    }
    let Some(end) = memchr::memrchr(b']', host) else {
        return Err("missing ']' in host".to_owned());
    };
    let (literal, rest) = host.split_at(end);
    check_port(&rest[1..])?;
    let zone = literal.windows(3).position(|escape| escape == b"%25");
    let (address, zone) = literal.split_at(zone.unwrap_or(literal.len()));
    let mut out = unescape(address, Place::Host)?;
    out.extend(unescape(zone, Place::Zone)?);
    if rules.addresses {
        check_address(&out[1..])?;
    }
    out.extend(unescape(rest, Place::Host)?);
    Ok(out)
}

/// Reads a host without brackets.
fn plain(scheme: &[u8], host: &[u8], rules: HostRules) -> Result<Vec<u8>, String> {
    let lenient = LENIENT.contains(&scheme);
    let colon = match (rules.colons, lenient) {
        (true, true) => None,
        (true, false) => memchr::memchr(b':', host),
        (false, _) => memchr::memrchr(b':', host),
    };
    if let Some(colon) = colon {
        check_port(&host[colon..])?;
    }
    unescape(host, Place::Host)
}

/// Returns the host without brackets and port.
pub(super) fn without_port(host: &[u8]) -> &[u8] {
    let port = memchr::memrchr(b':', host).filter(|colon| check_port(&host[*colon..]).is_ok());
    let name = &host[..port.unwrap_or(host.len())];
    name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]")).unwrap_or(name)
}

/// A port may be empty, or a colon with any number of digits.
fn check_port(port: &[u8]) -> Result<(), String> {
    match port {
        [] => Ok(()),
        [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => Ok(()),
        _ => Err(format!("invalid port {} after host", quoted(port))),
    }
}

/// Checks an address that may have a zone (`netip.ParseAddr`).
fn check_address(literal: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(literal);
    let (address, zone) = text.split_once('%').map_or((&*text, None), |(a, z)| (a, Some(z)));
    if zone != Some("") && address.parse::<Ipv6Addr>().is_ok() {
        return Ok(());
    }
    if address.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".to_owned());
    }
    let reason = match text.find(['.', ':', '%']) {
        None => "unable to parse IP".to_owned(),
        // Which of netip's reasons applies is not worked out beyond the first character.
        Some(_) => format!("unexpected character (at {})", quoted(literal)),
    };
    Err(format!("invalid host: ParseAddr({}): {reason}", quoted(literal)))
}
