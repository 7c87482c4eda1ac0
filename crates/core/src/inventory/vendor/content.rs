//! The digest of a file or folder in a tree.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::source::{EntryKind, SourceError, Tree, TreePath};

use super::folder_walk::files_below;

/// The digest of what lies at `path`: of a file, its own; of a folder, that of the list which
/// `sha256sum` prints for all files in it, by their paths in it and sorted bytewise. `None` where
/// nothing is there.
///
/// # Errors
/// When a file cannot be read, or there are more than a vendored copy may have.
pub fn content_digest(tree: &dyn Tree, path: &TreePath) -> Result<Option<String>, SourceError> {
    let Some(entry) = tree.entry(path)? else { return Ok(None) };
    if entry.kind != EntryKind::Folder {
        return Ok(tree.read(path)?.map(|bytes| format!("sha256:{}", hex(&bytes))));
    }
    let mut list = String::new();
    for file in files_below(tree, path)? {
        let bytes = tree.read(&file)?.unwrap_or_default();
        let name = file.below(path).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(list, "{}  {name}", hex(&bytes));
    }
    Ok(Some(format!("sha256:{}", hex(list.as_bytes()))))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::source::MemoryTree;

    use super::*;

    #[test]
    fn a_folder_has_the_digest_of_the_list_of_its_files() {
        let tree = MemoryTree::new([("v/b", "two\n"), ("v/a/c", "one\n"), ("w", "")]);
        let digest = |path: &str| content_digest(&tree, &TreePath::parse(path).unwrap()).unwrap();
        // find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
        let of_folder = "sha256:313096fedb62a20fb131238803b33f3987f5d6f48795027b9e903c4d04b1994f";
        assert_eq!(digest("v").as_deref(), Some(of_folder));
        // printf '' | sha256sum
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest("w").as_deref(), Some(empty));
        assert_eq!(digest("x"), None);
    }
}
