//! Why a source cannot be read.

use crate::{
    inventory::{Pinned, Problem, Render, Source, SourceAt, Unknown},
    source::TreePath,
};

use std::sync::Arc;

/// Why a source cannot be read: a mistake, or a thing that is not here.
pub(super) enum Refusal {
    Mistake(Problem),
    Unknown(Unknown),
}

impl From<Refusal> for Source {
    fn from(refusal: Refusal) -> Self {
        let at = SourceAt::Tree(TreePath::root());
        match refusal {
            Refusal::Mistake(problem) => Self { at, render: Render::Refused(problem) },
            Refusal::Unknown(unknown) => Self { at, render: Render::Opaque(unknown) },
        }
    }
}

impl Refusal {
    /// The source for which it stands, of which this is said here.
    pub(super) fn source(self, said: &str) -> Source {
        match self {
            Self::Mistake(_) => Source::from(self),
            Self::Unknown(unknown) => Source::unread(unknown, said),
        }
    }
}

impl Source {
    /// A source that lies elsewhere, of which this is said here.
    pub(super) fn unread(unknown: Unknown, said: &str) -> Self {
        let said = blake3::hash(said.as_bytes()).to_hex();
        Self { at: SourceAt::Absent(unknown), render: Render::Unread(said.as_str().into()) }
    }
}

/// The path below a place.
pub(super) fn below(at: &SourceAt, path: &str) -> SourceAt {
    let join = |root: &TreePath| root.join(path).unwrap_or_else(|_| root.clone());
    match at {
        SourceAt::Tree(root) => SourceAt::Tree(join(root)),
        SourceAt::Pinned(pinned) => SourceAt::Pinned(Pinned {
            revision: Arc::clone(&pinned.revision),
            path: join(&pinned.path),
        }),
        SourceAt::Vendored { remote, path: root } => {
            SourceAt::Vendored { remote: remote.clone(), path: join(root) }
        }
        SourceAt::Absent(unknown) => SourceAt::Absent(unknown.clone()),
    }
}
