//! What the last nightly check saw, so that the next one tells what came since.

use std::{fs, io::Write as _, path::Path};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::error::CommandResult;

/// The newest commit of a branch at some time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) branch: String,
    pub(super) commit: String,
    pub(super) time: String,
}

/// Where it is kept, below the git folder.
const FILE: &str = "zij/reconciled.json";

impl Seen {
    /// What was seen last of `branch`; `None` where nothing was or it cannot be read.
    pub(super) fn of(common_dir: &Path, branch: &str) -> Option<Self> {
        read(common_dir).into_iter().find(|seen| seen.branch == branch)
    }

    /// Keeps it in place of what was seen of the same branch before.
    pub(super) fn keep(self, common_dir: &Path) -> CommandResult {
        let mut all = read(common_dir);
        all.retain(|seen| seen.branch != self.branch);
        all.push(self);
        all.sort_by(|one, other| one.branch.cmp(&other.branch));
        let folder = common_dir.join("zij");
        fs::create_dir_all(&folder)?;
        // Replaced whole, so that one that is ended in between leaves the one before.
        let mut file = NamedTempFile::new_in(&folder)?;
        file.write_all(serde_json::to_string_pretty(&all).unwrap_or_default().as_bytes())?;
        file.persist(common_dir.join(FILE)).map_err(std::io::Error::from)?;
        Ok(())
    }
}

fn read(common_dir: &Path) -> Vec<Seen> {
    let bytes = fs::read(common_dir.join(FILE)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
