//! Copies of remote charts and repositories that are committed, by the lock file that lists them.

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Limits, Node};

use crate::source::{Place, Tree, TreePath};

use super::{Problem, Remote, Severity, SourceAt, Unknown, UnknownKind, repository::normalized};

/// What is vendored in a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    charts: BTreeMap<(String, Arc<str>, Arc<str>), TreePath>,
    repositories: BTreeMap<(String, Arc<str>), TreePath>,
    /// What is wrong with the lock file.
    pub problems: Vec<Problem>,
}

impl Lock {
    /// The lock file's place in a tree.
    pub const FILE: &str = "vendor/zij.lock.yaml";

    /// What the lock file of `tree` lists; nothing where there is none.
    ///
    /// ```yaml
    /// version: 1
    /// charts:
    /// - { repository: https://charts.example.org, name: redis, version: ~1.2, resolved: 1.2.7, digest: "sha256:…", path: vendor/charts/redis-1.2.7 }
    /// repositories:
    /// - { url: https://git.example.org/base.git, revision: v3, commit: 1f0c…, digest: "sha256:…", path: vendor/git/base-v3 }
    /// ```
    pub fn of(tree: &dyn Tree) -> Self {
        let mut lock = Self::default();
        let Ok(path) = TreePath::parse(Self::FILE) else { return lock };
        match tree.read(&path) {
            Ok(Some(text)) => lock.read(&text),
            Ok(None) => {}
            Err(error) => lock.problem(error.to_string(), None),
        }
        lock
    }

    /// Where a remote source lies in the tree, or what is missing; `place` names it.
    pub fn resolve(&self, remote: &Remote, place: &Place) -> SourceAt {
        match self.find(remote) {
            Some(path) => SourceAt::Vendored { remote: remote.clone(), path },
            None => SourceAt::Absent(Unknown {
                kind: match remote {
                    Remote::Chart { .. } => UnknownKind::Chart,
                    Remote::Git { .. } => UnknownKind::Repository,
                },
                message: format!("{remote} is not vendored"),
                place: Some(place.clone()),
                hint: Some("`zij vendor` fetches it into the repository".to_owned()),
            }),
        }
    }

    fn find(&self, remote: &Remote) -> Option<TreePath> {
        match remote {
            Remote::Chart { repository, name, version } => {
                let key = (normalized(repository), Arc::clone(name), Arc::clone(version));
                self.charts.get(&key).cloned()
            }
            Remote::Git { url, revision, path } => {
                let folder = self.repositories.get(&(normalized(url), Arc::clone(revision)))?;
                folder.join(path).ok()
            }
        }
    }

    fn read(&mut self, text: &[u8]) {
        let node = match zij_goyaml::parse(text, &Limits::default()) {
            Ok(node) => node,
            Err(error) => {
                let line = error.line().map(|line| line as usize);
                return self.problem(error.message().to_owned(), line);
            }
        };
        for item in items(&node, "charts") {
            let key =
                (text_of(item, "repository"), text_of(item, "name"), text_of(item, "version"));
            match (key, path_of(item)) {
                ((Some(repository), Some(name), Some(version)), Some(path)) => {
                    self.charts.insert((normalized(&repository), name, version), path);
                }
                _ => self.incomplete(item, "a chart needs `repository`, `name`, `version`, `path`"),
            }
        }
        for item in items(&node, "repositories") {
            match ((text_of(item, "url"), text_of(item, "revision")), path_of(item)) {
                ((Some(url), Some(revision)), Some(path)) => {
                    self.repositories.insert((normalized(&url), revision), path);
                }
                _ => self.incomplete(item, "a repository needs `url`, `revision`, `path`"),
            }
        }
    }

    fn incomplete(&mut self, item: &Node, message: &str) {
        self.problem(message.to_owned(), Some(item.span.start.line as usize));
    }

    fn problem(&mut self, message: String, line: Option<usize>) {
        let place = Some(Place { line, ..Place::file(Self::FILE) });
        self.problems.push(Problem { severity: Severity::Warning, message, place, hint: None });
    }
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_sequence).unwrap_or_default()
}

fn text_of(node: &Node, key: &str) -> Option<Arc<str>> {
    node.get(key).and_then(Node::as_str).map(Arc::from)
}

fn path_of(node: &Node) -> Option<TreePath> {
    TreePath::parse(node.get("path")?.as_str()?).ok()
}
