//! Merges and reverts made in memory: no work tree, no index and no ref is touched, and nothing is
//! written to the repository.

use std::{collections::BTreeSet, fmt, sync::Arc};

use gix::{
    ObjectId,
    bstr::{BStr, BString, ByteSlice as _},
    diff::blob::Algorithm,
    merge::{
        blob::builtin_driver::text::Labels,
        plumbing,
        tree::{Conflict, Options, ResolutionFailure, TreatAsUnresolved},
    },
    objs,
};

use crate::{CommitId, Error, GitTree, Repository, Result, overlay::Overlay, store::Store};

const DOING: &str = "merge in memory";
/// More pairs of files than this, squared, are not compared to find renames: git's `merge.renameLimit`.
const RENAMES: usize = 7000;

/// A place to merge in; what it makes lives as long as the trees taken from it.
pub struct Merger {
    repository: gix::Repository,
    store: Arc<Store>,
}

/// A state of the files that a merge starts from or leads to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MergePoint {
    commit: ObjectId,
    tree: ObjectId,
}

/// What came of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeOutcome {
    /// All changes fit together.
    Clean(MergePoint),
    /// Some do not; sorted by path.
    Conflict(Vec<MergeConflict>),
}

/// Files that do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergeConflict {
    /// The file.
    pub path: String,
    /// What is wrong, as a lower-case fragment.
    pub what: &'static str,
}

impl fmt::Debug for MergePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MergePoint({})", self.tree)
    }
}

impl fmt::Debug for Merger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merger").finish_non_exhaustive()
    }
}

impl MergePoint {
    /// The id of the tree in hexadecimal; equal files have equal ids.
    pub fn tree_id(&self) -> String {
        self.tree.to_string()
    }
}

impl Repository {
    /// A place to merge in.
    ///
    /// Programs that the configuration names for merging, comparing and filtering files are not
    /// used: nothing that is merged can start one.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn merger(&self) -> Result<Merger> {
        let mut repository = self.store.fresh().with_object_memory();
        let mut config = repository.config_snapshot_mut();
        for section in ["merge", "diff", "filter"] {
            while let Some(name) = own_section(&config, section) {
                if config.remove_section(section, Some(name.as_bstr())).is_none() {
                    break;
                }
            }
        }
        config.commit().map_err(Error::store(DOING))?;
        Ok(Merger { repository, store: Arc::clone(&self.store) })
    }
}

/// The name of a section such as `[merge "driver"]`, if there is one.
fn own_section(config: &gix::config::File, section: &str) -> Option<BString> {
    let sections = config.sections_by_name(section)?;
    sections.into_iter().find_map(|section| section.header().subsection_name().map(BStr::to_owned))
}

impl Merger {
    /// The state at a commit.
    ///
    /// # Errors
    /// When the commit is not stored here.
    pub fn at(&self, commit: CommitId) -> Result<MergePoint> {
        let id = self.commit(commit)?;
        Ok(MergePoint { commit: id, tree: self.tree_of(id)? })
    }

    fn commit(&self, commit: CommitId) -> Result<ObjectId> {
        let missing = || Error::MissingCommit {
            id: commit,
            shallow: self.repository.is_shallow().unwrap_or(false),
        };
        let object = self.repository.try_find_object(commit.0).map_err(Error::store(DOING))?;
        let commit = object.ok_or_else(missing)?.peel_to_commit().map_err(Error::store(DOING))?;
        Ok(commit.id)
    }

    fn tree_of(&self, commit: ObjectId) -> Result<ObjectId> {
        let commit = self.repository.find_commit(commit).map_err(Error::store(DOING))?;
        Ok(commit.tree_id().map_err(Error::store(DOING))?.detach())
    }

    /// Merges `head` onto a state, as `git merge` does: renames are followed.
    ///
    /// # Errors
    /// When the two share no history or an object cannot be read.
    pub fn merge(&self, onto: MergePoint, head: CommitId) -> Result<MergeOutcome> {
        let head = self.commit(head)?;
        let base = self.repository.merge_base(onto.commit, head).map_err(Error::store(DOING))?;
        let Some(base) = base.map(gix::Id::detach) else {
            let name = |id: ObjectId| id.to_hex_with_len(9).to_string();
            let shallow = self.repository.is_shallow().unwrap_or(false);
            return Err(Error::NoMergeBase { left: name(onto.commit), right: name(head), shallow });
        };
        if base == head {
            return Ok(MergeOutcome::Clean(onto));
        }
        if base == onto.commit {
            return Ok(MergeOutcome::Clean(MergePoint { commit: head, tree: self.tree_of(head)? }));
        }
        let outcome = self
            .repository
            .merge_commits(onto.commit, head, labels(), self.options()?.into())
            .map_err(Error::store(DOING))?;
        self.outcome(outcome.tree_merge, &[onto.commit, head])
    }

