//! The shared renderer.

use std::sync::Arc;

use crate::{
    inventory::{Application, Cluster},
    source::{SourceError, Tree},
};

use super::{FailureKind, InputsKey, RenderFailure, Rendering};

/// Renders cells; what several cells or revisions have in common is done once.
#[derive(Debug, Default)]
pub struct Renderer {}

impl Renderer {
    /// The documents and values of a cell.
    ///
    /// # Errors
    /// When the cell cannot be rendered, with the place to mend.
    pub fn render(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<Arc<Rendering>, Arc<RenderFailure>> {
        let _ = (tree, cluster);
        Err(Arc::new(RenderFailure {
            kind: FailureKind::Unknown,
            message: format!("{} cannot be rendered yet", application.id),
            place: Some(application.origin.place.clone()),
            hint: None,
        }))
    }

    /// The hash of all inputs of a cell, without rendering it.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn inputs_key(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<InputsKey, SourceError> {
        let _ = (application, cluster);
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(tree.id().0.bytes()) {
            *to = from;
        }
        Ok(InputsKey(bytes))
    }
}
