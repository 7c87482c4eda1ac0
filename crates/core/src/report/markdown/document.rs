//! The order of the parts, and what is told in fewer words when they do not fit.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    change::{self, FORMS},
    escape::{code, prose},
    finding::{failure, fault, finding, presence},
    fit::{Piece, Section, Step, fit},
    foreword, impact, matrix,
};
use crate::report::{
    alike::alike,
    foreword::Foreword,
    grouped::{failure_finding, failures, grouped, is_told},
    model::{Presence, Report, RevisionName, Severity},
    paper::shortened,
    sums::counted,
};

/// The first line, by which a program finds the comment that it wrote before.
pub const MARKER: &str = "<!-- zij:report -->";

/// How the text is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes that the text may have.
    pub limit: usize,
}

impl Default for Options {
    /// What GitHub takes as a comment: 65,536 characters.
    fn default() -> Self {
        Self { limit: 65_536 }
    }
}

/// Pieces of one sort that are looked at; more are only counted.
const MOST: usize = 500;
/// Bytes kept for the lines that say what is left out.
const RESERVE: usize = 1_200;

const FOREWORD: usize = 0;
const FAULTS: usize = 1;
const FINDINGS: usize = 2;
const MATRIX: usize = 3;
const PODS: usize = 4;
const UNDO: usize = 5;
const PRESENCE: usize = 6;
const CHANGES: usize = 7;

/// What is told in fewer words, in this order, until the text fits: diffs become shorter, then
/// lists of fields, then lines; then tables of workloads become shorter, the matrix its sums,
/// manual steps and findings lines; changes go before findings do, and the verdict stays.
fn steps() -> Vec<Step> {
    let changes = (1..FORMS).map(|form| (CHANGES, form));
    let lines =
        [(PODS, 1), (PRESENCE, 1), (MATRIX, 1), (PODS, 2), (UNDO, 1), (FOREWORD, 1), (FINDINGS, 1)];
    let nothing = [
        (CHANGES, FORMS),
        (PRESENCE, 2),
        (PODS, 3),
        (MATRIX, 2),
        (UNDO, 2),
        (FOREWORD, 2),
        (FINDINGS, 2),
        (PODS, 4),
        (FAULTS, 1),
    ];
    changes.chain(lines).chain(nothing).collect()
}

/// The report for a comment, in at most [`Options::limit`] bytes where that is more than about
/// two thousand; what does not fit is summed up and counted, never cut.
///
/// Nothing that comes from the repository becomes markup, a mention or a link.
pub fn write(report: &Report, options: &Options) -> String {
    document(report, None, options)
}

/// The report in the same way, with what is told before it.
pub fn write_after(foreword: &Foreword, report: &Report, options: &Options) -> String {
    document(report, Some(foreword), options)
}

fn document(report: &Report, foreword: Option<&Foreword>, options: &Options) -> String {
    let head = head(report);
    let foot = foot(report);
    let before = foreword.map(|own| format!("### {}\n\n", own.title)).unwrap_or_default();
    let mut sections = sections(report, foreword);
    let room = options.limit.saturating_sub(head.len() + foot.len() + RESERVE);
    fit(&mut sections.parts, &steps(), room);
    let mut out = head;
    for (index, title) in [
        (FOREWORD, before.as_str()),
        (FAULTS, ""),
        (FINDINGS, "### Findings\n\n"),
        (MATRIX, "### Cells\n\n"),
        (PODS, "### Pods\n\n"),
        (UNDO, "### Undo\n\n"),
        (PRESENCE, "### New and gone\n\n"),
        (CHANGES, "### Changes\n\n"),
    ] {
        let Some(section) = sections.parts.get(index) else { continue };
        part(&mut out, title, section, sections.uncounted[index]);
    }
    out.push_str(&foot);
    out
}

struct Sections {
    parts: [Section; 8],
    /// Pieces of each section that were not even looked at.
    uncounted: [usize; 8],
}

fn sections(report: &Report, foreword: Option<&Foreword>) -> Sections {
    let failures = failures(report);
    let groups = grouped(report);
    let told: Vec<_> = groups.iter().filter(|group| is_told(report, group)).collect();
    let changes = alike(report);
    let mut reasons: BTreeMap<&Presence, Vec<usize>> = BTreeMap::new();
    for (index, cell) in report.cells.iter().enumerate() {
        if let Some(presence) = &cell.presence {
            reasons.entry(presence).or_default().push(index);
        }
    }
    let undo = impact::undo(report, MOST);
    let rest = |count: usize| count.saturating_sub(MOST);
    let uncounted = [
        0,
        rest(report.problems.len()),
        rest(failures.len()) + rest(told.len()),
        0,
        0,
        undo.uncounted,
        rest(reasons.len()),
        rest(changes.len()),
    ];
    let failures = failures
        .iter()
        .take(MOST)
        .map(|(problem, cells)| failure(report, problem, cells, failure_finding(report, cells)));
    let told = told.iter().take(MOST).map(|group| finding(report, group));
    let reasons = reasons.iter().take(MOST).map(|(why, cells)| presence(report, why, cells));
    let changes = changes.iter().take(MOST).enumerate();
    let changes = changes.map(|(index, own)| change::piece(report, own, index + 1));
    let parts = [
        Section::new(foreword.map(foreword::pieces).unwrap_or_default()),
        Section::new(report.problems.iter().take(MOST).map(fault).collect()),
        Section::new(failures.chain(told).collect()),
        Section::new(vec![matrix::piece(report)]),
        Section::new(vec![impact::pods(report)]),
        Section::new(undo.pieces),
        Section::new(reasons.collect()),
        Section::new(changes.collect()),
    ];
    Sections { parts, uncounted }
}

fn part(out: &mut String, title: &str, section: &Section, uncounted: usize) {
    let told = section.pieces.iter().any(|piece: &Piece| !piece.forms.is_empty());
    if !told {
        return;
    }
    out.push_str(title);
    section.chosen().for_each(|form| out.push_str(form));
    let left_out = section.left_out() + uncounted;
    let shortened = section.shortened() - section.left_out();
    if left_out > 0 {
        let _ = writeln!(out, "- and {left_out} more that do not fit here");
    }
    if shortened > 0 && left_out == 0 {
        let _ = writeln!(out, "\n{} in fewer words, to fit here", counted(shortened, "part"));
    }
    out.push('\n');
}

fn head(report: &Report) -> String {
    let mut out = format!("{MARKER}\n## zij: {}\n\n", report.verdict.word());
    prose(&mut out, &report.reason());
    out.push_str("\n\n");
    revision(&mut out, &report.base);
    out.push_str(" → ");
    revision(&mut out, &report.head);
    let _ = write!(
        out,
        "; {} × {}: {}\n\n",
        counted(report.applications.len(), "application"),
        counted(report.clusters.len(), "cluster"),
        report.sums(),
    );
    out
}

fn revision(out: &mut String, revision: &RevisionName) {
    code(out, &shortened(&revision.name, 80));
    let short = revision.commit.as_deref().map(|id| id.get(..9).unwrap_or(id));
    if let Some(short) = short.filter(|short| !revision.name.starts_with(short)) {
        out.push(' ');
        code(out, short);
    }
}

fn foot(report: &Report) -> String {
    let mut out = String::new();
    let old = grouped(report).iter().filter(|g| g.first.severity == Severity::Info).count();
    if old > 0 {
        let _ = write!(out, "{} on base too and not shown. ", counted(old, "finding"));
    }
    out.push_str("All of it: ");
    code(&mut out, &report.command(None));
    out.push('\n');
    out
}
