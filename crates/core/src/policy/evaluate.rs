//! Applies the rules to the two sides of a cell.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Kube, Locator, Severity, argo,
    cross::{CrossHit, Scene},
    loss::is_recreated,
    rule::{Check, Hit, Rule},
    ruling::Waiver,
    table::{APPLY_SIZE, DUPLICATE, rules},
};
use crate::{
    diff::{Change, Changes},
    resource::{FieldPath, Resource, ResourceId, ResourceSet},
    source::Place,
};

/// A rule's hit in a cell.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What it does here: less than the rule's own severity where it is not new or not certain.
    pub severity: Severity,
    /// The object, where one is at fault.
    pub subject: Option<Subject>,
    /// The field, where one is at fault.
    pub path: Option<FieldPath>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
    /// The line to edit.
    pub place: Option<Place>,
    /// Whether base does not have it.
    pub is_new: bool,
    /// The exception that holds for it.
    pub waiver: Option<Waiver>,
}

/// The object of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// As written, such as `apps/v1`.
    pub api_version: Arc<str>,
    /// What it is stored under.
    pub id: ResourceId,
}

impl From<&Resource> for Subject {
    fn from(resource: &Resource) -> Self {
        Self { api_version: Arc::clone(&resource.api_version), id: resource.id.clone() }
    }
}

/// What the findings of a cell depend on besides its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// The versions of its cluster.
    pub kubes: Kubes,
    /// Whether a client keeps what it applied in an annotation, as Argo CD does by default.
    pub is_applied_by_client: bool,
}

/// The Kubernetes versions of a cell's cluster; `None` where the repository does not say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kubes {
    /// On base.
    pub base: Option<Kube>,
    /// On head.
    pub head: Option<Kube>,
}

/// A finding as all cells with the same objects have it; the values of a cell may say a better
/// place.
#[derive(Clone, Debug)]
pub struct Found {
    /// The finding with the place that its template gives.
    finding: Finding,
    /// What a value of the cell would have to say to be the place.
    value: Option<ValueAtFault>,
}

/// A value that is wrong in an object.
#[derive(Clone, Debug)]
struct ValueAtFault {
    text: String,
    is_of_base: bool,
    /// The message where the place has a line, and where it has none.
    messages: [String; 2],
}

impl Found {
    /// The finding, apart from its place.
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// The finding in a cell: with the place of the value at fault, where one alone is that.
    pub fn placed(&self, base: Option<Locator<'_>>, head: Locator<'_>) -> Finding {
        let mut finding = self.finding.clone();
        let place = self.value.as_ref().and_then(|value| {
            let locator = if value.is_of_base { base } else { Some(head) };
            Some((value, locator?.values_line(&value.text)?))
        });
        if let Some((value, place)) = place {
            let [with_line, without] = &value.messages;
            let message = if place.line.is_some() { with_line } else { without };
            finding.message.clone_from(message);
            finding.place = Some(place);
        }
        finding
    }

    /// Changes the words of the finding, whatever its place.
    pub fn reword(&mut self, reword: impl Fn(&str) -> String) {
        let messages = self.value.iter_mut().flat_map(|value| &mut value.messages);
        for message in messages.chain([&mut self.finding.message]) {
            *message = reword(message);
        }
    }
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        Self { finding, value: None }
    }
}

