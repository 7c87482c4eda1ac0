//! Which paths differ between two trees.

use std::cmp::Ordering;

use zij_core::source::{Entry, EntryKind, SourceError, TreePath};

use crate::{
    GitTree,
    folder::{Child, Folder},
    store::failed,
};

/// More differing paths than this are an error, so that a tree made to explode cannot.
const CHANGE_LIMIT: usize = 2_000_000;
/// Folders deeper than this are an error.
const DEPTH_LIMIT: usize = 1_000;

/// A path whose content differs; never a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathChange {
    /// The path.
    pub path: TreePath,
    /// What was there before.
    pub old: Option<Entry>,
    /// What is there now.
    pub new: Option<Entry>,
}

/// A pair of folders whose content may differ; one of them may be absent.
struct Pair {
    path: TreePath,
    depth: usize,
    old: Option<Child>,
    new: Option<Child>,
}

impl GitTree {
    /// The paths whose content differs from `base`, sorted; links are compared, not followed.
    ///
    /// Only folders that differ are read. A file that only became executable is not reported, and
    /// neither is a rename as such: it is one path gone and one new. The repository's attributes
    /// and index play no part, unlike in git's own diff.
    ///
    /// # Errors
    /// When a folder cannot be read, or there are more differences than can be meant seriously.
    pub fn changes_since(&self, base: &Self) -> Result<Vec<PathChange>, SourceError> {
        let mut changes = Vec::new();
        let root = |tree: &Self| Some(Child::folder(tree.root));
        let mut pending =
            vec![Pair { path: TreePath::root(), depth: 0, old: root(base), new: root(self) }];
        while let Some(pair) = pending.pop() {
            if pair.old.map(|old| old.id) == pair.new.map(|new| new.id) {
                continue;
            }
            let old = pair.old.map(|old| base.folder(&pair.path, &old.id)).transpose()?;
            let new = pair.new.map(|new| self.folder(&pair.path, &new.id)).transpose()?;
            compare(&pair, old.as_deref(), new.as_deref(), &mut changes, &mut pending);
            if changes.len() + pending.len() > CHANGE_LIMIT || pair.depth > DEPTH_LIMIT {
                return Err(failed(&pair.path, "too many paths differ".to_owned()));
            }
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }
}

fn compare(
    pair: &Pair,
    old: Option<&Folder>,
    new: Option<&Folder>,
    changes: &mut Vec<PathChange>,
    pending: &mut Vec<Pair>,
) {
    let mut old = old.into_iter().flat_map(Folder::iter).peekable();
    let mut new = new.into_iter().flat_map(Folder::iter).peekable();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.name.cmp(&new.name),
        };
        let before = if order.is_le() { old.next() } else { None };
        let after = if order.is_ge() { new.next() } else { None };
        if let (Some((_, before)), Some((_, after))) = (before, after)
            && (before.id, before.kind) == (after.id, after.kind)
        {
            continue;
        }
        let Some((entry, _)) = before.or(after) else { return };
        let path = pair.path.child(&entry.name);
        let folder = |side: Option<(&Entry, Child)>| {
            side.map(|(_, child)| child).filter(|child| child.kind == EntryKind::Folder)
        };
        let other = |side: Option<(&Entry, Child)>| {
            side.filter(|(_, child)| child.kind != EntryKind::Folder)
                .map(|(entry, _)| entry.clone())
        };
        if folder(before).is_some() || folder(after).is_some() {
            let (old, new) = (folder(before), folder(after));
            pending.push(Pair { path: path.clone(), depth: pair.depth + 1, old, new });
        }
        if other(before).is_some() || other(after).is_some() {
            changes.push(PathChange { path, old: other(before), new: other(after) });
        }
    }
}
