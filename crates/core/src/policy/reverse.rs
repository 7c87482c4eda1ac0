//! What the rules say of going back.

use super::{
    loss::is_recreated,
    rule::{Check, Rule, Severity},
    table::rules,
};
use crate::{
    diff::{Change, Changes},
    resource::ResourceId,
};

/// A rule's hit against undoing a change.
#[derive(Clone, Debug)]
pub struct Obstacle<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// The object.
    pub id: &'a ResourceId,
    /// What is wrong, with the field.
    pub message: String,
    /// How certain it is.
    pub severity: Severity,
}

/// What stands against changes that lead back: updates that the API server refuses and deletions
/// that lose something. Objects that are deleted and made anew are no obstacle.
pub fn obstacles<'a>(back: &Changes<'a>) -> Vec<Obstacle<'a>> {
    let mut found = Vec::new();
    for change in &back.resources {
        for rule in rules() {
            let hits = match (&rule.check, change) {
                (Check::Update(check), Change::Update { old, new, .. }) if !is_recreated(new) => {
                    check(old, new)
                }
                // On a cluster of another version it may pass, which makes such a hit a warning.
                (Check::VersionedUpdate(check), Change::Update { old, new, .. })
                    if !is_recreated(new) =>
                {
                    check(old, new, None)
                }
                (Check::Delete(check), Change::Delete(old)) => check(old),
                _ => continue,
            };
            found.extend(hits.into_iter().map(|hit| Obstacle {
                rule,
                id: change.id(),
                severity: rule.severity.max(hit.at_most),
                message: hit.message,
            }));
        }
    }
    found
}