/// Every finding of a cell's change, the gravest first.
///
/// A finding that base has too is kept as [`Severity::Info`] where its object changes, and left
/// out where it does not. The locators need not know the values of the cell.
pub fn findings(
    old: &ResourceSet,
    new: &ResourceSet,
    changes: &Changes<'_>,
    base: Option<Locator<'_>>,
    head: Locator<'_>,
    how: How,
) -> Vec<Found> {
    let How { kubes, .. } = how;
    let upgraded = if kubes.base == kubes.head { Vec::new() } else { untouched(old, new, changes) };
    let all = || changes.resources.iter().chain(&upgraded);
    let kube = kubes.head;
    let mut found = Vec::new();
    for change in all() {
        for rule in rules() {
            let hits = hits(rule, change, kube);
            let locator = sided(change, base, head);
            // What both versions of Kubernetes say of an object that stays is no news.
            let is_touched = !matches!(change, Change::Update { fields, .. } if fields.is_empty());
            if hits.is_empty() {
                continue;
            }
            // Most rules find nothing, so base is asked only where head has a hit.
            let known = before(change).map(|old| paths(rule, old, kubes.base)).unwrap_or_default();
            for hit in hits {
                let is_new = !known.contains(&hit.path.without_positions());
                // What weakens a cluster and was there before is told by nobody's change.
                let is_advice = rule.id.starts_with("ZIJ-H") || rule.id.starts_with("ZIJ-A");
                if !is_new && (!is_touched || is_advice) {
                    continue;
                }
                found.push(finding(rule, change, hit, locator, is_new));
            }
        }
    }
    for rule in rules() {
        let Check::Changes(check) = rule.check else { continue };
        for (index, hit) in check(changes, new) {
            let Some(change) = changes.resources.get(index) else { continue };
            let locator = sided(change, base, head);
            found.push(finding(rule, change, hit, locator, true));
        }
    }
    if how.is_applied_by_client {
        found.extend(too_large(changes, head));
    }
    found.extend(doubtful_documents(old, new));
    found.sort_by(|a, b| order(&a.finding).cmp(&order(&b.finding)));
    found
}

fn order(finding: &Finding) -> (Severity, &str, Option<&Subject>, Option<&FieldPath>) {
    (finding.severity, finding.rule.id, finding.subject.as_ref(), finding.path.as_ref())
}

/// Where the sources of a changed object are.
fn sided<'a>(
    change: &Change<'_>,
    base: Option<Locator<'a>>,
    head: Locator<'a>,
) -> Option<Locator<'a>> {
    if matches!(change, Change::Delete(_)) { base } else { Some(head) }
}

/// Objects that stay as they are, which another version of Kubernetes may judge otherwise.
fn untouched<'a>(
    old: &'a ResourceSet,
    new: &'a ResourceSet,
    changes: &Changes<'a>,
) -> Vec<Change<'a>> {
    let touched: BTreeSet<&ResourceId> = changes.resources.iter().map(Change::id).collect();
    let stay = new.resources.iter().filter(|(id, _)| !touched.contains(id));
    stay.filter_map(|(id, new)| {
        let old = old.resources.get(id)?;
        Some(Change::Update { old, new, fields: Vec::new() })
    })
    .collect()
}

fn before<'a>(change: &Change<'a>) -> Option<&'a Resource> {
    match change {
        Change::Update { old, .. } => Some(old),
        Change::Create(_) | Change::Delete(_) => None,
    }
}

/// Where a rule has a hit in an object; of one that compares there is nothing to know.
fn paths(rule: &Rule, resource: &Resource, kube: Option<Kube>) -> BTreeSet<FieldPath> {
    let hits = match rule.check {
        Check::Object(check) => check(resource),
        Check::Versioned(check) => check(resource, kube),
        _ => return BTreeSet::new(),
    };
    hits.into_iter().map(|hit| hit.path.without_positions()).collect()
}

fn hits(rule: &Rule, change: &Change<'_>, kube: Option<Kube>) -> Vec<Hit> {
    match (&rule.check, change) {
        (Check::Object(check), Change::Create(new) | Change::Update { new, .. }) => check(new),
        (Check::Versioned(check), Change::Create(new) | Change::Update { new, .. }) => {
            check(new, kube)
        }
        (Check::Update(check), Change::Update { old, new, .. }) => check(old, new),
        (Check::VersionedUpdate(check), Change::Update { old, new, .. }) => check(old, new, kube),
        (Check::Delete(check), Change::Delete(old)) => check(old),
        _ => Vec::new(),
    }
}

