//! Which revisions the trees of a repository were asked for, and what they were then.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, atomic::Ordering},
};

use crate::{CommitId, Repository};

/// Stands for the list of all tags among the names that were looked up.
const TAGS: &str = "refs/tags/*";

impl Repository {
    /// Every revision that a tree of this repository was asked for by name (`Tree::at`), and what
    /// it was: a commit's id, or nothing. A branch may be something else next time.
    #[must_use]
    pub fn looked_up(&self) -> BTreeMap<String, String> {
        self.store.looked_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether everything that was looked up is still what it was.
    #[must_use]
    pub fn still_is(&self, looked_up: &BTreeMap<String, String>) -> bool {
        looked_up.iter().all(|(name, found)| match name.as_str() {
            TAGS => self.tags().join("\n") == *found,
            name => shown(self.revision_at(name)) == *found,
        })
    }

    /// Whether a tree of this repository could not read an object, as in a partial clone: it may be
    /// there next time.
    #[must_use]
    pub fn has_missed_objects(&self) -> bool {
        self.store.has_missed.load(Ordering::Relaxed)
    }

    /// The commit that `revision` means to a deployment tool: what is deployed is the remote's
    /// branch, whatever the local one of that name holds.
    fn revision_at(&self, revision: &str) -> Option<CommitId> {
        let names = [
            format!("refs/tags/{revision}"),
            format!("refs/remotes/origin/{revision}"),
            revision.to_owned(),
        ];
        names.iter().find_map(|name| self.resolve(name).ok()?.commit())
    }

    /// As [`Self::revision_at`], remembered.
    pub(crate) fn look_up(&self, revision: &str) -> Option<CommitId> {
        let found = self.revision_at(revision);
        self.remember(revision, shown(found));
        found
    }

    /// The names of all tags, sorted, remembered.
    pub(crate) fn look_up_tags(&self) -> Vec<String> {
        let tags = self.tags();
        self.remember(TAGS, tags.join("\n"));
        tags
    }

    fn tags(&self) -> Vec<String> {
        let tags = self.branches_below("refs/tags/").unwrap_or_default();
        tags.into_iter().map(|tag| tag.name).collect()
    }

    fn remember(&self, name: &str, found: String) {
        let mut looked_up = self.store.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
        looked_up.insert(name.to_owned(), found);
    }
}

fn shown(found: Option<CommitId>) -> String {
    found.map(|id| id.to_string()).unwrap_or_default()
}
