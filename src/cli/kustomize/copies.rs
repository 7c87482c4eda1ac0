//! Vendored copies of the repository that a kustomization lies in.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use zij_core::{
    inventory::Lock,
    render::{Copies, Fetched, RenderFailure},
    source::{ContentId, Entry, EntryKind, SourceError, Tree, TreePath},
};
use zij_kustomize::{DiskFolder, EntryKind as Kind, Folder as _, FolderError, Located, Vendored};

/// The files of a repository as they lie on disk.
struct Repository {
    root: PathBuf,
    folder: DiskFolder,
    copies: Copies,
}

impl Repository {
    /// The repository around a folder; without git, the nearest folder that has a lock file.
    fn around(folder: &Path) -> Option<Self> {
        let with = |name: &str| folder.ancestors().find(|folder| folder.join(name).exists());
        let root = with(".git").or_else(|| with(Lock::FILE))?;
        let folder = DiskFolder::new(root).ok()?;
        Some(Self { root: root.to_owned(), folder, copies: Copies::default() })
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

/// A repository that is looked for when something of it is needed; most builds need nothing.
#[derive(Default)]
pub(super) struct Surroundings(OnceLock<Option<Repository>>);

/// The copies of the repository around a kustomization, by paths from the top of the build's own
/// tree.
pub(super) struct RepositoryCopies<'r> {
    surroundings: &'r Surroundings,
    target: &'r Path,
    top: &'r Path,
    fetched: OnceLock<Option<Fetched<'r>>>,
}

impl<'r> RepositoryCopies<'r> {
    /// The copies for a build of `target` whose tree starts at `top`.
    pub(super) fn new(surroundings: &'r Surroundings, target: &'r Path, top: &'r Path) -> Self {
        Self { surroundings, target, top, fetched: OnceLock::new() }
    }

    /// The first copy that is not what the lock file says, with the path of its place.
    pub(super) fn failure(self) -> Option<(RenderFailure, Option<PathBuf>)> {
        let failure = self.fetched.into_inner()??.outcome().1?;
        let repository = self.surroundings.0.get()?.as_ref()?;
        let path = failure.place.as_ref().map(|place| repository.root.join(&*place.file));
        Some((failure, path))
    }

    fn repository(&self) -> Option<&'r Repository> {
        self.surroundings.0.get_or_init(|| Repository::around(self.target)).as_ref()
    }

    fn fetched(&self) -> Option<&Fetched<'r>> {
        let new = || self.repository().map(|found| Fetched::new(&found.copies, found));
        self.fetched.get_or_init(new).as_ref()
    }

    fn below_top(&self, path: &str) -> Option<String> {
        let root = self.repository()?.root.strip_prefix(self.top).ok()?;
        Some(format!("{}/{path}", root.to_str()?))
    }
}

impl Vendored for RepositoryCopies<'_> {
    fn file(&self, url: &str) -> Option<Arc<[u8]>> {
        self.fetched()?.file(url)
    }

    fn directory(&self, url: &str) -> Option<String> {
        self.below_top(&self.fetched()?.directory(url)?)
    }

    fn chart(&self, repository: &str, name: &str, version: &str) -> Option<String> {
        self.below_top(&self.fetched()?.chart(repository, name, version)?)
    }
}
