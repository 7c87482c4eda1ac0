//! Predicts one cell.

use std::sync::Arc;

use super::{
    CauseKind, CellPrediction, CellState, RevisionSide, Rollout, SideFailure,
    causes::causes,
    fleet::{Pair, Placed, Predicted},
    groups::Groups,
    hidden::hide,
    neighbours::Known,
    outcome::{Circumstances, Outcome, Outcomes, Side},
};
use crate::{
    diff::{ValueChange, values},
    inventory::{Applier, CellId, Owner, PostStep},
    policy::{
        CELL_EMPTIED, Finding, How, Kube, Kubes, Locator, RENDER_BROKEN, Rule, VERSION_VANISHES,
    },
    render::{Comparison, EffectiveValues, FailureKind, RenderFailure, Renderer, Rendering},
    resource::Server,
    source::Place,
};

type Rendered = Result<Arc<Rendering>, Arc<RenderFailure>>;

/// What happens to a cell whose inputs differ, and what its change is found by among the groups.
pub(crate) fn predict<'a>(
    index: usize,
    pair: &Pair<'a>,
    renderer: &Renderer,
    groups: &Groups,
    outcomes: &Outcomes<'a>,
) -> Predicted {
    let (base, head) = rayon::join(|| render(renderer, pair.base), || render(renderer, pair.head));
    match sides(pair, base.as_ref(), head.as_ref()) {
        Ok(sides) => sides.predict(index, groups, outcomes),
        Err(mut cell) => {
            let set = |placed: Option<Placed<'_>>, rendered: Option<&Rendered>| {
                let rendering = rendered.and_then(|rendered| rendered.as_ref().ok());
                let side = side(placed, rendering.map(|rendering| &**rendering));
                side.map(|side| side.set()).unwrap_or_default()
            };
            let sound = match set(pair.base, base.as_ref()) {
                none if none.resources.is_empty() => set(pair.head, head.as_ref()),
                set => set,
            };
            hide(&mut cell, pair, &sound, renderer, outcomes.mask());
            let known = matches!(head, Some(Err(_))).then_some(Known::Nothing);
            Predicted { index, cell: *cell, digest: None, known }
        }
    }
}

/// A cell of which it is not known whether one side has it.
pub(crate) fn predict_unknown(
    pair: &Pair<'_>,
    renderer: &Renderer,
    failure: SideFailure,
) -> CellPrediction {
    failed(pair, render(renderer, pair.base).as_ref(), failure)
}

fn render(renderer: &Renderer, placed: Option<Placed<'_>>) -> Option<Rendered> {
    placed.map(|placed| renderer.render(placed.tree, placed.application, placed.cluster))
}

/// Whether a cell is proved untouched by what its description names.
pub(crate) fn is_untouched(pair: &Pair<'_>, comparison: &Comparison<'_>) -> bool {
    let (Some(base), Some(head)) = (pair.base, pair.head) else { return false };
    comparison.is_untouched(
        pair.at,
        (base.application, base.cluster),
        (head.application, head.cluster),
    )
}

/// Whether everything that a cell is rendered from is the same on both sides.
pub(crate) fn has_same_inputs(pair: &Pair<'_>, renderer: &Renderer) -> bool {
    let (Some(base), Some(head)) = (pair.base, pair.head) else { return false };
    let key = |p: Placed<'_>| renderer.inputs_key(p.tree, p.application, p.cluster).ok();
    // What another version of Kubernetes takes is judged anew, also where it renders the same.
    base.cluster.kube == head.cluster.kube && key(base).is_some_and(|base| key(head) == Some(base))
}

/// A cell in which nothing differs.
pub(crate) fn unchanged(id: &CellId) -> CellPrediction {
    CellPrediction {
        id: id.clone(),
        state: CellState::Unchanged,
        causes: Vec::new(),
        values_differ: false,
        manifests_differ: false,
        group: None,
        findings: Vec::new(),
        failure: None,
        presence: None,
        rollouts: Vec::new(),
        plan: None,
        rollback: None,
    }
}

/// A finding about a cell as a whole.
pub(crate) fn whole_cell(rule: &'static Rule, message: String, place: Option<Place>) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        subject: None,
        path: None,
        message,
        fix: rule.fix.to_owned(),
        place,
        is_new: true,
        waiver: None,
    }
}

