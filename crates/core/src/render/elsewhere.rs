//! Files of the same repository at another revision.

use std::sync::Arc;

use crate::{
    inventory::{Pinned, UnknownKind},
    source::{Files, Place, Tree},
};

use super::{FailureKind, RenderFailure, folder::source_failure};

/// The tree of a pinned revision; `place` names it.
pub(super) fn pinned<'t>(
    tree: &dyn Tree,
    at: &Pinned,
    place: &Place,
) -> Result<Files<'t>, Arc<RenderFailure>> {
    match tree.at(&at.revision) {
        Ok(Some(tree)) => Ok(Files::There(tree)),
        Ok(None) => Err(Arc::new(RenderFailure {
            kind: FailureKind::Unknown(UnknownKind::Revision),
            message: format!("revision `{}` is not in this repository", at.revision),
            place: Some(place.clone()),
            hint: Some(format!("fetch it first (`git fetch origin {}`)", at.revision)),
            diagnosis: None,
        })),
        Err(error) => Err(Arc::new(source_failure(&error))),
    }
}
