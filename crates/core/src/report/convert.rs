//! From a prediction to the report that its readers share.

use std::{collections::BTreeMap, sync::Arc};

use zij_helm::diagnosis::{Diagnosis, Excerpt};

use super::model::{
    Action, Call, Cause, Cell, CellState, Demand, Evidence, FieldChange, Finding, Group, Place,
    Presence, Problem, Report, ResourceChange, ResourceName, RevisionName, SCHEMA, Severity, Side,
    SourceLines, ValueChange, ValueSide, Verdict, Waiver,
};
use crate::{
    diff, inventory, policy, predict,
    render::RenderFailure,
    resource::{Value, hidden_line},
    source,
};

/// The two revisions as a report's readers see them.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The revision compared from.
    pub base: RevisionName,
    /// The revision compared to.
    pub head: RevisionName,
}

impl Report {
    /// The report of a prediction.
    pub fn new(heading: Heading, prediction: &predict::Prediction) -> Self {
        let clusters = distinct(prediction.cells.iter().map(|cell| &cell.id.cluster.0));
        let applications = distinct(prediction.cells.iter().map(|cell| &cell.id.application.0));
        let mut in_clusters = Positions::new(&clusters);
        let mut in_applications = Positions::new(&applications);
        let mut findings: Vec<(usize, &policy::Finding)> = Vec::new();
        for (index, cell) in prediction.cells.iter().enumerate() {
            findings.extend(cell.findings.iter().map(|finding| (index, finding)));
        }
        findings.sort_by_key(|(cell, finding)| (finding.severity, finding.rule.id, *cell));
        let mut of_cell: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, (cell, _)) in findings.iter().enumerate() {
            of_cell.entry(*cell).or_default().push(index);
        }
        let cells = prediction.cells.iter().enumerate().map(|(index, cell)| Cell {
            application: in_applications.of(&cell.id.application.0),
            cluster: in_clusters.of(&cell.id.cluster.0),
            state: cell.state.into(),
            causes: cell.causes.iter().map(|cause| (*cause).into()).collect(),
            values_differ: cell.values_differ,
            manifests_differ: cell.manifests_differ,
            group: cell.group,
            findings: of_cell.remove(&index).unwrap_or_default(),
            problem: cell.failure.as_ref().map(Problem::from),
            presence: cell.presence.as_ref().map(Presence::from),
            rollouts: Vec::new(),
            plan: None,
            rollback: None,
        });
        let cells = cells.collect();
        let mut report = Self {
            schema: SCHEMA.to_owned(),
            base: heading.base,
            head: heading.head,
            cells,
            untouched: prediction.untouched,
            clusters,
            applications,
            groups: prediction.groups.iter().map(Group::from).collect(),
            findings: findings.into_iter().map(finding).collect(),
            problems: prediction.problems.iter().map(Problem::from).collect(),
            rollouts: Vec::new(),
            plans: Vec::new(),
            rollbacks: Vec::new(),
            rollout: None,
            verdict: prediction.verdict.into(),
            reviewers: prediction.demands.iter().map(Demand::from).collect(),
        };
        report.add_pods(&prediction.cells, prediction.rollout.as_ref());
        report
    }
}

/// The distinct names, sorted.
fn distinct<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> Vec<Arc<str>> {
    let mut distinct: Vec<&Arc<str>> = Vec::new();
    for name in names {
        if distinct.last().is_none_or(|last| *last != name) {
            distinct.push(name);
        }
    }
    // Applications come sorted.
    if !distinct.is_sorted() {
        distinct.sort_unstable();
        distinct.dedup();
    }
    distinct.into_iter().cloned().collect()
}

/// Finds names among sorted ones.
struct Positions<'a> {
    sorted: &'a [Arc<str>],
    last: usize,
}

impl<'a> Positions<'a> {
    fn new(sorted: &'a [Arc<str>]) -> Self {
        Self { sorted, last: 0 }
    }

