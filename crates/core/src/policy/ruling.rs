//! What a repository makes of the rules: severities, waivers, budgets and reviewers.

mod read;

use std::{collections::BTreeMap, sync::Arc};

use super::{
    date::Date,
    evaluate::{Finding, Subject},
    rule::Severity,
    table::{BUDGET_EXCEEDED, WAIVER_EXPIRED, rule},
};
use crate::{
    inventory::{CellId, Problem},
    source::{Glob, Place},
};

/// The policy of a repository; the default one leaves the rules as they are.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    severities: BTreeMap<&'static str, Option<Severity>>,
    waivers: Vec<Waiver>,
    /// What a change may do to the fleet.
    pub budgets: Budgets,
    reviews: Vec<Review>,
    /// What is wrong with it; an error means that it cannot be relied on.
    pub problems: Vec<Problem>,
}

/// An exception from a rule, for a while.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule's id.
    pub rule: &'static str,
    /// Who answers for it.
    pub owner: Arc<str>,
    /// Why it is right.
    pub reason: Arc<str>,
    /// The last day on which it holds.
    pub expires: Date,
    /// Where it stands.
    pub place: Place,
    /// What it covers, as it is written: cells, and the object where one is named.
    pub scope: Arc<str>,
    cells: Vec<Glob>,
    object: Option<Glob>,
}

/// The most that one change may do.
#[derive(Clone, Debug, Default)]
pub struct Budgets {
    /// How many cells may differ.
    pub cells: Option<usize>,
    /// How many cells may restart pods.
    pub rolls: Option<usize>,
    /// How many cells may be removed.
    pub removals: Option<usize>,
    /// How many clusters may be touched.
    pub clusters: Option<usize>,
    /// How many pods may be down at once, over all workloads of all cells.
    pub pods_down: Option<u64>,
    /// The share of the pods of each workload that must stay available in percent, by application;
    /// names may have wildcards, and the first one that fits holds.
    pub availability: Vec<(Glob, u8)>,
}

/// Who must look at a change.
#[derive(Clone, Debug)]
struct Review {
    reviewers: Vec<Arc<str>>,
    cells: Vec<Glob>,
    at_least: Option<Severity>,
    place: Place,
}

/// Reviewers that a change needs, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// Any of them.
    pub reviewers: Vec<Arc<str>>,
    /// The first cell that asks for them.
    pub because: String,
    /// Where the demand stands.
    pub place: Place,
}

/// What a change does to a cell, as far as policies count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Nothing, or nothing that is known.
    Nothing,
    /// Something, and no pod restarts.
    Changes,
    /// Pods restart.
    Rolls,
    /// It goes.
    Removes,
}

/// What a rollout does to the pods of one workload, as far as budgets count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restart {
    /// The workload.
    pub subject: Subject,
    /// How many pods it wants; `None` where git does not say.
    pub replicas: Option<u32>,
    /// The fewest available pods at any moment.
    pub lowest: Option<u32>,
    /// Pods that are down at the worst moment.
    pub down: Option<u32>,
}

/// What a policy looks at of one cell.
pub struct Judged<'a> {
    /// Which cell.
    pub id: &'a CellId,
    /// What the change does to it.
    pub touch: Touch,
    /// Its workloads whose pods are replaced.
    pub restarts: Vec<Restart>,
    /// Its findings, which the policy may change.
    pub findings: &'a mut Vec<Finding>,
}

impl Policy {
    /// Whether any waiver has a last day, so that the answer depends on the day.
    pub fn depends_on_day(&self) -> bool {
        !self.waivers.is_empty()
    }

