//! `urlParse` and `urlJoin` (sprig `url.go`).

use zij_gotmpl::{
    Error, Function, Machine, Map,
    Param::{Map as MapOf, String as Text},
    Value,
    value::ANY_MAP,
};

use super::{
    super::arguments::{map, nil_pointer, text},
    escape::{Place, escape},
    host::{self, HostRules},
    parse::{Url, User, parse},
};
use crate::host::Host;

pub(in super::super) static FUNCTIONS: &[Function] = &[
    Function::new("urlParse", &[Text], url_parse),
    Function::new("urlJoin", &[MapOf(&ANY_MAP)], url_join),
];

type Answer = Result<Value, Error>;

fn url_parse(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let url = parse(&text(args, 0), rules(machine)?)
        .map_err(|problem| Error::function(format!("unable to parse url: {problem}")))?;
    let hostname = host::without_port(&url.host).to_vec();
    let userinfo = url.user.as_ref().map(User::text).unwrap_or_default();
    let entries = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", userinfo),
    ];
    Ok(Value::from(
        entries.map(|(key, text)| (key, Value::from(text))).into_iter().collect::<Map>(),
    ))
}

fn rules(machine: &mut Machine<'_>) -> Result<HostRules, Error> {
    Ok(HostRules::of(machine.host::<Host>()?.profile().go_release()))
}

fn url_join(machine: &mut Machine<'_>, args: &mut [Value]) -> Answer {
    let map = map(args, 0).unwrap_or_default();
    let mut url = Url {
        scheme: entry(&map, "scheme")?,
        host: entry(&map, "host")?,
        path: entry(&map, "path")?,
        query: entry(&map, "query")?,
        opaque: entry(&map, "opaque")?,
        fragment: entry(&map, "fragment")?,
        user: None,
    };
    let userinfo = entry(&map, "userinfo")?;
    if !userinfo.is_empty() {
        let carrier = [b"proto://", &userinfo[..], b"@host"].concat();
        let carrier = parse(&carrier, rules(machine)?).map_err(|problem| {
            Error::function(format!("unable to parse userinfo in dict: {problem}"))
        })?;
        url.user = carrier.user;
    }
    Ok(Value::from(url.text()))
}

fn entry(map: &Map, key: &str) -> Result<Vec<u8>, Error> {
    match map.get(key.as_bytes()) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(text.to_vec()),
        Some(Value::Nil) => Err(nil_pointer()),
        Some(other) => {
            let kind = other.kind().name();
            Err(Error::function(format!(
                "unable to parse {key} key, must be of type string, but {kind} found"
            )))
        }
    }
}

impl User {
    fn text(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Place::UserPassword);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Place::UserPassword));
        }
        out
    }
}

impl Url {
    fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.push_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        for (mark, part) in [(b'?', &self.query), (b'#', &escape(&self.fragment, Place::Fragment))]
        {
            if !part.is_empty() {
                out.push(mark);
                out.extend_from_slice(part);
            }
        }
        out
    }

    fn push_hierarchy(&self, out: &mut Vec<u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || (!self.scheme.is_empty() && !self.path.is_empty()) {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.text());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Place::Host));
        let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Place::Path) };
        if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
            out.push(b'/');
        }
        let first_segment = path.split(|byte| *byte == b'/').next().unwrap_or_default();
        if out.is_empty() && first_segment.contains(&b':') {
            // Else the first segment would be read as a scheme.
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}
