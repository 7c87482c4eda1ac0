//! From `BASE..HEAD`, `BASE...HEAD` or nothing at all to two revisions.

use crate::{CommitId, Error, Repository, Result, Revision};

/// Where a branch usually came from, tried in this order when it has no upstream.
const USUAL_BASES: [&str; 5] =
    ["refs/remotes/origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// Two revisions to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The side before.
    pub base: Revision,
    /// The side after.
    pub head: Revision,
    /// How the base was chosen.
    pub choice: BaseChoice,
}

/// How the base of a range was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseChoice {
    /// It was given.
    Given,
    /// It is the last commit the head has in common with this revision.
    MergeBase {
        /// The revision's name.
        with: String,
    },
    /// It is the head's first parent: the head is not ahead of anything.
    Parent,
    /// The head is a first commit and is compared with nothing.
    Nothing,
}

impl Repository {
    /// The two sides of `text`: `A..B` compares A with B, `A...B` compares their merge base with
    /// B as a review does, a single `A` means `A..HEAD`; an empty side is HEAD.
    ///
    /// # Errors
    /// When a side names no commit, or the sides of `A...B` have no common ancestor.
    pub fn range(&self, text: &str) -> Result<Range> {
        let or_head =
            |side: &'_ str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
        if let Some((base, head)) = text.split_once("...") {
            let (base, head) = (or_head(base), or_head(head));
            let head_revision = self.resolve(&head)?;
            let base_revision = self.resolve(&base)?;
            let base = self.common_base(&base_revision, &head_revision)?;
            let choice = BaseChoice::MergeBase { with: name(&base_revision) };
            return Ok(Range { base, head: head_revision, choice });
        }
        let (base, head) = text.split_once("..").unwrap_or((text, ""));
        Ok(Range {
            base: self.resolve(&or_head(base))?,
            head: self.resolve(&or_head(head))?,
            choice: BaseChoice::Given,
        })
    }

    /// What a reviewer would be shown: HEAD, or what is staged if that differs, compared with
    /// where the branch left its upstream (else `origin/HEAD`, `main`, `master`).
    ///
    /// On a branch that is ahead of nothing the last commit is compared with its parent; staged
    /// changes there are compared with HEAD.
    ///
    /// # Errors
    /// When there is no commit yet, or history cannot be read.
    pub fn default_range(&self) -> Result<Range> {
        let commit = self.resolve("HEAD")?;
        let Some(id) = commit.commit() else { return Err(Error::Bare) };
        let staged = match self.staged() {
            Ok(tree) => tree.root != self.tree_of(id)?.root,
            Err(Error::Bare) => false,
            Err(error) => return Err(error),
        };
        let (base, choice) = self.default_base(id)?;
        let ahead = base.commit() != Some(id) && matches!(choice, BaseChoice::MergeBase { .. });
        Ok(match (staged, ahead) {
            (true, true) => Range { base, head: Revision::Staged, choice },
            (true, false) => {
                Range { base: commit, head: Revision::Staged, choice: BaseChoice::Given }
            }
            (false, _) => Range { base, head: commit, choice },
        })
    }

    /// The base that [`Repository::default_range`] compares the commit `head` with.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn default_base(&self, head: CommitId) -> Result<(Revision, BaseChoice)> {
        let upstream = ["@{upstream}"].into_iter().chain(USUAL_BASES);
        for candidate in upstream {
            let Ok(Revision::Commit { id: other, .. }) = self.resolve(candidate) else { continue };
            let with = self.spelled(candidate);
            match self.merge_base(other, head)? {
                Some(id) if id != head => {
                    let name = format!("merge base with {with}");
                    return Ok((Revision::Commit { name, id }, BaseChoice::MergeBase { with }));
                }
                // Already merged there, or no common history: another candidate may say more.
                Some(_) | None => {}
            }
        }
        match self.summary(head)?.parents.first() {
            Some(id) if self.has_object(*id) => {
                let name = format!("{}~1", head.short());
                Ok((Revision::Commit { name, id: *id }, BaseChoice::Parent))
            }
            Some(id) => Err(Error::MissingCommit { id: *id, shallow: self.is_shallow() }),
            None => Ok((Revision::Empty, BaseChoice::Nothing)),
        }
    }

    fn common_base(&self, base: &Revision, head: &Revision) -> Result<Revision> {
        let (Some(left), Some(right)) = (base.commit(), head.commit()) else {
            return Ok(base.clone());
        };
        match self.merge_base(left, right)? {
            Some(id) => {
                Ok(Revision::Commit { name: format!("merge base with {}", name(base)), id })
            }
            None => Err(Error::NoMergeBase {
                left: name(base),
                right: name(head),
                shallow: self.is_shallow(),
            }),
        }
    }

    /// The ref a candidate stands for, as people write it.
    fn spelled(&self, candidate: &str) -> String {
        let found = self.store.with(|repository| {
            let spec = repository.rev_parse(candidate).ok()?;
            Some(spec.first_reference()?.name.shorten().to_string())
        });
        found.unwrap_or_else(|| candidate.to_owned())
    }
}

fn name(revision: &Revision) -> String {
    match revision {
        Revision::Commit { name, .. } => name.clone(),
        Revision::Staged | Revision::Empty => revision.to_string(),
    }
}
