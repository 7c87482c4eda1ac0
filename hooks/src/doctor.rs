//! Why an installed hook would not do what it seems to.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{Existing, Facts, Hook, HooksPath, Manager, Scope};

/// Something wrong with a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No shim of ours is there.
    NotInstalled {
        /// Where it belongs.
        path: PathBuf,
    },
    /// A setting of git's keeps the hook in its configuration from running.
    SwitchedOff {
        /// The setting.
        key: String,
    },
    /// It is in the hooks folder and in git's configuration, so it runs twice.
    Twice {
        /// The file.
        path: PathBuf,
    },
    /// Git skips it with a hint and goes on.
    NotExecutable {
        /// The hook.
        path: PathBuf,
    },
    /// Git resolves the folder against where it runs, and skips the hook in a linked worktree
    /// without a word.
    RelativeHooksPath(HooksPath),
    /// All repositories take their hooks from there.
    GlobalHooksPath(HooksPath),
    /// The first line names a program that does not exist; `git push` was seen to hang on it.
    MissingInterpreter {
        /// The hook.
        path: PathBuf,
        /// The program.
        interpreter: PathBuf,
    },
    /// The shim starts a program that does not exist or cannot be run.
    MissingBinary {
        /// The program.
        binary: PathBuf,
    },
    /// The shim starts another program than the one asked.
    OtherBinary {
        /// The program the shim starts.
        installed: PathBuf,
        /// The program asked.
        wanted: PathBuf,
    },
    /// The shim was edited by hand or comes from another version.
    Edited {
        /// The hook.
        path: PathBuf,
    },
    /// A hook that ours should run first is kept, but ours is not there to do it.
    ChainBroken {
        /// The hook that no one runs.
        chained: PathBuf,
    },
    /// Another program manages hooks here and may overwrite ours.
    OtherManager(Manager),
    /// A manager's file calls zij, but git has no hook that would hand over to it.
    CallerNotRun {
        /// The file that calls zij.
        caller: PathBuf,
        /// Where git looks for the hook.
        path: PathBuf,
    },
}

/// A fault and its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What is wrong.
    pub fault: Fault,
    /// Whether the hook does not work because of it; otherwise it works for now.
    pub broken: bool,
    /// What to do.
    pub remedy: String,
}

/// All faults of a hook, the gravest first. No fault means it should fire; only a real push to a
/// scratch repository proves that it does.
pub fn diagnose(facts: &Facts) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    let mut add = |broken, fault, remedy: String| found.push(Diagnosis { fault, broken, remedy });
    let (hook, path) = (facts.hook, facts.path());
    let install = format!("run: zij hook install --hook {hook}");
    let in_folder = matches!(facts.existing, Existing::Ours(_) | Existing::Edited);
    let installed = in_folder || facts.configured.is_some();
    if let Some(key) = facts.configured.as_ref().and_then(|own| own.switched_off.clone()) {
        let remedy = format!("run: git config --unset-all {key}, then {install}");
        add(true, Fault::SwitchedOff { key }, remedy);
    }
    if in_folder && facts.configured.is_some() {
        let remedy = format!("remove {}", path.display());
        add(false, Fault::Twice { path: path.clone() }, remedy);
    }
    for (path, interpreter) in &facts.missing_interpreters {
        let remedy = format!("correct the first line of {} or remove the file", path.display());
        let fault =
            Fault::MissingInterpreter { path: path.clone(), interpreter: interpreter.clone() };
        add(true, fault, remedy);
    }
    if !installed {
        if facts.called_from.is_none() {
            add(true, Fault::NotInstalled { path: path.clone() }, install.clone());
        }
        if facts.chained {
            let chained = facts.chained_path();
            add(true, Fault::ChainBroken { chained }, install.clone());
        }
    } else if in_folder && !facts.executable {
        let remedy = format!("run: chmod +x '{}'", path.display());
        add(true, Fault::NotExecutable { path: path.clone() }, remedy);
    }
    if let Existing::Ours(shim) = &facts.existing {
        let binary = shim.binary.clone();
        if facts.missing_binary.is_some() {
            add(true, Fault::MissingBinary { binary }, install.clone());
        } else if binary != facts.binary {
            let fault = Fault::OtherBinary { installed: binary, wanted: facts.binary.clone() };
            add(false, fault, install.clone());
        }
    }
    if let (Some(_), Some(binary), false) = (&facts.configured, &facts.missing_binary, in_folder) {
        add(true, Fault::MissingBinary { binary: binary.clone() }, install.clone());
    }
    if facts.existing == Existing::Edited {
        let remedy = format!("remove {}, then {install}", path.display());
        add(false, Fault::Edited { path }, remedy);
    }
    // What git's configuration names runs wherever the folder of hooks is.
    if facts.configured.is_none() {
        let in_folder = facts.hooks_path.as_ref();
        found.extend(in_folder.into_iter().flat_map(|path| hooks_path_faults(path, facts)));
    }
    match &facts.called_from {
        None => found.extend(facts.managers.iter().map(|manager| managed(*manager, hook))),
        Some(caller) if !installed => found.extend(not_run(caller, facts)),
        Some(_) => {}
    }
    found.sort_by_key(|diagnosis| !diagnosis.broken);
    found
}