    /// The waivers that held no longer on a day, whether or not anything needs them.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = &Waiver> {
        self.waivers.iter().filter(move |waiver| !waiver.holds(today))
    }

    /// Applies severities, waivers and budgets to the findings of all cells; `today` is the day on
    /// which waivers are looked at, and without it none has expired.
    pub fn apply(&self, cells: &mut [Judged<'_>], today: Option<Date>) -> Vec<Demand> {
        for cell in &mut *cells {
            self.severities(cell.findings);
            self.waive(cell, today);
            cell.findings.sort_by_key(|finding| (finding.severity, finding.rule.id));
        }
        self.budget(cells);
        self.demands(cells)
    }

    fn severities(&self, findings: &mut Vec<Finding>) {
        let wish = |finding: &Finding| self.severities.get(finding.rule.id).copied();
        findings.retain(|finding| wish(finding) != Some(None));
        for finding in findings.iter_mut().filter(|finding| finding.is_new) {
            let Some(Some(wanted)) = wish(finding) else { continue };
            // What is less certain than its rule stays less grave than its rule.
            let is_certain = finding.severity == finding.rule.severity;
            finding.severity = if is_certain { wanted } else { wanted.max(finding.severity) };
        }
    }

    fn waive(&self, cell: &mut Judged<'_>, today: Option<Date>) {
        let mut expired: Vec<Finding> = Vec::new();
        for finding in cell.findings.iter_mut() {
            if finding.severity == Severity::Info {
                continue;
            }
            let Some(waiver) = self.waiver(cell.id, finding, today) else { continue };
            if today.is_none_or(|today| waiver.holds(today)) {
                finding.severity = Severity::Info;
                finding.waiver = Some(waiver.clone());
                continue;
            }
            let rule = &WAIVER_EXPIRED;
            expired.push(Finding {
                rule,
                severity: rule.severity,
                subject: finding.subject.clone(),
                path: None,
                message: format!(
                    "the waiver of {} for {} {} ended on {}",
                    waiver.owner,
                    waiver.rule,
                    waiver.title(),
                    waiver.expires
                ),
                fix: rule.fix.to_owned(),
                place: Some(waiver.place.clone()),
                is_new: true,
                waiver: None,
            });
        }
        cell.findings.append(&mut expired);
    }

    /// The waiver of a finding; one that holds before one that has ended.
    fn waiver(&self, cell: &CellId, finding: &Finding, today: Option<Date>) -> Option<&Waiver> {
        let name = cell.to_string();
        let object = finding.subject.as_ref().map(|subject| subject.id.to_string());
        let fits = |waiver: &&Waiver| {
            waiver.rule == finding.rule.id
                && waiver.cells.iter().any(|glob| glob.matches(&name))
                && waiver
                    .object
                    .as_ref()
                    .is_none_or(|glob| object.as_deref().is_some_and(|object| glob.matches(object)))
        };
        let holds = |waiver: &&Waiver| today.is_none_or(|today| waiver.holds(today));
        let mut fitting = self.waivers.iter().filter(fits);
        fitting.clone().find(holds).or_else(|| fitting.next())
    }

    fn budget(&self, cells: &mut [Judged<'_>]) {
        let count = |test: fn(&Judged<'_>) -> bool| cells.iter().filter(|cell| test(cell)).count();
        let touched: Vec<_> = cells.iter().filter(|cell| cell.touch != Touch::Nothing).collect();
        let clusters: std::collections::BTreeSet<_> =
            touched.iter().map(|cell| cell.id.cluster.clone()).collect();
        let sums = [
            ("cells change", self.budgets.cells, count(|cell| cell.touch != Touch::Nothing)),
            ("cells restart pods", self.budgets.rolls, count(|cell| cell.touch == Touch::Rolls)),
            (
                "cells are removed",
                self.budgets.removals,
                count(|cell| cell.touch == Touch::Removes),
            ),
            ("clusters are touched", self.budgets.clusters, clusters.len()),
        ];
        let over = sums.into_iter().filter_map(|(what, most, is)| {
            let most = most.filter(|most| is > *most)?;
            Some(format!("{is} {what}, the budget of one change is {most}"))
        });
        let mut found: Vec<Finding> = over.map(budget_finding).collect();
        found.extend(self.pods_down(cells));
        for cell in &mut *cells {
            let scarce = self.scarce(cell);
            cell.findings.splice(0..0, scarce);
        }
        if let Some(first) = cells.iter_mut().find(|cell| cell.touch != Touch::Nothing) {
            first.findings.splice(0..0, found);
        }
    }

    /// More pods down at the worst moment of all rollouts than a change may take down, as if all cells
    /// were synced at once.
    fn pods_down(&self, cells: &[Judged<'_>]) -> Option<Finding> {
        let most = self.budgets.pods_down?;
        let restarts = || cells.iter().flat_map(|cell| &cell.restarts);
        let down: u64 = restarts().filter_map(|restart| restart.down).map(u64::from).sum();
        if down <= most {
            return None;
        }
        let unknown = restarts().filter(|restart| restart.down.is_none()).count();
        let more = match unknown {
            0 => String::new(),
            1 => " and those of a workload whose number git does not say".to_owned(),
            _ => format!(" and those of {unknown} workloads whose number git does not say"),
        };
        Some(budget_finding(format!(
            "{down} pods{more} are down at once if all cells are synced together, the budget of one \
             change is {most}"
        )))
    }

    /// Workloads of a cell of which fewer pods stay available than its application needs.
    fn scarce(&self, cell: &Judged<'_>) -> Vec<Finding> {
        let name = &cell.id.application;
        let budget = self.budgets.availability.iter().find(|(glob, _)| glob.matches(name.as_str()));
        let Some((_, least)) = budget else { return Vec::new() };
        let told = |restart: &Restart| {
            let id = &restart.subject.id;
            let (lowest, wanted) = match (restart.lowest, restart.replicas) {
                (Some(lowest), Some(wanted)) => (u64::from(lowest), u64::from(wanted)),
                // A workload that keeps all its pods meanwhile is no matter.
                _ if restart.down == Some(0) || *least == 0 => return None,
                _ => {
                    let message = format!(
                        "how many pods of {id} stay available while it rolls is not known, the budget \
                         of {name} is {least}%"
                    );
                    let severity = Severity::Warn;
                    return Some(Finding { severity, ..budget_finding(message) });
                }
            };
            (lowest * 100 < u64::from(*least) * wanted).then(|| {
                budget_finding(format!(
                    "{lowest} of {wanted} pods of {id} stay available while it rolls, the budget of \
                     {name} is {least}%"
                ))
            })
        };
        let found = cell.restarts.iter().filter_map(|restart| {
            told(restart)
                .map(|finding| Finding { subject: Some(restart.subject.clone()), ..finding })
        });
        found.collect()
    }

    fn demands(&self, cells: &[Judged<'_>]) -> Vec<Demand> {
        let mut demands = Vec::new();
        for review in &self.reviews {
            let asks = |cell: &&Judged<'_>| {
                let name = cell.id.to_string();
                cell.touch != Touch::Nothing
                    && review.cells.iter().any(|glob| glob.matches(&name))
                    && review.at_least.is_none_or(|least| {
                        cell.findings.iter().any(|finding| finding.severity <= least)
                    })
            };
            demands.extend(cells.iter().find(asks).map(|cell| Demand {
                reviewers: review.reviewers.clone(),
                because: format!("{} changes", cell.id),
                place: review.place.clone(),
            }));
        }
        demands
    }
}

impl Waiver {
    /// The name of the rule, such as `label-value`.
    pub fn title(&self) -> &'static str {
        rule(self.rule).map_or("", |rule| rule.name)
    }

    fn holds(&self, today: Date) -> bool {
        today <= self.expires
    }
}

fn budget_finding(message: String) -> Finding {
    let rule = &BUDGET_EXCEEDED;
    Finding {
        rule,
        severity: rule.severity,
        subject: None,
        path: None,
        message,
        fix: rule.fix.to_owned(),
        place: None,
        is_new: true,
        waiver: None,
    }
}

#[cfg(test)]
mod tests;
