//! Vendored copies of the repository that a kustomization lies in.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use zij_core::{
    inventory::Lock,
    render::{Copies, Fetched, RenderFailure},
    source::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath},
};
use zij_kustomize::{DiskFolder, EntryKind as Kind, Folder as _, FolderError, Located, Vendored};

/// The files of a repository as they lie on disk.
pub(super) struct Repository {
    root: PathBuf,
    folder: DiskFolder,
    copies: Copies,
}

impl Repository {
    /// The repository around a folder; without git, the nearest folder that has a lock file.
    pub(super) fn around(folder: &Path) -> io::Result<Option<Self>> {
        let with = |name: &str| folder.ancestors().find(|folder| folder.join(name).exists());
        let Some(root) = with(".git").or_else(|| with(Lock::FILE)) else { return Ok(None) };
        let folder = DiskFolder::new(root)?;
        Ok(Some(Self { root: root.to_owned(), folder, copies: Copies::default() }))
    }

    /// The copies, for a build that starts at `top`.
    pub(super) fn fetched(&self, top: &Path) -> RepositoryCopies<'_> {
        let below = self.root.strip_prefix(top).ok().and_then(Path::to_str).unwrap_or_default();
        let root = below.to_owned();
        RepositoryCopies { root, fetched: Fetched::new(&self.copies, self) }
    }

    /// Where a place of the repository is.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    fn locate(&self, path: &TreePath) -> Result<Option<Located>, SourceError> {
        match self.folder.locate(path.as_str()) {
            Ok(located) => Ok(Some(located)),
            Err(FolderError::Missing(_)) => Ok(None),
            Err(error) => Err(refused(path, &error)),
        }
    }
}

/// A tree for one command: within it a path names its content.
impl Tree for Repository {
    fn id(&self) -> ContentId {
        ContentId("".into())
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let entry = |located: Located| Entry {
            name: path.name().into(),
            kind: match located.kind {
                Kind::File => EntryKind::File,
                Kind::Directory => EntryKind::Folder,
            },
            id: ContentId(located.path.into()),
        };
        Ok(self.locate(path)?.map(entry))
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        let Some(located) = self.locate(path)?.filter(|located| located.kind == Kind::Directory)
        else {
            return Ok(None);
        };
        let entry = |found: io::Result<fs::DirEntry>| {
            let found = found?;
            let kind = match found.file_type()? {
                kind if kind.is_dir() => EntryKind::Folder,
                kind if kind.is_symlink() => EntryKind::Link,
                _ => EntryKind::File,
            };
            let name = found.file_name().to_string_lossy().into_owned();
            let id = ContentId(format!("{}/{name}", located.path).into());
            Ok(Entry { name: name.into(), kind, id })
        };
        let entries = fs::read_dir(self.root.join(&located.path))
            .and_then(|found| found.map(entry).collect::<io::Result<Vec<Entry>>>());
        let mut entries = entries.map_err(|error| refused(path, &error))?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(entries.into()))
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        match self.locate(path)?.filter(|located| located.kind == Kind::File) {
            Some(located) => {
                self.folder.read(&located.path).map(Some).map_err(|error| refused(path, &error))
            }
            None => Ok(None),
        }
    }
}

fn refused(path: &TreePath, error: &dyn std::error::Error) -> SourceError {
    SourceError::Store { path: path.clone(), message: error.to_string() }
}

/// The copies of a repository, by paths from the top of the build's own tree.
pub(super) struct RepositoryCopies<'r> {
    root: String,
    fetched: Fetched<'r>,
}

impl RepositoryCopies<'_> {
    /// The first copy that is not what the lock file says.
    pub(super) fn failure(self) -> Option<RenderFailure> {
        self.fetched.outcome().1
    }

    fn below_top(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }
}

impl Vendored for RepositoryCopies<'_> {
    fn file(&self, url: &str) -> Option<Arc<[u8]>> {
        self.fetched.file(url)
    }

    fn directory(&self, url: &str) -> Option<String> {
        self.fetched.directory(url).map(|path| self.below_top(&path))
    }

    fn chart(&self, repository: &str, name: &str, version: &str) -> Option<String> {
        self.fetched.chart(repository, name, version).map(|path| self.below_top(&path))
    }
}
