//! Which kinds live in a namespace, as far as kustomize knows.

use std::collections::HashMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../../data/scopes.txt");

static KNOWN: LazyLock<HashMap<(&str, &str), Scope>> = LazyLock::new(|| {
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
        if let Some(scope) = KNOWN.get(&(api_version, kind)) {
            return *scope == Scope::Cluster;
        }
        if self.custom.is_empty() {
            return false;
        }
        let key = (api_version.to_owned(), kind.to_owned());
        self.custom.get(&key) == Some(&Scope::Cluster)
    }
}
