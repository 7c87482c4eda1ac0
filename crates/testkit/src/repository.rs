//! A repository that a test fills commit by commit.

use std::{
    cell::Cell,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use crate::environment::{Environment, Outcome, create_folder};

/// How the objects of a repository are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 40 hexadecimal digits.
    Sha1,
    /// 64 hexadecimal digits.
    Sha256,
}

/// A repository with a work tree on branch `main`; commits are one second apart.
#[derive(Debug)]
pub struct TestRepository {
    environment: Environment,
    folder: PathBuf,
    commits: Cell<u64>,
}

impl TestRepository {
    /// An empty repository in an environment of its own.
    pub fn new() -> Self {
        Self::with_format(Format::Sha1)
    }

    /// An empty repository whose objects are named by `format`.
    pub fn with_format(format: Format) -> Self {
        let environment = Environment::new();
        let folder = environment.work().join("repository");
        create_folder(&folder);
        let repository = Self { environment, folder, commits: Cell::new(0) };
        let format = match format {
            Format::Sha1 => "--object-format=sha1",
            Format::Sha256 => "--object-format=sha256",
        };
        repository.git(&["init", "--quiet", "--initial-branch=main", format]);
        repository
    }

    /// The environment the repository lives in.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The work tree.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// A git command in the work tree, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.environment.command("git", &self.folder);
        Environment::commit_time(&mut command, self.commits.get());
        command.args(arguments);
        command
    }

    /// Runs git in the work tree and gives what it printed.
    ///
    /// # Panics
    /// When git fails.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        self.try_git(arguments).success()
    }

    /// Runs git in the work tree, whether it succeeds or not.
    pub fn try_git(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments), b"")
    }

    /// Writes a file in the work tree, its folders too.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.place(Path::new(path));
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Writes a file that may be executed, in the work tree or at an absolute path.
    ///
    /// A process of its own does it: were the file open for writing here while another thread
    /// starts a process, starting the file could fail (`ETXTBSY`).
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write_executable(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.place(path.as_ref());
        let mut shell = self.environment.command("sh", &self.folder);
        shell.args(["-c", r#"cat >"$1" && chmod 755 "$1""#, "sh"]).arg(path);
        Outcome::of(&mut shell, content.as_ref()).success();
    }

    /// Makes a symbolic link in the work tree.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn link(&self, path: &str, target: &str) {
        let path = self.place(Path::new(path));
        symlink(target, &path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Commits everything in the work tree and gives the commit's id.
    pub fn commit(&self, message: &str) -> String {
        self.commits.set(self.commits.get() + 1);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes `(path, content)` pairs and commits them.
    pub fn commit_files(&self, message: &str, files: &[(&str, &str)]) -> String {
        for (path, content) in files {
            self.write(path, content);
        }
        self.commit(message)
    }

    /// Makes an empty bare repository beside this one, to push to, and adds it as remote `name`.
    pub fn bare_remote(&self, name: &str) -> PathBuf {
        let path = self.environment.work().join(format!("{name}.git"));
        let text = path.to_string_lossy().into_owned();
        let format =
            format!("--object-format={}", self.git(&["rev-parse", "--show-object-format"]));
        self.git(&["init", "--quiet", "--bare", "--initial-branch=main", &format, &text]);
        self.git(&["remote", "add", name, &text]);
        path
    }

    fn place(&self, path: &Path) -> PathBuf {
        let path = self.folder.join(path);
        if let Some(folder) = path.parent() {
            create_folder(folder);
        }
        path
    }
}

impl Default for TestRepository {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_steps_give_equal_commits() {
        let commit = || {
            let repository = TestRepository::new();
            repository.commit_files("first", &[("a/b.yaml", "x: 1\n")])
        };
        assert_eq!(commit(), commit());
    }
}
