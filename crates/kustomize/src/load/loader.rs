//! A kustomization's view of the tree: its root, what it may read, and who referred to it
//! (kustomize's `FileLoader`).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::folder::{EntryKind, Folder, FolderError};
use super::remote::{Vendored, is_remote_file, is_remote_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// Which files a kustomization may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadRestrictor {
    /// Only those in or below its own directory; kustomize's default.
    #[default]
    RootOnly,
    /// All of the tree.
    None,
}

/// What became of a path that the build looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadOutcome {
    /// Nothing was there, or it was refused.
    Missing,
    /// A file, which was read.
    File,
    /// A directory, of which only the existence mattered.
    Directory,
}

/// A path that the build looked at: the result can only change when one of these does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The path as it was asked for, relative to the root of the tree.
    pub path: Arc<str>,
    /// What was found.
    pub outcome: ReadOutcome,
}

/// Everything that one build has read.
pub(crate) struct Reads {
    limits: Limits,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    outcomes: BTreeMap<Arc<str>, ReadOutcome>,
    /// The names of files, by number.
    files: Vec<Arc<str>>,
    cache: BTreeMap<Arc<str>, (Arc<[u8]>, u32)>,
    reads: usize,
    bytes: usize,
}

impl Reads {
    pub(crate) fn new(limits: &Limits) -> Self {
        let mut state = State::default();
        // Number 0 stands for what was not read from a file.
        state.files.push("".into());
        Self { limits: *limits, state: RefCell::new(state) }
    }

    fn record(&self, path: &str, outcome: ReadOutcome) {
        let outcomes = &mut self.state.borrow_mut().outcomes;
        let known = outcomes.entry(path.into()).or_insert(outcome);
        *known = (*known).max(outcome);
    }

    /// The name of a file by its number.
    pub(crate) fn name(&self, file: u32) -> Arc<str> {
        let state = self.state.borrow();
        state.files.get(file as usize).cloned().unwrap_or_default()
    }

    pub(crate) fn into_parts(self) -> (Vec<Read>, Vec<Arc<str>>) {
        let state = self.state.into_inner();
        let outcomes = state.outcomes.into_iter();
        (outcomes.map(|(path, outcome)| Read { path, outcome }).collect(), state.files)
    }

    fn read(&self, folder: &dyn Folder, path: &str) -> Result<(Arc<[u8]>, u32)> {
        if let Some((bytes, file)) = self.state.borrow().cache.get(path) {
            return Ok((Arc::clone(bytes), *file));
        }
        let bytes = folder.read(path).map_err(|error| refused(&error))?;
        self.keep(path, bytes)
    }

    /// Numbers a text that was read.
    fn keep(&self, path: &str, bytes: Arc<[u8]>) -> Result<(Arc<[u8]>, u32)> {
        let mut state = self.state.borrow_mut();
        state.reads += 1;
        state.bytes = state.bytes.saturating_add(bytes.len());
        if state.reads > self.limits.files {
            return Err(Error::limit("files", self.limits.files));
        }
        if state.bytes > self.limits.bytes {
            return Err(Error::limit("bytes in files", self.limits.bytes));
        }
        let name: Arc<str> = path.into();
        let file = u32::try_from(state.files.len()).unwrap_or_default();
        state.files.push(Arc::clone(&name));
        state.cache.insert(name, (Arc::clone(&bytes), file));
        Ok((bytes, file))
    }
}

fn refused(error: &FolderError) -> Error {
    Error::file(error.to_string())
}

/// A directory and those that led to it.
#[derive(Clone)]
pub(crate) struct Loader<'b> {
    folder: &'b dyn Folder,
    reads: &'b Reads,
    vendored: Option<&'b dyn Vendored>,
    restrictor: LoadRestrictor,
    /// The roots of all referrers and, last, of this one.
    roots: Vec<String>,
}

impl<'b> Loader<'b> {
    /// A loader for the directory that is built.
    pub(crate) fn new(
        folder: &'b dyn Folder,
        reads: &'b Reads,
        vendored: Option<&'b dyn Vendored>,
        restrictor: LoadRestrictor,
        directory: &str,
    ) -> Result<Self> {
        let mut loader = Self { folder, reads, vendored, restrictor, roots: Vec::new() };
        let root = loader.confirm_directory(directory)?;
        loader.roots.push(root);
        Ok(loader)
    }

    pub(crate) fn root(&self) -> &str {
        self.roots.last().map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn reads(&self) -> &'b Reads {
        self.reads
    }

    pub(crate) fn depth(&self) -> usize {
        self.roots.len()
    }

    pub(crate) fn show(&self) -> String {
        self.folder.display(self.root())
    }

