//! The files of a vendored folder.

use crate::source::{EntryKind, SourceError, Tree, TreePath};

/// The most files that a vendored copy may have.
const MAX_FILES: u64 = 50_000;
/// Folders of a vendored copy lie no deeper than this.
const MAX_DEPTH: usize = 64;

/// All files below a folder, sorted; links count as the files that they lead to, other links and
/// submodules as nothing.
pub(super) fn files_below(tree: &dyn Tree, path: &TreePath) -> Result<Vec<TreePath>, SourceError> {
    let mut files = Vec::new();
    let mut folders = vec![(path.clone(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in tree.list(&folder)?.iter().flat_map(|entries| entries.iter()) {
            if entry.name.is_empty() || entry.name.contains('/') {
                continue;
            }
            let child = folder.child(&entry.name);
            match entry.kind {
                EntryKind::Folder if depth < MAX_DEPTH => folders.push((child, depth + 1)),
                EntryKind::Link => {
                    if matches!(tree.entry(&child), Ok(Some(to)) if to.kind == EntryKind::File) {
                        files.push(child);
                    }
                }
                EntryKind::File => files.push(child),
                EntryKind::Folder | EntryKind::Submodule => {}
            }
            if files.len() as u64 > MAX_FILES {
                let size = files.len() as u64;
                return Err(SourceError::TooLarge { path: path.clone(), size, limit: MAX_FILES });
            }
        }
    }
    files.sort_by(|a, b| a.as_str().as_bytes().cmp(b.as_str().as_bytes()));
    Ok(files)
}
