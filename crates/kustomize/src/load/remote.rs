//! What lies outside of the tree (kustomize's `RepoSpec` and HTTP loader).

use std::sync::Arc;

/// Content from outside that somebody has fetched before; the build itself reads no network.
pub trait Vendored: Send + Sync {
    /// Returns the content behind an `http` or `https` address.
    fn file(&self, url: &str) -> Option<Arc<[u8]>>;

    /// Returns the directory of the tree that holds what a repository address such as
    /// `https://example.com/org/repo//path?ref=v1` stands for.
    fn directory(&self, url: &str) -> Option<String>;

    /// Returns the directory of the tree that holds a chart of a repository; the version is empty
    /// where none is asked for.
    fn chart(&self, repository: &str, name: &str, version: &str) -> Option<String> {
        let _ = (repository, name, version);
        None
    }
}

/// Whether kustomize would fetch the path by HTTP.
pub fn is_remote_file(path: &str) -> bool {
    let scheme = path.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether kustomize would clone the path with Git.
pub(crate) fn is_remote_folder(path: &str) -> bool {
    RemoteFolder::parse(path).is_some()
}

/// A folder of a repository that kustomize would clone (`RepoSpec`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFolder {
    /// What is cloned.
    pub repository: String,
    /// The folder in it; empty for its root.
    pub path: String,
    /// The branch, tag or commit; `HEAD` where none is named.
    pub revision: String,
}

impl RemoteFolder {
    /// Reads an address such as `https://example.com/org/repo//path?ref=v1`; `None` for what is a
    /// path of the tree.
    pub fn parse(address: &str) -> Option<Self> {
        if address.starts_with('/') {
            return None;
        }
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let path = strip_prefix(path, "git::").unwrap_or(path);
        let scheme = ["ssh://", "https://", "http://", "file://"];
        let scheme = scheme.iter().find_map(|known| Some((*known, strip_prefix(path, known)?)));
        let (scheme, rest) = scheme.unwrap_or(("", path));
        let (user, host_on) = split_user(rest);
        let github = |separator: &str| strip_prefix(host_on, &format!("github.com{separator}"));
        let on_github = github("/").or_else(|| github(":")).is_some();
        if scheme.is_empty() && user.is_empty() && !on_github {
            return None;
        }
        let separator = if scheme == "file://" {
            (!host_on.is_empty()).then_some(0)?
        } else {
            separator(host_on, scheme.is_empty())?
        };
        let skipped = usize::from(scheme != "file://");
        let (host, behind) = (&host_on[..separator], &host_on[separator + skipped..]);
        let (name, inside) = repository_and_folder(behind, scheme == "file://")?;
        let user = if user.is_empty() { String::new() } else { format!("{user}@") };
        let repository = match (scheme, user.is_empty()) {
            ("", true) => format!("https://{host}/{name}"),
            ("", false) => format!("{user}{host}:{name}"),
            ("file://", _) => format!("file://{name}"),
            _ => format!("{scheme}{user}{host}/{name}"),
        };
        Some(Self { repository, path: inside, revision: revision(query) })
    }
}

/// The separator of host and path.
fn separator(rest: &str, is_scp: bool) -> Option<usize> {
    let slash = rest.find('/');
    match (is_scp.then(|| rest.find(':')).flatten(), slash) {
        (Some(colon), Some(slash)) if colon > 0 && colon < slash => Some(colon),
        (Some(colon), None) => Some(colon),
        _ => slash,
    }
}

/// `ref`, or the older `version`, of a query.
fn revision(query: &str) -> String {
    let field = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, value)| *name == key && !value.is_empty()).map(|(_, value)| value)
    };
    field("ref").or_else(|| field("version")).unwrap_or("HEAD").to_owned()
}

/// The repository of a path behind the host, and the folder in it, which may not leave it.
fn repository_and_folder(path: &str, is_local: bool) -> Option<(String, String)> {
    let (repository, inside) = if let Some((before, after)) = path.split_once("_git/") {
        let (name, rest) = after.split_once('/').unwrap_or((after, ""));
        (format!("{before}_git/{name}"), rest)
    } else if let Some((repository, inside)) = path.split_once("//") {
        (repository.to_owned(), inside)
    } else if let Some(at) = path.find(".git") {
        (path[..at + 4].to_owned(), &path[at + 4..])
    } else if is_local {
        (path.to_owned(), "")
    } else {
        match path.match_indices('/').nth(1) {
            Some((at, _)) => (path[..at].to_owned(), &path[at + 1..]),
            None if path.contains('/') => (path.to_owned(), ""),
            None => return None,
        }
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in inside.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    (!repository.is_empty()).then(|| (repository, parts.join("/")))
}

fn strip_prefix<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    let start = path.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &path[prefix.len()..])
}

/// Splits off a leading `user@`.
fn split_user(path: &str) -> (&str, &str) {
    let Some((user, rest)) = path.split_once('@') else { return ("", path) };
    let valid = user.starts_with(|first: char| first.is_ascii_alphabetic())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if valid { (user, rest) } else { ("", path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let remote = [
            "https://github.com/a/b//c?ref=d",
            "github.com/a/b/c",
            "git@github.com:a/b.git",
            "ssh://git@host/a/b",
            "http://host/a/b",
            "git::https://host/a/b",
        ];
        let local = ["../base", "base.git", "/abs/github.com/a/b", "a@b", "github.com", "host/a/b"];
        for path in remote {
            assert!(is_remote_folder(path), "{path}");
        }
        for path in local {
            assert!(!is_remote_folder(path), "{path}");
        }
    }

    #[test]
    fn what_is_cloned() {
        for (address, repository, path, revision) in [
            ("https://github.com/a/b//c?ref=d", "https://github.com/a/b", "c", "d"),
            (
                "https://github.com/a/b/c/d?ref=v1&timeout=90s",
                "https://github.com/a/b",
                "c/d",
                "v1",
            ),
            ("github.com/a/b/c", "https://github.com/a/b", "c", "HEAD"),
            ("git@github.com:a/b.git//x/../y?version=v2", "git@github.com:a/b.git", "y", "v2"),
            ("ssh://git@host/a/b", "ssh://git@host/a/b", "", "HEAD"),
            ("git::https://host:8443/a/b.git/c", "https://host:8443/a/b.git", "c", "HEAD"),
            ("file:///srv/b.git//c?ref=1", "file:///srv/b.git", "c", "1"),
            (
                "https://dev.azure.com/o/p/_git/r/base",
                "https://dev.azure.com/o/p/_git/r",
                "base",
                "HEAD",
            ),
        ] {
            let want = RemoteFolder {
                repository: repository.to_owned(),
                path: path.to_owned(),
                revision: revision.to_owned(),
            };
            assert_eq!(RemoteFolder::parse(address), Some(want), "{address}");
        }
        assert_eq!(RemoteFolder::parse("https://github.com/a/b//../c"), None);
    }
}
