//! The verdict in few words, for the output of a git hook.
//!
//! Lines pass through git's `remote: ` prefix, so none is longer than 72 columns.

use std::collections::BTreeMap;

use super::{
    model::{Cell, CellState, Finding, Report, Severity, Verdict},
    paper::{columns, shortened},
    printable::printable,
    sums::counted,
};

/// Columns of a line.
const WIDTH: usize = 72;
/// Cells that are told of; a longer list is not read.
const CELLS: usize = 5;

/// The verdict on the range that the report compares.
pub fn text(report: &Report) -> String {
    let name = |name: &str| shortened(name, 24);
    text_for(report, &format!("{}..{}", name(&report.base.name), name(&report.head.name)))
}

/// The verdict on something that is named, such as `push to main`: one line when it may go, else
/// the worst cells as well, with what to do and how to look closer.
pub fn text_for(report: &Report, what: &str) -> String {
    let mut lines = vec![headline(report.verdict, sums(report), what)];
    if !matches!(report.verdict, Verdict::Clean) {
        details(report, &mut lines);
    }
    lines.iter().fold(String::new(), |mut text, line| {
        text.push_str(&fit(line));
        text.push('\n');
        text
    })
}

/// The first line. Where it is too long the last sums go, then a part of the name: never the verdict.
fn headline(verdict: Verdict, mut sums: Vec<String>, what: &str) -> String {
    loop {
        let rest = format!(" {} - {}", word(verdict), sums.join(", "));
        let room = WIDTH.saturating_sub("zij: ".len() + columns(&rest));
        if columns(what) <= room || sums.len() <= 1 {
            return format!("zij: {}{rest}", shortened(what, room));
        }
        sums.pop();
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "ok",
        Verdict::Warned => "ok with warnings",
        Verdict::Blocked => "REJECTED",
        Verdict::Unevaluated => "COULD NOT BE EVALUATED",
    }
}

/// How many cells come to what, the gravest first.
fn sums(report: &Report) -> Vec<String> {
    let counts = report.count_by_state();
    let count = |states: &[CellState]| -> usize {
        states.iter().filter_map(|state| counts.get(state)).sum()
    };
    let parts = [
        (count(&[CellState::Blocked]), "unsafe"),
        (count(&[CellState::Error, CellState::Unknown]), "unknown"),
        (
            count(&[CellState::Changed, CellState::Rolls, CellState::Added, CellState::Removed]),
            "deploy",
        ),
        (count(&[CellState::Unchanged, CellState::ValuesOnly]), "unchanged"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if parts.is_empty() { vec!["no cells".to_owned()] } else { parts }
}

fn details(report: &Report, lines: &mut Vec<String>) {
    let worst = worst(report);
    for (cell, finding) in worst.iter().take(CELLS) {
        tell(report, cell, *finding, lines);
    }
    if let Some(more) = worst.len().checked_sub(CELLS).filter(|more| *more > 0) {
        lines.push(format!("  and {} more", counted(more, "cell")));
    }
    if let Some((cell, _)) = worst.first() {
        // A command is copied, so it is continued on the next line rather than cut.
        let command = report.command(Some(cell));
        match command.split_once(" --cluster") {
            Some((range, cell)) if columns(&command) + 11 > WIDTH => {
                lines.push(format!("  inspect  {range} \\"));
                lines.push(format!("           --cluster{cell}"));
            }
            _ => lines.push(format!("  inspect  {command}")),
        }
    }
}

/// Cells with what is gravest in each, the gravest cells first.
fn worst(report: &Report) -> Vec<(&Cell, Option<&Finding>)> {
    let mut of_cell: BTreeMap<usize, &Finding> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.severity != Severity::Info) {
        of_cell.entry(finding.cell).or_insert(finding);
    }
    let mut cells: Vec<(usize, &Cell)> = report
        .cells
        .iter()
        .enumerate()
        .filter(|(index, cell)| of_cell.contains_key(index) || cell.state.is_open())
        .collect();
    cells.sort_by_key(|(index, cell)| {
        (
            of_cell.get(index).map_or(Severity::Warn, |finding| finding.severity),
            cell.state.is_open(),
            *index,
        )
    });
    cells.into_iter().map(|(index, cell)| (cell, of_cell.get(&index).copied())).collect()
}

fn tell(report: &Report, cell: &Cell, finding: Option<&Finding>, lines: &mut Vec<String>) {
    let name = report.cell_name(cell);
    match finding {
        Some(finding) => {
            let object = finding.resource.as_ref().map(|r| format!("  {}/{}", r.kind, r.name));
            let sign = if finding.severity == Severity::Block { '!' } else { '?' };
            lines.push(format!("  {sign} {name}{}", object.unwrap_or_default()));
            lines.extend(folded("      cause  ", &finding.message));
            lines.extend(finding.place.as_ref().map(|place| format!("      at     {place}")));
            lines.push(format!("      rule   {} {}", finding.rule, finding.title));
            lines.extend(folded("      fix    ", &finding.fix));
        }
        None => {
            lines.push(format!("  {} {name}", cell.state.letter()));
            if let Some(problem) = &cell.problem {
                let evidence = problem.evidence.as_ref();
                let message = evidence.map_or(&problem.message, |own| &own.headline);
                let message = message.lines().next().unwrap_or_default();
                lines.extend(folded("      cause  ", message));
                lines.extend(problem.place.as_ref().map(|place| format!("      at     {place}")));
                lines.extend(problem.hint.iter().flat_map(|hint| folded("      fix    ", hint)));
            }
        }
    }
}

/// Prose behind a title, at most three lines of it; each line still has to be made to [`fit`].
pub fn folded(title: &str, text: &str) -> Vec<String> {
    let room = WIDTH - title.len();
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > 3 {
        lines.truncate(3);
        if let Some(last) = lines.last_mut() {
            *last = format!("{}…", shortened(last, room - 1));
        }
    }
    let blank = " ".repeat(title.len());
    let title = |index: usize| if index == 0 { title } else { &blank };
    lines.iter().enumerate().map(|(index, line)| format!("{}{line}", title(index))).collect()
}

/// A line of at most 72 columns that is safe to print, its indent kept; what is cut from its middle
/// is told by `…`.
pub fn fit(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let text = printable(line.trim());
    format!("{}{}", " ".repeat(indent), shortened(&text, WIDTH - indent))
}
