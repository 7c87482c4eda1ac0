//! Which kinds live in a namespace, as far as kustomize knows.

use std::collections::HashMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../../data/scopes.txt");

/// In the order of the file, which is that of versions and kinds.
static KNOWN: LazyLock<Vec<((&str, &str), Scope)>> = LazyLock::new(|| {
    let rows = DATA.lines().filter(|line| !line.starts_with('#'));
    let parse = |line: &'static str| {
        let mut words = line.split(' ');
        let (version, kind, scope) = (words.next()?, words.next()?, words.next()?);
        let scope = if scope == "cluster" { Scope::Cluster } else { Scope::Namespace };
        Some(((version, kind), scope))
    };
    rows.filter_map(parse).collect()
});

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Cluster,
    Namespace,
}

/// The built-in knowledge and what a custom OpenAPI document adds to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scopes {
    pub(crate) custom: HashMap<(String, String), Scope>,
}

impl Scopes {
    pub(crate) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        let known = &*KNOWN;
        if let Ok(at) = known.binary_search_by_key(&(api_version, kind), |(known, _)| *known) {
            return known[at].1 == Scope::Cluster;
        }
        if self.custom.is_empty() {
            return false;
        }
        let key = (api_version.to_owned(), kind.to_owned());
        self.custom.get(&key) == Some(&Scope::Cluster)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_in_order() {
        assert!(KNOWN.is_sorted_by_key(|(known, _)| *known));
        assert!(Scopes::default().is_cluster_scoped("v1", "Namespace"));
    }
}
