//! Copies of remote charts, repositories and files that are committed, by the lock file that lists
//! them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zij_goyaml::{Emitter, Limits, Node, Style};

use crate::{
    inventory::{Problem, Remote, Severity, SourceAt, Unknown, UnknownKind},
    source::{Place, Tree, TreePath},
};

use super::Wanted;

/// What to do about something that is not vendored.
pub(super) const HINT: &str = "`zij vendor` fetches it into the repository";

/// What is vendored in a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<Wanted, Locked>,
    /// What is wrong with the lock file.
    pub problems: Vec<Problem>,
}

/// A committed copy of something from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// What it is a copy of.
    pub wanted: Wanted,
    /// The version that the range stood for, or the commit.
    pub resolved: Option<Arc<str>>,
    /// The digest of what was fetched: of a chart's archive, as its registry or repository says it.
    pub digest: Option<Arc<str>>,
    /// The digest of the manifest that a registry has for a chart.
    pub manifest: Option<Arc<str>>,
    /// The digest of the copy ([`super::content_digest`]); a copy that differs is not used.
    pub content: Option<Arc<str>>,
    /// The copy.
    pub path: TreePath,
    /// The line of the lock file that says so.
    pub line: Option<usize>,
}

impl Lock {
    /// The folder that copies lie in.
    pub const FOLDER: &str = "vendor";
    /// The lock file's place in a tree.
    pub const FILE: &str = "vendor/zij.lock.yaml";

    /// What the lock file of `tree` lists; nothing where there is none.
    ///
    /// ```yaml
    /// version: 1
    /// charts:
    /// - repository: https://charts.example.org
    ///   name: redis
    ///   version: ~1.2
    ///   resolved: 1.2.7
    ///   digest: sha256:…
    ///   content: sha256:…
    ///   path: vendor/charts/redis-1.2.7
    /// repositories:
    /// - url: https://git.example.org/base.git
    ///   revision: v3
    ///   resolved: 1f0c…
    ///   content: sha256:…
    ///   path: vendor/git/base-1f0c2d3
    /// files:
    /// - url: https://example.org/crds.yaml
    ///   content: sha256:…
    ///   path: vendor/files/crds.yaml
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

    /// Whether `path` is the folder of copies, whose files describe nothing by themselves.
    pub(in crate::inventory) fn is_folder_of_copies(tree: &dyn Tree, path: &TreePath) -> bool {
        path.as_str() == Self::FOLDER
            && TreePath::parse(Self::FILE)
                .is_ok_and(|file| matches!(tree.entry(&file), Ok(Some(_))))
    }

    /// Where a remote source lies in the tree, or what is missing; `place` names it.
    pub fn resolve(&self, remote: &Remote, place: &Place) -> SourceAt {
        let inside = match remote {
            Remote::Chart { .. } => "",
            Remote::Git { path, .. } => path,
        };
        let found = self.find(&Wanted::from(remote));
        match found.and_then(|locked| locked.path.join(inside).ok()) {
            Some(path) => SourceAt::Vendored { remote: remote.clone(), path },
            None => SourceAt::Absent(Unknown {
                kind: match remote {
                    Remote::Chart { .. } => UnknownKind::Chart,
                    Remote::Git { .. } => UnknownKind::Repository,
                },
                message: format!("{remote} is not vendored"),
                place: Some(place.clone()),
                hint: Some(HINT.to_owned()),
            }),
        }
    }

    /// The copy of something, if there is one.
    pub fn find(&self, wanted: &Wanted) -> Option<&Locked> {
        self.entries.get(&wanted.key())
    }

    /// The copy that a path is or lies in.
    pub fn containing(&self, path: &TreePath) -> Option<&Locked> {
        self.iter().find(|locked| locked.path == *path || path.below(&locked.path).is_some())
    }

    /// All copies, in the lock file's order.
    pub fn iter(&self) -> impl Iterator<Item = &Locked> {
        self.entries.values()
    }

    /// Adds a copy, in place of another one of the same thing.
    pub fn insert(&mut self, locked: Locked) {
        self.entries.insert(locked.wanted.key(), locked);
    }