    fn confirm_directory(&self, path: &str) -> Result<String> {
        let path = normalize(path)?;
        let located = self.folder.locate(&path).map_err(|error| {
            self.reads.record(&path, ReadOutcome::Missing);
            refused(&error).context("must build at directory")
        })?;
        if located.kind == EntryKind::File {
            self.reads.record(&path, ReadOutcome::File);
            let shown = self.folder.display(&path);
            return Err(Error::file(format!(
                "must build at directory: '{shown}' is a file; expecting a directory"
            )));
        }
        self.reads.record(&path, ReadOutcome::Directory);
        Ok(located.path)
    }

    /// A loader for a directory that this one refers to.
    pub(crate) fn enter(&self, path: &str) -> Result<Self> {
        if path.is_empty() {
            return Err(Error::kustomization("new root cannot be empty"));
        }
        let root = if is_remote_folder(path) {
            let known = self.vendored.and_then(|vendored| vendored.directory(path));
            let known = known.ok_or_else(|| remote(path))?;
            self.confirm_directory(&known)?
        } else if path.starts_with('/') {
            let problem = format!("new root '{path}' cannot be absolute");
            return Err(Error::file(problem));
        } else {
            self.confirm_directory(&join(self.root(), path))?
        };
        for visited in self.roots.iter().rev() {
            if contains(&root, visited) {
                let (root, visited) = (self.folder.display(&root), self.folder.display(visited));
                return Err(Error::file(format!(
                    "cycle detected: candidate root '{root}' contains visited root '{visited}'"
                )));
            }
        }
        let mut entered = self.clone();
        entered.roots.push(root);
        Ok(entered)
    }

    /// The directory at a path of the tree, if there is one.
    pub(crate) fn directory_at(&self, path: &str) -> Option<String> {
        self.confirm_directory(path).ok()
    }

    /// The directory that holds a chart which kustomize would fetch.
    pub(crate) fn vendored_chart(&self, repo: &str, name: &str, version: &str) -> Option<String> {
        self.directory_at(&self.vendored?.chart(repo, name, version)?)
    }

    /// A path of the tree as messages show it.
    pub(crate) fn folder_name(&self, path: &str) -> String {
        self.folder.display(&normalize(path).unwrap_or_else(|_| path.to_owned()))
    }

    /// Reads a file that may be anywhere in the tree.
    pub(crate) fn load_anywhere(&self, path: &str) -> Result<(Arc<[u8]>, u32)> {
        Self { restrictor: LoadRestrictor::None, ..self.clone() }.load(path)
    }

    /// Reads a file; its number stands for its name.
    pub(crate) fn load(&self, path: &str) -> Result<(Arc<[u8]>, u32)> {
        if is_remote_file(path) {
            let known = self.vendored.and_then(|vendored| vendored.file(path));
            return self.reads.keep(path, known.ok_or_else(|| remote(path))?);
        }
        let full = if path.starts_with('/') { path.to_owned() } else { join(self.root(), path) };
        let full = normalize(&full)?;
        let located = self.folder.locate(&full).map_err(|error| {
            self.reads.record(&full, ReadOutcome::Missing);
            refused(&error)
        })?;
        if located.kind == EntryKind::Directory {
            self.reads.record(&full, ReadOutcome::Directory);
            let shown = self.folder.display(&full);
            return Err(Error::file(format!("'{shown}' must resolve to a file")));
        }
        let parent = located.path.rsplit_once('/').map(|(parent, _)| parent).unwrap_or_default();
        if self.restrictor == LoadRestrictor::RootOnly && !contains(self.root(), parent) {
            self.reads.record(&full, ReadOutcome::File);
            let (file, root) = (self.folder.display(&full), self.show());
            let problem = format!("security; file '{file}' is not in or below '{root}'");
            return Err(Error::file(problem).hint(
                "move the file below the kustomization, or use `--load-restrictor \
                 LoadRestrictionsNone`",
            ));
        }
        self.reads.record(&full, ReadOutcome::File);
        self.reads.read(self.folder, &located.path)
    }
}

fn remote(path: &str) -> Error {
    let problem = format!("remote: '{path}' lies outside of the repository");
    Error::new(ErrorKind::Remote, problem)
        .hint("`zij vendor` fetches what applications need into the repository")
}

/// Whether `inner` is `outer` or lies below it.
fn contains(outer: &str, inner: &str) -> bool {
    outer.is_empty()
        || inner == outer
        || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// Joins two paths without looking at `.` and `..`.
pub(crate) fn join(root: &str, path: &str) -> String {
    if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") }
}

/// Removes `.`, `..` and empty parts.
fn normalize(path: &str) -> Result<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err(Error::file(format!("'{path}' leads out of the tree")));
                }
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}
