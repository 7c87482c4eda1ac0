//! What the rules found, and what could not be rendered, each once.

use std::collections::BTreeMap;

use super::summary::write_problem;
use crate::policy::RENDER_BROKEN;
use crate::report::{
    model::{Finding, Problem, Report, Severity, Side},
    paper::{Label, Paper, columns},
    sums::counted,
};

pub(crate) fn write(paper: &mut Paper, report: &Report) {
    failures(paper, report);
    let groups = grouped(report);
    let is_shown = |group: &&FindingGroup<'_>| {
        group.first.severity != Severity::Info && !tells_failure(report, group.first)
    };
    let shown = groups.iter().filter(is_shown);
    for group in shown {
        paper.end();
        finding(paper, report, group);
    }
    let old = groups.iter().filter(|group| group.first.severity == Severity::Info).count();
    if old > 0 {
        paper.end();
        let text = format!("{} on base too and not shown", counted(old, "finding"));
        paper.put(Label::Dim, &text).end();
    }
}

/// Whether a finding only says that its cell cannot be rendered, which is told with the reason.
fn tells_failure(report: &Report, finding: &Finding) -> bool {
    finding.rule == RENDER_BROKEN.id
        && report.cells.get(finding.cell).is_some_and(|cell| cell.problem.is_some())
}

/// One finding and the cells in which it is found.
struct FindingGroup<'a> {
    first: &'a Finding,
    cells: Vec<usize>,
}

/// Findings of one rule, application, field and place are one: their messages differ at most in
/// what the cells' values are.
fn grouped(report: &Report) -> Vec<FindingGroup<'_>> {
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

fn finding(paper: &mut Paper, report: &Report, group: &FindingGroup<'_>) {
    let FindingGroup { first, cells } = group;
    title(paper, report, first, cells);
    if let Some(resource) = &first.resource {
        let resource = resource.to_string();
        let path = first.path.as_deref().unwrap_or_default();
        paper.spaces(2).put(Label::Name, &resource).plain("  ");
        if columns(&resource) + columns(path) + 4 > paper.width {
            paper.end().spaces(4);
        }
        paper.plain(path).end();
    }
    paper.spaces(2).prose(Label::Plain, &first.message, 2);
    if let Some(place) = &first.place {
        paper.spaces(2).plain("at   ").put(Label::Place, &place.to_string()).end();
    }
    paper.spaces(2).plain("fix  ").prose(Label::Plain, &first.fix, 7);
}

fn title(paper: &mut Paper, report: &Report, finding: &Finding, cells: &[usize]) {
    let (sign, label) = match finding.severity {
        Severity::Block => ("! blocks", Label::Bad),
        Severity::Warn => ("? warns", Label::Doubtful),
        Severity::Info => ("i info", Label::Dim),
    };
    paper.put(label, sign).plain("  ").put(Label::Name, &finding.rule);
    paper.plain(" ").plain(&finding.title).plain("  ");
    let used = columns(sign) + columns(&finding.rule) + columns(&finding.title) + 5;
    paper.prose(Label::Plain, &report.name_cells(cells), used);
}

/// Cells without a rendering, those with the same reason together.
fn failures(paper: &mut Paper, report: &Report) {
    let mut order: Vec<(&Problem, Vec<usize>)> = Vec::new();
    for (index, cell) in report.cells.iter().enumerate() {
        let Some(problem) = &cell.problem else { continue };
        // Which of its layers set a value differs from cell to cell; the reason does not.
        let is_same = |known: &Problem| {
            let of = |own: &Problem| (own.side, own.place.clone(), own.hint.clone());
            known.message == problem.message && of(known) == of(problem)
        };
        match order.iter_mut().find(|(known, _)| is_same(known)) {
            Some((_, cells)) => cells.push(index),
            None => order.push((problem, vec![index])),
        }
    }
    for (problem, cells) in order {
        paper.end();
        let indices = cells.iter().filter_map(|at| report.cells.get(*at)).flat_map(|c| &c.findings);
        let mut findings = indices.filter_map(|at| report.findings.get(*at));
        match findings.find(|finding| tells_failure(report, finding)) {
            Some(finding) => title(paper, report, finding, &cells),
            None => {
                paper.put(Label::Heading, "Cannot render").plain("  ");
                paper.prose(Label::Plain, &report.name_cells(&cells), 15);
            }
        }
        if problem.side == Some(Side::Base) {
            paper
                .spaces(2)
                .put(Label::Dim, "on base, so that nothing is known of what changes")
                .end();
        }
        write_problem(paper, problem);
    }
}
