//! What is looked at, each thing on its own: one that is broken hides none of the others.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use zij_core::inventory::Config;
use zij_git::Repository;
use zij_hooks::{GitVersion, Hook, diagnose};

use super::command::{Check, State};
use crate::{
    audit::{anchors, verify},
    cli::{
        audit::log_of,
        hook::facts_of,
        range::{RangeArgs, predictor, repository},
        version::git_version,
    },
    daemon::{Client, DaemonPlace},
    folders::Folders,
};

/// Hooks and anchors are tried with it; older ones may do.
const GIT: GitVersion = GitVersion(2, 31);

pub(super) fn all(directory: &Path) -> Vec<Check> {
    let mut checks = vec![git()];
    checks.extend(folders());
    let repository = match repository(directory) {
        Ok(repository) => repository,
        Err(error) => {
            let fix = error.hints.first().cloned();
            let fix = fix.unwrap_or_else(|| "run it in a repository, or with -C DIR".to_owned());
            checks.push(Check::broken("repository", error.message, fix));
            return checks;
        }
    };
    checks.push(kind(&repository));
    checks.extend(fleet(&repository));
    let local = repository.work_dir().is_some();
    let hooks: &[Hook] = if local { &[Hook::PrePush] } else { &[Hook::PreReceive] };
    for hook in hooks {
        checks.extend(hook_checks(directory, *hook));
    }
    if !local {
        checks.push(overrides(&repository));
    }
    checks.push(daemon(&repository));
    checks.push(audit(&repository));
    checks
}

fn git() -> Check {
    const NAME: &str = "git";
    let Some(version) = git_version() else {
        return Check::broken(NAME, "git is not found", "install git, or add it to PATH");
    };
    match GitVersion::parse(&format!("git version {version}")) {
        Some(known) if known < GIT => {
            Check::note(NAME, format!("git {version} is older than {GIT}"), "update git")
        }
        _ => Check::ok(NAME, version),
    }
}

fn folders() -> Vec<Check> {
    let folders = match Folders::of_user() {
        Ok(folders) => folders,
        Err(error) => return vec![Check::broken("folders", error.message, "set HOME")],
    };
    let cache = writable("cache", &folders.cache);
    let mut checks = vec![cache];
    match fs::metadata(&folders.runtime) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => checks.push(Check::broken(
            "runtime",
            format!("{} may be entered by others, so no daemon starts", folders.runtime.display()),
            format!("chmod 700 '{}'", folders.runtime.display()),
        )),
        _ => {}
    }
    checks
}

fn writable(name: &'static str, folder: &Path) -> Check {
    let tried = fs::create_dir_all(folder).and_then(|()| NamedTempFile::new_in(folder).map(drop));
    match tried {
        Ok(()) => Check::ok(name, folder.display().to_string()),
        Err(error) => Check::note(
            name,
            format!("{}: {error}; nothing is kept between runs", folder.display()),
            "make it writable, or set XDG_CACHE_HOME",
        ),
    }
}

fn kind(repository: &Repository) -> Check {
    let path = repository.common_dir();
    let path = path.canonicalize().unwrap_or(path).display().to_string();
    if repository.is_shallow() {
        return Check::note(
            "repository",
            format!("{path} is a shallow clone: the base of a comparison may be missing"),
            "git fetch --unshallow",
        );
    }
    Check::ok("repository", path)
}

fn fleet(repository: &Repository) -> Vec<Check> {
    const NAME: &str = "fleet";
    let tree = repository.resolve("HEAD").and_then(|head| repository.tree(&head));
    let tree = match tree {
        Ok(tree) => tree,
        Err(error) => return vec![Check::note(NAME, error.to_string(), "commit something")],
    };
    let args = RangeArgs { no_cache: true, ..RangeArgs::default() };
    let inventory = match predictor(repository.clone(), &args) {
        Ok(predictor) => predictor.inventory(&tree),
        Err(error) => return vec![Check::broken(NAME, error.message, "see above")],
    };
    let mut checks: Vec<Check> = inventory
        .problems
        .iter()
        .map(|problem| {
            let fix = problem.hint.clone();
            let fix =
                fix.unwrap_or_else(|| format!("mend {} or the file that it names", Config::FILE));
            Check::note(NAME, problem.message.clone(), fix)
        })
        .collect();
    checks.push(match inventory.cells.len() {
        0 => Check::note(
            NAME,
            "no application is found at HEAD",
            format!("describe the layout in {}: zij init --print", Config::FILE),
        ),
        cells => Check::ok(NAME, format!("{cells} cells at HEAD")),
    });
    checks
}

fn hook_checks(directory: &Path, hook: Hook) -> Vec<Check> {
    let facts = match facts_of(directory, hook) {
        Ok(facts) => facts,
        Err(error) => return vec![Check::broken("hook", error.message, "zij hook doctor")],
    };
    let diagnoses = diagnose(&facts);
    if diagnoses.is_empty() {
        return vec![Check::ok("hook", format!("{hook} is installed; zij hook doctor proves it"))];
    }
    diagnoses
        .into_iter()
        .map(|diagnosis| {
            // A hook is a choice; one that is there and does not work is a fault.
            let absent = matches!(diagnosis.fault, zij_hooks::Fault::NotInstalled { .. });
            let state = if diagnosis.broken && !absent { State::Broken } else { State::Note };
            let what = format!("{hook}: {}", diagnosis.fault);
            Check { name: "hook", state, what, fix: Some(diagnosis.remedy) }
        })
        .collect()
}

fn overrides(repository: &Repository) -> Check {
    const NAME: &str = "overrides";
    let allowed = repository.setting("zij.override");
    let options = repository.setting("receive.advertisePushOptions");
    match (allowed.is_empty(), options.last().is_some_and(|value| value == "true")) {
        (true, _) => Check::ok(NAME, "nobody may let a refused push through"),
        (false, true) => Check::ok(NAME, format!("granted to {}", allowed.join(", "))),
        (false, false) => Check::broken(
            NAME,
            "zij.override names somebody, and git takes no push options",
            "git config receive.advertisePushOptions true",
        ),
    }
}

fn daemon(repository: &Repository) -> Check {
    const NAME: &str = "daemon";
    let place = Folders::of_user().map(|f| DaemonPlace::of(&f, &repository.common_dir()));
    let Some(client) = place.ok().and_then(|place| Client::at(&place)) else {
        return Check::note(NAME, "none runs: each answer is worked out anew", "zij daemon");
    };
    match client.status() {
        Ok(status) if status.version == env!("CARGO_PKG_VERSION") => {
            Check::ok(NAME, format!("pid {}, {} waiting", status.pid, status.waiting))
        }
        Ok(status) => Check::note(
            NAME,
            format!("it is version {}, so it is not asked", status.version),
            "restart it",
        ),
        Err(_) => Check::broken(NAME, "its socket is there and nobody answers", "restart it"),
    }
}

fn audit(repository: &Repository) -> Check {
    const NAME: &str = "audit log";
    let log = log_of(repository);
    let found = anchors(repository).map_err(|error| error.to_string());
    let found = found.and_then(|known| verify(&log, &known).map_err(|error| error.to_string()));
    let folder: PathBuf = log.folder().to_owned();
    match found {
        Err(error) => Check::broken(NAME, error, "zij audit verify"),
        Ok(found) => match found.breach {
            Some(breach) => Check::broken(
                NAME,
                format!("{}: record {}: {}", folder.display(), breach.record, breach.what),
                "zij audit verify says more",
            ),
            None => Check::ok(NAME, format!("{} records", found.records)),
        },
    }
}
