//! Which kinds live in a namespace, as far as kustomize knows.

use std::collections::HashMap;

use crate::compiled::{is_same, split};

const DATA: &str = include_str!("../../data/scopes.txt");

/// Version, kind and scope, in the order of the file, which is that of versions and kinds.
static KNOWN: [(&str, &str, Scope); rows(DATA)] = parse();

/// How many lines are no comments.
const fn rows(mut text: &str) -> usize {
    let mut rows = 0;
    while !text.is_empty() {
        rows += (text.as_bytes()[0] != b'#') as usize;
        text = split(text, b'\n').1;
    }
    rows
}

const fn parse() -> [(&'static str, &'static str, Scope); rows(DATA)] {
    let mut known = [("", "", Scope::Namespace); rows(DATA)];
    let (mut text, mut row) = (DATA, 0);
    while !text.is_empty() {
        let (line, rest) = split(text, b'\n');
        text = rest;
        if line.as_bytes()[0] != b'#' {
            let (version, line) = split(line, b' ');
            let (kind, scope) = split(line, b' ');
            let is_cluster = is_same(scope, "cluster");
            let scope = if is_cluster { Scope::Cluster } else { Scope::Namespace };
            known[row] = (version, kind, scope);
            row += 1;
        }
    }
    known
}

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
        let wanted = (api_version, kind);
        if let Ok(at) = KNOWN.binary_search_by_key(&wanted, |&(version, kind, _)| (version, kind)) {
            return KNOWN[at].2 == Scope::Cluster;
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
        assert!(KNOWN.is_sorted_by_key(|&(version, kind, _)| (version, kind)));
        assert!(Scopes::default().is_cluster_scoped("v1", "Namespace"));
    }
}
