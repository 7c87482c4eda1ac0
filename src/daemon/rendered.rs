//! The rendered history: what each commit deploys, as files in refs of its own.
//!
//! `refs/zij/rendered/BRANCH` has a commit for each commit of the branch, with a file
//! `CLUSTER/APPLICATION.yaml` for each cell, so that `git log` and `git diff` show what was deployed
//! without any tool of ours. Only cells that a commit changes are written; the others keep their
//! blobs. Secret data is masked under the user's key.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, UNIX_EPOCH},
};

use zij_core::{
    report::model::CellState,
    resource::{Mask, ResourceSet, SecretTexts, to_yaml},
};
use zij_git::{Branch, CommitId, CommitSummary};

use crate::{
    clock,
    error::{CommandError, CommandResult},
    prediction::Predictor,
    process,
    secret_key::mask_of_user,
    ui::Ui,
};

const REFS: &str = "refs/zij/rendered/";
/// How the commit of the branch is named in the commit that shows it.
const SOURCE: &str = "Source-commit: ";
/// Commits of a branch that are made up for; what is older is left out.
const MADE_UP: usize = 100;
/// Git locks a ref for moments; a lock as old as this one was left by a process that was killed.
const LEFT: Duration = Duration::from_secs(600);

/// The thread that writes the rendered history.
pub(super) struct Rendered(mpsc::Sender<()>);

/// What is written in one go: commands of git-fast-import(1).
struct Stream<'a> {
    predictor: &'a Predictor,
    mask: &'a Mask,
    text: Vec<u8>,
    commits: usize,
}

impl Rendered {
    pub(super) fn start(ui: &Ui, predictor: Arc<Predictor>) -> io::Result<Self> {
        let (sender, moved) = mpsc::channel();
        let ui = ui.clone();
        thread::Builder::new().name("rendered".to_owned()).spawn(move || {
            while moved.recv().is_ok() {
                while moved.try_recv().is_ok() {}
                for branch in predictor.repository().branches().unwrap_or_default() {
                    if let Err(error) = write(&ui, &predictor, &branch) {
                        ui.status(&format!("{}: not rendered: {error}", branch.full_name));
                    }
                }
            }
        })?;
        Ok(Self(sender))
    }

    /// Branches may have moved.
    pub(super) fn look(&self) {
        // The thread ends only with the process.
        let _ended = self.0.send(());
    }
}

/// Brings the rendered history of a branch up to its newest commit.
fn write(ui: &Ui, predictor: &Predictor, branch: &Branch) -> CommandResult {
    let repository = predictor.repository();
    let name = format!("{REFS}{}", branch.name);
    let common_dir = repository.common_dir();
    let tip = git(&common_dir, &["rev-parse", "--verify", "--quiet", &name], b"").ok();
    let message =
        tip.as_ref().and_then(|tip| git(&common_dir, &["log", "-1", "--format=%B", tip], b"").ok());
    let shown: Option<CommitId> = message.as_ref().and_then(|message| {
        message.lines().find_map(|line| line.strip_prefix(SOURCE))?.trim().parse().ok()
    });
    if shown == Some(branch.id) {
        return Ok(());
    }
    let commits = repository.first_parents(branch.id, MADE_UP, &|_| false)?;
    let known = commits.iter().position(|commit| Some(commit.id) == shown);
    let missing = &commits[..known.unwrap_or(commits.len())];
    let mask = mask_of_user();
    let mut stream = Stream { predictor, mask: &mask, text: Vec::new(), commits: 0 };
    // A history that was rewritten begins anew: its first commit shows every cell.
    let mut base = known.and(shown);
    for commit in missing.iter().rev() {
        stream.add(&name, base, tip.as_deref(), commit)?;
        base = Some(commit.id);
    }
    // Without its last word nothing of the stream counts: this process may be killed in between.
    stream.text.extend(b"done\n");
    if let Some(lock) = left_lock(&common_dir, &name, clock::since_epoch()) {
        fs::remove_file(&lock)?;
        ui.status(&format!("removed {}, which a git that was killed had left", lock.display()));
    }
    let import = ["fast-import", "--quiet", "--done", "--force", "--date-format=raw"];
    git(&common_dir, &import, &stream.text)?;
    Ok(())
}

