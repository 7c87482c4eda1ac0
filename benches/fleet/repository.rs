//! A generated fleet, and changes of it.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::{Outcome, process::command};

/// A repository of the generator.
pub(crate) struct Repository {
    folder: PathBuf,
    /// The newest commit, wherever the branch is.
    newest: String,
    /// How many changes were made.
    made: usize,
}

/// What a commit changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Value,
    OwnTemplate,
    SharedTemplate,
    Overlay,
}

impl Change {
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("one value of one application", Self::Value),
        ("a template of one application on all clusters", Self::OwnTemplate),
        ("a template of 15 % of all cells", Self::SharedTemplate),
        ("an overlay of a third of the clusters", Self::Overlay),
    ];

    /// The file, and what its text has where a number differs from change to change.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Value => ("apps/team-00/app-001/values.yaml", "  tag: "),
            Self::OwnTemplate => {
                ("charts/solo/templates/deployment.yaml", "example.org/revision: ")
            }
            Self::SharedTemplate => {
                ("charts/web/templates/deployment.yaml", "example.org/revision: ")
            }
            Self::Overlay => {
                ("sites/team-00/app-003/overlays/dev/kustomization.yaml", "  newTag: ")
            }
        }
    }
}

impl Repository {
    /// The fleet in a folder, made unless it is there.
    pub(crate) fn made(
        folder: &Path,
        apps: usize,
        clusters: usize,
        commits: usize,
    ) -> Outcome<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let number = |number: usize| number.to_string();
        let (apps, clusters, commits) = (number(apps), number(clusters), number(commits));
        let generator = Path::new(env!("CARGO_BIN_EXE_zij")).with_file_name("fleet");
        let generator = generator.to_str().ok_or("a path that is no text")?;
        let mut generate = command(generator);
        generate.arg(folder).stdout(Stdio::null());
        generate.args(["--apps", &apps, "--clusters", &clusters, "--commits", &commits]);
        if !generate.status()?.success() {
            return Err(format!("{generator} failed").into());
        }
        let mut repository = Self { folder: folder.to_owned(), newest: String::new(), made: 0 };
        repository.newest = repository.git(&["rev-parse", "HEAD"], "")?;
        Ok(repository)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A commit after the newest one; the branch stays where it is. Gives the parent and the commit.
    pub(crate) fn change(&mut self, change: Change) -> Outcome<(String, String)> {
        let parent = self.newest.clone();
        self.made += 1;
        let text = self.changed(change)?;
        let stream = commit_of(Some(&parent), change.place().0, &text);
        self.git(&["fast-import", "--quiet", "--force"], &stream)?;
        self.newest = self.git(&["rev-parse", "refs/made/newest"], "")?;
        Ok((parent, self.newest.clone()))
    }

    /// So many commits after the newest one, each with one value changed; gives the last one.
    pub(crate) fn many(&mut self, count: usize) -> Outcome<String> {
        let mut stream = Vec::new();
        for number in 0..count {
            self.made += 1;
            let text = self.changed(Change::Value)?;
            // Later ones follow the one before in the same stream.
            let from = (number == 0).then_some(self.newest.as_str());
            stream.extend(commit_of(from, Change::Value.place().0, &text).into_bytes());
        }
        self.git(&["fast-import", "--quiet", "--force"], std::str::from_utf8(&stream)?)?;
        self.newest = self.git(&["rev-parse", "refs/made/newest"], "")?;
        Ok(self.newest.clone())
    }

    /// The text of the file that a change is made in, with the next number.
    fn changed(&self, change: Change) -> Outcome<String> {
        let (path, mark) = change.place();
        let old = fs::read_to_string(self.folder.join(path))?;
        let (before, rest) = old.split_once(mark).ok_or("the file is of another form")?;
        let after = rest.split_once('\n').map_or("", |(_, after)| after);
        Ok(format!("{before}{mark}\"made-{}\"\n{after}", self.made))
    }

    pub(crate) fn parent(&self, commit: &str) -> Outcome<String> {
        self.git(&["rev-parse", &format!("{commit}~1")], "")
    }

    pub(crate) fn move_branch(&self, commit: &str) -> Outcome<()> {
        self.git(&["update-ref", "refs/heads/main", commit], "").map(drop)
    }

    fn git(&self, arguments: &[&str], input: &str) -> Outcome<String> {
        let mut git = command("git");
        git.args(arguments).current_dir(&self.folder);
        let mut child = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().ok_or("no pipe")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?.trim_end().to_owned()),
            false => Err(format!("git {arguments:?} failed").into()),
        }
    }
}

/// A commit with one file changed, for `git fast-import`.
fn commit_of(from: Option<&str>, path: &str, text: &str) -> String {
    let from = from.map(|from| format!("from {from}\n")).unwrap_or_default();
    format!(
        "commit refs/made/newest\ncommitter Ada Author <ada@example.org> 1800000000 +0000\n\
         data 8\na change\n{from}M 100644 inline {path}\ndata {}\n{text}\n\n",
        text.len()
    )
}