    /// The position of a name, which is mostly that of the name before or the next one.
    fn of(&mut self, name: &str) -> usize {
        let is_at = |at: usize| self.sorted.get(at).is_some_and(|known| **known == *name);
        let near = [self.last, self.last + 1].into_iter().find(|at| is_at(*at));
        let find = || self.sorted.binary_search_by(|known| (**known).cmp(name)).unwrap_or_default();
        self.last = near.unwrap_or_else(find);
        self.last
    }
}

fn finding((cell, finding): (usize, &policy::Finding)) -> Finding {
    Finding {
        rule: finding.rule.id.to_owned(),
        title: finding.rule.name.to_owned(),
        severity: finding.severity.into(),
        cell,
        resource: finding.subject.as_ref().map(ResourceName::from),
        path: finding.path.as_ref().map(ToString::to_string),
        message: finding.message.clone(),
        fix: finding.fix.clone(),
        place: finding.place.as_ref().map(Place::from),
        waiver: finding.waiver.as_ref().map(Waiver::from),
    }
}

impl From<&policy::Waiver> for Waiver {
    fn from(waiver: &policy::Waiver) -> Self {
        Self {
            owner: Arc::clone(&waiver.owner),
            reason: Arc::clone(&waiver.reason),
            expires: waiver.expires.to_string(),
            scope: Arc::clone(&waiver.scope),
            place: (&waiver.place).into(),
        }
    }
}

impl From<&policy::Demand> for Demand {
    fn from(demand: &policy::Demand) -> Self {
        Self {
            reviewers: demand.reviewers.clone(),
            because: demand.because.clone(),
            place: (&demand.place).into(),
        }
    }
}

