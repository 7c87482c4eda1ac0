//! Findings and failures that many cells share, each told once.

use std::collections::BTreeMap;

use super::model::{Finding, Place, Problem, Report, Severity, Side};
use crate::policy::RENDER_BROKEN;

/// One finding and the cells in which it is found.
pub(crate) struct FindingGroup<'a> {
    pub(crate) first: &'a Finding,
    pub(crate) cells: Vec<usize>,
}

/// Findings of one rule, application, field and place are one: their messages differ at most in
/// what the cells' values are.
pub(crate) fn grouped(report: &Report) -> Vec<FindingGroup<'_>> {
    let mut order = Vec::new();
    let mut groups: BTreeMap<_, FindingGroup<'_>> = BTreeMap::new();
    for finding in &report.findings {
        // A finding about whole cells says in its message all that tells it from others.
        let about = finding.resource.as_ref().map(|resource| {
            let application = report.cells.get(finding.cell).map(|cell| cell.application);
            (application, &resource.kind, &finding.path, &finding.place)
        });
        let message = about.is_none().then_some(&finding.message);
        let key = (&finding.rule, finding.severity, about, message);
        groups
            .entry(key)
            .or_insert_with(|| {
                order.push(key);
                FindingGroup { first: finding, cells: Vec::new() }
            })
            .cells
            .push(finding.cell);
    }
    order.iter().filter_map(|key| groups.remove(key)).collect()
}

/// The groups that a reader is told of one by one: those that the change brings, without those
/// that only repeat why a cell cannot be rendered.
pub(crate) fn is_told(report: &Report, group: &FindingGroup<'_>) -> bool {
    group.first.severity != Severity::Info && !tells_failure(report, group.first)
}

/// Whether a finding only says that its cell cannot be rendered, which is told with the reason.
pub(crate) fn tells_failure(report: &Report, finding: &Finding) -> bool {
    finding.rule == RENDER_BROKEN.id
        && report.cells.get(finding.cell).is_some_and(|cell| cell.problem.is_some())
}

/// Why cells cannot be rendered, each reason with its cells.
///
/// Which of its layers set a value differs from cell to cell; the reason does not.
pub(crate) fn failures(report: &Report) -> Vec<(&Problem, Vec<usize>)> {
    type Reason<'a> = (&'a str, Option<Side>, Option<&'a Place>, Option<&'a str>);
    let mut at: BTreeMap<Reason<'_>, usize> = BTreeMap::new();
    let mut found: Vec<(&Problem, Vec<usize>)> = Vec::new();
    for (index, cell) in report.cells.iter().enumerate() {
        let Some(problem) = &cell.problem else { continue };
        let hint = problem.hint.as_deref();
        let reason = (problem.message.as_str(), problem.side, problem.place.as_ref(), hint);
        let position = *at.entry(reason).or_insert(found.len());
        match found.get_mut(position) {
            Some((_, cells)) => cells.push(index),
            None => found.push((problem, vec![index])),
        }
    }
    found
}

/// The finding that says of some cells that they cannot be rendered.
pub(crate) fn failure_finding<'a>(report: &'a Report, cells: &[usize]) -> Option<&'a Finding> {
    let indices = cells.iter().filter_map(|at| report.cells.get(*at)).flat_map(|c| &c.findings);
    let mut findings = indices.filter_map(|at| report.findings.get(*at));
    findings.find(|finding| tells_failure(report, finding))
}
