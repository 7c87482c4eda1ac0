//! The files of a repository that are part of what Flux makes of it.
//!
//! (Source: fluxcd/source-controller, `internal/controller/gitrepository_controller.go`; fluxcd/pkg,
//! `sourceignore`.)

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    inventory::{Generation, Lock},
    source::{ContentId, Entry, EntryKind, Glob, GlobStyle, SourceError, Tree, TreePath},
};

/// The file with the ignore rules of a folder.
const IGNORE_FILE: &str = ".sourceignore";
/// What no source has.
const NEVER: &[&str] = &[".git/", ".gitignore", ".gitmodules", ".gitattributes"];
/// What a source without any rules does not have.
const USUALLY_NOT: &[&str] = &[
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// A tree without the files that a source leaves out.
pub(super) struct SourceFiles<'t> {
    tree: &'t dyn Tree,
    /// How the source is described; all files are part of it where it is not.
    generation: Option<&'t Generation>,
    /// Rules of every source, the weakest.
    never: Vec<Rule>,
    /// Rules of a source without any other.
    usual: Vec<Rule>,
    /// Those of the source's description, which are the strongest.
    stated: Vec<Rule>,
    /// Those of folders, as far as they were asked for.
    read: Mutex<BTreeMap<TreePath, Arc<[Rule]>>>,
}

impl<'t> SourceFiles<'t> {
    pub(super) fn new(tree: &'t dyn Tree, generation: Option<&'t Generation>) -> Self {
        let root = generation.map(|generation| generation.root.clone()).unwrap_or_default();
        let stated = generation.map_or("", |generation| &generation.ignore);
        let all = |texts: &[&str]| texts.iter().map(|text| Rule::new(text, &root)).collect();
        Self {
            tree,
            generation,
            never: all(NEVER),
            usual: all(USUALLY_NOT),
            stated: rules(stated, &root).collect(),
            read: Mutex::default(),
        }
    }

    /// The files with ignore rules that decided something, whether they are there or not.
    pub(super) fn ignore_files(&self) -> Vec<TreePath> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.keys().map(|folder| folder.child(IGNORE_FILE)).collect()
    }

    /// Whether a file or folder is left out: the last rule that fits decides. Rules count from the
    /// root to where it lies; that others elsewhere would switch off the usual ones is not seen.
    fn hides(&self, at: &TreePath, kind: EntryKind) -> Result<bool, SourceError> {
        let Some(Generation { root, only, .. }) = self.generation else { return Ok(false) };
        // What lies outside is fetched by other means.
        let Some(path) = at.below(root) else { return Ok(false) };
        if !only.is_empty() && !only.iter().any(|start| path.starts_with(&**start)) {
            return Ok(true);
        }
        let last = |rules: &[Rule]| {
            rules.iter().rev().find(|rule| rule.fits(at, kind)).map(|rule| !rule.includes)
        };
        let mut found = last(&self.stated);
        let mut has_rules = !self.stated.is_empty();
        let mut above = at.parent();
        while let (None, Some(folder)) = (found, above) {
            let rules = self.rules_of(&folder)?;
            has_rules |= !rules.is_empty();
            found = last(&rules);
            above = folder.parent().filter(|_| folder != *root);
        }
        let usual = || (!has_rules).then(|| last(&self.usual)).flatten();
        Ok(found.or_else(usual).or_else(|| last(&self.never)).unwrap_or(false))
    }

    /// Whether any file below a folder is part of the source.
    fn has_files(&self, folder: &TreePath) -> Result<bool, SourceError> {
        let mut folders = vec![folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in self.list(&folder)?.iter().flat_map(|entries| entries.iter()) {
                match entry.kind {
                    EntryKind::Folder => folders.push(folder.child(&entry.name)),
                    EntryKind::File | EntryKind::Link | EntryKind::Submodule => return Ok(true),
                }
            }
        }
        Ok(false)
    }

    fn rules_of(&self, folder: &TreePath) -> Result<Arc<[Rule]>, SourceError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = read.get(folder) {
            return Ok(Arc::clone(rules));
        }
        let bytes = self.tree.read(&folder.child(IGNORE_FILE))?.unwrap_or_default();
        let found: Arc<[Rule]> = rules(&String::from_utf8_lossy(&bytes), folder).collect();
        read.insert(folder.clone(), Arc::clone(&found));
        Ok(found)
    }

    /// Whether a file is there for those who name it; copies of other repositories are.
    fn is_left_out(&self, file: &TreePath) -> Result<bool, SourceError> {
        if self.is_copy(file) { Ok(false) } else { self.hides(file, EntryKind::File) }
    }

    fn is_copy(&self, path: &TreePath) -> bool {
        path.parts().next() == Some(Lock::FOLDER)
            && self.generation.is_some_and(|source| source.root == TreePath::root())
    }
}

