//! The index as a tree, without writing one.

use std::sync::Arc;

use gix::{bstr::ByteSlice, index, objs, objs::tree::EntryKind};

use crate::{Error, GitTree, Repository, Result, overlay::Overlay};

const DOING: &str = "read the index";

impl Repository {
    /// The files that are staged, with the ids `git write-tree` would give them.
    ///
    /// Files only announced (`git add --intent-to-add`) are not part of it. `GIT_INDEX_FILE` is
    /// honoured, as `git commit <path>` sets it for its hooks.
    ///
    /// # Errors
    /// In a bare repository, or when the index cannot be read or holds conflicts.
    pub fn staged(&self) -> Result<GitTree> {
        let (root, overlay) = self.store.with(|repository| {
            if repository.workdir().is_none() {
                return Err(Error::Bare);
            }
            let index = repository.index_or_empty().map_err(Error::store(DOING))?;
            build(repository, &index)
        })?;
        Ok(GitTree::new(Arc::clone(&self.store), root, Some(Arc::new(overlay))))
    }
}

fn build(repository: &gix::Repository, index: &index::State) -> Result<(gix::ObjectId, Overlay)> {
    let hash = repository.object_hash();
    let mut editor = objs::tree::Editor::new(objs::Tree::empty(), &repository.objects, hash);
    for entry in index.entries() {
        let path = entry.path(index);
        if entry.stage() != index::entry::Stage::Unconflicted {
            return Err(Error::Unmerged { path: path.to_string() });
        }
        if entry.flags.contains(index::entry::Flags::INTENT_TO_ADD) {
            continue;
        }
        // Only a sparse index has folders, their path ending in `/`.
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let parts = path.split_str("/").map(ByteSlice::as_bstr);
        editor.upsert(parts, kind(entry.mode), entry.id).map_err(Error::store(DOING))?;
    }
    let mut overlay = Overlay::default();
    let root = editor.write(|tree| overlay.insert_tree(tree, hash)).map_err(Error::store(DOING))?;
    Ok((root, overlay))
}

fn kind(mode: index::entry::Mode) -> EntryKind {
    use index::entry::Mode;
    match mode {
        Mode::DIR => EntryKind::Tree,
        Mode::SYMLINK => EntryKind::Link,
        Mode::COMMIT => EntryKind::Commit,
        Mode::FILE_EXECUTABLE => EntryKind::BlobExecutable,
        _ => EntryKind::Blob,
    }
}
