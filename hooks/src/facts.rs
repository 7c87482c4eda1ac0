//! What is there before anything is installed.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::{Hook, Shim, shim};

/// What to ask git, in the order of the fields of [`GitAnswers`]. Run from the top of the work
/// tree, since git resolves a relative `core.hooksPath` against it.
pub const QUESTIONS: [&[&str]; 5] = [
    &["rev-parse", "--path-format=absolute", "--git-path", "hooks"],
    &["rev-parse", "--path-format=absolute", "--git-common-dir"],
    &["config", "--show-scope", "--get", "core.hooksPath"],
    &["--version"],
    &["config", "--show-scope", "--get-regexp", r"^hook\."],
];

/// How far into a hook its manager is looked for, in bytes.
const LOOKED_AT: usize = 64 << 10;

/// Git's standard output to each of [`QUESTIONS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitAnswers {
    /// The folder git takes hooks from.
    pub hooks_folder: String,
    /// The git folder that all worktrees share.
    pub common_folder: String,
    /// The scope and value of `core.hooksPath`; empty when git exits 1, having none.
    pub hooks_path: String,
    /// Git's version.
    pub version: String,
    /// The scopes, keys and values of hooks in the configuration; empty when git exits 1.
    pub config_hooks: String,
}

/// Major and minor version of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitVersion(pub u32, pub u32);

/// The hook as git's configuration names it (git-hook(1), git 2.54 and later).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigHook {
    /// What it runs.
    pub command: String,
    /// The setting that switches it off, if one does.
    pub switched_off: Option<String>,
}

/// `core.hooksPath`, as set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksPath {
    /// Where it is set.
    pub scope: Scope,
    /// The value as written.
    pub value: String,
}

/// Where a setting of git comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This repository or one of its worktrees.
    Repository,
    /// The user or the machine: all repositories share it.
    Global,
    /// A command line or the environment.
    Command,
}

/// A program that writes hooks itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manager {
    /// <https://pre-commit.com>
    PreCommit,
    /// <https://lefthook.dev>
    Lefthook,
    /// <https://typicode.github.io/husky>
    Husky,
}

/// What lies where the hook belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Nothing.
    Absent,
    /// A shim of ours, unchanged since it was written.
    Ours(Shim),
    /// A shim of ours of another version, or edited by hand.
    Edited,
    /// A hook of somebody else.
    Foreign {
        /// The manager that wrote it, if it is a known one.
        manager: Option<Manager>,
    },
    /// Something that is no file, or cannot be read.
    Unreadable,
}

/// The folder git takes hooks from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksFolder {
    /// Its absolute path.
    pub path: PathBuf,
    /// Whether it is there.
    pub exists: bool,
    /// Whether it is the repository's own, whatever `core.hooksPath` says.
    pub is_own: bool,
}

/// All that an install, an uninstall or a doctor needs to know about one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The hook.
    pub hook: Hook,
    /// The program the shim shall start, by its absolute path.
    pub binary: PathBuf,
    /// Where git takes hooks from.
    pub folder: HooksFolder,
    /// `core.hooksPath`, if set.
    pub hooks_path: Option<HooksPath>,
    /// Git's version, if it could be understood.
    pub version: Option<GitVersion>,
    /// The hook in git's configuration, as ours is called there.
    pub configured: Option<ConfigHook>,
    /// What lies where the hook belongs.
    pub existing: Existing,
    /// The content of a file there.
    pub content: Option<Vec<u8>>,
    /// Whether git would run it.
    pub executable: bool,
    /// Whether a hook that we replaced is kept beside it.
    pub chained: bool,
    /// The interpreters of the hook and of the replaced one that do not exist.
    pub missing_interpreters: Vec<(PathBuf, PathBuf)>,
    /// The program that the shim now there starts, if it cannot be run.
    pub missing_binary: Option<PathBuf>,
    /// The managers whose configuration lies at the top of the work tree.
    pub managers: BTreeSet<Manager>,
    /// A file of somebody else's that calls zij for this hook.
    pub called_from: Option<PathBuf>,
}

