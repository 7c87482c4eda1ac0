//! The git generator: folders and files of a repository as parameters.

use zij_goyaml::{Limits, Mapping, Node, NodeKind};

use super::{
    generators::{Failure, Generators, MAX_SETS, maps_of},
    parameters::{Given, Language, Parameters, flattened, map, normalized},
};
use crate::{
    inventory::{
        FactKind, Remote, SourceAt, Whereabouts,
        argo::{
            object::{at, entry, filled, is_true, items, shown, string, text},
            revision::resolved,
        },
    },
    source::{EntryKind, Files, Glob, GlobStyle, Tree, TreePath},
};

/// Folders that one generator looks into.
const MAX_FOLDERS: usize = 200_000;

/// The parameters of a git generator.
pub(super) fn git(generators: &Generators<'_>, node: &Node) -> Result<Vec<Given>, Failure> {
    let (files, root) = repository(generators, node)?;
    let git = Git { generators, node, tree: files.tree(), root };
    if !items(node, &["directories"]).is_empty() {
        return git.directories();
    }
    if !items(node, &["files"]).is_empty() {
        return git.files();
    }
    Err(generators.mistake("the git generator has neither `directories` nor `files`", node))
}

fn repository<'a>(
    generators: &Generators<'a>,
    node: &Node,
) -> Result<(Files<'a>, TreePath), Failure> {
    let reader = generators.reader;
    let url = text(node, &["repoURL"]).unwrap_or_default();
    let revision = at(node, &["revision"]).map(shown).unwrap_or_default();
    let absent = |what: String, hint: &str| Err(generators.unknown(&what, hint, node));
    match reader.checkout.locate(url, &revision) {
        Whereabouts::Here => Ok((Files::Here(reader.tree), TreePath::root())),
        Whereabouts::Pinned(revision) => {
            match reader.tree.at(&resolved(reader.tree, &revision, "")) {
                Ok(Some(tree)) => Ok((Files::There(tree), TreePath::root())),
                Ok(None) => absent(format!("revision `{revision}` is not here"), "fetch it"),
                Err(error) => Err(generators.mistake(&error.to_string(), node)),
            }
        }
        Whereabouts::Elsewhere => {
            let revision = if revision.is_empty() { "HEAD" } else { &revision };
            let remote =
                Remote::Git { url: url.into(), revision: revision.into(), path: "".into() };
            match reader.lock.resolve(&remote, &generators.object.place_of(node)) {
                SourceAt::Vendored { path, .. } => Ok((Files::Here(reader.tree), path)),
                _ => absent(format!("{remote} is not vendored"), "`zij vendor` fetches it"),
            }
        }
    }
}

struct Git<'a> {
    generators: &'a Generators<'a>,
    node: &'a Node,
    tree: &'a dyn Tree,
    /// The repository's root in the tree.
    root: TreePath,
}

