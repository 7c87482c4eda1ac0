//! The things outside a repository that can be copied into it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    inventory::{Remote, SourceAt, Unknown, UnknownKind, repository::normalized},
    source::Place,
};

use super::Lock;

/// One thing outside the repository, as its users write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// A chart of a chart repository, or of a registry where the URL begins with `oci://` or has
    /// no scheme.
    Chart {
        /// The repository's URL.
        repository: Arc<str>,
        /// The chart's name.
        name: Arc<str>,
        /// The version or range.
        version: Arc<str>,
    },
    /// Another git repository.
    Repository {
        /// Its URL.
        url: Arc<str>,
        /// The branch, tag or commit; `HEAD` where none is named.
        revision: Arc<str>,
    },
    /// A file at a URL.
    File {
        /// The URL.
        url: Arc<str>,
    },
}

impl Wanted {
    /// The same for all ways to write its URL.
    pub fn key(&self) -> Self {
        match self {
            Self::Chart { repository, name, version } => Self::Chart {
                repository: normalized(repository).into(),
                name: Arc::clone(name),
                version: Arc::clone(version),
            },
            Self::Repository { url, revision } => {
                Self::Repository { url: normalized(url).into(), revision: Arc::clone(revision) }
            }
            Self::File { url } => Self::File { url: Arc::clone(url) },
        }
    }

    /// What a person calls it: the chart's name, or the last part of the URL.
    pub fn name(&self) -> &str {
        match self {
            Self::Chart { name, .. } => name,
            Self::Repository { url, .. } | Self::File { url } => {
                // A layer of an artifact has its type behind the address.
                let url = url.split('#').next().unwrap_or(url).trim_end_matches('/');
                let name = url.rsplit('/').next().unwrap_or(url);
                name.strip_suffix(".git").unwrap_or(name)
            }
        }
    }
}

impl From<&Remote> for Wanted {
    fn from(remote: &Remote) -> Self {
        match remote {
            Remote::Chart { repository, name, version } => Self::Chart {
                repository: Arc::clone(repository),
                name: Arc::clone(name),
                version: Arc::clone(version),
            },
            Remote::Git { url, revision, .. } => {
                Self::Repository { url: Arc::clone(url), revision: Arc::clone(revision) }
            }
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chart { repository, name, version } => {
                write!(f, "chart {name} {version} of {repository}")
            }
            Self::Repository { url, revision } => write!(f, "{url} at {revision}"),
            Self::File { url } => f.write_str(url),
        }
    }
}

/// A lock that remembers what it was asked for.
#[derive(Debug, Default)]
pub(in crate::inventory) struct Asked {
    lock: Lock,
    wanted: Mutex<BTreeMap<Wanted, Place>>,
}

impl Asked {
    pub(in crate::inventory) fn of(lock: Lock) -> Self {
        Self { lock, wanted: Mutex::default() }
    }

    /// As [`Lock::resolve`].
    pub(in crate::inventory) fn resolve(&self, remote: &Remote, place: &Place) -> SourceAt {
        self.note(Wanted::from(remote), place);
        self.lock.resolve(remote, place)
    }

    /// The digest of the manifest that a copy was fetched by, where the lock file says it.
    pub(in crate::inventory) fn manifest(&self, remote: &Remote) -> Option<Arc<str>> {
        self.lock.find(&Wanted::from(remote))?.manifest.clone()
    }

    /// The copy of the file at a URL; where there is none, what is missing.
    pub(in crate::inventory) fn file(
        &self,
        url: &str,
        place: &Place,
    ) -> Result<crate::source::TreePath, Unknown> {
        let wanted = Wanted::File { url: url.into() };
        self.note(wanted.clone(), place);
        self.lock.find(&wanted).map(|locked| locked.path.clone()).ok_or_else(|| Unknown {
            kind: UnknownKind::File,
            message: format!("{url} is not vendored"),
            place: Some(place.clone()),
            hint: Some(super::lock::HINT.to_owned()),
        })
    }

    fn note(&self, wanted: Wanted, place: &Place) {
        let mut known = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        match known.entry(wanted) {
            // Threads ask in any order.
            Entry::Occupied(mut known) if place < known.get() => *known.get_mut() = place.clone(),
            Entry::Occupied(_) => {}
            Entry::Vacant(new) => {
                new.insert(place.clone());
            }
        }
    }

    /// Everything that was asked for, with the first place that names it.
    pub(in crate::inventory) fn into_wanted(self) -> BTreeMap<Wanted, Place> {
        self.wanted.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
