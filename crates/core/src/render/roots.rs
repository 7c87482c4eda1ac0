//! Renders applications for the inventory, which looks for applications in them.

use crate::{
    inventory::{
        Application, Cluster, Problem, RootDocument, RootFailure, RootRenderer, Severity, Unknown,
    },
    source::Tree,
};

use super::{Document, FailureKind, RenderFailure, Renderer};

impl RootRenderer for Renderer {
    fn render_root(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<Vec<RootDocument>, RootFailure> {
        match self.render(tree, application, cluster) {
            Ok(rendering) => Ok(rendering.documents.iter().map(document).collect()),
            Err(failure) => Err(root_failure(&failure)),
        }
    }

    fn root_key(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Option<[u8; 32]> {
        self.inputs_key(tree, application, cluster).ok().map(|key| key.0)
    }
}

fn document(document: &Document) -> RootDocument {
    RootDocument {
        file: document.template.clone(),
        line: document.line,
        text: document.bytes.clone(),
    }
}

fn root_failure(failure: &RenderFailure) -> RootFailure {
    let RenderFailure { message, place, hint, .. } = failure.clone();
    match failure.kind {
        FailureKind::Error => {
            RootFailure::Wrong(Problem { severity: Severity::Error, message, place, hint })
        }
        FailureKind::Unknown(kind) => RootFailure::Unknown(Unknown { kind, message, place, hint }),
    }
}
