//! Opening a repository, and what it is.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use gix::{odb, sec};
use tempfile::TempDir;
use zij_core::source::TreePath;

use crate::{CommitId, Error, GitTree, Result, Revision, error::chain, store::Store};

/// No single object may ask for more memory than this, in bytes.
const OBJECT_LIMIT: usize = 256 << 20;

/// A repository opened for reading. Cheap to clone; all clones share one cache of folders.
///
/// Refs, objects and the index are read anew on every call; git's configuration, such as a branch's
/// upstream, is what it was when the repository was opened.
#[derive(Clone, Debug)]
pub struct Repository {
    pub(crate) store: Arc<Store>,
}

/// Folders of objects other than the repository's own.
///
/// While a server decides about a push (`pre-receive`, `update`), git keeps the pushed objects
/// apart and names their folder in `GIT_OBJECT_DIRECTORY` and the ordinary ones in
/// `GIT_ALTERNATE_OBJECT_DIRECTORIES` (githooks(5), git-receive-pack(1), "quarantine").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectFolders(pub Vec<PathBuf>);

impl Repository {
    /// Finds the repository `folder` lies in, looking upwards.
    ///
    /// # Errors
    /// When there is none, it belongs to another user and is not in `safe.directory`, or keeps its
    /// refs in a format that cannot be read.
    pub fn discover(folder: &Path) -> Result<Self> {
        // Of an empty path the owner is not found out where `.git` is a file.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let trust = sec::trust::Mapping { full: options(), reduced: options() };
        let upwards = gix::discover::upwards::Options::default();
        let found = gix::ThreadSafeRepository::discover_opts(folder, upwards, trust);
        Self::checked(folder, found, &ObjectFolders::default())
    }