fn hooks_path_faults(hooks_path: &HooksPath, facts: &Facts) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    if hooks_path.is_relative() {
        // A manager that sets it so (husky: `.husky/_`) makes that folder in each work tree.
        let is_managed = facts.called_from.is_some();
        let remedy = match is_managed {
            true => "let the manager of hooks set itself up in each linked worktree too",
            false => "set core.hooksPath to an absolute path",
        };
        found.push(Diagnosis {
            fault: Fault::RelativeHooksPath(hooks_path.clone()),
            broken: !is_managed,
            remedy: remedy.to_owned(),
        });
    }
    if hooks_path.scope != Scope::Repository {
        found.push(Diagnosis {
            fault: Fault::GlobalHooksPath(hooks_path.clone()),
            broken: false,
            remedy: "set core.hooksPath in this repository to its own hooks folder".to_owned(),
        });
    }
    found
}

/// Says that nothing runs the file that calls zij, if that is so.
fn not_run(caller: &Path, facts: &Facts) -> Option<Diagnosis> {
    let (path, hook) = (facts.path(), facts.hook);
    if facts.executable {
        return None;
    }
    let remedy = match facts.managers.first() {
        Some(Manager::PreCommit) => format!("run: pre-commit install --hook-type {hook}"),
        Some(Manager::Lefthook) => "run: lefthook install".to_owned(),
        Some(Manager::Husky) => "run: npx husky".to_owned(),
        None => format!("run: chmod +x '{}'", path.display()),
    };
    let fault = Fault::CallerNotRun { caller: caller.to_owned(), path };
    Some(Diagnosis { fault, broken: true, remedy })
}

fn managed(manager: Manager, hook: Hook) -> Diagnosis {
    Diagnosis {
        fault: Fault::OtherManager(manager),
        broken: false,
        remedy: format!("call `zij hook {hook}` from {manager}'s own configuration"),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled { path } => {
                write!(f, "no hook of zij at {}", path.display())
            }
            Self::SwitchedOff { key } => write!(f, "{key} keeps the hook from running"),
            Self::Twice { path } => write!(
                f,
                "{} runs, and git's configuration runs the hook once more",
                path.display()
            ),
            Self::NotExecutable { path } => {
                write!(f, "{} is not executable, so git skips it", path.display())
            }
            Self::RelativeHooksPath(HooksPath { value, .. }) => {
                write!(f, "core.hooksPath `{value}` is relative, so linked worktrees skip the hook")
            }
            Self::GlobalHooksPath(HooksPath { value, .. }) => {
                write!(f, "core.hooksPath `{value}` is set for more than this repository")
            }
            Self::MissingInterpreter { path, interpreter } => write!(
                f,
                "{} starts with `#!{}`, which does not exist; a push can hang on it",
                path.display(),
                interpreter.display()
            ),
            Self::MissingBinary { binary } => {
                write!(f, "the hook starts {}, which cannot be run", binary.display())
            }
            Self::OtherBinary { installed, wanted } => {
                write!(f, "the hook starts {}, not {}", installed.display(), wanted.display())
            }
            Self::Edited { path } => {
                write!(f, "{} was edited or comes from another version", path.display())
            }
            Self::ChainBroken { chained } => {
                write!(f, "{} was replaced by our hook and is run by none now", chained.display())
            }
            Self::OtherManager(manager) => {
                write!(f, "{manager} manages hooks here and may overwrite ours")
            }
            Self::CallerNotRun { caller, path } => write!(
                f,
                "{} calls zij, but git finds no hook to run at {}",
                caller.display(),
                path.display()
            ),
        }
    }
}
