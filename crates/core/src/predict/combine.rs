//! Where several changes interact although git merges them.

use std::collections::{BTreeMap, BTreeSet};

use super::{CellPrediction, CellState, Prediction, ResourceAction, ResourceChange};
use crate::{
    inventory::CellId,
    policy::{Severity, Subject},
    resource::FieldPath,
};

/// Something that two changes have to do with each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interaction {
    /// What it is; the gravest first.
    pub class: InteractionClass,
    /// The cell.
    pub cell: CellId,
    /// The object, where one is concerned.
    pub subject: Option<Subject>,
    /// The field, where one is concerned.
    pub path: Option<FieldPath>,
    /// The changes that take part, by their position; all of them where it is not one's own.
    pub heads: Vec<usize>,
    /// What happens, as a lower-case fragment.
    pub message: String,
}

/// How grave an interaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InteractionClass {
    /// Each renders alone, together they do not.
    RenderFailure,
    /// A rule that each keeps alone is broken together.
    RuleBroken,
    /// Something changes that none of them changes alone, or a change is lost.
    Emergent,
    /// One field gets different values, and one wins.
    DifferentValue,
    /// One field gets the same value twice.
    SameValue,
    /// One object, different fields.
    SameObject,
}

/// One side of a field in one prediction: what it becomes.
type Field<'p> = (&'p Subject, FieldPath);

/// What a prediction changes in a cell.
#[derive(Default)]
struct Touched<'p>(BTreeMap<Field<'p>, String>);

