//! What workloads promise, against what is predicted of them.

use super::{Amount, Rollout, RolloutVerdict};
use crate::{
    policy::{AVAILABILITY, CONFIG_UNSEEN, Finding, Rule, Subject},
    resource::{FieldPath, Resource, ResourceSet, Value},
    source::Place,
};

/// Annotation: the fewest pods that must stay available, as a count or percentage.
const LEAST: &str = "zij.dev/min-available";
/// Annotation: how long a rollout may take, such as `90s` or `10m`.
const LONGEST: &str = "zij.dev/max-rollout";

/// S1: rollouts that keep fewer pods available than promised, or take longer.
///
/// (Definition: the workload's annotations `zij.dev/min-available` and `zij.dev/max-rollout`.)
pub(crate) fn broken_promises(new: &ResourceSet, rollouts: &[Rollout]) -> Vec<Finding> {
    let restarting = rollouts.iter().filter(|rollout| rollout.restarts());
    restarting
        .filter_map(|rollout| Some((new.resources.get(&rollout.subject.id)?, rollout)))
        .flat_map(|(resource, rollout)| {
            [availability(resource, rollout), length(resource, rollout)]
        })
        .flatten()
        .collect()
}

/// R002: workloads of which no running pod sees a change of configuration that it reads.
pub(crate) fn unseen_configs(new: &ResourceSet, rollouts: &[Rollout]) -> Vec<Finding> {
    let stale = rollouts.iter().filter(|rollout| rollout.verdict == RolloutVerdict::StaleConfig);
    stale
        .filter_map(|rollout| {
            let resource = new.resources.get(&rollout.subject.id)?;
            let config = rollout.triggers.iter().find_map(|trigger| trigger.of.as_ref())?;
            let message =
                format!("{} changes, and no running pod of {} sees it", config.id, resource.id);
            Some(finding(&CONFIG_UNSEEN, resource, None, message))
        })
        .collect()
}

fn annotation<'r>(resource: &'r Resource, key: &str) -> Option<&'r Value> {
    resource.body.at(&["metadata", "annotations", key])
}

fn availability(resource: &Resource, rollout: &Rollout) -> Option<Finding> {
    let value = annotation(resource, LEAST)?;
    let (lowest, count) = (rollout.lowest?, rollout.replicas?);
    let text = value.as_str()?;
    let amount = match text.trim().parse() {
        Ok(count) => Amount::Count(count),
        Err(_) => Amount::read(&Value::from(text.trim()))?,
    };
    let least = amount.up(count);
    (lowest < least).then(|| {
        let message = format!(
            "{lowest} of {count} pods stay available while it rolls, {least} are promised (`{text}`)"
        );
        finding(&AVAILABILITY, resource, Some(LEAST), message)
    })
}

fn length(resource: &Resource, rollout: &Rollout) -> Option<Finding> {
    let text = annotation(resource, LONGEST)?.as_str()?;
    let longest = seconds(text)?;
    let expected = rollout.duration?.expected;
    (expected > longest).then(|| {
        let message = format!("it takes ~{expected} s to roll, {text} are promised");
        finding(&AVAILABILITY, resource, Some(LONGEST), message)
    })
}

/// Seconds of `90`, `90s`, `10m` or `1h`.
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn finding(
    rule: &'static Rule,
    resource: &Resource,
    key: Option<&str>,
    message: String,
) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        subject: Some(Subject::from(resource)),
        path: key.map(|key| FieldPath::of(&["metadata", "annotations", key])),
        message,
        fix: rule.fix.to_owned(),
        place: Some(Place::file(resource.origin.template.clone())),
        is_new: true,
        waiver: None,
    }
}
