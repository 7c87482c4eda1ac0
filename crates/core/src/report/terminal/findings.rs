//! What the rules found, and what could not be rendered, each once.

use super::summary::write_problem;
use crate::report::{
    grouped::{FindingGroup, failure_finding, failures, grouped, is_told},
    model::{Finding, Report, Severity, Side},
    paper::{Label, Paper, columns},
    sums::counted,
};

pub(crate) fn write(paper: &mut Paper, report: &Report) {
    write_failures(paper, report);
    let groups = grouped(report);
    for group in groups.iter().filter(|group| is_told(report, group)) {
        paper.end();
        finding(paper, report, group);
    }
    let old = groups.iter().filter(|group| group.first.severity == Severity::Info).count();
    if old > 0 {
        paper.end();
        let text =
            format!("{} on base too or only worth knowing, not shown", counted(old, "finding"));
        paper.put(Label::Dim, &text).end();
    }
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
fn write_failures(paper: &mut Paper, report: &Report) {
    for (problem, cells) in failures(report) {
        paper.end();
        match failure_finding(report, &cells) {
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