    /// Takes a commit back on top of a state, as `git revert` does; of a merge, what it brought to
    /// its first parent.
    ///
    /// # Errors
    /// When the commit has no parent or an object cannot be read.
    pub fn revert(&self, onto: MergePoint, commit: CommitId) -> Result<MergeOutcome> {
        let commit = self.commit(commit)?;
        let decoded = self.repository.find_commit(commit).map_err(Error::store(DOING))?;
        let before = match decoded.parent_ids().next() {
            Some(parent) => self.tree_of(parent.detach())?,
            None => self.repository.object_hash().empty_tree(),
        };
        let after = self.tree_of(commit)?;
        let outcome = self
            .repository
            .merge_trees(after, onto.tree, before, labels(), self.options()?)
            .map_err(Error::store(DOING))?;
        self.outcome(outcome, &[onto.commit])
    }

    /// The files of some states; nothing can be merged afterwards.
    pub fn into_trees(mut self, points: &[MergePoint]) -> Vec<GitTree> {
        let memory = self.repository.objects.take_object_memory();
        let mut overlay = Overlay::default();
        for (id, (kind, bytes)) in memory.iter().flat_map(|memory| memory.iter()) {
            overlay.insert(*id, *kind, bytes.clone());
        }
        let overlay = Arc::new(overlay);
        let tree = |point: &MergePoint| {
            GitTree::new(Arc::clone(&self.store), point.tree, Some(Arc::clone(&overlay)))
        };
        points.iter().map(tree).collect()
    }

    /// Git's own settings, whatever the repository is configured to: what a forge would do.
    fn options(&self) -> Result<Options> {
        let options = self.repository.tree_merge_options().map_err(Error::store(DOING))?;
        let mut options = plumbing::tree::Options::from(options);
        options.rewrites = Some(gix::diff::Rewrites { limit: RENAMES, ..Default::default() });
        options.blob_merge.text.diff_algorithm = Algorithm::Histogram;
        Ok(options.into())
    }

    fn outcome(
        &self,
        mut merged: gix::merge::tree::Outcome<'_>,
        parents: &[ObjectId],
    ) -> Result<MergeOutcome> {
        let how = TreatAsUnresolved::git();
        let unresolved = merged.conflicts.iter().filter(|conflict| conflict.is_unresolved(how));
        let conflicts: BTreeSet<MergeConflict> = unresolved.map(described).collect();
        if !conflicts.is_empty() {
            return Ok(MergeOutcome::Conflict(conflicts.into_iter().collect()));
        }
        let tree = merged.tree.write().map_err(Error::store(DOING))?.detach();
        Ok(MergeOutcome::Clean(MergePoint { commit: self.record(tree, parents)?, tree }))
    }

    /// A commit in memory, so that the next merge finds the right common ancestor.
    fn record(&self, tree: ObjectId, parents: &[ObjectId]) -> Result<ObjectId> {
        let nobody = gix::actor::Signature {
            name: "zij".into(),
            email: "zij@localhost".into(),
            time: gix::date::Time::new(0, 0),
        };
        let commit = objs::Commit {
            tree,
            parents: parents.iter().copied().collect(),
            author: nobody.clone(),
            committer: nobody,
            encoding: None,
            message: "merged in memory".into(),
            extra_headers: Vec::new(),
        };
        let id = self.repository.write_object(&commit).map_err(Error::store(DOING))?;
        Ok(id.detach())
    }
}

fn labels() -> Labels<'static> {
    Labels {
        ancestor: Some(BStr::new("base")),
        current: Some(BStr::new("ours")),
        other: Some(BStr::new("theirs")),
    }
}

fn described(conflict: &Conflict) -> MergeConflict {
    let (ours, theirs) = conflict.changes_in_resolution();
    let path = ours.location().to_string();
    let what = match &conflict.resolution {
        Ok(_) => "both sides change the same lines",
        Err(ResolutionFailure::OursModifiedTheirsDeleted) => {
            "one side changes it, the other deletes it"
        }
        Err(ResolutionFailure::OursDeletedTheirsRenamed) => {
            "one side deletes it, the other renames it"
        }
        Err(
            ResolutionFailure::OursRenamedTheirsRenamedDifferently { .. }
            | ResolutionFailure::OursRenamedTheirsRenamedToSameLocation,
        ) => "both sides rename it",
        Err(ResolutionFailure::SubmoduleMerge | ResolutionFailure::SubmoduleAddAdd) => {
            "both sides move a submodule"
        }
        Err(_) => "both sides put different things there",
    };
    let path = if path.is_empty() { theirs.location().to_string() } else { path };
    MergeConflict { path, what }
}
