//! `zij version`: which zij this is, and with --verbose what a report of a fault needs.

use std::{env, fmt::Write as _, path::Path};

use crate::{error::CommandResult, folders::Folders, process, ui::Ui};

/// Says which zij this is.
#[derive(Debug, clap::Args)]
pub(crate) struct VersionArgs {
    /// What a report of a fault needs: system, git, folders, settings. Nothing secret is in it
    #[arg(long)]
    verbose: bool,
}

/// Settings of zij's own; others of the environment are nobody's business.
const SETTINGS: [&str; 6] = [
    "ZIJ_AUDIT_DIR",
    "ZIJ_HOOK_DEADLINE",
    "ZIJ_HOOK_FAIL_OPEN",
    "ZIJ_HOOK_STRICT",
    "ZIJ_PAGER",
    "XDG_CACHE_HOME",
];

pub(crate) fn run(ui: &Ui, args: &VersionArgs) -> CommandResult {
    let mut text = format!("zij {}\n", env!("CARGO_PKG_VERSION"));
    if args.verbose {
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        let mut line = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:10} {}", without_home(value));
        };
        line("system", &format!("{} {}", env::consts::OS, env::consts::ARCH));
        line("build", build);
        line("git", &git_version().unwrap_or_else(|| "not found".to_owned()));
        line("terminal", &format!("{} columns, colour {}", ui.width, ui.color));
        let program = env::current_exe();
        line("program", &program.map_or_else(|e| e.to_string(), |path| path.display().to_string()));
        if let Ok(folders) = Folders::of_user() {
            line("cache", &folders.cache.display().to_string());
            line("runtime", &folders.runtime.display().to_string());
        }
        for name in SETTINGS {
            if let Ok(value) = env::var(name) {
                line("setting", &format!("{name}={value}"));
            }
        }
    }
    ui.print(text)
}

/// What git calls itself.
pub(super) fn git_version() -> Option<String> {
    let output = process::command("git").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.trim().strip_prefix("git version ").map(str::to_owned)
}

/// A login is part of the home folder's name.
fn without_home(text: &str) -> String {
    match env::var("HOME") {
        Ok(home) if Path::new(&home).is_absolute() && home.len() > 1 => text.replace(&home, "~"),
        _ => text.to_owned(),
    }
}