/// A value on one line; what is longer than anyone reads is cut.
fn one_line(value: &Value) -> String {
    const MOST: usize = 2000;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl From<&predict::Group> for Group {
    fn from(group: &predict::Group) -> Self {
        Self {
            cells: group.cells.clone(),
            values: group.values.iter().map(ValueChange::from).collect(),
            resources: group.resources.iter().map(ResourceChange::from).collect(),
        }
    }
}

impl From<&diff::ValueChange> for ValueChange {
    fn from(change: &diff::ValueChange) -> Self {
        let side = |side: &diff::ValueSide| ValueSide {
            value: one_line(&side.value),
            place: side.place.as_ref().map(Place::from),
        };
        Self {
            path: change.path.to_string(),
            old: change.old.as_ref().map(side),
            new: change.new.as_ref().map(side),
        }
    }
}

impl From<&predict::ResourceChange> for ResourceChange {
    fn from(change: &predict::ResourceChange) -> Self {
        let field = |field: &diff::FieldChange| FieldChange {
            path: field.path.to_string(),
            old: field.old.as_ref().map(one_line),
            new: field.new.as_ref().map(one_line),
        };
        Self {
            resource: ResourceName::from(&change.subject),
            action: match change.action {
                predict::ResourceAction::Create => Action::Create,
                predict::ResourceAction::Update => Action::Update,
                predict::ResourceAction::Delete => Action::Delete,
            },
            template: Some(Place::from(&change.template)),
            rolls: change.rolls.iter().map(ToString::to_string).collect(),
            fields: change.fields.iter().map(field).collect(),
            hunks: change.hunks.clone(),
        }
    }
}

impl From<&policy::Subject> for ResourceName {
    fn from(subject: &policy::Subject) -> Self {
        Self {
            api_version: subject.api_version.to_string(),
            kind: subject.id.kind.to_string(),
            namespace: subject.id.namespace.as_deref().map(str::to_owned),
            name: subject.id.name.to_string(),
        }
    }
}

impl From<&source::Place> for Place {
    fn from(place: &source::Place) -> Self {
        Self { file: place.file.to_string(), line: place.line, column: place.column }
    }
}

impl From<&Diagnosis> for Problem {
    /// A failure outside of a report, with nothing but what the diagnosis says.
    fn from(diagnosis: &Diagnosis) -> Self {
        Self {
            side: None,
            message: diagnosis.headline.clone(),
            place: place_in_file(diagnosis),
            hint: None,
            evidence: Some(Box::new(Evidence::from(diagnosis))),
        }
    }
}

/// The place in a file: lines of a rendered document or of a text given to `tpl` are in none.
fn place_in_file(diagnosis: &Diagnosis) -> Option<Place> {
    let own = diagnosis.place.as_ref()?;
    if diagnosis.lines_of.is_none() {
        return Some(Place::from(own));
    }
    let caller = diagnosis.calls.iter().find(|call| call.file != own.file);
    match caller {
        Some(caller) => Some(Place::from(caller)),
        None => Some(Place { file: own.file.clone(), line: None, column: None }),
    }
}

impl From<&Diagnosis> for Evidence {
    fn from(told: &Diagnosis) -> Self {
        let call = |call: &zij_helm::Place| Call {
            place: Place::from(call),
            expression: call.expression.clone().unwrap_or_default(),
        };
        let excerpt = told.place.as_ref().and_then(|place| place.excerpt.as_ref());
        let label = if told.label == told.headline { String::new() } else { told.label.clone() };
        Self {
            headline: told.headline.clone(),
            label,
            source: excerpt.map(|excerpt| source_lines(excerpt, told.lines_of)),
            calls: told.calls.iter().map(call).collect(),
            calls_left_out: told.calls_left_out,
            notes: told.notes.clone(),
            helps: told.helps.clone(),
        }
    }
}

fn source_lines(excerpt: &Excerpt, of: Option<&str>) -> SourceLines {
    SourceLines {
        of: of.map(str::to_owned),
        first: excerpt.first,
        lines: excerpt.lines.iter().map(|line| hidden_line(line).into_owned()).collect(),
        line: excerpt.line,
        start: excerpt.span.start,
        length: excerpt.span.len(),
        skipped: excerpt.skipped,
    }
}

impl From<&zij_helm::Place> for Place {
    /// The place as people count: characters from 1, where the text is known.
    fn from(place: &zij_helm::Place) -> Self {
        let (line, column) = place.position();
        let number = |number: u32| number as usize;
        Self { file: place.file.clone(), line: line.map(number), column: column.map(number) }
    }
}

impl From<&predict::Presence> for Presence {
    fn from(presence: &predict::Presence) -> Self {
        Self {
            side: presence.side.into(),
            message: presence.message.clone(),
            place: Place::from(&presence.place),
            renamed: presence.renamed.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&predict::SideFailure> for Problem {
    fn from(side: &predict::SideFailure) -> Self {
        Self { side: Some(side.side.into()), ..Self::from(&*side.failure) }
    }
}

impl From<&RenderFailure> for Problem {
    fn from(failure: &RenderFailure) -> Self {
        Self {
            side: None,
            message: failure.message.clone(),
            place: failure.place.as_ref().map(Place::from),
            hint: failure.hint.clone(),
            evidence: failure.diagnosis.as_deref().map(|own| Box::new(Evidence::from(own))),
        }
    }
}

impl From<&(Option<predict::RevisionSide>, inventory::Problem)> for Problem {
    fn from((side, problem): &(Option<predict::RevisionSide>, inventory::Problem)) -> Self {
        Self {
            side: side.map(Side::from),
            message: problem.message.clone(),
            place: problem.place.as_ref().map(Place::from),
            hint: problem.hint.clone(),
            evidence: None,
        }
    }
}

/// Pairs the variants of a room's enum with those of the report's.
macro_rules! same {
    ($from:ty => $to:ty { $($variant:ident),* $(,)? }) => {
        impl From<$from> for $to {
            fn from(from: $from) -> Self {
                match from {
                    $(<$from>::$variant => Self::$variant,)*
                }
            }
        }
    };
}

same!(predict::CellState => CellState {
    Unchanged, ValuesOnly, Changed, Rolls, Added, Removed, Blocked, Error, Unknown,
});
same!(predict::CauseKind => Cause { Values, Template, Inventory, Profile, Capabilities });
same!(predict::RevisionSide => Side { Base, Head });
same!(predict::VerdictKind => Verdict { Clean, Warned, Blocked, Unevaluated });
same!(policy::Severity => Severity { Block, Warn, Info });
