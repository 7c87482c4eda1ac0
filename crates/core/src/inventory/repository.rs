//! Which repository and revision a `repoURL` and a `targetRevision` mean.

use std::{collections::BTreeSet, sync::Arc};

/// What is known of the repository under test besides its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// URLs by which others name this repository: those of its remotes.
    pub remotes: BTreeSet<Arc<str>>,
    /// The branch that the revision under test is on or will be merged into; absent where that is
    /// not known.
    pub branch: Option<Arc<str>>,
    /// The branch that `HEAD` of the remote means.
    pub default_branch: Option<Arc<str>>,
}

/// Where a source's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// In the tree under test.
    Here,
    /// In this repository at another revision.
    Pinned(Arc<str>),
    /// In another repository.
    Elsewhere,
}

impl Checkout {
    /// Where a source is that names `url` and `revision` (an empty one is `HEAD`).
    ///
    /// The same repository at the branch under test is the tree under test; a tag, a commit or
    /// another branch stays what it is (`inventory.md`, section 2).
    pub fn locate(&self, url: &str, revision: &str) -> Whereabouts {
        if !self.is_same(url) {
            return Whereabouts::Elsewhere;
        }
        match revision {
            "" | "HEAD" => match (&self.branch, &self.default_branch) {
                // The remote's `HEAD` is its default branch, which is not the one under test.
                (Some(branch), Some(default)) if branch != default => {
                    Whereabouts::Pinned(Arc::clone(default))
                }
                _ => Whereabouts::Here,
            },
            revision if self.is_branch(revision) => Whereabouts::Here,
            revision => Whereabouts::Pinned(revision.into()),
        }
    }

    /// Whether `url` names this repository.
    pub fn is_same(&self, url: &str) -> bool {
        let wanted = normalized(url);
        self.remotes.iter().any(|remote| normalized(remote) == wanted)
    }

    fn is_branch(&self, revision: &str) -> bool {
        let short = revision.strip_prefix("refs/heads/").unwrap_or(revision);
        let branch = self.branch.as_ref().or(self.default_branch.as_ref());
        branch.is_some_and(|branch| &**branch == short)
    }
}

/// A URL without what does not tell repositories apart: scheme, user, port of the scheme, `.git`,
/// a closing `/`, and letter case (Source: Argo CD, `util/git`, `NormalizeGitURL`, which Argo CD
/// applies without regard to case).
pub(super) fn normalized(url: &str) -> String {
    let url = url.trim().to_lowercase();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest).trim_end_matches('/');
    let (host, path) = match rest.split_once('/') {
        Some((host, path)) => (host, path),
        None => (rest, ""),
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    // `git@host:owner/name` has its path behind a colon; after a scheme that is a port.
    let (host, path) = match host.split_once(':') {
        Some((name, first)) if scheme.is_empty() => (name, format!("{first}/{path}")),
        Some((name, "22")) if scheme == "ssh" => (name, path.to_owned()),
        Some((name, "443")) if scheme == "https" => (name, path.to_owned()),
        Some((name, "80")) if scheme == "http" => (name, path.to_owned()),
        _ => (host, path.to_owned()),
    };
    format!("{host}/{}", path.trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_compared_by_what_they_name() {
        let same = [
            "https://github.com/Org/Fleet.git",
            "https://github.com/org/fleet",
            "https://github.com/org/fleet/",
            "https://user:token@github.com/org/fleet.git",
            "git@github.com:org/fleet.git",
            "ssh://git@github.com/org/fleet",
            "ssh://git@github.com:22/org/fleet.git",
            "https://github.com:443/org/fleet",
            " https://GITHUB.com/org/fleet ",
        ];
        for url in same {
            assert_eq!(normalized(url), "github.com/org/fleet", "{url}");
        }
        for url in [
            "https://github.com/org/fleet2",
            "https://gitlab.com/org/fleet",
            "ssh://git@github.com:7999/org/fleet",
            "https://github.com/org",
        ] {
            assert_ne!(normalized(url), "github.com/org/fleet", "{url}");
        }
    }

    #[test]
    fn the_tree_under_test_stands_for_its_branch_only() {
        use Whereabouts::{Elsewhere, Here, Pinned};
        const OWN: &str = "git@example.org:org/fleet.git";
        const OTHER: &str = "https://example.org/org/other";
        // Branch under test, default branch, URL, revision.
        for (branch, default, url, revision, want) in [
            (Some("main"), Some("main"), OWN, "", Here),
            (Some("main"), Some("main"), OWN, "HEAD", Here),
            (Some("main"), Some("main"), OWN, "main", Here),
            (Some("main"), Some("main"), OWN, "refs/heads/main", Here),
            // Other names for the default branch are as good (kubechecks knows `main` and
            // `master` only).
            (Some("trunk"), Some("trunk"), OWN, "HEAD", Here),
            (Some("trunk"), Some("trunk"), OWN, "trunk", Here),
            (Some("trunk"), Some("trunk"), OWN, "main", Pinned("main".into())),
            // A branch that is deployed from beside the default one.
            (Some("release"), Some("main"), OWN, "release", Here),
            (Some("release"), Some("main"), OWN, "main", Pinned("main".into())),
            (Some("release"), Some("main"), OWN, "HEAD", Pinned("main".into())),
            (Some("main"), Some("main"), OWN, "v1.2.0", Pinned("v1.2.0".into())),
            (Some("main"), Some("main"), OWN, "1f0c2d3", Pinned("1f0c2d3".into())),
            (Some("main"), Some("main"), OWN, "release", Pinned("release".into())),
            (None, Some("main"), OWN, "main", Here),
            (None, None, OWN, "HEAD", Here),
            (None, None, OWN, "main", Pinned("main".into())),
            (Some("main"), Some("main"), "https://example.org/Org/Fleet", "HEAD", Here),
            (Some("main"), Some("main"), OTHER, "HEAD", Elsewhere),
            (Some("main"), Some("main"), OTHER, "v1", Elsewhere),
        ] {
            let checkout = Checkout {
                remotes: ["https://example.org/org/fleet".into()].into(),
                branch: branch.map(Arc::from),
                default_branch: default.map(Arc::from),
            };
            let got = checkout.locate(url, revision);
            assert_eq!(got, want, "{branch:?} {default:?} {url} {revision}");
        }
    }
}
