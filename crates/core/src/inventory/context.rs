//! What an inventory takes from the rooms to its right and from outside.

use std::sync::Arc;

use super::{Application, Checkout, Cluster, Memo, Problem, Unknown};
use crate::source::Tree;

/// What reading a fleet of applications that contain applications depends on besides the tree
/// and its configuration.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The repository that the tree is a revision of.
    pub checkout: &'a Checkout,
    /// What renders applications that may contain applications.
    pub roots: &'a dyn RootRenderer,
    /// What is remembered between inventories.
    pub memo: &'a Memo,
}

/// Renders applications whose manifests may be applications.
pub trait RootRenderer: Sync {
    /// The documents of an application.
    ///
    /// # Errors
    /// When it cannot be rendered, or not from the repository alone.
    fn render_root(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<Vec<RootDocument>, RootFailure>;

    /// A hash of all that the documents of an application depend on, without rendering it; `None`
    /// where that is not known.
    fn root_key(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Option<[u8; 32]>;
}

/// A document of a root.
#[derive(Clone, Debug)]
pub struct RootDocument {
    /// The file that it comes from.
    pub file: Arc<str>,
    /// The line that it begins on, where it stands there as it is.
    pub line: Option<usize>,
    /// The text.
    pub text: Arc<[u8]>,
}

/// Why a root has no documents.
#[derive(Clone, Debug)]
pub enum RootFailure {
    /// It is wrong.
    Wrong(Problem),
    /// Something outside the repository would be needed.
    Unknown(Unknown),
}