fn finding(
    rule: &'static Rule,
    change: &Change<'_>,
    hit: Hit,
    locator: Option<Locator<'_>>,
    is_new: bool,
) -> Found {
    let resource = change.resource();
    let place = locator.map(|locator| locator.template_line(&resource.origin, &hit));
    let mut severity = rule.severity.max(hit.at_most);
    let mut fix = rule.fix.to_owned();
    if matches!(rule.check, Check::Update(_) | Check::VersionedUpdate(_))
        && rule.id.starts_with("ZIJ-U")
        && is_recreated(resource)
    {
        "it is deleted and made anew (`Replace=true,Force=true`), with downtime"
            .clone_into(&mut fix);
        if !matches!(
            &*resource.id.kind,
            "StatefulSet" | "PersistentVolumeClaim" | "Service" | "CustomResourceDefinition"
        ) {
            severity = severity.max(Severity::Warn);
        }
    }
    if !is_new {
        severity = Severity::Info;
    }
    let known = if is_new { "" } else { ", as on base" };
    let (with_line, without) = (format!("{}{known}", hit.message), unplaced(&hit, known));
    let message = match &place {
        Some(place) if place.line.is_none() => without.clone(),
        _ => with_line.clone(),
    };
    let is_of_base = matches!(change, Change::Delete(_));
    let value = hit.value.filter(|text| Locator::is_telling(text));
    let value = value.map(|text| ValueAtFault { text, is_of_base, messages: [with_line, without] });
    let path = (!hit.path.steps().is_empty()).then_some(hit.path);
    let subject = Some(resource.into());
    let finding =
        Finding { rule, severity, subject, path, message, fix, place, is_new, waiver: None };
    Found { finding, value }
}

/// What is wrong, where no line of a source can be shown for it.
fn unplaced(hit: &Hit, known: &str) -> String {
    match hit.line {
        0 => format!("{}{known}", hit.message),
        line => format!("{} (line {line} of the rendered document){known}", hit.message),
    }
}

/// F4: objects that grow too large for a client-side apply.
fn too_large(changes: &Changes<'_>, head: Locator<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for change in &changes.resources {
        let (old, new) = match change {
            Change::Create(new) => (None, *new),
            Change::Update { old, new, .. } => (Some(*old), *new),
            Change::Delete(_) => continue,
        };
        let Some(hit) = argo::too_large(new) else { continue };
        if old.is_none_or(|old| argo::too_large(old).is_none()) {
            found.push(finding(&APPLY_SIZE, change, hit, Some(head), true));
        }
    }
    found
}

/// What the changed cells of a cluster do to each other and to its other cells: findings, each with
/// the position of the changed cell that it is about.
pub fn together(scene: &Scene<'_, '_>) -> Vec<(usize, Finding)> {
    let mut found = Vec::new();
    for rule in rules() {
        let Check::Cross(check) = rule.check else { continue };
        found.extend(
            check(scene).into_iter().map(|hit| (hit.cell, cross_finding(rule, scene, hit))),
        );
    }
    found
}

fn cross_finding(rule: &'static Rule, scene: &Scene<'_, '_>, found: CrossHit) -> Finding {
    let CrossHit { cell, subject, hit } = found;
    let cell = scene.changed.get(cell);
    let object = cell.and_then(|cell| {
        cell.head.objects.get(&subject).or_else(|| cell.base.objects.get(&subject))
    });
    Finding {
        rule,
        severity: rule.severity.max(hit.at_most),
        subject: object
            .map(|object| Subject { api_version: Arc::clone(&object.api_version), id: subject }),
        path: (!hit.path.steps().is_empty()).then_some(hit.path),
        message: hit.message,
        fix: rule.fix.to_owned(),
        place: object.map(|object| Place::file(Arc::clone(&object.template))),
        is_new: true,
        waiver: None,
    }
}

/// F12: documents that are no object, and objects that are there twice.
fn doubtful_documents(old: &ResourceSet, new: &ResourceSet) -> Vec<Found> {
    let rule = &DUPLICATE;
    let known = |message: &str| old.problems.iter().any(|problem| problem.message == message);
    let problems = new.problems.iter().filter(|problem| !known(&problem.message));
    problems
        .map(|problem| Finding {
            rule,
            severity: rule.severity,
            subject: None,
            path: None,
            message: problem.message.clone(),
            fix: rule.fix.to_owned(),
            place: Some(problem.place.clone()),
            is_new: true,
            waiver: None,
        })
        .map(Found::from)
        .collect()
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
