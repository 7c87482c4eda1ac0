//! Writes the demo repository with real git and shows what its feature branch would deploy.

use std::{
    env,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use zij_core::report::terminal;

use super::files::{FEATURE, FLEET, LINKS};
use crate::{
    cli::{
        diff,
        range::{RangeArgs, predict},
    },
    error::{CommandError, CommandResult},
    process,
    ui::Ui,
};

const BRANCH: &str = "feature/traffic-labels";

/// Shows zij's main job on a small fleet made for it.
///
/// Writes four clusters × six applications with a little history into a temporary folder and
/// predicts its feature branch against main. Needs git, no cluster and no network.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Keep the folder, to try other commands in it
    #[arg(long)]
    keep: bool,
    /// Write the fleet into this new or empty folder and keep it
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(crate) fn run(ui: &Ui, args: &DemoArgs) -> CommandResult {
    let temporary;
    let folder = match &args.dir {
        Some(folder) => {
            prepare(folder)?;
            folder.clone()
        }
        None => {
            temporary = tempfile::Builder::new().prefix("zij-demo-").tempdir()?;
            if args.keep { temporary.keep() } else { temporary.path().to_owned() }
        }
    };
    let kept = args.keep || args.dir.is_some();
    write_history(&folder)?;
    ui.status(&introduction(&folder));
    let range = RangeArgs {
        range: Some(format!("main...{BRANCH}")),
        no_cache: true,
        ..RangeArgs::default()
    };
    let report = predict(ui, &folder, &range)?;
    ui.print(diff::as_text(ui, &report, terminal::Rows::State))?;
    ui.status(&farewell(&folder, kept));
    Ok(())
}

/// Makes sure that nothing of the user's is overwritten.
fn prepare(folder: &Path) -> CommandResult {
    fs::create_dir_all(folder)
        .map_err(|error| CommandError::usage(format!("{}: {error}", folder.display())))?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(CommandError::usage(format!("{}: the folder is not empty", folder.display()))
            .hint("name a folder that does not exist yet"));
    }
    Ok(())
}

fn write_history(folder: &Path) -> CommandResult {
    git(folder, &["init", "--quiet", "--initial-branch=main"])?;
    let (charts, clusters): (Vec<_>, Vec<_>) =
        FLEET.iter().partition(|(path, _)| path.starts_with("charts/"));
    write_files(folder, &charts)?;
    for (path, target) in LINKS {
        link(&folder.join(path), target)?;
    }
    commit(folder, 0, "charts: the platform's library and its five charts")?;
    write_files(folder, &clusters)?;
    commit(folder, 1, "clusters: six applications on four clusters")?;
    git(folder, &["checkout", "--quiet", "-b", BRANCH])?;
    for (at, edit) in (2..).zip(FEATURE) {
        let path = folder.join(edit.path);
        let content = fs::read_to_string(&path)?.replace(edit.old, edit.new);
        fs::write(&path, content)?;
        commit(folder, at, edit.subject)?;
    }
    Ok(())
}

fn write_files(folder: &Path, files: &[&(&str, &str)]) -> CommandResult {
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?
            .write_all(content.as_bytes())?;
    }
    Ok(())
}

fn link(path: &Path, target: &str) -> CommandResult {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(std::os::unix::fs::symlink(target, path)?)
}

/// Commits everything, an hour after the commit before it.
fn commit(folder: &Path, hour: u32, subject: &str) -> CommandResult {
    git(folder, &["add", "--all"])?;
    let date = format!("2026-03-02T{:02}:00:00Z", 9 + hour);
    run_git(folder, &["commit", "--quiet", "--message", subject], &date)
}

fn git(folder: &Path, arguments: &[&str]) -> CommandResult {
    run_git(folder, arguments, "2026-03-02T09:00:00Z")
}

/// Runs git without the user's configuration, so that the same demo has the same commit ids.
fn run_git(folder: &Path, arguments: &[&str], date: &str) -> CommandResult {
    let mut command = process::command("git");
    command.current_dir(folder).args(arguments);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Demo");
        command.env(format!("GIT_{role}_EMAIL"), "demo@example.com");
        command.env(format!("GIT_{role}_DATE"), date);
    }
    let output = command.output().map_err(|error| {
        CommandError::unevaluated(format!("cannot run git: {error}"))
            .hint("the demo makes its history with git; install it and try again")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(CommandError::unevaluated(format!("git {} failed: {}", arguments.join(" "), words.trim())))
}

fn introduction(folder: &Path) -> String {
    let mut text = format!(
        "A fleet of 4 clusters × 6 applications in {}\n\
         Its branch {BRANCH} has {} commits on top of main:\n",
        folder.display(),
        FEATURE.len()
    );
    for edit in FEATURE {
        text.push_str("  ");
        text.push_str(edit.subject);
        text.push('\n');
    }
    text.push_str("\n$ zij diff main...");
    text.push_str(BRANCH);
    text.push('\n');
    text
}

fn farewell(folder: &Path, kept: bool) -> String {
    let zij = program();
    let start = if kept {
        format!("To go on, cd {} and try:", folder.display())
    } else {
        format!("The folder is removed again; `{zij} demo --keep` leaves it. In it, try:")
    };
    format!(
        "\n{start}\n  \
         {zij} tui                                    browse the same matrix\n  \
         {zij} check main...HEAD                      the verdict only, as a hook asks for it\n  \
         {zij} diff main...HEAD --rows values,manifests   what differs, and what deploys"
    )
}

/// How the user can start this program again: its name where the shell finds it.
fn program() -> String {
    let this = env::current_exe().unwrap_or_else(|_| PathBuf::from("zij"));
    let found = env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join("zij") == this));
    if found { "zij".to_owned() } else { this.display().to_string() }
}
