//! What an install or uninstall would do, and doing it.

use std::{
    fmt, fs, io,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{
    ConfigHook, Existing, Facts, GitVersion, Hook, HooksPath, Manager, NotEmbeddable, Scope, Shim,
};

/// Runs git in the repository with these arguments.
pub type RunGit<'a> = dyn Fn(&[&str]) -> io::Result<()> + 'a;

/// The steps of an install or uninstall, and what the user should know. No step, no change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is done, in this order.
    pub steps: Vec<Step>,
    /// What is said, whether anything is done or not.
    pub notes: Vec<Note>,
}

/// One change to the hooks folder or to the repository's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Makes the hooks folder.
    CreateFolder(PathBuf),
    /// Gives a file another name in the same folder: content and mode stay.
    Rename {
        /// The old name.
        from: PathBuf,
        /// The new name, which must be free.
        to: PathBuf,
    },
    /// Writes an executable file.
    Write {
        /// The file.
        path: PathBuf,
        /// Its content.
        content: Vec<u8>,
        /// The content it replaces, which must be there; `None` when the file must not exist.
        replaces: Option<Vec<u8>>,
    },
    /// Names a hook in the repository's configuration.
    Configure {
        /// What it is called there.
        name: String,
        /// The hook.
        event: Hook,
        /// What it runs.
        command: String,
        /// What it ran until now.
        replaces: Option<String>,
    },
    /// Takes a hook out of the repository's configuration.
    Unconfigure {
        /// What it is called there.
        name: String,
        /// The hook.
        event: Hook,
        /// What it runs.
        command: String,
    },
    /// Removes a file of ours.
    Remove {
        /// The file.
        path: PathBuf,
        /// Its content, which must be there.
        content: Vec<u8>,
    },
}

/// Something to know about a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It is installed already.
    AlreadyInstalled,
    /// There is nothing to remove.
    NotInstalled,
    /// The hook that was there runs first, with the same input, and may refuse.
    Chained(PathBuf),
    /// The hook that was there is not executable, so git ignored it and still does.
    ChainedIgnored(PathBuf),
    /// `core.hooksPath` is set for all repositories, where nothing is ever written.
    GlobalHooksPath(HooksPath),
    /// `core.hooksPath` is set for this repository: its manager has to call zij.
    RepositoryHooksPath(HooksPath),
    /// What to add to a manager's configuration.
    ManagerLine(Manager, Hook),
    /// Our shim was edited or is of another version, so it is left alone.
    Edited(PathBuf),
    /// Somebody replaced our shim while an earlier hook is kept; a person has to decide.
    ChainedOccupied {
        /// The hook now there.
        hook: PathBuf,
        /// The earlier one.
        chained: PathBuf,
    },
    /// There is something that is no readable file.
    Unreadable(PathBuf),
}

/// A step could not be done; the steps before it were undone.
#[derive(Debug, thiserror::Error)]
#[error("failed to {step}: {source}{}", if *.undone { "" } else { "; earlier steps could not be undone" })]
pub struct ApplyError {
    /// The step, in words.
    pub step: String,
    /// Why.
    pub source: io::Error,
    /// Whether all earlier steps were undone.
    pub undone: bool,
}

impl Facts {
    /// What installing the hook takes. Doing it twice changes nothing the second time.
    ///
    /// # Errors
    /// When the binary's path cannot be written into a shim.
    pub fn install_plan(&self) -> Result<Plan, NotEmbeddable> {
        let is_ours = matches!(self.existing, Existing::Ours(_) | Existing::Edited);
        if self.version.is_some_and(|version| version >= GitVersion::CONFIG_HOOKS) && !is_ours {
            return self.config_plan();
        }
        if let Some(hooks_path) = &self.hooks_path
            && (hooks_path.is_relative() || !self.folder.is_own)
        {
            return Ok(self.without_a_step(hooks_path));
        }
        let mut plan = Plan::default();
        let path = self.path();
        match &self.existing {
            Existing::Edited => plan.notes.push(Note::Edited(path)),
            Existing::Unreadable => plan.notes.push(Note::Unreadable(path)),
            Existing::Foreign { .. } if self.chained => {
                let chained = self.chained_path();
                plan.notes.push(Note::ChainedOccupied { hook: path, chained });
            }
            Existing::Foreign { .. } => {
                let to = self.chained_path();
                plan.notes.push(if self.executable {
                    Note::Chained(to.clone())
                } else {
                    Note::ChainedIgnored(to.clone())
                });
                plan.steps.push(Step::Rename { from: path.clone(), to });
                let content = self.shim(true).render()?;
                plan.steps.push(Step::Write { path, content, replaces: None });
            }
            Existing::Absent => {
                if !self.folder.exists {
                    plan.steps.push(Step::CreateFolder(self.folder.path.clone()));
                }
                let content = self.shim(self.chained).render()?;
                plan.steps.push(Step::Write { path, content, replaces: None });
            }
            Existing::Ours(_) => {
                let content = self.shim(self.chained).render()?;
                if self.content.as_ref() == Some(&content) && self.executable {
                    plan.notes.push(Note::AlreadyInstalled);
                } else {
                    plan.steps.push(Step::Write { path, content, replaces: self.content.clone() });
                }
            }
        }
        let managers = self.managers.iter();
        plan.notes.extend(managers.map(|manager| Note::ManagerLine(*manager, self.hook)));
        Ok(plan)
    }