impl Git<'_> {
    fn is_go(&self) -> bool {
        self.generators.templates.language() == Language::Go
    }

    /// The globs of `key`, those that are wanted and those that are left out.
    fn globs(&self, key: &str, style: GlobStyle) -> (Vec<(String, Glob)>, Vec<Glob>) {
        let (mut wanted, mut excluded) = (Vec::new(), Vec::new());
        for item in items(self.node, &[key]) {
            let Some(path) = text(item, &["path"]) else { continue };
            let glob = Glob::new(path, style);
            if is_true(item, &["exclude"]) {
                excluded.push(glob);
            } else {
                wanted.push((path.to_owned(), glob));
            }
        }
        (wanted, excluded)
    }

    fn directories(&self) -> Result<Vec<Given>, Failure> {
        let (wanted, excluded) = self.globs("directories", GlobStyle::Parts);
        let depth = wanted.iter().map(|(path, _)| path.split('/').count()).max().unwrap_or(0);
        let mut walk = Walk { git: self, folders: 0, found: Vec::new() };
        walk.folders_below(&self.root, depth);
        let mut sets = Vec::new();
        for path in &walk.found {
            let relative = path.below(&self.root).unwrap_or(path.as_str());
            let fits = wanted.iter().any(|(_, glob)| glob.matches(relative))
                && !excluded.iter().any(|glob| glob.matches(relative));
            if fits {
                let set = self.generators.with_values(self.of_folder(relative), self.node)?;
                sets.push(Given::by(set, FactKind::Folder, relative, path.into()));
            }
        }
        Ok(sets)
    }

    fn of_folder(&self, path: &str) -> Parameters {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.prefixed(
            path,
            vec![("basename", name.to_owned()), ("basenameNormalized", normalized(name))],
        )
    }

    /// `path` and what belongs to it, under the prefix that the generator asks for.
    fn prefixed(&self, path: &str, fields: Vec<(&str, String)>) -> Parameters {
        let prefix = filled(self.node, &["pathParamPrefix"]);
        if self.is_go() {
            let segments: Vec<Node> = path.split('/').map(string).collect();
            let texts = fields.into_iter().map(|(key, value)| (key.to_owned(), string(value)));
            let mut of_path = map(texts);
            of_path.insert(entry("path", string(path)));
            of_path.insert(entry("segments", NodeKind::Sequence(segments).into()));
            let one = map([("path".to_owned(), NodeKind::Mapping(of_path).into())]);
            return match prefix {
                Some(prefix) => map([(prefix.to_owned(), NodeKind::Mapping(one).into())]),
                None => one,
            };
        }
        let name = match prefix {
            Some(prefix) => format!("{prefix}.path"),
            None => "path".to_owned(),
        };
        let mut set = map([(name.clone(), string(path))]);
        for (key, value) in fields {
            set.insert(entry(format!("{name}.{key}"), string(value)));
        }
        for (index, part) in path.split('/').enumerate() {
            set.insert(entry(format!("{name}[{index}]"), string(part)));
        }
        set
    }

    fn files(&self) -> Result<Vec<Given>, Failure> {
        let is_new = self.generators.reader.settings.new_globbing;
        let style = if is_new { GlobStyle::DoubleStar } else { GlobStyle::Pathspec };
        let (wanted, excluded) = self.globs("files", style);
        let mut paths = Vec::new();
        for (pattern, glob) in &wanted {
            let fixed: Vec<&str> = pattern
                .split('/')
                .take_while(|part| !part.contains(['*', '?', '[', '{']))
                .collect();
            let start = self.root.join(&fixed.join("/")).unwrap_or_default();
            let mut walk = Walk { git: self, folders: 0, found: Vec::new() };
            walk.files_below(&start, glob);
            paths.extend(walk.found);
        }
        paths.sort();
        paths.dedup();
        let mut sets = Vec::new();
        for path in paths {
            let relative = path.below(&self.root).unwrap_or(path.as_str()).to_owned();
            if !excluded.iter().any(|glob| glob.matches(&relative)) {
                self.of_file(&path, &relative, &mut sets)?;
            }
            if sets.len() > MAX_SETS {
                return Err(Failure::TooMany(self.node.clone()));
            }
        }
        Ok(sets)
    }

    fn of_file(
        &self,
        path: &TreePath,
        relative: &str,
        sets: &mut Vec<Given>,
    ) -> Result<(), Failure> {
        let bytes = self.tree.read(path).ok().flatten().unwrap_or_else(|| [].into());
        let node = zij_goyaml::parse(&bytes, &Limits::default()).map_err(|error| {
            let message = format!("unable to parse file {relative}: {}", error.message());
            self.generators.mistake(&message, self.node)
        })?;
        let node = super::without_lines(&node);
        let objects = match &node.kind {
            NodeKind::Mapping(mapping) => Some(vec![mapping.clone()]),
            NodeKind::Null => Some(vec![Mapping::new()]),
            _ => maps_of(&node),
        };
        let objects = objects.ok_or_else(|| {
            let message =
                format!("unable to parse file {relative}: it is no mapping and no list of them");
            self.generators.mistake(&message, self.node)
        })?;
        let (folder, name) = relative.rsplit_once('/').unwrap_or((".", relative));
        let folder_name = folder.rsplit('/').next().unwrap_or(folder);
        let of_path = self.prefixed(
            folder,
            vec![
                ("basename", folder_name.to_owned()),
                ("basenameNormalized", normalized(folder_name)),
                ("filename", name.to_owned()),
                ("filenameNormalized", normalized(name)),
            ],
        );
        for object in objects {
            let mut set = if self.is_go() { object } else { flattened(&object) };
            for field in &of_path {
                set.insert(field.clone());
            }
            let set = self.generators.with_values(set, self.node)?;
            sets.push(Given::by(set, FactKind::File, relative, path.into()));
        }
        Ok(())
    }
}

struct Walk<'a> {
    git: &'a Git<'a>,
    folders: usize,
    found: Vec<TreePath>,
}

impl Walk<'_> {
    fn folders_below(&mut self, path: &TreePath, depth: usize) {
        self.folders += 1;
        if depth == 0 || self.folders > MAX_FOLDERS {
            return;
        }
        let Ok(Some(entries)) = self.git.tree.list(path) else { return };
        let finds_hidden = self.git.generators.reader.settings.finds_hidden;
        let is_found = |name: &str| finds_hidden || !name.starts_with('.');
        for entry in entries.iter().filter(|entry| is_found(&entry.name)) {
            if entry.kind == EntryKind::Folder && !entry.name.is_empty() {
                let child = path.child(&entry.name);
                self.found.push(child.clone());
                self.folders_below(&child, depth - 1);
            }
        }
    }

    fn files_below(&mut self, path: &TreePath, glob: &Glob) {
        self.folders += 1;
        let is_match = |path: &TreePath| {
            path.below(&self.git.root).is_some_and(|relative| glob.matches(relative))
        };
        match self.git.tree.list(path) {
            Ok(Some(entries)) if self.folders <= MAX_FOLDERS => {
                for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
                    let child = path.child(&entry.name);
                    match entry.kind {
                        EntryKind::Folder => self.files_below(&child, glob),
                        EntryKind::File if is_match(&child) => self.found.push(child),
                        _ => {}
                    }
                }
            }
            // The pattern names one file.
            Ok(None) if is_match(path) && matches!(self.git.tree.entry(path), Ok(Some(_))) => {
                self.found.push(path.clone());
            }
            _ => {}
        }
    }
}
