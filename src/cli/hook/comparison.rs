//! What each ref of a push changes, as far as history tells.

use zij_core::report::shortened;
use zij_git::{BaseChoice, Branch, CommitId, InvalidId, Range, Repository, Revision};
use zij_hooks::{Ancestry, Change, ObjectName, RefUpdate};

use crate::error::{CommandError, CommandResult};

/// Of a long branch name no more columns are shown.
const NAME: usize = 24;
/// No more branches are looked at for the one that a new branch left last.
const CANDIDATES: usize = 64;

/// Which branches the receiving side has already.
#[derive(Clone, Debug)]
pub(super) enum Receiver {
    /// As remembered of a remote since the last fetch.
    Remote(String),
    /// This repository itself.
    Here,
}

/// What a push does to one ref.
#[derive(Debug)]
pub(super) enum Effect {
    /// Nothing deploys from it: a tag, a note, a ref that stays where it is.
    None,
    /// The branch goes.
    Deletes {
        /// Its newest commit, if it is stored here.
        tip: Option<Revision>,
        /// Whether it is the one that deploys by default.
        default: bool,
    },
    /// The branch's files may change.
    Changes(Comparison),
}

/// Two revisions whose difference a push deploys.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) range: Range,
    pub(super) force: bool,
    pub(super) new: bool,
    /// What to know about the choice of the base even where nothing is wrong.
    pub(super) caution: Option<String>,
}

/// The branch's name for people; `None` where the ref is no branch.
pub(super) fn branch(update: &RefUpdate) -> Option<String> {
    // Not by `RefKind`: a branch whose name is not UTF-8 deploys too.
    let is_branch = update.remote_ref.as_bytes().starts_with(b"refs/heads/");
    let name = update.remote_ref.to_string();
    let name = name.strip_prefix("refs/heads/").filter(|_| is_branch)?;
    Some(shortened(name, NAME))
}

impl Receiver {
    /// What `update` does there.
    pub(super) fn effect(
        &self,
        repository: &Repository,
        update: &RefUpdate,
    ) -> CommandResult<Effect> {
        if branch(update).is_none() {
            return Ok(Effect::None);
        }
        let change = update.change(|old, new| ancestry(repository, old, new));
        let (old, new) = (commit(update.old.as_ref())?, commit(update.new.as_ref())?);
        match (old, new) {
            (_, None) => Ok(self.deletion(repository, update, old)),
            (Some(old), Some(new)) if old == new => Ok(Effect::None),
            (old, Some(new)) => self.change(repository, change, old, new).map(Effect::Changes),
        }
    }

    fn deletion(
        &self,
        repository: &Repository,
        update: &RefUpdate,
        old: Option<CommitId>,
    ) -> Effect {
        let default = match self {
            Self::Remote(remote) => repository.default_branch_of(remote),
            Self::Here => repository.current_branch(),
        };
        let name = update.remote_ref.as_str().and_then(|name| name.strip_prefix("refs/heads/"));
        let default = match default {
            Some(default) => name == Some(&default),
            None => matches!(name, Some("main" | "master")),
        };
        let tip = old.filter(|id| repository.has_object(*id)).map(revision);
        Effect::Deletes { tip, default }
    }

    fn change(
        &self,
        repository: &Repository,
        change: Change,
        old: Option<CommitId>,
        new: CommitId,
    ) -> CommandResult<Comparison> {
        let head = revision(repository.peel(new)?);
        let head_id = head.commit().unwrap_or(new);
        let range = |base, choice| Range { base, head: head.clone(), choice };
        let (range, caution) = match old.filter(|old| repository.has_object(*old)) {
            Some(old) => {
                let caution = (change == Change::Unknown)
                    .then(|| "history is cut off here: this may be a force push".to_owned());
                (range(revision(old), BaseChoice::Given), caution)
            }
            None => {
                let (base, choice) = self.fork_point(repository, head_id)?;
                let caution = old.map(|_| missing_tip(&choice));
                (range(base, choice), caution)
            }
        };
        let (force, new) = (change == Change::Force, change == Change::Create);
        Ok(Comparison { range, force, new, caution })
    }

    /// The last commit of `head` that the receiver has, as far as is known.
    fn fork_point(
        &self,
        repository: &Repository,
        head: CommitId,
    ) -> CommandResult<(Revision, BaseChoice)> {
        let mut best: Option<(CommitId, String)> = None;
        for branch in self.branches(repository)?.into_iter().take(CANDIDATES) {
            // A branch that cannot be followed says nothing; another one may.
            let Ok(Some(base)) = repository.merge_base(branch.id, head) else { continue };
            let nearer = match &best {
                None => true,
                Some((known, _)) => known != &base && repository.is_ancestor(*known, base)?,
            };
            if nearer {
                best = Some((base, branch.name));
            }
        }
        Ok(match best {
            Some((base, with)) => (revision(base), BaseChoice::MergeBase { with }),
            None => (Revision::Empty, BaseChoice::Nothing),
        })
    }

    /// The receiver's branches, those first that others usually start from.
    fn branches(&self, repository: &Repository) -> CommandResult<Vec<Branch>> {
        let mut branches = match self {
            Self::Here => repository.branches()?,
            Self::Remote(remote) => {
                // A remote without a name, or never fetched, is taken to have what others have.
                let own = format!("refs/remotes/{remote}/");
                let own = repository.branches_below(&own).unwrap_or_default();
                if own.is_empty() { repository.remote_branches()? } else { own }
            }
        };
        let usual = |name: &str| name.rsplit('/').next().is_some_and(is_usual);
        branches.sort_by_key(|branch| !usual(&branch.name));
        Ok(branches)
    }
}

fn is_usual(name: &str) -> bool {
    matches!(name, "HEAD" | "main" | "master")
}

fn missing_tip(choice: &BaseChoice) -> String {
    match choice {
        BaseChoice::MergeBase { with } => format!(
            "the branch's present commit is not here (git fetch brings it): compared with where \
             the push left {with}"
        ),
        _ => "the branch's present commit is not here (git fetch brings it): compared with \
              nothing"
            .to_owned(),
    }
}

fn ancestry(repository: &Repository, old: &ObjectName, new: &ObjectName) -> Ancestry {
    let (Ok(Some(old)), Ok(Some(new))) = (commit(Some(old)), commit(Some(new))) else {
        return Ancestry::Unknown;
    };
    let missing = !repository.has_object(old);
    match repository.is_ancestor(old, new) {
        Ok(true) => Ancestry::Kept,
        _ if repository.is_shallow() => Ancestry::Unknown,
        Ok(false) => Ancestry::Lost,
        Err(_) if missing => Ancestry::Lost,
        Err(_) => Ancestry::Unknown,
    }
}

fn commit(name: Option<&ObjectName>) -> CommandResult<Option<CommitId>> {
    let parse = |name: &ObjectName| name.as_str().parse();
    name.map(parse)
        .transpose()
        .map_err(|error: InvalidId| CommandError::unevaluated(error.to_string()))
}

fn revision(id: CommitId) -> Revision {
    Revision::Commit { name: id.short(), id }
}