    /// The same for a git whose configuration names hooks: no file is in anybody's way.
    fn config_plan(&self) -> Result<Plan, NotEmbeddable> {
        let mut plan = Plan::default();
        let command = self.shim(false).command()?;
        let is_on = |own: &&ConfigHook| own.switched_off.is_none();
        match self.configured.as_ref().filter(is_on) {
            Some(own) if own.command == command => plan.notes.push(Note::AlreadyInstalled),
            _ => plan.steps.push(Step::Configure {
                name: ConfigHook::name(self.hook),
                event: self.hook,
                command,
                replaces: self.configured.as_ref().map(|own| own.command.clone()),
            }),
        }
        Ok(plan)
    }

    /// What removing the hook takes: afterwards content, mode and names are as before the install.
    pub fn uninstall_plan(&self) -> Plan {
        let mut plan = Plan::default();
        let path = self.path();
        if let Some(own) = &self.configured {
            plan.steps.push(Step::Unconfigure {
                name: ConfigHook::name(self.hook),
                event: self.hook,
                command: own.command.clone(),
            });
        }
        match (&self.existing, &self.content) {
            (Existing::Ours(_), Some(content)) => {
                plan.steps.push(Step::Remove { path: path.clone(), content: content.clone() });
                if self.chained {
                    plan.steps.push(Step::Rename { from: self.chained_path(), to: path });
                }
            }
            (Existing::Absent, _) if self.chained => {
                plan.steps.push(Step::Rename { from: self.chained_path(), to: path });
            }
            (Existing::Edited, _) => plan.notes.push(Note::Edited(path)),
            (Existing::Foreign { .. }, _) if self.chained => {
                let chained = self.chained_path();
                plan.notes.push(Note::ChainedOccupied { hook: path, chained });
            }
            _ if self.configured.is_some() => {}
            _ => plan.notes.push(Note::NotInstalled),
        }
        plan
    }

    fn shim(&self, chained: bool) -> Shim {
        Shim { hook: self.hook, binary: self.binary.clone(), chained }
    }

    fn without_a_step(&self, hooks_path: &HooksPath) -> Plan {
        let first = match hooks_path.scope {
            Scope::Global | Scope::Command => Note::GlobalHooksPath(hooks_path.clone()),
            Scope::Repository => Note::RepositoryHooksPath(hooks_path.clone()),
        };
        let managers = self.managers.iter().map(|manager| Note::ManagerLine(*manager, self.hook));
        Plan { steps: Vec::new(), notes: [first].into_iter().chain(managers).collect() }
    }
}

impl Plan {
    /// Does the steps in order; where one fails, undoes those before it.
    ///
    /// # Errors
    /// When a file is not as the plan found it, or cannot be written, or git refuses.
    pub fn apply(&self, git: &RunGit<'_>) -> Result<(), ApplyError> {
        for (index, step) in self.steps.iter().enumerate() {
            if let Err(source) = step.apply(git) {
                let undone = self.steps[..index].iter().rev().all(|done| done.undo(git).is_ok());
                return Err(ApplyError { step: step.to_string(), source, undone });
            }
        }
        Ok(())
    }

    /// Undoes all steps of a plan that was applied.
    ///
    /// # Errors
    /// When a file is not as the plan left it, or cannot be written.
    pub fn undo(&self, git: &RunGit<'_>) -> Result<(), ApplyError> {
        for step in self.steps.iter().rev() {
            let failed =
                |source| ApplyError { step: format!("undo: {step}"), source, undone: false };
            step.undo(git).map_err(failed)?;
        }
        Ok(())
    }
}

impl Step {
    fn apply(&self, git: &RunGit<'_>) -> io::Result<()> {
        match self {
            Self::Configure { name, event, command, .. } => configure(git, name, *event, command),
            Self::Unconfigure { name, .. } => unconfigure(git, name),
            Self::CreateFolder(path) => fs::create_dir_all(path),
            Self::Rename { from, to } => rename(from, to),
            Self::Write { path, content, replaces } => write(path, content, replaces.as_deref()),
            Self::Remove { path, content } => {
                expect(path, content)?;
                fs::remove_file(path)
            }
        }
    }