    /// Forgets every copy for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&Locked) -> bool) {
        self.entries.retain(|_, locked| keep(locked));
    }

    /// The lock file's text.
    ///
    /// # Errors
    /// When a text cannot be written as YAML.
    pub fn to_text(&self) -> Result<String, zij_goyaml::Error> {
        let mut out = Emitter::new(Style::default());
        let sections = ["charts", "repositories", "files"];
        let used: BTreeSet<&str> = self.iter().map(|locked| section(&locked.wanted)).collect();
        out.begin_mapping(1 + used.len());
        out.key("version");
        out.int(1);
        for name in sections.into_iter().filter(|name| used.contains(name)) {
            let entries: Vec<&Locked> =
                self.iter().filter(|locked| section(&locked.wanted) == name).collect();
            out.key(name);
            out.begin_sequence(entries.len());
            for locked in entries {
                write(&mut out, locked);
            }
            out.end_sequence();
        }
        out.end_mapping();
        Ok(format!(
            "# Written by `zij vendor`. Every render checks the copies against it.\n{}",
            out.finish()?
        ))
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
            let keys = ["repository", "name", "version"].map(|key| text_of(item, key));
            let wanted = match keys {
                [Some(repository), Some(name), Some(version)] => {
                    Some(Wanted::Chart { repository, name, version })
                }
                _ => None,
            };
            let needs = "a chart needs `repository`, `name`, `version`, `path`";
            self.read_entry(item, wanted, needs);
        }
        for item in items(&node, "repositories") {
            let wanted = match (text_of(item, "url"), text_of(item, "revision")) {
                (Some(url), Some(revision)) => Some(Wanted::Repository { url, revision }),
                _ => None,
            };
            self.read_entry(item, wanted, "a repository needs `url`, `revision`, `path`");
        }
        for item in items(&node, "files") {
            let wanted = text_of(item, "url").map(|url| Wanted::File { url });
            self.read_entry(item, wanted, "a file needs `url`, `path`");
        }
    }

    fn read_entry(&mut self, item: &Node, wanted: Option<Wanted>, needs: &str) {
        let line = Some(item.span.start.line as usize);
        let (Some(wanted), Some(path)) = (wanted, path_of(item)) else {
            return self.problem(needs.to_owned(), line);
        };
        self.insert(Locked {
            wanted,
            resolved: text_of(item, "resolved").or_else(|| text_of(item, "commit")),
            digest: text_of(item, "digest"),
            manifest: text_of(item, "manifest"),
            content: text_of(item, "content"),
            path,
            line,
        });
    }

    fn problem(&mut self, message: String, line: Option<usize>) {
        let place = Some(Place { line, ..Place::file(Self::FILE) });
        self.problems.push(Problem { severity: Severity::Warning, message, place, hint: None });
    }
}

fn section(wanted: &Wanted) -> &'static str {
    match wanted {
        Wanted::Chart { .. } => "charts",
        Wanted::Repository { .. } => "repositories",
        Wanted::File { .. } => "files",
    }
}

fn write(out: &mut Emitter, locked: &Locked) {
    let own: Vec<(&str, &str)> = match &locked.wanted {
        Wanted::Chart { repository, name, version } => {
            vec![("repository", repository), ("name", name), ("version", version)]
        }
        Wanted::Repository { url, revision } => vec![("url", url), ("revision", revision)],
        Wanted::File { url } => vec![("url", url)],
    };
    let rest = [
        ("resolved", locked.resolved.as_deref()),
        ("digest", locked.digest.as_deref()),
        ("manifest", locked.manifest.as_deref()),
        ("content", locked.content.as_deref()),
        ("path", Some(locked.path.as_str())),
    ];
    let rest = rest.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let pairs: Vec<(&str, &str)> = own.into_iter().chain(rest).collect();
    out.begin_mapping(pairs.len());
    for (key, value) in pairs {
        out.key(key);
        out.string(value);
    }
    out.end_mapping();
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_sequence).unwrap_or_default()
}

/// A text, or what a number without quotes looks like.
fn text_of(node: &Node, key: &str) -> Option<Arc<str>> {
    node.get(key).and_then(Node::as_str).map(Arc::from)
}

fn path_of(node: &Node) -> Option<TreePath> {
    let path = TreePath::parse(node.get("path")?.as_str()?).ok()?;
    (path != TreePath::root()).then_some(path)
}
