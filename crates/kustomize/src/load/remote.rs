//! What lies outside of the tree (kustomize's `RepoSpec` and HTTP loader).

use std::sync::Arc;

/// Content from outside that somebody has fetched before; the build itself reads no network.
pub trait Vendored: Send + Sync {
    /// Returns the content behind an `http` or `https` address.
    fn file(&self, url: &str) -> Option<Arc<[u8]>>;

    /// Returns the directory of the tree that holds what a repository address such as
    /// `https://example.com/org/repo//path?ref=v1` stands for.
    fn directory(&self, url: &str) -> Option<String>;
}

/// Whether kustomize would fetch the path by HTTP.
pub(crate) fn is_remote_file(path: &str) -> bool {
    let scheme = path.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether kustomize would clone the path with Git.
pub(crate) fn is_remote_folder(path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let path = path.split('?').next().unwrap_or_default();
    let path = strip_prefix(path, "git::").unwrap_or(path);
    let scheme = ["ssh://", "https://", "http://", "file://"];
    let scheme = scheme.iter().find_map(|known| Some((*known, strip_prefix(path, known)?)));
    let (scheme, rest) = scheme.unwrap_or(("", path));
    let (user, rest) = split_user(rest);
    let github = |separator: &str| strip_prefix(rest, &format!("github.com{separator}")).is_some();
    let on_github = github("/") || github(":");
    if scheme.is_empty() && user.is_empty() && !on_github {
        return false;
    }
    if scheme == "file://" {
        return !rest.is_empty();
    }
    let scp = scheme.is_empty();
    let slash = rest.find('/');
    let separator = match (scp.then(|| rest.find(':')).flatten(), slash) {
        (Some(colon), Some(slash)) if colon > 0 && colon < slash => Some(colon),
        (Some(colon), None) => Some(colon),
        _ => slash,
    };
    let Some(separator) = separator else { return false };
    has_repository(&rest[separator + 1..])
}

/// Whether a path behind the host names a repository and does not leave it.
fn has_repository(path: &str) -> bool {
    let (repository, inside) = if let Some((before, after)) = path.split_once("_git/") {
        let (name, rest) = after.split_once('/').unwrap_or((after, ""));
        (format!("{before}_git/{name}"), rest)
    } else if let Some((repository, inside)) = path.split_once("//") {
        (repository.to_owned(), inside)
    } else if let Some(at) = path.find(".git") {
        (path[..at + 4].to_owned(), &path[at + 4..])
    } else {
        match path.match_indices('/').nth(1) {
            Some((at, _)) => (path[..at].to_owned(), &path[at + 1..]),
            None if path.contains('/') => (path.to_owned(), ""),
            None => return false,
        }
    };
    let mut depth = 0_i32;
    for part in inside.split('/') {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        if depth < 0 {
            return false;
        }
    }
    !repository.is_empty()
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
}
