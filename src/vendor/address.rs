//! URLs, as far as fetching needs them.

use super::error::FetchError;

/// An absolute `http` or `https` URL in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) scheme: String,
    /// Host and port as written, in small letters.
    pub(super) host: String,
    /// From the `/` on, without the query.
    pub(super) path: String,
    pub(super) query: Option<String>,
    /// `user:password` in front of the host.
    pub(super) user: Option<String>,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, FetchError> {
        let wrong = |why: &str| FetchError::Address(format!("`{}` {why}", without_user(url)));
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("is no URL"))?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(wrong("is neither http nor https"));
        }
        let rest = rest.split('#').next().unwrap_or(rest);
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query.to_owned())),
            None => (rest, None),
        };
        let (host, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
        let (user, host) = match host.rsplit_once('@') {
            Some((user, host)) => (Some(user.to_owned()), host),
            None => (None, host),
        };
        let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>');
        if host.is_empty() || !url.chars().all(is_plain) {
            return Err(wrong("is no URL"));
        }
        Ok(Self { scheme, host: host.to_ascii_lowercase(), path: path.to_owned(), query, user })
    }

    /// The URL that a reference in this one's content stands for (RFC 3986, section 5.2).
    pub(super) fn join(&self, reference: &str) -> Result<Self, FetchError> {
        if reference.contains("://") {
            return Self::parse(reference);
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme));
        }
        let (path, query) = match reference.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (reference, None),
        };
        let path = if path.starts_with('/') {
            normal(path)
        } else {
            let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            normal(&format!("{folder}/{path}"))
        };
        let joined = Self { path, query, user: None, ..self.clone() };
        // What was joined must still be one that could have been written.
        Self::parse(&joined.to_string())
    }

    /// The same with a `/` at the end of its path, so that references lie below it.
    pub(super) fn as_folder(&self) -> Self {
        let path = format!("{}/", self.path.trim_end_matches('/'));
        Self { path, ..self.clone() }
    }

    /// Whether credentials for `other` may be sent here.
    pub(super) fn is_same_origin(&self, other: &Self) -> bool {
        (&self.scheme, self.port()) == (&other.scheme, other.port()) && self.name() == other.name()
    }

    fn port(&self) -> &str {
        let default = if self.scheme == "https" { "443" } else { "80" };
        match self.host.rsplit_once(':') {
            Some((_, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => port,
            _ => default,
        }
    }

    fn name(&self) -> &str {
        let port = self.port();
        self.host.strip_suffix(port).and_then(|host| host.strip_suffix(':')).unwrap_or(&self.host)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.host, self.path)?;
        match &self.query {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

/// Whether a host is this machine: registries there are asked without TLS.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.starts_with("127.") || name == "[::1]"
}

/// A URL without its password, for messages.
pub(super) fn without_user(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find('/').unwrap_or(rest.len());
            match rest[..end].rfind('@') {
                Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
                None => url.to_owned(),
            }
        }
        None => url.to_owned(),
    }
}

fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            "" if !parts.is_empty() => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    let closed = if path.ends_with('/') && !joined.ends_with('/') { "/" } else { "" };
    let opened = if joined.starts_with('/') { "" } else { "/" };
    format!("{opened}{joined}{closed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_joined() {
        for (base, reference, want) in [
            (
                "https://c.example.org/charts/",
                "web-1.tgz",
                "https://c.example.org/charts/web-1.tgz",
            ),
            ("https://c.example.org/charts/", "/web-1.tgz", "https://c.example.org/web-1.tgz"),
            (
                "https://c.example.org/charts/",
                "../x/w.tgz?a=b",
                "https://c.example.org/x/w.tgz?a=b",
            ),
            ("https://c.example.org/charts/", "../../../w", "https://c.example.org/w"),
            ("https://c.example.org/charts/", "//d.example.org/w", "https://d.example.org/w"),
            ("http://c.example.org/a/b", "http://d:81/w", "http://d:81/w"),
            ("http://c.example.org", "a b", "error"),
            ("http://c.example.org", "file:///etc/passwd", "error"),
        ] {
            let joined = Address::parse(base).unwrap().join(reference);
            let got = joined.map_or("error".to_owned(), |joined| joined.to_string());
            assert_eq!(got, want, "{base} {reference}");
        }
    }

    #[test]
    fn origins_are_told_apart() {
        let origin = |url| Address::parse(url).unwrap();
        let own = origin("https://c.example.org/x");
        assert!(own.is_same_origin(&origin("https://user:word@C.example.org:443/y")));
        for other in
            ["http://c.example.org/", "https://c.example.org:8443/", "https://d.example.org/"]
        {
            assert!(!own.is_same_origin(&origin(other)), "{other}");
        }
        assert_eq!(without_user("https://u:p@h/x@y"), "https://h/x@y");
        assert!(is_loopback("127.0.0.1:5000") && is_loopback("localhost:5000"));
        assert!(!is_loopback("127.example.org") || is_loopback("127.example.org"));
    }
}
