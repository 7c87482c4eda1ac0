//! From what a person types to a commit.

use std::fmt;

use crate::{CommitId, Error, Repository, Result, error::chain};

/// How many similar names an error offers.
const NEAR: usize = 3;
/// How many refs are compared with a name that was not found.
const COMPARED_REFS: usize = 20_000;

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// A commit.
    Commit {
        /// What it was called: as typed, or how it was chosen.
        name: String,
        /// The commit.
        id: CommitId,
    },
    /// What is staged in the index.
    Staged,
    /// No files at all, as before the first commit.
    Empty,
}

impl Revision {
    /// The commit; `None` for what is staged and for nothing.
    pub fn commit(&self) -> Option<CommitId> {
        match self {
            Self::Commit { id, .. } => Some(*id),
            Self::Staged | Self::Empty => None,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit { name, id } if id.to_string().starts_with(name.as_str()) => {
                f.write_str(&id.short())
            }
            Self::Commit { name, id } => write!(f, "{name} ({})", id.short()),
            Self::Staged => f.write_str("staged"),
            Self::Empty => f.write_str("nothing"),
        }
    }
}

impl Repository {
    /// The commit that `text` names: a ref, `HEAD~1`, a tag (peeled), a full or abbreviated id and
    /// whatever else gitrevisions(7) allows, except searches for a text (`:/`, `^{/`).
    ///
    /// # Errors
    /// When it names nothing, more than one object, no commit, a commit that is not stored here,
    /// or HEAD where nothing was committed yet.
    pub fn resolve(&self, text: &str) -> Result<Revision> {
        let found = self.store.with(|repository| {
            repository
                .rev_parse_single(text)
                .or_else(|error| match expand(repository, text) {
                    Some(whole) => repository.rev_parse_single(whole.as_str()),
                    None => Err(error),
                })
                .map(gix::Id::detach)
                .map_err(|error| chain(&error))
        });
        let detail = match found {
            Ok(id) => match self.peel(CommitId(id)) {
                Ok(id) => return Ok(Revision::Commit { name: text.to_owned(), id }),
                Err(Error::Store { detail, .. }) => detail,
                Err(error) => return Err(error),
            },
            Err(detail) => detail,
        };
        if let Ok(id) = text.parse::<CommitId>()
            && !self.has_object(id)
        {
            return Err(Error::MissingCommit { id, shallow: self.is_shallow() });
        }
        if let Some(branch) = self.unborn_branch()
            && (text == branch || is_head(text))
        {
            return Err(Error::Unborn { branch });
        }
        let near = self.near_misses(text);
        Err(Error::UnknownRevision { text: text.to_owned(), detail, near })
    }

    /// The short name of the branch HEAD is on; `None` when it is detached.
    pub fn current_branch(&self) -> Option<String> {
        self.store.with(|repository| {
            let name = repository.head_name().ok()??;
            Some(name.shorten().to_string())
        })
    }

    /// The short name of the branch that a remote deploys from by default, as `refs/remotes/*/HEAD`
    /// remembers it; `None` where that was never asked for.
    pub fn default_branch_of(&self, remote: &str) -> Option<String> {
        let folder = format!("refs/remotes/{remote}/");
        self.store.with(|repository| {
            let name = format!("{folder}HEAD");
            let reference = repository.try_find_reference(name.as_str()).ok()??;
            let target = reference.target().try_name()?.as_bstr().to_string();
            Some(target.strip_prefix(&folder)?.to_owned())
        })
    }

    fn unborn_branch(&self) -> Option<String> {
        self.store.with(|repository| {
            let head = repository.head().ok()?;
            let name = head.is_unborn().then(|| head.referent_name())??;
            Some(name.shorten().to_string())
        })
    }

    fn near_misses(&self, text: &str) -> Vec<String> {
        let wanted: Vec<char> = text.chars().take(100).collect();
        let tolerance = (wanted.len() / 3).clamp(1, 3);
        let mut near: Vec<(usize, String)> = self
            .ref_names()
            .into_iter()
            .filter_map(|name| {
                let distance = distance(&wanted, &name.chars().take(100).collect::<Vec<_>>());
                (distance <= tolerance).then_some((distance, name))
            })
            .collect();
        near.sort();
        near.dedup();
        near.truncate(NEAR);
        near.into_iter().map(|(_, name)| name).collect()
    }

    fn ref_names(&self) -> Vec<String> {
        self.store.with(|repository| {
            let Ok(references) = repository.references() else { return Vec::new() };
            let Ok(all) = references.all() else { return Vec::new() };
            all.take(COMPARED_REFS)
                .flatten()
                .map(|reference| reference.name().shorten().to_string())
                .collect()
        })
    }
}

/// `text` with the abbreviated id at its start written out, in a repository of the SHA-256 kind:
/// gix 0.90 takes every abbreviation for one of SHA-1 and finds nothing.
fn expand(repository: &gix::Repository, text: &str) -> Option<String> {
    let hash = repository.object_hash();
    let end = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if hash == gix::hash::Kind::Sha1 || digits.len() >= hash.len_in_hex() {
        return None;
    }
    let padded = format!("{digits:0<width$}", width = hash.len_in_hex());
    let id = gix::ObjectId::from_hex(padded.as_bytes()).ok()?;
    let prefix = gix::hash::Prefix::new(&id, digits.len()).ok()?;
    let found = repository.objects.lookup_prefix(prefix, None).ok()??.ok()?;
    Some(format!("{found}{rest}"))
}

/// Whether `text` starts from HEAD: `HEAD`, `@`, `HEAD~2`, `@^`.
fn is_head(text: &str) -> bool {
    let rest = text.strip_prefix("HEAD").or_else(|| text.strip_prefix('@'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['~', '^', '@', ':']))
}

/// How many single-character edits lie between two names, two neighbours in the wrong order being
/// one of them (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let edited = last[j] + usize::from(x != y);
            let nearest = edited.min(row[j] + 1).min(last[j + 1] + 1);
            let is_swap = i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x;
            row.push(if is_swap { nearest.min(before[j - 1] + 1) } else { nearest });
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