    /// Opens the repository at `path`: a work tree's top folder or a git folder (`GIT_DIR`).
    ///
    /// # Errors
    /// As [`Repository::discover`].
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with_objects(path, &ObjectFolders::default())
    }

    /// As [`Repository::open`], reading objects from `folders` too.
    ///
    /// # Errors
    /// As [`Repository::discover`], and when a list of the folders cannot be written to the
    /// system's temporary folder.
    pub fn open_with_objects(path: &Path, folders: &ObjectFolders) -> Result<Self> {
        Self::checked(path, options().open(path), folders)
    }

    fn checked(
        path: &Path,
        opened: gix::Result<gix::ThreadSafeRepository>,
        folders: &ObjectFolders,
    ) -> Result<Self> {
        let mut shared = opened.map_err(|error| Error::NotARepository {
            path: path.to_owned(),
            detail: chain(&error),
        })?;
        let repository = shared.to_thread_local();
        if repository.git_dir_trust() != sec::Trust::Full {
            let path = repository.workdir().unwrap_or(repository.git_dir()).to_owned();
            return Err(Error::OtherOwner { path });
        }
        // Without this check every ref would only be "not found".
        if let Some(format) = repository.config_snapshot().string("extensions.refStorage")
            && !format.eq_ignore_ascii_case(b"files")
        {
            let path = repository.git_dir().to_owned();
            return Err(Error::RefStorage { path, format: format.to_string() });
        }
        let list = (!folders.0.is_empty())
            .then(|| list_folders(&repository, folders))
            .transpose()
            .map_err(Error::store("read the objects of the push"))?;
        if let Some(list) = &list {
            let store = odb::Store::at_opts(
                list.path().to_owned(),
                repository.object_hash(),
                &mut std::iter::empty(),
                odb::store::init::Options {
                    alloc_limit_bytes: Some(OBJECT_LIMIT),
                    ..odb::store::init::Options::default()
                },
            );
            shared.objects = store
                .map_err(gix::Error::from_error)
                .map_err(Error::store("read the objects of the push"))?
                .into();
        }
        Ok(Self { store: Store::new(shared, list) })
    }

    /// The git folder: of a linked worktree its own, holding its HEAD and index.
    pub fn git_dir(&self) -> PathBuf {
        self.store.with(|repository| repository.git_dir().to_owned())
    }

    /// The git folder that all linked worktrees share, holding refs and objects.
    pub fn common_dir(&self) -> PathBuf {
        self.store.with(|repository| repository.common_dir().to_owned())
    }

    /// The top folder of the work tree; `None` in a bare repository.
    pub fn work_dir(&self) -> Option<PathBuf> {
        self.store.with(|repository| repository.workdir().map(Path::to_owned))
    }

    /// The URLs of all remotes as they are written, sorted.
    pub fn remote_urls(&self) -> Vec<String> {
        let mut urls = self.store.with(|repository| {
            let config = repository.config_snapshot();
            let names = repository.remote_names();
            let url = |name: &_| config.string(format!("remote.{name}.url").as_str());
            names.iter().filter_map(url).map(|url| url.to_string()).collect::<Vec<_>>()
        });
        urls.sort();
        urls
    }

    /// All values of a setting of git's configuration such as `zij.override`, in git's order, as
    /// they were when the repository was opened.
    pub fn setting(&self, key: &str) -> Vec<String> {
        self.store.with(|repository| {
            let config = repository.config_snapshot();
            let values = config.plumbing().strings(key).unwrap_or_default();
            values.iter().map(ToString::to_string).collect()
        })
    }

    /// Whether history was cut off when cloning.
    pub fn is_shallow(&self) -> bool {
        self.store.with(|repository| repository.is_shallow().unwrap_or(false))
    }

    /// Whether an object of that id is stored here; never fetches.
    pub fn has_object(&self, id: CommitId) -> bool {
        self.store.with(|repository| {
            repository.object_hash() == id.0.kind() && repository.has_object(id.0)
        })
    }

    /// The files of `revision`.
    ///
    /// # Errors
    /// When its commit is not stored here, or the index cannot be read or has conflicts.
    pub fn tree(&self, revision: &Revision) -> Result<GitTree> {
        match revision {
            Revision::Commit { id, .. } => self.tree_of(*id),
            Revision::Staged => self.staged(),
            Revision::Empty => {
                let id = self.store.with(|repository| repository.object_hash().empty_tree());
                Ok(GitTree::new(Arc::clone(&self.store), id, None))
            }
        }
    }

    /// The files of a commit, annotated tags followed.
    ///
    /// # Errors
    /// When the commit or its tree is not stored here, or the id is not a commit's.
    pub fn tree_of(&self, commit: CommitId) -> Result<GitTree> {
        let root = self.with_commit(commit, |commit| {
            commit.tree_id().map(gix::Id::detach).map_err(Error::store("read a commit"))
        })??;
        let tree = GitTree::new(Arc::clone(&self.store), root, None);
        tree.folder(&TreePath::root(), &root)?;
        Ok(tree)
    }

    /// The commit an id stands for: its own, or that of the annotated tag it names.
    ///
    /// # Errors
    /// When the object is not stored here or leads to something other than a commit.
    pub fn peel(&self, id: CommitId) -> Result<CommitId> {
        self.with_commit(id, |commit| CommitId(commit.id))
    }

    /// Calls `read` with the decoded commit.
    pub(crate) fn with_commit<T>(
        &self,
        id: CommitId,
        read: impl FnOnce(&gix::Commit<'_>) -> T,
    ) -> Result<T> {
        self.store.with(|repository| {
            let object = if id.0.kind() == repository.object_hash() {
                repository.try_find_object(id.0).map_err(Error::store("read a commit"))?
            } else {
                None
            };
            let Some(object) = object else {
                let shallow = repository.is_shallow().unwrap_or(false);
                return Err(Error::MissingCommit { id, shallow });
            };
            let commit = object.peel_to_commit().map_err(Error::store("read a commit"))?;
            Ok(read(&commit))
        })
    }
}

/// Replacement refs are off: they would let the same id stand for different content.
fn options() -> gix::open::Options {
    gix::open::Options::default().config_overrides([
        "core.useReplaceRefs=false".to_owned(),
        format!("gitoxide.objects.allocLimit={OBJECT_LIMIT}"),
    ])
}

/// An empty object folder outside the repository whose `info/alternates` lists the real ones,
/// because gix reads neither of the two variables by itself.
fn list_folders(
    repository: &gix::Repository,
    folders: &ObjectFolders,
) -> std::result::Result<TempDir, gix::Error> {
    let list = tempfile::tempdir().map_err(gix::Error::from_error)?;
    let mut lines = String::new();
    let own = repository.common_dir().join("objects");
    for folder in folders.0.iter().chain([&own]) {
        let folder = fs::canonicalize(folder).map_err(gix::Error::from_error)?;
        let text = folder.to_str().filter(|text| !text.contains('\n')).ok_or_else(|| {
            let message = format!("`{}` cannot be listed", folder.display());
            gix::Error::from_error(std::io::Error::other(message))
        })?;
        writeln!(lines, "{text}").map_err(gix::Error::from_error)?;
    }
    fs::create_dir(list.path().join("info")).map_err(gix::Error::from_error)?;
    fs::write(list.path().join("info/alternates"), lines).map_err(gix::Error::from_error)?;
    Ok(list)
}
