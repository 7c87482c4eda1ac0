//! Anchors: commits of a ref of its own that say how far the log was and what its head hashed to.
//!
//! A chain alone does not show that its end was cut off or that all of it was replaced. Who fetches
//! `refs/zij/audit/*` to another machine has what shows it.

use std::{
    io::{self, Write as _},
    path::Path,
    process::Stdio,
};

use serde::{Deserialize, Serialize};
use zij_core::source::{Tree as _, TreePath};
use zij_git::Repository;

use super::{
    chain::Digest,
    store::{Log, LogError},
};
use crate::{clock, process};

/// Where anchors are kept, by the name of the machine that keeps the log.
const REFS: &str = "refs/zij/audit/";
/// The file in the tree of an anchor's commit.
const FILE: &str = "anchor.json";
/// The name of the form of that file.
const SCHEMA: &str = "zij.audit-anchor/v1";
/// The newest anchors of each machine that are compared with the log.
const COMPARED: usize = 10_000;

/// How far the log was at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) host: String,
    pub(crate) time: String,
    pub(crate) file: String,
    pub(crate) sequence: u64,
    pub(crate) digest: Digest,
}

/// An anchor as its file has it, keys sorted.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    algorithm: String,
    file: String,
    head: String,
    host: String,
    records: u64,
    schema: String,
    time: String,
}

/// An anchor could not be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnchorError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("git did not start: {0}")]
    Start(#[from] io::Error),
    #[error("git could not write the anchor: {0}")]
    Git(String),
    #[error(transparent)]
    Repository(#[from] zij_git::Error),
    #[error("the anchor of commit {commit} cannot be read: {why}")]
    Unreadable { commit: String, why: String },
}

impl Anchor {
    /// What messages call it.
    pub(super) fn name(&self) -> String {
        format!("of {} at {}", super::clean(&self.host), super::clean(&self.time))
    }
}

/// Writes an anchor for the log's last record; `None` where the newest one is of that record
/// already or there is no record.
///
/// # Errors
/// When the log cannot be read or git refuses.
pub(crate) fn write_anchor(log: &Log, common_dir: &Path) -> Result<Option<Anchor>, AnchorError> {
    let Some((file, link)) = log.last()? else { return Ok(None) };
    let host = host();
    let name = format!("{REFS}{host}");
    let git = Git { folder: common_dir };
    let old = git.ask(&["rev-parse", "--verify", "--quiet", &name], b"").unwrap_or_default();
    if !old.is_empty() {
        let newest = git.ask(&["cat-file", "blob", &format!("{old}:{FILE}")], b"")?;
        let newest: Option<Stored> = serde_json::from_str(&newest).ok();
        if newest.is_some_and(|newest| newest.head == link.digest.to_string()) {
            return Ok(None);
        }
    }
    let file = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let anchor = Anchor {
        host,
        time: clock::timestamp(),
        file,
        sequence: link.sequence,
        digest: link.digest,
    };
    let stored = Stored::from(&anchor);
    let text =
        serde_json::to_string(&stored).map_err(|error| AnchorError::Git(error.to_string()))?;
    let blob = git.ask(&["hash-object", "-w", "--stdin"], format!("{text}\n").as_bytes())?;
    let tree = git.ask(&["mktree"], format!("100644 blob {blob}\t{FILE}\n").as_bytes())?;
    let message = format!("audit log up to record {}\n", anchor.sequence);
    let mut commit = vec!["commit-tree", &tree];
    if !old.is_empty() {
        commit.extend(["-p", &old]);
    }
    let signs = git.ask(&["config", "--type=bool", "--get", "zij.signAnchors"], b"");
    if signs.is_ok_and(|answer| answer == "true") {
        commit.push("-S");
    }
    let commit = git.ask(&commit, message.as_bytes())?;
    let zeros = "0".repeat(commit.len());
    let expected = if old.is_empty() { &zeros } else { &old };
    git.ask(&["update-ref", &name, &commit, expected], b"")?;
    Ok(Some(anchor))
}

/// All anchors in a repository, whichever machine wrote them, the oldest first.
///
/// # Errors
/// When a ref, commit or file cannot be read.
pub(crate) fn anchors(repository: &Repository) -> Result<Vec<Anchor>, AnchorError> {
    let mut anchors = Vec::new();
    let path = TreePath::parse(FILE).map_err(|error| AnchorError::Git(error.to_string()))?;
    for branch in repository.branches_below(REFS)? {
        for commit in repository.first_parents(branch.id, COMPARED, &|_| false)? {
            let unreadable =
                |why: String| AnchorError::Unreadable { commit: commit.id.to_string(), why };
            let bytes = repository.tree_of(commit.id)?.read(&path);
            let bytes = bytes.map_err(|error| unreadable(error.to_string()))?;
            let stored = bytes.and_then(|bytes| serde_json::from_slice::<Stored>(&bytes).ok());
            let anchor = stored.and_then(Stored::anchor);
            anchors.push(anchor.ok_or_else(|| unreadable("it is no anchor".to_owned()))?);
        }
    }
    anchors.sort_by(|one, other| (one.sequence, &one.time).cmp(&(other.sequence, &other.time)));
    Ok(anchors)
}

impl Stored {
    fn anchor(self) -> Option<Anchor> {
        let Self { algorithm, file, head, host, records, schema, time } = self;
        let known = schema == SCHEMA && algorithm == super::chain::HASH;
        let digest = Digest::read(&head).filter(|_| known)?;
        Some(Anchor { host, time, file, sequence: records, digest })
    }
}

impl From<&Anchor> for Stored {
    fn from(anchor: &Anchor) -> Self {
        Self {
            algorithm: super::chain::HASH.to_owned(),
            file: anchor.file.clone(),
            head: anchor.digest.to_string(),
            host: anchor.host.clone(),
            records: anchor.sequence,
            schema: SCHEMA.to_owned(),
            time: anchor.time.clone(),
        }
    }
}

/// The machine's name as a part of a ref.
fn host() -> String {
    let uname = rustix::system::uname();
    let name = uname.nodename().to_string_lossy();
    let fit = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let name: String = name.chars().map(fit).collect();
    let name = name.trim_matches('-').to_owned();
    if name.is_empty() { "host".to_owned() } else { name }
}

/// Real git writes anchors, because it can be told to wait for the disk.
struct Git<'a> {
    folder: &'a Path,
}

impl Git<'_> {
    fn ask(&self, arguments: &[&str], input: &[u8]) -> Result<String, AnchorError> {
        let mut git = process::command("git");
        git.arg("--git-dir").arg(self.folder).args(["-c", "core.fsync=all"]).args(arguments);
        git.envs([
            ("GIT_AUTHOR_NAME", "zij"),
            ("GIT_AUTHOR_EMAIL", "zij@localhost"),
            ("GIT_COMMITTER_NAME", "zij"),
            ("GIT_COMMITTER_EMAIL", "zij@localhost"),
        ]);
        git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = git.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input)?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(AnchorError::Git(reason));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }
}
