//! Commits, branches and how they relate.

use zij_core::source::ContentId;

use crate::{CommitId, Error, Repository, Result, error::chain, id::content_id};

/// A commit in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitSummary {
    /// The commit.
    pub id: CommitId,
    /// Its parents, the first one first; they need not be stored here in a shallow clone.
    pub parents: Vec<CommitId>,
    /// Its tree.
    pub tree: ContentId,
    /// The first paragraph of its message on one line.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// Who wrote it, by address.
    pub email: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
}

/// A branch and its newest commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Branch {
    /// The whole name of the ref.
    pub full_name: String,
    /// The name without `refs/heads/` or `refs/remotes/`.
    pub name: String,
    /// The newest commit.
    pub id: CommitId,
}

impl Repository {
    /// What a commit says of itself; text that is not UTF-8 gets replacement characters.
    ///
    /// # Errors
    /// When the commit is not stored here or cannot be read.
    pub fn summary(&self, commit: CommitId) -> Result<CommitSummary> {
        self.with_commit(commit, summary)?.map_err(Error::store("read a commit"))
    }

    /// At most `limit` commits from `from` back along first parents, the newest first, up to the
    /// first one that `is_known`, which is left out.
    ///
    /// Where a shallow clone was cut off the list ends without an error.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn first_parents(
        &self,
        from: CommitId,
        limit: usize,
        is_known: &dyn Fn(CommitId) -> bool,
    ) -> Result<Vec<CommitSummary>> {
        let mut commits = Vec::new();
        let mut next = Some(from);
        while let Some(id) = next.filter(|id| commits.len() < limit && !is_known(*id)) {
            let commit = match self.summary(id) {
                Err(Error::MissingCommit { shallow: true, .. }) if !commits.is_empty() => break,
                other => other?,
            };
            next = commit.parents.first().copied();
            commits.push(commit);
        }
        Ok(commits)
    }

    /// The local branches, sorted by name.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn branches(&self) -> Result<Vec<Branch>> {
        self.branches_below("refs/heads/")
    }

    /// The branches known of remotes, sorted by name, without their `HEAD`.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn remote_branches(&self) -> Result<Vec<Branch>> {
        let mut branches = self.branches_below("refs/remotes/")?;
        branches.retain(|branch| !branch.name.ends_with("/HEAD"));
        Ok(branches)
    }

    /// The refs whose whole name starts with `prefix`, a folder such as `refs/zij/`, sorted; refs
    /// that lead to no commit are left out.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn branches_below(&self, prefix: &str) -> Result<Vec<Branch>> {
        let listed = self.store.with(|repository| {
            let references = repository.references()?;
            let mut branches = Vec::new();
            for reference in references.prefixed(prefix)? {
                // A broken ref is no reason to lose sight of all others.
                let Ok(mut reference) = reference else { continue };
                let name = reference.name().as_bstr().to_string();
                let Ok(commit) = reference.peel_to_commit() else { continue };
                branches.push(Branch {
                    name: name.strip_prefix(prefix).unwrap_or(&name).to_owned(),
                    full_name: name,
                    id: CommitId(commit.id),
                });
            }
            branches.sort();
            Ok(branches)
        });
        listed.map_err(Error::store("list the refs"))
    }

    /// The best common ancestor of two commits; `None` where they share no history.
    ///
    /// # Errors
    /// When one of them is not stored here, or history cannot be read.
    pub fn merge_base(&self, one: CommitId, other: CommitId) -> Result<Option<CommitId>> {
        let (one, other) = (self.peel(one)?, self.peel(other)?);
        self.store.with(|repository| {
            let base = repository.merge_base(one.0, other.0).map_err(|error| Error::Store {
                doing: "find the merge base",
                detail: chain(&error),
            })?;
            Ok(base.map(|id| CommitId(id.detach())))
        })
    }

    /// Whether `old` is `new` or one of its ancestors: whether moving a branch from `old` to `new`
    /// loses no commit.
    ///
    /// # Errors
    /// As [`Repository::merge_base`].
    pub fn is_ancestor(&self, old: CommitId, new: CommitId) -> Result<bool> {
        Ok(self.merge_base(old, new)? == Some(self.peel(old)?))
    }
}

fn summary(commit: &gix::Commit<'_>) -> gix::Result<CommitSummary> {
    let decoded = commit.decode()?;
    let author = decoded.author()?.trim();
    Ok(CommitSummary {
        id: CommitId(commit.id),
        parents: decoded.parents().map(CommitId).collect(),
        tree: content_id(&decoded.tree()),
        subject: decoded.message_summary().to_string(),
        author: author.name.to_string(),
        email: author.email.to_string(),
        time: decoded.committer()?.seconds(),
    })
}
