//! A chart's files out of a folder.
//!
//! Source of the rules: Helm's `pkg/chart/v2/loader/directory.go` and `internal/sympath/walk.go`.

use super::{
    folder::{EntryKind, Folder, FolderError},
    ignore::IgnoreRules,
    limits::LoadLimits,
    source::File,
};
use crate::error::{Error, Stage};

/// Reads all files of the chart at `path` that its `.helmignore` does not leave out, in Helm's
/// order: names of each directory sorted bytewise, directories walked where they stand.
///
/// # Errors
/// A bad ignore file, an unreadable or irregular file, or a limit.
pub(crate) fn read_files(
    folder: &dyn Folder,
    path: &str,
    limits: &LoadLimits,
) -> Result<Vec<File>, Error> {
    let rules = read_rules(folder, path, limits)?;
    let mut walk = Walk { folder, root: path, rules, limits, bytes: 0, files: Vec::new() };
    walk.directory("", 0)?;
    Ok(walk.files)
}

fn read_rules(folder: &dyn Folder, path: &str, limits: &LoadLimits) -> Result<IgnoreRules, Error> {
    match folder.read(&joined(path, ".helmignore"), limits.file_bytes) {
        Ok(data) => IgnoreRules::parse(&String::from_utf8_lossy(&data))
            .map_err(|error| Error::new(Stage::Load, error.to_string())),
        Err(_) => Ok(IgnoreRules::built_in()),
    }
}

pub(crate) fn joined(directory: &str, name: &str) -> String {
    match (directory, name) {
        ("", name) => name.to_owned(),
        (directory, "") => directory.to_owned(),
        (directory, name) => format!("{directory}/{name}"),
    }
}

struct Walk<'a> {
    folder: &'a dyn Folder,
    root: &'a str,
    rules: IgnoreRules,
    limits: &'a LoadLimits,
    bytes: u64,
    files: Vec<File>,
}

impl Walk<'_> {
    fn directory(&mut self, relative: &str, depth: usize) -> Result<(), Error> {
        let path = joined(self.root, relative);
        if depth > self.limits.depth {
            let text = format!("directories nest too deeply at {}", self.folder.display(&path));
            return Err(Error::new(Stage::Load, text).over_limit());
        }
        let mut entries =
            self.folder.list(&path).map_err(|e| Error::new(Stage::Load, e.to_string()))?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in entries {
            let name = joined(relative, &entry.name);
            if self.rules.ignores(&name, entry.kind == EntryKind::Directory) {
                continue;
            }
            match entry.kind {
                EntryKind::Directory => self.directory(&name, depth + 1)?,
                EntryKind::File => self.file(name)?,
                EntryKind::Irregular => {
                    let shown = self.folder.display(&joined(self.root, &name));
                    let text = format!(
                        "cannot load irregular file {shown} as it has file mode type bits set"
                    );
                    return Err(Error::new(Stage::Load, text));
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, name: String) -> Result<(), Error> {
        let most = self.limits.file_bytes;
        let read = self.folder.read(&joined(self.root, &name), most);
        let data = read.map_err(|error| {
            let text = match error {
                FolderError::TooLarge(_) => {
                    let base = name.rsplit('/').next().unwrap_or(&name);
                    format!("chart file {base:?} is larger than the maximum file size {most}")
                }
                error => format!("error reading {name}: {error}"),
            };
            Error::new(Stage::Load, text)
        })?;
        self.bytes = self.bytes.saturating_add(data.len() as u64);
        if self.bytes > self.limits.folder_bytes || self.files.len() >= self.limits.files {
            let text = format!("chart folder {} is too large", self.folder.display(self.root));
            return Err(Error::new(Stage::Load, text).over_limit());
        }
        self.files.push(File::new(name, data));
        Ok(())
    }
}
