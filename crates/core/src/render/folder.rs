//! A tree as the folder that charts are read from.

use std::sync::{Arc, Mutex, PoisonError};

use zij_helm::load::{self, Folder, FolderError};

use crate::{
    inventory::UnknownKind,
    source::{EntryKind, Place, SourceError, Tree, TreePath},
};

use super::{FailureKind, RenderFailure};

/// The files of a tree in the form that Helm's rules ask for.
pub(super) struct TreeFolder<'t> {
    tree: &'t dyn Tree,
    /// The first thing that could not be read, in our own terms.
    failure: Mutex<Option<RenderFailure>>,
}

impl<'t> TreeFolder<'t> {
    pub(super) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, failure: Mutex::default() }
    }

    /// What could not be read, if anything; more exact than the words that Helm has for it.
    pub(super) fn into_failure(self) -> Option<RenderFailure> {
        self.failure.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, path: &TreePath, failure: RenderFailure) -> FolderError {
        let text = failure.message.clone();
        let mut first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(failure);
        FolderError::Refused { path: path.to_string(), text }
    }

    /// What was listed and is not there has a name that no path can hold.
    fn missing(&self, path: &TreePath) -> FolderError {
        if path.as_str().contains(char::REPLACEMENT_CHARACTER) {
            self.refuse(path, not_utf8(path))
        } else {
            FolderError::Missing(path.to_string())
        }
    }

    fn kind(
        &self,
        path: &TreePath,
        entry: &crate::source::Entry,
    ) -> Result<load::EntryKind, FolderError> {
        match entry.kind {
            EntryKind::Folder => Ok(load::EntryKind::Directory),
            EntryKind::File => Ok(load::EntryKind::File),
            EntryKind::Submodule => Err(self.refuse(path, submodule(path))),
            EntryKind::Link => match self.tree.entry(path) {
                Ok(Some(target)) if target.kind != EntryKind::Link => self.kind(path, &target),
                Ok(_) => Err(self.refuse(path, dead_link(path))),
                Err(error) => Err(self.refuse(path, source_failure(&error))),
            },
        }
    }
}

impl Folder for TreeFolder<'_> {
    fn list(&self, path: &str) -> Result<Vec<load::Entry>, FolderError> {
        let folder = parse(path)?;
        let entries = match self.tree.list(&folder) {
            Ok(Some(entries)) => entries,
            Ok(None) => return Err(self.missing(&folder)),
            Err(error) => return Err(self.refuse(&folder, source_failure(&error))),
        };
        let read = entries.iter().map(|entry| {
            let kind = self.kind(&folder.child(&entry.name), entry)?;
            Ok(load::Entry { name: entry.name.to_string(), kind })
        });
        read.collect()
    }

    fn read(&self, path: &str, most: u64) -> Result<Arc<[u8]>, FolderError> {
        let file = parse(path)?;
        let too_large = || FolderError::TooLarge(file.to_string());
        match self.tree.read(&file) {
            Ok(Some(bytes)) if bytes.len() as u64 > most => Err(too_large()),
            Ok(Some(bytes)) => Ok(bytes),
            Err(SourceError::TooLarge { size, .. }) if size > most => Err(too_large()),
            Ok(None) => Err(self.missing(&file)),
            Err(error) => Err(self.refuse(&file, source_failure(&error))),
        }
    }
}

fn parse(path: &str) -> Result<TreePath, FolderError> {
    TreePath::parse(path)
        .map_err(|error| FolderError::Refused { path: path.to_owned(), text: error.to_string() })
}

/// A file that cannot be read; one that is merely not stored here is no fault of the repository.
pub(super) fn source_failure(error: &SourceError) -> RenderFailure {
    let (kind, path) = match error {
        SourceError::Missing { path, .. } | SourceError::Store { path, .. } => {
            (FailureKind::Unknown(UnknownKind::Revision), path)
        }
        SourceError::Link { path, .. } | SourceError::TooLarge { path, .. } => {
            (FailureKind::Error, path)
        }
    };
    let text = error.to_string();
    let message = text.strip_prefix(&format!("{path}: ")).unwrap_or(&text).to_owned();
    RenderFailure { kind, message, place: Some(Place::from(path)), hint: None, diagnosis: None }
}

/// Why nothing can be known of `path`, where it is not merely absent.
pub(crate) fn unreadable(tree: &dyn Tree, path: &TreePath) -> Option<RenderFailure> {
    let mut at = Some(path.clone());
    while let Some(path) = at {
        match tree.entry(&path) {
            Err(error) => return Some(source_failure(&error)),
            Ok(Some(entry)) if entry.kind == EntryKind::Submodule => return Some(submodule(&path)),
            Ok(Some(_)) => return None,
            Ok(None) => at = path.parent(),
        }
    }
    None
}

/// The content of a submodule is not in the tree.
fn submodule(path: &TreePath) -> RenderFailure {
    RenderFailure {
        kind: FailureKind::Unknown(UnknownKind::Repository),
        message: format!("{path} is a submodule, whose content is not in this repository"),
        place: Some(Place::from(path)),
        hint: None,
        diagnosis: None,
    }
}

fn not_utf8(path: &TreePath) -> RenderFailure {
    RenderFailure {
        kind: FailureKind::Error,
        message: format!("{path} cannot be read: its name is not UTF-8"),
        place: path.parent().as_ref().map(Place::from),
        hint: Some("rename it to a name in UTF-8".to_owned()),
        diagnosis: None,
    }
}

fn dead_link(path: &TreePath) -> RenderFailure {
    RenderFailure {
        kind: FailureKind::Error,
        message: format!("symbolic link {path} leads nowhere"),
        place: Some(Place::from(path)),
        hint: None,
        diagnosis: None,
    }
}
