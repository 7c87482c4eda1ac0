//! A tree that is lent or owned.

use std::{fmt, sync::Arc};

use super::Tree;

/// The files that something is read from.
#[derive(Clone)]
pub enum Files<'t> {
    /// Those under test.
    Here(&'t dyn Tree),
    /// Those of another revision.
    There(Arc<dyn Tree>),
}

impl Files<'_> {
    /// The tree itself.
    pub fn tree(&self) -> &dyn Tree {
        match self {
            Self::Here(tree) => *tree,
            Self::There(tree) => &**tree,
        }
    }
}

impl fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.tree().id())
    }
}
