//! What is not known of a fleet.

use std::sync::Arc;

use super::{Application, ApplicationName, Link, LinkKind, Owner, Problem};
use crate::source::Place;

/// Cells that one revision may have although they were not found: one that is absent there cannot
/// be called removed, nor one of the other revision new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which cells.
    pub of: GapScope,
    /// What is missing or wrong.
    pub problem: Problem,
    /// Whether a fact is missing; otherwise something is wrong.
    pub is_unknown: bool,
}

/// The cells that a [`Gap`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapScope {
    /// What a set, application or root makes, by way of others too.
    MadeBy(Owner, Maker),
    /// What an application makes below an entry of a cluster, by way of others too.
    Below {
        /// The file that describes the entry.
        entry: Arc<str>,
        /// The application.
        maker: Maker,
    },
    /// What a file describes.
    InFile(Arc<str>),
    /// The application of that name.
    Named(Owner, ApplicationName),
}

/// What makes applications, without what changes between revisions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Maker {
    /// A root, by the file or folder that describes it.
    Root(Arc<str>),
    /// An application.
    Application(ApplicationName),
    /// A set.
    Set(Arc<str>),
}

impl From<&Link> for Maker {
    fn from(link: &Link) -> Self {
        match &link.kind {
            LinkKind::Root => Self::Root(Arc::clone(&link.place.file)),
            LinkKind::Application(name) => Self::Application(name.clone()),
            LinkKind::Set { name, .. } => Self::Set(Arc::clone(name)),
        }
    }
}

impl GapScope {
    /// Whether the application would be among the cells.
    pub fn covers(&self, application: &Application) -> bool {
        let (id, origin) = (&application.id, &application.origin);
        match self {
            Self::MadeBy(owner, maker) => {
                origin.chain.iter().enumerate().any(|(index, link)| {
                    // What stands between may be deployed to a cluster with an Argo CD of its own.
                    let is_last = index + 1 == origin.chain.len();
                    Maker::from(link) == *maker && (!is_last || id.owner == *owner)
                })
            }
            Self::Below { entry, maker } => {
                let makers = || origin.chain.iter().map(Maker::from);
                let is_entry = |maker: &Maker| matches!(maker, Maker::Root(file) if file == entry);
                makers().next().as_ref().is_some_and(is_entry) && makers().any(|one| one == *maker)
            }
            Self::InFile(file) => {
                let is_here = |place: &Place| place.file == *file;
                is_here(&origin.place) || origin.chain.iter().any(|link| is_here(&link.place))
            }
            Self::Named(owner, name) => id.owner == *owner && id.application == *name,
        }
    }
}