    fn undo(&self, git: &RunGit<'_>) -> io::Result<()> {
        match self {
            Self::Configure { name, replaces: None, .. } => unconfigure(git, name),
            Self::Configure { name, event, replaces: Some(command), .. }
            | Self::Unconfigure { name, event, command } => configure(git, name, *event, command),
            Self::CreateFolder(path) => fs::remove_dir(path),
            Self::Rename { from, to } => rename(to, from),
            Self::Write { path, content, replaces: Some(before) } => {
                write(path, before, Some(content))
            }
            Self::Write { path, content, replaces: None } => {
                expect(path, content)?;
                fs::remove_file(path)
            }
            Self::Remove { path, content } => write(path, content, None),
        }
    }
}

fn configure(git: &RunGit<'_>, name: &str, event: Hook, command: &str) -> io::Result<()> {
    let key = |setting: &str| format!("hook.{name}.{setting}");
    // Not being there is no fault of a section.
    drop(unconfigure(git, name));
    git(&["config", "--local", &key("command"), command])?;
    git(&["config", "--local", &key("event"), event.name()])
}

fn unconfigure(git: &RunGit<'_>, name: &str) -> io::Result<()> {
    git(&["config", "--local", "--remove-section", &format!("hook.{name}")])
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        let message = format!("`{}` is there already", to.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    fs::rename(from, to)
}

fn expect(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::read(path)? == content {
        return Ok(());
    }
    Err(io::Error::other(format!("`{}` changed meanwhile", path.display())))
}

/// Git may start the hook at any moment, so it is never seen half written.
fn write(path: &Path, content: &[u8], replaces: Option<&[u8]>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o755))?;
    match replaces {
        Some(before) => {
            expect(path, before)?;
            file.persist(path).map(drop).map_err(Into::into)
        }
        None => file.persist_noclobber(path).map(drop).map_err(Into::into),
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateFolder(path) => write!(f, "create the folder {}", path.display()),
            Self::Rename { from, to } => {
                write!(f, "rename {} to {}", from.display(), to.display())
            }
            Self::Write { path, replaces: None, .. } => write!(f, "write {}", path.display()),
            Self::Write { path, replaces: Some(_), .. } => {
                write!(f, "update {}", path.display())
            }
            Self::Configure { name, event, .. } => {
                write!(f, "set hook.{name} for {event} in this repository's configuration")
            }
            Self::Unconfigure { name, .. } => {
                write!(f, "remove hook.{name} from this repository's configuration")
            }
            Self::Remove { path, .. } => write!(f, "remove {}", path.display()),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyInstalled => f.write_str("already installed"),
            Self::NotInstalled => f.write_str("not installed"),
            Self::Chained(path) => {
                write!(f, "the present hook becomes {} and runs first", path.display())
            }
            Self::ChainedIgnored(path) => write!(
                f,
                "the present hook becomes {}; it is not executable, so git ignores it as before",
                path.display()
            ),
            Self::GlobalHooksPath(HooksPath { value, .. }) => write!(
                f,
                "core.hooksPath is `{value}` for more than this repository, nothing is written; \
                 to use this repository's own hooks: git config --local core.hooksPath \
                 \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\""
            ),
            Self::RepositoryHooksPath(HooksPath { value, .. }) => write!(
                f,
                "core.hooksPath is `{value}` in this repository, nothing is written; \
                 call `zij hook` from the hooks there"
            ),
            Self::ManagerLine(manager, hook) => {
                write!(f, "for {manager}: {}", manager_line(*manager, *hook))
            }
            Self::Edited(path) => write!(
                f,
                "{} was edited or comes from another version; remove it, then install again",
                path.display()
            ),
            Self::ChainedOccupied { hook, chained } => write!(
                f,
                "another program replaced our hook with {}, and {} is still kept; keep one of them",
                hook.display(),
                chained.display()
            ),
            Self::Unreadable(path) => write!(f, "{} is not a readable file", path.display()),
        }
    }
}

/// What a manager has to be told to call zij with what git gave it.
fn manager_line(manager: Manager, hook: Hook) -> String {
    match manager {
        Manager::Lefthook => format!(
            "lefthook.yml: {hook}: {{ commands: {{ zij: {{ run: \"zij hook {hook} {{0}}\", \
             use_stdin: true }} }} }}"
        ),
        // It keeps git's input to itself and gives the first ref's ends in two variables.
        Manager::PreCommit => format!(
            ".pre-commit-config.yaml: {{ repo: local, hooks: [{{ id: zij, name: zij, \
             language: system, stages: [{hook}], always_run: true, pass_filenames: false, \
             entry: \"sh -c 'zij check $PRE_COMMIT_FROM_REF..$PRE_COMMIT_TO_REF'\" }}] }}"
        ),
        Manager::Husky => format!(".husky/{hook}: zij hook {hook} \"$@\""),
    }
}
