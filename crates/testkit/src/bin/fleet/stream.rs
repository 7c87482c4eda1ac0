//! Commits through `git fast-import`, which takes thousands of files a second.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

/// The seconds since 1970 at which the first commit is made, an hour more with each.
const FIRST: u64 = 1_700_000_000;

/// Files by path.
pub(crate) type Files = BTreeMap<String, String>;

/// A repository that is being filled.
pub(crate) struct Stream {
    folder: PathBuf,
    child: Child,
    input: BufWriter<ChildStdin>,
    commits: u64,
}

impl Stream {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        if fs::read_dir(folder)?.next().is_some() {
            return Err(io::Error::other(format!("{} is not empty", folder.display())));
        }
        finished(git(folder).args(["init", "--quiet", "--initial-branch=main"]))?;
        let url = "https://git.example.org/platform/fleet.git";
        finished(git(folder).args(["remote", "add", "origin", url]))?;
        let mut child =
            git(folder).args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn()?;
        let input = child.stdin.take().ok_or_else(|| io::Error::other("no pipe to git"))?;
        Ok(Self { folder: folder.to_owned(), child, input: BufWriter::new(input), commits: 0 })
    }

    pub(crate) fn commit(&mut self, message: &str, files: &Files) -> io::Result<()> {
        let time = FIRST + 3600 * self.commits;
        self.commits += 1;
        writeln!(self.input, "commit refs/heads/main")?;
        writeln!(self.input, "committer Ada Author <ada@example.org> {time} +0000")?;
        writeln!(self.input, "data {}\n{message}", message.len())?;
        for (path, text) in files {
            writeln!(self.input, "M 100644 inline {path}\ndata {}\n{text}", text.len())?;
        }
        writeln!(self.input)
    }

    pub(crate) fn close(self) -> io::Result<()> {
        let Self { folder, mut child, input, .. } = self;
        drop(input.into_inner()?);
        if !child.wait()?.success() {
            return Err(io::Error::other("git fast-import failed"));
        }
        finished(git(&folder).args(["reset", "--quiet", "--hard", "main"]))
    }
}

fn finished(command: &mut Command) -> io::Result<()> {
    match command.status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{command:?} failed"))),
    }
}

fn git(folder: &Path) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "it only writes the repository that was asked for"
    )]
    let mut command = Command::new("git");
    command.current_dir(folder);
    command
}