impl Tree for SourceFiles<'_> {
    fn id(&self) -> ContentId {
        self.tree.id()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let Some(entry) = self.tree.entry(path)? else { return Ok(None) };
        let is_there = match entry.kind {
            EntryKind::Folder => {
                self.is_copy(path)
                    || !self.hides(path, EntryKind::Folder)?
                    || self.has_files(path)?
            }
            EntryKind::File | EntryKind::Link | EntryKind::Submodule => !self.is_left_out(path)?,
        };
        Ok(is_there.then_some(entry))
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        let Some(entries) = self.tree.list(path)? else { return Ok(None) };
        let mut kept = Vec::with_capacity(entries.len());
        for entry in entries.iter() {
            let is_file = entry.kind != EntryKind::Folder && !entry.name.is_empty();
            if !is_file || !self.hides(&path.child(&entry.name), entry.kind)? {
                kept.push(entry.clone());
            }
        }
        Ok(Some(kept.into()))
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        if self.is_left_out(path)? { Ok(None) } else { self.tree.read(path) }
    }

    fn at(&self, revision: &str) -> Result<Option<Arc<dyn Tree>>, SourceError> {
        self.tree.at(revision)
    }

    fn tags(&self) -> Vec<String> {
        self.tree.tags()
    }
}

/// A rule of a `.gitignore` file.
struct Rule {
    /// The folder whose content it is about.
    domain: TreePath,
    includes: bool,
    only_folders: bool,
    shape: Shape,
}

enum Shape {
    /// Any part of the path.
    Name(Glob),
    /// The path from the domain on, or a folder that it lies in.
    Path(Glob),
}

fn rules(text: &str, domain: &TreePath) -> impl Iterator<Item = Rule> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| Rule::new(line, domain))
}

impl Rule {
    fn new(line: &str, domain: &TreePath) -> Self {
        let (includes, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let line = line.trim_end_matches(' ');
        let (only_folders, line) = match line.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let shape = match line.contains('/') {
            true => Shape::Path(Glob::new(line.trim_start_matches('/'), GlobStyle::DoubleStar)),
            false => Shape::Name(Glob::new(line, GlobStyle::Parts)),
        };
        Self { domain: domain.clone(), includes, only_folders, shape }
    }

    fn fits(&self, at: &TreePath, kind: EntryKind) -> bool {
        let Some(path) = at.below(&self.domain) else { return false };
        let only_folders = self.only_folders && kind != EntryKind::Folder;
        match &self.shape {
            Shape::Name(glob) => {
                let last = path.split('/').count();
                let mut parts = path.split('/').enumerate();
                parts.any(|(index, part)| (!only_folders || index + 1 < last) && glob.matches(part))
            }
            Shape::Path(glob) => {
                let ends = path.match_indices('/').map(|(end, _)| end);
                let mut folders = ends.map(|end| &path[..end]);
                folders.any(|folder| glob.matches(folder)) || (!only_folders && glob.matches(path))
            }
        }
    }
}