/// The renderings of a cell; a side that does not exist has none.
struct Sides<'p, 'a> {
    pair: &'p Pair<'a>,
    base: Option<&'p Rendering>,
    head: Option<&'p Rendering>,
}

/// The sides of a cell, or its prediction where one of them could not be rendered.
fn sides<'p, 'a>(
    pair: &'p Pair<'a>,
    base: Option<&'p Rendered>,
    head: Option<&'p Rendered>,
) -> Result<Sides<'p, 'a>, Box<CellPrediction>> {
    let failed = |side: RevisionSide, failure: &Arc<RenderFailure>| {
        let failure = Arc::clone(failure);
        Box::new(failed(pair, base, SideFailure { side, failure }))
    };
    let head_rendering = match head {
        Some(Err(failure)) => return Err(failed(RevisionSide::Head, failure)),
        Some(Ok(rendering)) => Some(&**rendering),
        None => None,
    };
    match base {
        Some(Err(failure)) => Err(failed(RevisionSide::Base, failure)),
        Some(Ok(base)) => Ok(Sides { pair, base: Some(base), head: head_rendering }),
        None => Ok(Sides { pair, base: None, head: head_rendering }),
    }
}

fn failed(pair: &Pair<'_>, base: Option<&Rendered>, failure: SideFailure) -> CellPrediction {
    let mut cell = unchanged(pair.id);
    cell.causes = causes_of(pair);
    let kind = failure.failure.kind;
    cell.state = match kind {
        FailureKind::Error => CellState::Error,
        FailureKind::Unknown(_) => CellState::Unknown,
    };
    let was_sound = base.is_none_or(Result::is_ok);
    if failure.side == RevisionSide::Head && kind == FailureKind::Error && was_sound {
        let first = failure.failure.message.lines().next().unwrap_or_default();
        let message = match base {
            Some(_) => format!("renders on base and no longer on head: {first}"),
            None => format!("is new and cannot be rendered: {first}"),
        };
        cell.findings.push(whole_cell(&RENDER_BROKEN, message, failure.failure.place.clone()));
    }
    cell.failure = Some(failure);
    cell
}

fn causes_of(pair: &Pair<'_>) -> Vec<CauseKind> {
    match (pair.base, pair.head) {
        (Some(base), Some(head)) => causes(base, head),
        _ => vec![CauseKind::Inventory],
    }
}

