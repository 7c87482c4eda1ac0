//! One fetched thing, and where it goes.

use std::sync::Arc;

use zij_core::{
    inventory::{Lock, Wanted},
    source::{OverlayTree, SourceError, TreePath},
};

use super::archive::{Files, sha256};

/// What was fetched.
pub(super) struct Copy {
    /// The version or commit.
    pub(super) resolved: Option<String>,
    /// The digest that it has where it comes from.
    pub(super) digest: Option<String>,
    /// The digest of the manifest that a registry has for it.
    pub(super) manifest: Option<String>,
    pub(super) content: Content,
}

/// The files of a copy.
pub(super) enum Content {
    Folder(Files),
    File(Arc<[u8]>),
}

impl Copy {
    /// Where the copy of `wanted` goes: named for people, and apart from every other copy.
    pub(super) fn path(&self, wanted: &Wanted, lock: &Lock) -> TreePath {
        let resolved = self.resolved.as_deref().unwrap_or_default();
        let (folder, name, apart) = match wanted {
            Wanted::Chart { name, repository, .. } => {
                ("charts", format!("{name}-{resolved}"), &**repository)
            }
            Wanted::Repository { url, .. } => {
                let resolved = resolved.trim_start_matches("sha256:");
                let commit = resolved.get(..12).unwrap_or(resolved);
                ("git", format!("{}-{commit}", wanted.name()), &**url)
            }
            Wanted::File { url } => ("files", wanted.name().to_owned(), &**url),
        };
        let path = |name: &str| {
            let folder = TreePath::root().child(Lock::FOLDER).child(folder);
            folder.child(&plain(name))
        };
        let first = path(&name);
        let is_taken = lock.iter().any(|other| {
            let same = other.digest.as_deref() == self.digest.as_deref() && self.digest.is_some();
            other.path == first && other.wanted.key() != wanted.key() && !same
        });
        match is_taken {
            true => path(&format!("{}-{name}", &sha256(apart.as_bytes())[..8])),
            false => first,
        }
    }

    /// Lays the copy over a tree, in place of whatever is at `path`.
    pub(super) fn put(
        &self,
        tree: &mut OverlayTree<'_>,
        path: &TreePath,
    ) -> Result<(), SourceError> {
        tree.clear(path)?;
        match &self.content {
            Content::File(bytes) => tree.set(path.clone(), Some(Arc::clone(bytes))),
            Content::Folder(files) => {
                for (name, bytes) in files {
                    if let Ok(path) = path.join(name.as_str()) {
                        tree.set(path, Some(Arc::clone(bytes)));
                    }
                }
            }
        }
        Ok(())
    }
}

/// A name as one part of a path on any file system.
fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let name: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    match name.trim_start_matches('.') {
        "" => "_".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_their_folder() {
        for (name, want) in [
            ("redis-1.2.7", "redis-1.2.7"),
            ("../../etc", "_.._etc"),
            ("..", "_"),
            ("a/b\\c", "a_b_c"),
        ] {
            assert_eq!(plain(name), want);
        }
    }
}
