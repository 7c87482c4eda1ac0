//! Which commit made a file, or a line of it, what it is.

use zij_core::source::{ContentId, Tree as _, TreePath};

use crate::{CommitId, CommitSummary, Error, Repository, Result};

/// Commits that are looked at; whoever asks waits for the answer.
const MOST: usize = 5_000;

impl Repository {
    /// The newest commit up to `head` that changed the file, as `git log -1 -- FILE` finds it; with
    /// a line's text the one that brought that line.
    ///
    /// A line counts as old where a parent's file has the same text as often. `None` where history is
    /// cut off before, or goes back further than anyone looks.
    ///
    /// # Errors
    /// When a commit or its files cannot be read.
    pub fn last_change(
        &self,
        file: &TreePath,
        line: Option<&str>,
        head: CommitId,
    ) -> Result<Option<CommitSummary>> {
        let mut commit = self.summary(head)?;
        let mut own = self.version(commit.id, file, line)?;
        for _ in 0..MOST {
            let mut older = None;
            for parent in &commit.parents {
                let summary = match self.summary(*parent) {
                    Err(Error::MissingCommit { shallow: true, .. }) => return Ok(None),
                    other => other?,
                };
                let version = self.version(*parent, file, line)?;
                if version.is_at_least(&own) {
                    older = Some((summary, version));
                    break;
                }
            }
            match older {
                Some((parent, version)) => (commit, own) = (parent, version),
                None => return Ok(Some(commit)),
            }
        }
        Ok(None)
    }

    fn version(&self, commit: CommitId, file: &TreePath, line: Option<&str>) -> Result<Version> {
        let tree = self.tree_of(commit)?;
        let failed = |error: zij_core::source::SourceError| Error::Store {
            doing: "read an old version of a file",
            detail: error.to_string(),
        };
        let id = tree.entry(file).map_err(failed)?.map(|entry| entry.id);
        let lines = match line {
            None => 0,
            Some(line) => {
                let bytes = tree.read(file).map_err(failed)?.unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                text.lines().filter(|own| *own == line).count()
            }
        };
        Ok(Version { id, lines })
    }
}

/// A file at a commit.
struct Version {
    id: Option<ContentId>,
    /// How often it has the line that is asked for.
    lines: usize,
}

impl Version {
    /// Whether a newer version changed nothing that is asked for.
    fn is_at_least(&self, newer: &Self) -> bool {
        self.id == newer.id || (newer.lines > 0 && self.lines >= newer.lines)
    }
}
