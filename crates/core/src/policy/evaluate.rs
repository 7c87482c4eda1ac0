//! Applies the rules to the two sides of a cell.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Locator, Severity,
    loss::is_recreated,
    rule::{Check, Hit, Rule},
    table::{RULES, rule},
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

/// What tells a finding on base and the same finding on head.
type Key = (&'static str, ResourceId, FieldPath);

/// Every finding of a cell's change, the gravest first.
///
/// A finding that base has too is kept as [`Severity::Info`] where its object changes, and left
/// out where it does not.
pub fn findings(
    old: &ResourceSet,
    new: &ResourceSet,
    changes: &Changes<'_>,
    base: Option<Locator<'_>>,
    head: Locator<'_>,
) -> Vec<Finding> {
    let known: BTreeSet<Key> = changes.resources.iter().filter_map(before).flat_map(keys).collect();
    let mut found = Vec::new();
    for change in &changes.resources {
        for rule in RULES {
            let (resource, hits) = hits(rule, change);
            let locator = if matches!(change, Change::Delete(_)) { base } else { Some(head) };
            for hit in hits {
                let key = (rule.id, resource.id.clone(), hit.path.without_positions());
                let is_new = !known.contains(&key);
                found.push(finding(rule, change, hit, locator, is_new));
            }
        }
    }
    found.extend(doubtful_documents(old, new));
    found.sort_by(|a, b| {
        let order = |f: &Finding| (f.severity, f.rule.id, f.subject.clone(), f.path.clone());
        order(a).cmp(&order(b))
    });
    found
}

fn before<'a>(change: &Change<'a>) -> Option<&'a Resource> {
    match change {
        Change::Update { old, .. } => Some(old),
        Change::Create(_) | Change::Delete(_) => None,
    }
}

fn keys(resource: &Resource) -> Vec<Key> {
    let mut keys = Vec::new();
    for rule in RULES {
        if let Check::Object(check) = rule.check {
            let paths = check(resource).into_iter().map(|hit| hit.path.without_positions());
            keys.extend(paths.map(|path| (rule.id, resource.id.clone(), path)));
        }
    }
    keys
}

fn hits<'a>(rule: &Rule, change: &Change<'a>) -> (&'a Resource, Vec<Hit>) {
    let hits = match (&rule.check, change) {
        (Check::Object(check), Change::Create(new) | Change::Update { new, .. }) => check(new),
        (Check::Update(check), Change::Update { old, new, .. }) => check(old, new),
        (Check::Delete(check), Change::Delete(old)) => check(old),
        _ => Vec::new(),
    };
    (change.resource(), hits)
}

fn finding(
    rule: &'static Rule,
    change: &Change<'_>,
    hit: Hit,
    locator: Option<Locator<'_>>,
    is_new: bool,
) -> Finding {
    let resource = change.resource();
    let place = locator.map(|locator| locator.place(&resource.origin, &hit));
    let mut severity = rule.severity.max(hit.at_most);
    let mut message = hit.message;
    if place.as_ref().is_some_and(|place| place.line.is_none()) && hit.line > 0 {
        message = format!("{message} (line {} of the rendered document)", hit.line);
    }
    let mut fix = rule.fix.to_owned();
    if matches!(rule.check, Check::Update(_))
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
        message += ", as on base";
    }
    let path = (!hit.path.steps().is_empty()).then_some(hit.path);
    Finding { rule, severity, subject: Some(resource.into()), path, message, fix, place, is_new }
}

/// F12: documents that are no object, and objects that are there twice.
fn doubtful_documents(old: &ResourceSet, new: &ResourceSet) -> Vec<Finding> {
    let Some(rule) = rule("ZIJ-F012") else { return Vec::new() };
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
        })
        .collect()
}

#[cfg(test)]
mod tests;