/// The facts could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Git did not say where hooks belong, or not absolutely.
    #[error("git gave `{0}` as the folder of hooks, an absolute path was expected")]
    Folder(String),
    /// A file could not be read.
    #[error("failed to read `{path}`: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Facts {
    /// Looks at the files concerned; writes nothing.
    ///
    /// `work_tree` is the top of the work tree, `None` in a bare repository.
    ///
    /// # Errors
    /// When git's answer is not a folder's absolute path.
    pub fn inspect(
        hook: Hook,
        binary: &Path,
        answers: &GitAnswers,
        work_tree: Option<&Path>,
    ) -> Result<Self, InspectError> {
        let text = answers.hooks_folder.strip_suffix('\n').unwrap_or(&answers.hooks_folder);
        let folder = HooksFolder {
            path: text.into(),
            exists: Path::new(text).is_dir(),
            is_own: Path::new(text) == Path::new(answers.common_folder.trim_end()).join("hooks"),
        };
        if !folder.path.is_absolute() {
            return Err(InspectError::Folder(text.to_owned()));
        }
        let path = folder.path.join(hook.name());
        let kept = chained_path(&path);
        let (existing, content) = look(&path)?;
        let in_config = ConfigHook::parse(&answers.config_hooks, hook);
        let started = match &existing {
            Existing::Ours(shim) => Some(shim.binary.clone()),
            _ => in_config.as_ref().and_then(|own| shim::configured_binary(&own.command)),
        };
        let missing_binary = started.filter(|binary| !is_executable(binary));
        Ok(Self {
            hook,
            binary: binary.to_owned(),
            hooks_path: HooksPath::parse(&answers.hooks_path),
            version: GitVersion::parse(&answers.version),
            configured: in_config,
            executable: is_executable(&path),
            chained: fs::symlink_metadata(&kept).is_ok(),
            missing_interpreters: [path, kept]
                .into_iter()
                .filter_map(missing_interpreter)
                .collect(),
            missing_binary,
            managers: configured(work_tree).map(|(manager, _)| manager).collect(),
            called_from: caller(hook, &folder.path, work_tree),
            existing,
            content,
            folder,
        })
    }

    /// The hook's file.
    pub fn path(&self) -> PathBuf {
        self.folder.path.join(self.hook.name())
    }

    /// Where a hook that was there before is kept.
    pub fn chained_path(&self) -> PathBuf {
        chained_path(&self.path())
    }
}

impl ConfigHook {
    /// What ours is called in git's configuration; a hook's own name means something else there.
    pub fn name(hook: Hook) -> String {
        format!("zij-{hook}")
    }

    /// Reads `<scope>\t<key> <value>` a line, of which later ones win.
    pub fn parse(text: &str, hook: Hook) -> Option<Self> {
        let own = format!("hook.{}.", Self::name(hook));
        let (mut command, mut events, mut switched_off) = (None, Vec::new(), None);
        for line in text.lines() {
            let Some((_, setting)) = line.split_once('\t') else { continue };
            let (key, value) = setting.split_once(' ').unwrap_or((setting, ""));
            let is_off = matches!(value.to_lowercase().as_str(), "false" | "no" | "off" | "0");
            match key.strip_prefix(&own) {
                Some("command") => command = Some(value.to_owned()),
                Some("event") if value.is_empty() => events.clear(),
                Some("event") => events.push(value),
                Some("enabled") => switched_off = is_off.then(|| key.to_owned()),
                _ if key == format!("hook.{hook}.enabled") && is_off => {
                    switched_off = Some(key.to_owned());
                }
                _ => {}
            }
        }
        let command = command?;
        if !events.contains(&hook.name()) {
            switched_off = Some(format!("{own}event"));
        }
        Some(Self { command, switched_off })
    }
}

impl GitVersion {
    /// The first git whose configuration can name hooks (git-hook(1)).
    pub const CONFIG_HOOKS: Self = Self(2, 54);

    /// Reads `git version 2.47.3`, whatever a vendor adds to it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().strip_prefix("git version ")?.split(['.', ' ']);
        Some(Self(numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    }
}

impl fmt::Display for GitVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl HooksPath {
    /// Reads `<scope>\t<value>`; nothing set is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (scope, value) = text.strip_suffix('\n').unwrap_or(text).split_once('\t')?;
        let scope = match scope {
            "local" | "worktree" => Scope::Repository,
            "command" => Scope::Command,
            _ => Scope::Global,
        };
        Some(Self { scope, value: value.to_owned() })
    }

    /// Whether git resolves it against the folder it happens to run in.
    pub fn is_relative(&self) -> bool {
        !self.value.starts_with(['/', '~']) && !self.value.is_empty()
    }
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PreCommit => "pre-commit",
            Self::Lefthook => "lefthook",
            Self::Husky => "husky",
        })
    }
}

fn chained_path(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(".zij-chained");
    name.into()
}

fn look(path: &Path) -> Result<(Existing, Option<Vec<u8>>), InspectError> {
    let failed = |source| InspectError::Read { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((Existing::Absent, None));
        }
        Err(error) => return Err(failed(error)),
        Ok(_) => {}
    }
    // A link leads to somebody else's file, also when its target is gone.
    let is_link = path.is_symlink();
    match fs::read(path) {
        Ok(content) if is_link => {
            Ok((Existing::Foreign { manager: manager(&content) }, Some(content)))
        }
        Ok(content) => Ok((owner(&content), Some(content))),
        Err(_) if is_link => Ok((Existing::Foreign { manager: None }, None)),
        Err(_) => Ok((Existing::Unreadable, None)),
    }
}