/// The lock of a ref, where nobody can hold it any more. The refs are written by nobody else.
fn left_lock(common_dir: &Path, name: &str, now: Duration) -> Option<PathBuf> {
    let lock = common_dir.join(format!("{name}.lock"));
    let found = fs::symlink_metadata(&lock).ok().filter(fs::Metadata::is_file)?;
    let written = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    (now.saturating_sub(written) >= LEFT).then_some(lock)
}

impl Stream<'_> {
    fn add(
        &mut self,
        name: &str,
        base: Option<CommitId>,
        tip: Option<&str>,
        commit: &CommitSummary,
    ) -> CommandResult {
        let message = format!("{}\n\n{SOURCE}{}\n", commit.subject, commit.id);
        let mut head = format!(
            "commit {name}\ncommitter zij <zij@localhost> {} +0000\ndata {}\n{message}\n",
            commit.time.max(0),
            message.len()
        );
        if self.commits == 0
            && let Some(tip) = tip
        {
            // Writing to a string cannot fail.
            let _ = writeln!(head, "from {tip}");
        }
        if base.is_none() {
            head.push_str("deleteall\n");
        }
        self.text.extend(head.as_bytes());
        self.commits += 1;
        self.cells(base, commit.id)?;
        self.text.push(b'\n');
        Ok(())
    }

    /// The cells that differ; all of them where there is no base.
    fn cells(&mut self, base: Option<CommitId>, head: CommitId) -> CommandResult {
        let predictor = self.predictor;
        let base = base.map(|base| base.to_string());
        let report = predictor.between(base.as_deref(), &head.to_string(), &Arc::default())?;
        let report =
            report.ok_or_else(|| CommandError::unevaluated("a kept report is unreadable"))?;
        let tree = predictor.repository().tree_of(head)?;
        let inventory = predictor.inventory(&tree);
        for cell in report.cells.iter().filter(|cell| cell.state != CellState::Unchanged) {
            let (cluster, application) = (report.cluster_of(cell), report.application_of(cell));
            let path = format!("{}/{}.yaml", part(cluster), part(application));
            let found = inventory.cells.iter().find(|(id, _)| {
                id.cluster.as_str() == cluster && id.application.as_str() == application
            });
            let Some((id, application)) = found else {
                // What cannot be read may still be deployed.
                if !cell.state.is_open() {
                    self.text.extend(format!("D {}\n", quoted(&path)).as_bytes());
                }
                continue;
            };
            let cluster = &inventory.clusters[&id.cluster];
            // What cannot be rendered keeps the file that it had.
            let Ok(rendering) = predictor.renderer().render(&tree, application, cluster) else {
                continue;
            };
            let set = ResourceSet::of(rendering.documents.iter(), application);
            let mut resources: Vec<_> = set.resources.values().collect();
            resources.sort_by_key(|resource| resource.order);
            let secrets =
                SecretTexts::of(self.mask, resources.iter().map(|resource| &*resource.body));
            let text: String = resources
                .iter()
                .map(|resource| format!("---\n{}", to_yaml(&secrets.object(resource.stable()))))
                .collect();
            let file = format!("M 100644 inline {}\ndata {}\n{text}\n", quoted(&path), text.len());
            self.text.extend(file.as_bytes());
        }
        Ok(())
    }
}

/// A name as one part of a path, whatever the repository calls its clusters.
fn part(name: &str) -> String {
    match name {
        "" | "." | ".." | ".git" => "_".repeat(name.len().max(1)),
        name => name.replace(['/', '\\', '\0'], "_"),
    }
}

/// A path as git-fast-import(1) reads it.
fn quoted(path: &str) -> String {
    let path = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{path}\"")
}

fn git(common_dir: &Path, arguments: &[&str], input: &[u8]) -> CommandResult<String> {
    let mut git = process::command("git");
    git.arg("--git-dir").arg(common_dir).args(arguments);
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(CommandError::unevaluated(format!("git failed: {reason}")))
}
