//! Reading a URL.

use super::{
    escape::{Place, quoted, unescape},
    host::{self, HostRules},
};

/// The parts of a URL, without escapes except in the query.
#[derive(Debug, Default)]
pub(super) struct Url {
    pub(super) scheme: Vec<u8>,
    pub(super) opaque: Vec<u8>,
    pub(super) user: Option<User>,
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

/// Who logs in.
#[derive(Debug)]
pub(super) struct User {
    pub(super) name: Vec<u8>,
    pub(super) password: Option<Vec<u8>>,
}

/// Reads a URL; the error is Go's text.
pub(super) fn parse(text: &[u8], rules: HostRules) -> Result<Url, String> {
    let (before, fragment) = cut(text, b'#');
    let failed = |whole: &[u8], problem: String| format!("parse {}: {problem}", quoted(whole));
    let mut url = without_fragment(before, rules).map_err(|problem| failed(before, problem))?;
    if let Some(fragment) = fragment {
        url.fragment =
            unescape(fragment, Place::Fragment).map_err(|problem| failed(text, problem))?;
    }
    Ok(url)
}

/// Splits at the first such byte.
fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(at, text) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}

fn without_fragment(text: &[u8], rules: HostRules) -> Result<Url, String> {
    if text.iter().any(u8::is_ascii_control) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    let mut url = Url::default();
    if text == b"*" {
        url.path = text.to_vec();
        return Ok(url);
    }
    let (scheme, rest) = scheme_of(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let (mut rest, query) = cut(rest, b'?');
    url.query = query.unwrap_or_default().to_vec();
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let has_authority = !url.scheme.is_empty() || !rest.starts_with(b"///");
    if has_authority && let Some(after) = rest.strip_prefix(b"//") {
        let end = memchr::memchr(b'/', after).unwrap_or(after.len());
        let (authority, path) = after.split_at(end);
        rest = path;
        (url.user, url.host) = authority_of(&url.scheme, authority, rules)?;
    }
    url.path = unescape(rest, Place::Path)?;
    Ok(url)
}

fn scheme_of(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at > 0 => return Ok((&text[..at], &text[at + 1..])),
            b':' => return Err("missing protocol scheme".to_owned()),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn authority_of(
    scheme: &[u8],
    authority: &[u8],
    rules: HostRules,
) -> Result<(Option<User>, Vec<u8>), String> {
    let Some(at) = memchr::memrchr(b'@', authority) else {
        return Ok((None, host::parse(scheme, authority, rules)?));
    };
    let host = host::parse(scheme, &authority[at + 1..], rules)?;
    let info = &authority[..at];
    let fine = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !info.iter().all(fine) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(info, b':');
    let name = unescape(name, Place::UserPassword)?;
    let password = password.map(|text| unescape(text, Place::UserPassword)).transpose()?;
    Ok((Some(User { name, password }), host))
}
