//! Other git repositories, fetched by git itself and read without a checkout.

use std::{fs, path::Path, sync::Arc};

use zij_core::source::{EntryKind, Tree, TreePath};
use zij_git::{Repository, Revision};

use super::{archive::Files, error::FetchError};
use crate::process;

/// Bytes of all files of a repository that is copied.
const MAX_BYTES: usize = 128 << 20;
/// Files of a repository that is copied.
const MAX_FILES: usize = 20_000;
/// Folders lie no deeper than this.
const MAX_DEPTH: usize = 64;
/// Ways to a repository that git may take; anything else could start programs.
const PROTOCOLS: &str = "https:http:ssh:git:file";

/// A revision of a repository.
pub(super) struct Fetched {
    /// The commit's full id.
    pub(super) commit: String,
    pub(super) files: Files,
}

/// The files of a repository at a branch, tag or commit.
pub(super) fn fetch(url: &str, revision: &str) -> Result<Fetched, FetchError> {
    if [url, revision].iter().any(|text| text.starts_with('-') || text.contains(['\n', '\0'])) {
        return Err(FetchError::Git(format!("`{url}` at `{revision}` is no repository")));
    }
    let folder = tempfile::tempdir()
        .map_err(|cause| FetchError::Disk { path: "the temporary folder".to_owned(), cause })?;
    let at = folder.path();
    git(at, &["init", "--quiet", "--bare", "--template=", "."])?;
    let quick = ["fetch", "--quiet", "--depth=1", "--no-tags", url, revision];
    let commit = match git(at, &quick) {
        Ok(_) => git(at, &["rev-parse", "--verify", "FETCH_HEAD^{commit}"])?,
        // A server need not give away commits that no ref names.
        Err(first) => {
            let all = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
            git(at, &["fetch", "--quiet", url, all[0], all[1]]).map_err(|_| first)?;
            let commit = format!("{revision}^{{commit}}");
            git(at, &["rev-parse", "--verify", "--end-of-options", &commit])
                .map_err(|_| FetchError::Git(format!("{url} has no revision `{revision}`")))?
        }
    };
    let commit = commit.trim().to_owned();
    let files =
        files(at, &commit).map_err(|problem| FetchError::Git(format!("{url}: {problem}")))?;
    fs::remove_dir_all(at).ok();
    Ok(Fetched { commit, files })
}

/// What git prints.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, FetchError> {
    let mut command = process::command("git");
    command.current_dir(folder).args(["-c", "core.hooksPath=/dev/null"]);
    command.args(["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30"]);
    command.args(arguments);
    command.env("GIT_ALLOW_PROTOCOL", PROTOCOLS).env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=10");
    let output = command.stdin(std::process::Stdio::null()).output();
    let output =
        output.map_err(|error| FetchError::Git(format!("it cannot be started: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().rev().find(|line| !line.trim().is_empty());
    Err(FetchError::Git(last.unwrap_or("it failed").trim_start_matches("fatal: ").to_owned()))
}

fn files(repository: &Path, commit: &str) -> Result<Files, String> {
    let repository = Repository::open(repository).map_err(|error| error.to_string())?;
    let id = commit.parse().map_err(|error: zij_git::InvalidId| error.to_string())?;
    let tree = repository.tree(&Revision::Commit { name: commit.to_owned(), id });
    let tree = tree.map_err(|error| error.to_string())?;
    let mut walk = Walk { tree: &tree, files: Files::new(), bytes: 0 };
    walk.folder(&TreePath::root(), 0)?;
    Ok(walk.files)
}

struct Walk<'t> {
    tree: &'t dyn Tree,
    files: Files,
    bytes: usize,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &TreePath, depth: usize) -> Result<(), String> {
        let entries = self.tree.list(folder).map_err(|error| error.to_string())?;
        for entry in entries.iter().flat_map(|entries| entries.iter()) {
            if entry.name.is_empty() || entry.name.contains(char::REPLACEMENT_CHARACTER) {
                continue;
            }
            let path = folder.child(&entry.name);
            match entry.kind {
                EntryKind::Folder if depth < MAX_DEPTH => self.folder(&path, depth + 1)?,
                EntryKind::File => self.file(path)?,
                // A link is copied as the file that it leads to; other links are not.
                EntryKind::Link => {
                    if matches!(self.tree.entry(&path), Ok(Some(to)) if to.kind == EntryKind::File)
                    {
                        self.file(path)?;
                    }
                }
                EntryKind::Folder | EntryKind::Submodule => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, path: TreePath) -> Result<(), String> {
        let bytes = self.tree.read(&path).map_err(|error| error.to_string())?;
        let bytes: Arc<[u8]> = bytes.unwrap_or_default();
        self.bytes += bytes.len();
        if self.bytes > MAX_BYTES || self.files.len() >= MAX_FILES {
            return Err(format!("it has more than {MAX_FILES} files or {MAX_BYTES} bytes"));
        }
        self.files.insert(path, bytes);
        Ok(())
    }
}
