//! Putting a hook in place and taking it away.

use std::{env, fmt::Write as _, io, path::Path};

use zij_git::Repository;
use zij_hooks::{Facts, GitAnswers, Hook, Note, Plan, QUESTIONS};

use super::command::{HookName, PlanArgs};
use crate::{
    error::{CommandError, CommandResult},
    process,
    ui::Ui,
};

pub(super) fn install(ui: &Ui, directory: &Path, args: &PlanArgs) -> CommandResult {
    let facts = facts(directory, args.hook)?;
    let plan = facts.install_plan().map_err(|error| CommandError::usage(error.to_string()))?;
    carry_out(ui, directory, &facts, &plan, args)?;
    if plan.steps.is_empty() && !plan.notes.contains(&Note::AlreadyInstalled) {
        return Err(CommandError::usage(format!("{} was not installed", facts.hook)));
    }
    Ok(())
}

pub(super) fn uninstall(ui: &Ui, directory: &Path, args: &PlanArgs) -> CommandResult {
    let facts = facts(directory, args.hook)?;
    let plan = facts.uninstall_plan();
    carry_out(ui, directory, &facts, &plan, args)?;
    if plan.steps.is_empty() && !plan.notes.contains(&Note::NotInstalled) {
        return Err(CommandError::usage(format!("{} was not removed", facts.hook)));
    }
    Ok(())
}

/// Says what is going to be done before doing it.
fn carry_out(
    ui: &Ui,
    directory: &Path,
    facts: &Facts,
    plan: &Plan,
    args: &PlanArgs,
) -> CommandResult {
    let mut text = String::new();
    for step in &plan.steps {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}: {step}", facts.hook);
    }
    for note in &plan.notes {
        let _ = writeln!(text, "{}: note: {note}", facts.hook);
    }
    ui.print(text)?;
    if args.dry_run {
        return Ok(());
    }
    let git = |arguments: &[&str]| {
        let folder = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        ask_git(folder, arguments).map(drop).map_err(|error| io::Error::other(error.message))
    };
    plan.apply(&git).map_err(|error| CommandError::unevaluated(error.to_string()))
}

/// What there is to know about the hook of the repository that `directory` is in.
pub(super) fn facts(directory: &Path, hook: Option<HookName>) -> CommandResult<Facts> {
    let hook = match hook {
        Some(hook) => Hook::from(hook),
        None => usual(Repository::discover(directory)?.work_dir().as_deref()),
    };
    facts_of(directory, hook)
}

/// The same for a hook that is known.
pub(crate) fn facts_of(directory: &Path, hook: Hook) -> CommandResult<Facts> {
    let repository = Repository::discover(directory)?;
    let top = repository.work_dir();
    let folder = top.clone().unwrap_or_else(|| repository.git_dir());
    let binary = env::current_exe()?;
    let [hooks_folder, common_folder, hooks_path, version, config_hooks] = QUESTIONS;
    let answers = GitAnswers {
        hooks_folder: ask_git(&folder, hooks_folder)?,
        common_folder: ask_git(&folder, common_folder)?,
        hooks_path: ask_git(&folder, hooks_path)?,
        version: ask_git(&folder, version)?,
        config_hooks: ask_git(&folder, config_hooks)?,
    };
    let facts = Facts::inspect(hook, &binary, &answers, top.as_deref());
    facts.map_err(|error| CommandError::unevaluated(error.to_string()))
}

fn usual(work_tree: Option<&Path>) -> Hook {
    if work_tree.is_some() { Hook::PrePush } else { Hook::PreReceive }
}

/// Git's answer; none at all where it exits with 1, having nothing to say.
fn ask_git(folder: &Path, question: &[&str]) -> CommandResult<String> {
    let mut git = process::command("git");
    let output = git.arg("-C").arg(folder).args(question).output();
    let output =
        output.map_err(|error| CommandError::unevaluated(format!("git did not start: {error}")))?;
    if !output.status.success() && output.status.code() != Some(1) {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(CommandError::unevaluated(format!("git said: {reason}")));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| CommandError::unevaluated("a path of git's is not UTF-8"))
}