impl<'a> Sides<'_, 'a> {
    fn predict(&self, index: usize, groups: &Groups, outcomes: &Outcomes<'a>) -> Predicted {
        let base = locator(self.pair.base, self.base);
        let Some(head) = locator(self.pair.head, self.head).or(base) else {
            let cell = unchanged(self.pair.id);
            return Predicted { index, cell, digest: None, known: None };
        };
        let outcome = outcomes.of(
            side(self.pair.base, self.base),
            side(self.pair.head, self.head),
            self.circumstances(),
            (base, head),
        );
        let values = self.values();
        let mut cell = unchanged(self.pair.id);
        cell.values_differ = !values.is_empty();
        cell.manifests_differ = outcome.differs;
        let placed = outcome.found.iter().map(|found| found.placed(base, head));
        cell.findings = placed.filter(|finding| !self.is_untracked(finding)).collect();
        cell.findings.extend(outcome.unstable.iter().cloned());
        if let Some(emptied) = self.emptied(&outcome) {
            cell.findings.insert(0, emptied);
        }
        if let Some(pods) = &outcome.pods {
            cell.plan.clone_from(&pods.plan);
            cell.rollback = Some(pods.rollback.clone());
            cell.findings.extend(pods.findings.iter().cloned());
            cell.rollouts.clone_from(&pods.rollouts);
        }
        cell.state = self.state(&cell);
        if cell.state != CellState::Unchanged {
            cell.causes = causes_of(self.pair);
        }
        cell.findings.extend(self.vanished(&cell.causes, &outcome));
        let digest = groups.add(index, values, &outcome);
        Predicted { index, cell, digest, known: outcome.known.clone() }
    }

    /// What the outcome depends on besides the objects.
    fn circumstances(&self) -> Circumstances {
        let placed = self.pair.head.or(self.pair.base);
        let nodes = placed.and_then(|placed| placed.cluster.labels.get("nodes")?.parse().ok());
        Circumstances { how: self.how(), server: self.server(), nodes }
    }

    /// The API server that gets the objects; the one of head, which is the one that will run.
    fn server(&self) -> Server {
        let placed = self.pair.head.or(self.pair.base);
        Server::of(placed.and_then(|placed| placed.cluster.kube.as_deref()))
    }

    fn values(&self) -> Vec<ValueChange> {
        let none = EffectiveValues::default();
        match (self.base, self.head) {
            (Some(base), Some(head)) => values(&base.values, &head.values),
            // The values of a whole new or removed cell would bury its manifests.
            _ => values(&none, &none),
        }
    }

    /// What the findings depend on besides the objects.
    fn how(&self) -> How {
        let kube = |placed: Option<Placed<'_>>| Kube::of(placed?.cluster);
        let kubes = match (self.pair.base, self.pair.head) {
            (base, Some(head)) => Kubes { base: kube(base.or(Some(head))), head: kube(Some(head)) },
            (base, None) => Kubes { base: kube(base), head: kube(base) },
        };
        How {
            kubes,
            is_applied_by_client: matches!(self.pair.id.owner, Owner::Argo(_))
                && self
                    .pair
                    .head
                    .is_some_and(|head| head.application.meta.applier == Applier::Client),
        }
    }

    /// A cell that stays and renders nothing any more.
    fn emptied(&self, outcome: &Outcome<'_>) -> Option<Finding> {
        let count = outcome.emptied()?;
        let place = self.pair.head?.application.origin.place.clone();
        let objects =
            if count == 1 { "its one object".to_owned() } else { format!("all {count} objects") };
        let message = format!("renders nothing any more: {objects} would be deleted");
        Some(whole_cell(&CELL_EMPTIED, outcome.secrets.message(&message), Some(place)))
    }

    /// V4: objects that are gone although nothing but versions differs.
    fn vanished(&self, causes: &[CauseKind], outcome: &Outcome<'_>) -> Option<Finding> {
        let is_version =
            |cause: &CauseKind| matches!(cause, CauseKind::Capabilities | CauseKind::Profile);
        let gone = &outcome.gone;
        let first = gone.first().filter(|_| !causes.is_empty() && causes.iter().all(is_version))?;
        let others = match gone.len() - 1 {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        let message =
            format!("{first}{others} vanish with another version of the cluster or the tools");
        let place = self.pair.head.and_then(|head| head.cluster.place.clone());
        Some(whole_cell(&VERSION_VANISHES, outcome.secrets.message(&message), place))
    }

    /// Whether a finding is about the namespace that Argo CD makes for the application: nothing tracks
    /// it, so that nothing deletes it.
    fn is_untracked(&self, finding: &Finding) -> bool {
        let Some(base) = self.pair.base else { return false };
        let makes = |step: &PostStep| matches!(step, PostStep::CreateNamespace { .. });
        let place = &base.application.origin.place;
        finding.rule.id == "ZIJ-D002"
            && base.application.post.iter().any(makes)
            && finding
                .subject
                .as_ref()
                .is_some_and(|subject| subject.id.name == base.application.namespace)
            && finding.place.as_ref().is_some_and(|found| found.file == place.file)
    }

    fn state(&self, cell: &CellPrediction) -> CellState {
        match (self.pair.base, self.pair.head) {
            (None, _) => CellState::Added,
            (_, None) => CellState::Removed,
            _ if cell.rollouts.iter().any(Rollout::restarts) => CellState::Rolls,
            _ if cell.manifests_differ => CellState::Changed,
            _ if cell.values_differ => CellState::ValuesOnly,
            _ => CellState::Unchanged,
        }
    }
}

/// A side of a cell; nothing where it does not exist.
fn side<'a>(placed: Option<Placed<'a>>, rendering: Option<&Rendering>) -> Option<Side<'a>> {
    Some(Side::new(&rendering?.documents, placed?.application))
}

fn locator<'a>(
    placed: Option<Placed<'a>>,
    rendering: Option<&'a Rendering>,
) -> Option<Locator<'a>> {
    let values = rendering.map(|rendering| &rendering.values);
    placed.map(|placed| Locator { tree: placed.tree, values })
}
