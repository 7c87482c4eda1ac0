//! What pods go through and what undoing it takes: tables that become shorter, then one line.

use super::{
    escape::{code, prose},
    fit::Piece,
};
use crate::report::{
    impact::{self, Affected},
    model::{Report, Rollback, RollbackVerdict, Rollout, RolloutVerdict, Stall},
    paper::shortened,
    pods::span,
    sums::counted,
};

/// Workloads of the table in each of the forms that have one.
const ROWS: [usize; 3] = [80, 20, 5];
/// Characters of a text that are told.
const TEXT: usize = 400;
/// Lines of one sort that are told of one thing.
const LINES: usize = 12;

/// The fleet's rollout: with a table of its workloads, the worst first, or as two lines.
pub(crate) fn pods(report: &Report) -> Piece {
    let told = impact::rollouts(report);
    if told.is_empty() {
        return Piece::default();
    }
    let headline = headline(report);
    let with_table = |rows: &usize| format!("{headline}{}", table(report, &told, *rows));
    let mut forms: Vec<String> = ROWS.iter().map(with_table).collect();
    forms.push(headline);
    Piece { forms }
}

fn headline(report: &Report) -> String {
    let mut out = String::new();
    prose(&mut out, &shortened(&impact::pods_headline(report), TEXT));
    out.push('\n');
    for (title, text) in
        [("", impact::lengths(report)), ("critical path: ", impact::critical_path(report))]
    {
        if let Some(text) = text {
            out.extend(["<br>", title]);
            prose(&mut out, &shortened(&text, TEXT));
            out.push('\n');
        }
    }
    out.push('\n');
    out
}

fn table(report: &Report, told: &[Affected<'_, Rollout>], rows: usize) -> String {
    let mut out = String::from(
        "| workload | where | what happens | available | most pods | waves | expected | at most | never ready |\n\
         |:--|:--|:--|--:|--:|--:|--:|--:|--:|\n",
    );
    for one in told.iter().take(rows) {
        row(&mut out, report, one);
    }
    if let Some(rest) = told.len().checked_sub(rows).filter(|rest| *rest > 0) {
        out.extend(["\nand ", &counted(rest, "more workload"), "\n"]);
    }
    out.push('\n');
    let shown = || told.iter().take(rows);
    let stalls = shown().filter_map(|one| own_stall(one.own)).map(|stall| stall.message.as_str());
    let mut seen = std::collections::BTreeSet::new();
    let stalls: Vec<&str> = stalls.filter(|text| seen.insert(*text)).collect();
    list(&mut out, "What if it never gets ready", &stalls);
    list(&mut out, "What is assumed", &impact::assumptions(shown()));
    out
}

/// What remains of a workload that does restart.
fn own_stall(rollout: &Rollout) -> Option<&Stall> {
    rollout.stall.as_ref().filter(|_| rollout.verdict.restarts())
}

fn row(out: &mut String, report: &Report, one: &Affected<'_, Rollout>) {
    let rollout = one.own;
    let restarts = rollout.verdict.restarts();
    let is_whole = matches!(rollout.verdict, RolloutVerdict::Create | RolloutVerdict::Delete);
    out.push_str("| ");
    code(out, &shortened(&rollout.resource.to_string(), 120));
    out.push_str(" | ");
    prose(out, &shortened(&report.name_cells(&one.cells), 120));
    out.extend([" | ", rollout.verdict.words()]);
    if let Some(why) = impact::why(rollout) {
        out.push_str("<br>");
        code(out, &shortened(&why, 160));
    }
    if let Some(why) = &rollout.why_unknown {
        out.push_str("<br>not sure: ");
        prose(out, &shortened(why, 160));
    }
    for note in rollout.notes.iter().take(LINES) {
        out.push_str("<br>");
        prose(out, &shortened(note, 200));
    }
    let number = |n: Option<u32>| n.filter(|_| restarts).map(|n| n.to_string()).unwrap_or_default();
    let duration = rollout.duration.filter(|duration| duration.expected > 0);
    let expected = duration.map(|own| format!("&#126;{}", span(own.expected)));
    let upper = duration.map(|own| own.upper.map_or_else(|| "unbounded".to_owned(), span));
    let up =
        own_stall(rollout).map(|own| own.available.map_or("?".to_owned(), |n| format!("{n} up")));
    for cell in [
        impact::lowest(rollout).filter(|_| !is_whole),
        Some(number(rollout.peak)),
        Some(number(rollout.waves)),
        expected,
        upper,
        up,
    ] {
        out.extend([" | ", &cell.unwrap_or_default()]);
    }
    out.push_str(" |\n");
}

/// Lines in a section that is closed at first.
fn list(out: &mut String, title: &str, lines: &[&str]) {
    if lines.is_empty() {
        return;
    }
    out.extend(["<details>\n<summary>", title, "</summary>\n\n"]);
    for line in lines.iter().take(LINES) {
        item(out, "- ", line);
    }
    if let Some(rest) = lines.len().checked_sub(LINES).filter(|rest| *rest > 0) {
        out.extend(["- and ", &counted(rest, "more line"), "\n"]);
    }
    out.push_str("\n</details>\n\n");
}

fn item(out: &mut String, before: &str, text: &str) {
    out.push_str(before);
    prose(out, &shortened(text, TEXT));
    out.push('\n');
}

/// The parts of what undoing it takes.
#[derive(Default)]
pub(crate) struct Undo {
    pub(crate) pieces: Vec<Piece>,
    /// Parts that were not looked at.
    pub(crate) uncounted: usize,
}

/// The answer for all cells, then what is not undone by a revert alone, the worst first.
pub(crate) fn undo(report: &Report, most: usize) -> Undo {
    let all = impact::rollbacks(report);
    let Some(headline) = impact::undo_headline(&all) else { return Undo::default() };
    let told: Vec<_> =
        all.iter().filter(|one| !one.own.is_simple() || !one.own.not_undone.is_empty()).collect();
    let headline = format!("{headline}\n\n");
    let mut pieces = vec![Piece { forms: vec![headline.clone(), headline.clone(), headline] }];
    pieces.extend(told.iter().take(most).map(|one| rollback(report, one)));
    Undo { pieces, uncounted: told.len().saturating_sub(most) }
}

fn rollback(report: &Report, one: &Affected<'_, Rollback>) -> Piece {
    let mut line = match one.own.verdict {
        RollbackVerdict::Clean | RollbackVerdict::Rolls => format!("- {} ", one.own.words()),
        RollbackVerdict::Partial | RollbackVerdict::OneWay => format!("- **{}** ", one.own.words()),
    };
    prose(&mut line, &shortened(&report.name_cells(&one.cells), 160));
    line.push('\n');
    let mut full = line.clone();
    for (title, lines) in
        [("", &one.own.reasons), ("do: ", &one.own.steps), ("not undone: ", &one.own.not_undone)]
    {
        for text in lines.iter().take(LINES) {
            item(&mut full, &format!("  - {title}"), text);
        }
        if let Some(rest) = lines.len().checked_sub(LINES).filter(|rest| *rest > 0) {
            full.extend(["  - ", title, "and ", &counted(rest, "more line"), "\n"]);
        }
    }
    Piece { forms: vec![full, line] }
}