/// What the changes have to do with each other, cell by cell, the gravest first.
///
/// `singles` are the predictions of each change on its own, from the same base as `combined`.
pub fn interactions(singles: &[&Prediction], combined: &Prediction) -> Vec<Interaction> {
    let by_cell: Vec<BTreeMap<&CellId, &CellPrediction>> =
        singles.iter().map(|one| one.cells.iter().map(|cell| (&cell.id, cell)).collect()).collect();
    let is_quiet = |cell: &CellPrediction| cell.state == CellState::Unchanged;
    let mut found = Vec::new();
    for cell in &combined.cells {
        let own: Vec<Option<(&Prediction, &CellPrediction)>> = singles
            .iter()
            .zip(&by_cell)
            .map(|(single, cells)| Some((*single, *cells.get(&cell.id)?)))
            .collect();
        if !is_quiet(cell) || own.iter().flatten().any(|(_, at)| !is_quiet(at)) {
            interact(combined, cell, &own, &mut found);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A cell in each prediction that has it.
type Own<'p> = [Option<(&'p Prediction, &'p CellPrediction)>];

fn interact(
    combined: &Prediction,
    cell: &CellPrediction,
    own: &Own<'_>,
    out: &mut Vec<Interaction>,
) {
    if let Some(failure) = &cell.failure {
        let is_own = own.iter().flatten().any(|(_, at)| at.failure.is_some());
        if !is_own {
            let first = failure.failure.message.lines().next().unwrap_or_default();
            let message = format!("cannot be rendered together: {first}");
            out.push(whole(InteractionClass::RenderFailure, cell, own.len(), message));
        }
        return;
    }
    rules(cell, own, out);
    let all = touched(combined, cell);
    let each: Vec<Touched<'_>> =
        own.iter().map(|one| one.map_or_else(Touched::default, |(p, c)| touched(p, c))).collect();
    fields(cell, &all, &each, out);
    objects(cell, &each, out);
}

fn whole(
    class: InteractionClass,
    cell: &CellPrediction,
    heads: usize,
    message: String,
) -> Interaction {
    Interaction {
        class,
        cell: cell.id.clone(),
        subject: None,
        path: None,
        heads: (0..heads).collect(),
        message,
    }
}

/// Rules that no change breaks alone.
fn rules(cell: &CellPrediction, own: &Own<'_>, out: &mut Vec<Interaction>) {
    for finding in cell.findings.iter().filter(|finding| finding.severity < Severity::Info) {
        let is_own = own.iter().flatten().flat_map(|(_, at)| &at.findings).any(|other| {
            other.rule.id == finding.rule.id
                && other.subject == finding.subject
                && other.path == finding.path
        });
        if !is_own {
            out.push(Interaction {
                class: InteractionClass::RuleBroken,
                cell: cell.id.clone(),
                subject: finding.subject.clone(),
                path: finding.path.clone(),
                heads: (0..own.len()).collect(),
                message: format!("{} {}: {}", finding.rule.id, finding.rule.name, finding.message),
            });
        }
    }
}

fn fields(
    cell: &CellPrediction,
    all: &Touched<'_>,
    each: &[Touched<'_>],
    out: &mut Vec<Interaction>,
) {
    let keys: BTreeSet<&Field<'_>> =
        all.0.keys().chain(each.iter().flat_map(|one| one.0.keys())).collect();
    for key in keys {
        let values: Vec<(usize, &String)> = each
            .iter()
            .enumerate()
            .filter_map(|(head, one)| Some((head, one.0.get(key)?)))
            .collect();
        let result = all.0.get(key);
        let heads: Vec<usize> = values.iter().map(|(head, _)| *head).collect();
        let is_one_value = values.windows(2).all(|pair| pair[0].1 == pair[1].1);
        let (class, message) = match (values.as_slice(), result) {
            ([], Some(value)) => (
                InteractionClass::Emergent,
                format!("becomes {}, which none of them does alone", shown(value)),
            ),
            ([_, ..], None) => {
                (InteractionClass::Emergent, "the change is lost together".to_owned())
            }
            ([_, ..], Some(value)) if values.iter().all(|(_, own)| *own != value) => (
                InteractionClass::Emergent,
                format!("becomes {}, as in none of them", shown(value)),
            ),
            ([_, _, ..], Some(value)) if is_one_value => {
                (InteractionClass::SameValue, format!("becomes {} in each", shown(value)))
            }
            ([_, _, ..], Some(value)) => {
                (InteractionClass::DifferentValue, format!("{} wins", shown(value)))
            }
            _ => continue,
        };
        let heads = if heads.is_empty() { (0..each.len()).collect() } else { heads };
        let (subject, path) = key;
        out.push(Interaction {
            class,
            cell: cell.id.clone(),
            subject: Some((*subject).clone()),
            path: (!path.steps().is_empty()).then(|| path.clone()),
            heads,
            message,
        });
    }
}

/// A value for a message: not too long.
fn shown(value: &str) -> String {
    const MOST: usize = 60;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}

/// Objects of which several changes touch different fields.
fn objects(cell: &CellPrediction, each: &[Touched<'_>], out: &mut Vec<Interaction>) {
    let mut by_object: BTreeMap<&Subject, BTreeMap<usize, BTreeSet<&FieldPath>>> = BTreeMap::new();
    for (head, one) in each.iter().enumerate() {
        for (subject, path) in one.0.keys() {
            by_object.entry(subject).or_default().entry(head).or_default().insert(path);
        }
    }
    for (subject, heads) in by_object.into_iter().filter(|(_, heads)| heads.len() > 1) {
        let mut seen = BTreeSet::new();
        let is_disjoint = heads.values().flatten().all(|path| seen.insert(*path));
        if is_disjoint {
            out.push(Interaction {
                class: InteractionClass::SameObject,
                cell: cell.id.clone(),
                subject: Some(subject.clone()),
                path: None,
                heads: heads.into_keys().collect(),
                message: "different fields of one object".to_owned(),
            });
        }
    }
}

fn touched<'p>(prediction: &'p Prediction, cell: &CellPrediction) -> Touched<'p> {
    let group = cell.group.and_then(|index| prediction.groups.get(index));
    let mut touched = BTreeMap::new();
    for change in group.into_iter().flat_map(|group| &group.resources) {
        if change.action == ResourceAction::Update {
            for field in &change.fields {
                let value =
                    field.new.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
                touched.insert((&change.subject, field.path.clone()), value);
            }
        } else {
            touched.insert((&change.subject, FieldPath::root()), content(change));
        }
    }
    Touched(touched)
}

/// A whole object that comes or goes, told apart by its text.
fn content(change: &ResourceChange) -> String {
    let mut hasher = blake3::Hasher::new();
    for line in change.hunks.iter().flat_map(|hunk| &hunk.lines) {
        for segment in line.segments.iter() {
            hasher.update(segment.text.as_bytes());
        }
        hasher.update(b"\n");
    }
    let word = if change.action == ResourceAction::Create { "new" } else { "gone" };
    let hash = hasher.finalize();
    format!("{word} ({})", &hash.to_hex()[..8])
}

/// Workloads that restart, by cell.
fn restarting(prediction: &Prediction) -> impl Iterator<Item = (&CellId, &Subject)> {
    prediction.cells.iter().flat_map(|cell| {
        let own = cell.rollouts.iter().filter(|rollout| rollout.restarts());
        own.map(|rollout| (&cell.id, &rollout.subject))
    })
}

/// Restarts of workloads one change after the other, and all at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restarts {
    /// When each change is deployed before the next one.
    pub one_by_one: usize,
    /// When all are deployed together.
    pub together: usize,
}

/// Counts restarts: `steps` lead from the base to where `combined` leads at once.
pub fn restarts(steps: &[&Prediction], combined: &Prediction) -> Restarts {
    Restarts {
        one_by_one: steps.iter().map(|step| restarting(step).count()).sum(),
        together: restarting(combined).count(),
    }
}

/// Objects that change in more than one step, or come and go on the way, with the steps.
pub fn flapping(steps: &[&Prediction]) -> Vec<(CellId, Subject, Vec<usize>)> {
    let mut touched: BTreeMap<(&CellId, &Subject), Vec<usize>> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        for cell in &step.cells {
            let group = cell.group.and_then(|index| step.groups.get(index));
            for change in group.into_iter().flat_map(|group| &group.resources) {
                touched.entry((&cell.id, &change.subject)).or_default().push(at);
            }
        }
    }
    let often = touched.into_iter().filter(|(_, steps)| steps.len() > 1);
    often.map(|((cell, subject), steps)| (cell.clone(), subject.clone(), steps)).collect()
}