fn owner(content: &[u8]) -> Existing {
    match Shim::read(content) {
        Some(shim) => Existing::Ours(shim),
        None if Shim::is_marked(content) => Existing::Edited,
        None => Existing::Foreign { manager: manager(content) },
    }
}

fn manager(content: &[u8]) -> Option<Manager> {
    let content = &content[..content.len().min(LOOKED_AT)];
    let text = String::from_utf8_lossy(content).to_lowercase();
    [
        ("pre-commit.com", Manager::PreCommit),
        ("lefthook", Manager::Lefthook),
        ("husky", Manager::Husky),
    ]
    .into_iter()
    .find_map(|(sign, manager)| text.contains(sign).then_some(manager))
}

/// The managers' configuration files that are there.
fn configured(work_tree: Option<&Path>) -> impl Iterator<Item = (Manager, PathBuf)> {
    let names = [
        (".pre-commit-config.yaml", Manager::PreCommit),
        ("lefthook.yml", Manager::Lefthook),
        ("lefthook.yaml", Manager::Lefthook),
        (".lefthook.yml", Manager::Lefthook),
        (".lefthook.yaml", Manager::Lefthook),
        ("lefthook.toml", Manager::Lefthook),
        (".husky", Manager::Husky),
    ];
    work_tree.into_iter().flat_map(move |top| {
        names
            .map(|(name, manager)| (manager, top.join(name)))
            .into_iter()
            .filter(|(_, path)| path.exists())
    })
}

/// The hook itself, the file husky's hook hands over to, or a manager's configuration, whichever
/// first says `zij hook <name>` or, for pre-commit, `zij check`.
fn caller(hook: Hook, folder: &Path, work_tree: Option<&Path>) -> Option<PathBuf> {
    let own = folder.join(hook.name());
    let handed_to = folder.parent().map(|parent| parent.join(hook.name()));
    let files =
        [own].into_iter().chain(handed_to).chain(configured(work_tree).map(|(_, path)| path));
    let calls = [format!("zij hook {hook}"), "zij check".to_owned()];
    files.into_iter().find(|path| {
        let Ok(content) = fs::read(path) else { return false };
        let text = String::from_utf8_lossy(&content);
        !Shim::is_marked(&content) && calls.iter().any(|call| text.contains(call.as_str()))
    })
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// The hook and the program its first line names, if that program does not exist.
fn missing_interpreter(path: PathBuf) -> Option<(PathBuf, PathBuf)> {
    let content = fs::read(&path).ok()?;
    let line = content.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let interpreter = PathBuf::from(line.split_whitespace().next()?);
    (!is_executable(&interpreter)).then_some((path, interpreter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gits_answers() {
        for (text, want) in [
            ("git version 2.47.3\n", Some(GitVersion(2, 47))),
            ("git version 2.39.5 (Apple Git-154)\n", Some(GitVersion(2, 39))),
            ("git version 2.54.0.rc1\n", Some(GitVersion(2, 54))),
            ("git version 3.0\n", Some(GitVersion(3, 0))),
            ("something else", None),
        ] {
            assert_eq!(GitVersion::parse(text), want, "{text}");
        }
        for (text, scope, relative) in [
            ("local\t.githooks\n", Scope::Repository, true),
            ("worktree\t/a b\tc\n", Scope::Repository, false),
            ("global\t~/hooks\n", Scope::Global, false),
            ("system\t/etc/hooks\n", Scope::Global, false),
            ("command\t/dev/null\n", Scope::Command, false),
        ] {
            let parsed = HooksPath::parse(text).unwrap();
            assert_eq!((parsed.scope, parsed.is_relative()), (scope, relative), "{text}");
        }
        assert_eq!(HooksPath::parse(""), None);
        let set =
            "local\thook.zij-pre-push.command z='/a'; f\nlocal\thook.zij-pre-push.event pre-push\n";
        for (more, switched_off) in [
            ("", None),
            ("local\thook.other.enabled false\n", None),
            ("local\thook.zij-pre-push.enabled false\n", Some("hook.zij-pre-push.enabled")),
            ("global\thook.pre-push.enabled off\n", Some("hook.pre-push.enabled")),
            ("local\thook.zij-pre-push.event\n", Some("hook.zij-pre-push.event")),
        ] {
            let own = ConfigHook::parse(&format!("{set}{more}"), Hook::PrePush).unwrap();
            assert_eq!((&*own.command, own.switched_off.as_deref()), ("z='/a'; f", switched_off));
        }
        assert_eq!(ConfigHook::parse(set, Hook::PreCommit), None);
    }
}
