//! Keeps what a cell's Secrets hold out of the reason why it cannot be rendered.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    CellPrediction, RevisionSide, SideFailure,
    fleet::{Pair, Placed},
};
use crate::{
    inventory::{Application, Cluster, Problem, RootFailure, Unknown, UnknownKind},
    render::{FailureKind, RenderFailure, Renderer},
    resource::{Mask, ResourceSet, SecretTexts},
    source::Tree,
};

/// Why a cell cannot be rendered, without what its Secrets would hold: the values that their
/// templates name, and the values that are called a password or the like.
pub fn shown_failure(
    failure: &RenderFailure,
    (tree, application, cluster): (&dyn Tree, &Application, &Cluster),
    renderer: &Renderer,
    mask: &Mask,
) -> RenderFailure {
    let mut secrets = SecretTexts::of(mask, []);
    add_values(&mut secrets, Placed { tree, application, cluster }, renderer);
    hidden(failure, &secrets)
}

/// The same of a root, whose failure is told where its applications are looked for.
pub fn shown_root_failure(
    failure: RootFailure,
    (tree, application, cluster): (&dyn Tree, &Application, &Cluster),
    renderer: &Renderer,
    mask: &Mask,
) -> RootFailure {
    let mut secrets = SecretTexts::of(mask, []);
    add_values(&mut secrets, Placed { tree, application, cluster }, renderer);
    let shown = |text: String| secrets.anywhere(&text);
    match failure {
        RootFailure::Wrong(Problem { severity, message, place, hint }) => {
            let (message, hint) = (shown(message), hint.map(shown));
            RootFailure::Wrong(Problem { severity, message, place, hint })
        }
        RootFailure::Unknown(Unknown { kind, message, place, hint }) => {
            let (message, hint) = (shown(message), hint.map(shown));
            RootFailure::Unknown(Unknown { kind, message, place, hint })
        }
    }
}

fn add_values(secrets: &mut SecretTexts<'_>, placed: Placed<'_>, renderer: &Renderer) {
    let none = BTreeSet::new();
    for values in renderer.values(placed.tree, placed.application, placed.cluster) {
        secrets.add_values(values.data(), values.secret_paths().unwrap_or(&none));
    }
}

/// Masks what the cell's Secrets hold, or would hold, in its failure and its findings: what they
/// hold on the side that does render, the values that their templates name, and the values that
/// are called a password or the like.
pub(crate) fn hide(
    cell: &mut CellPrediction,
    pair: &Pair<'_>,
    sound: &ResourceSet,
    renderer: &Renderer,
    mask: &Mask,
) {
    let objects = sound.resources.values().map(|resource| &*resource.body);
    let mut secrets = SecretTexts::of(mask, objects);
    if let Some(placed) = failing(cell, pair) {
        add_values(&mut secrets, placed, renderer);
    }
    for finding in &mut cell.findings {
        finding.message = secrets.anywhere(&finding.message);
    }
    if let Some(side) = &mut cell.failure {
        side.failure = Arc::new(hidden(&side.failure, &secrets));
    }
}

/// The side that fails with words that may quote its values. A chart that is not whole has run no
/// template: only its `Chart.yaml` is quoted.
fn failing<'a>(cell: &CellPrediction, pair: &Pair<'a>) -> Option<Placed<'a>> {
    let SideFailure { side, failure } = cell.failure.as_ref()?;
    match side {
        _ if failure.kind == FailureKind::Unknown(UnknownKind::Chart) => None,
        RevisionSide::Base => pair.base,
        RevisionSide::Head => pair.head,
    }
}

fn hidden(failure: &RenderFailure, secrets: &SecretTexts<'_>) -> RenderFailure {
    let mut shown = failure.clone();
    shown.message = secrets.anywhere(&shown.message);
    shown.hint = shown.hint.map(|hint| secrets.anywhere(&hint));
    if let Some(told) = &mut shown.diagnosis {
        told.headline = secrets.anywhere(&told.headline);
        told.label = secrets.anywhere(&told.label);
        for line in told.notes.iter_mut().chain(&mut told.helps) {
            *line = secrets.anywhere(line);
        }
        let excerpt = told.place.as_mut().and_then(|place| place.excerpt.as_mut());
        for line in excerpt.into_iter().flat_map(|excerpt| &mut excerpt.lines) {
            *line = secrets.anywhere(line);
        }
    }
    shown
}
