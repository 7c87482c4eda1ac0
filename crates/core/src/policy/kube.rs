//! The Kubernetes version of a cluster, as far as rules depend on it.

use std::fmt;

use crate::inventory::Cluster;

/// A minor version: 1.34 of `v1.34.2-eks-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kube {
    /// Always 1 so far.
    pub major: u32,
    /// The part that rules depend on.
    pub minor: u32,
}

impl Kube {
    /// The version 1.`minor`.
    pub const fn new(minor: u32) -> Self {
        Self { major: 1, minor }
    }

    /// Reads `1.34`, `v1.34.2` or `1.34.2+k3s1`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().trim_start_matches('v').split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?;
        let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
        Some(Self { major, minor: minor[..digits].parse().ok()? })
    }

    /// The version of a cluster, where the repository says it.
    pub fn of(cluster: &Cluster) -> Option<Self> {
        Self::parse(cluster.kube.as_deref()?)
    }
}

impl fmt::Display for Kube {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_they_are_written() {
        for (text, want) in [
            ("1.34", Some(34)),
            ("v1.34.2", Some(34)),
            ("1.30+", Some(30)),
            ("v1.31.4-eks-1", Some(31)),
            ("1", None),
            ("", None),
            ("latest", None),
        ] {
            assert_eq!(Kube::parse(text), want.map(Kube::new), "{text}");
        }
    }
}
