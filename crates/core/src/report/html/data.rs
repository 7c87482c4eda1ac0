//! What the page shows, in few bytes: a letter a cell, five numbers for each that differs, and the
//! differences in blocks that the page reads when they are looked at.

use std::collections::BTreeMap;

use super::{compact::Compact, impact};
use crate::report::{
    alike::alike,
    foreword::Foreword,
    model::{
        Action, Cause, Cell, CellState, Finding, Group, Hunk, Line, LineKind, Place, Presence,
        Problem, Report, ResourceChange, RevisionName, Severity, Side, ValueChange, Verdict,
    },
    sketch::sketch,
    sums::counted,
};

/// Groups in a block of their own; a page of many is read piece by piece.
const BLOCK: usize = 200;
/// Bytes of all blocks; groups beyond it are shown by one that changes alike.
const MOST_BYTES: usize = 24 << 20;

/// Columns of a drawn fault.
const SKETCH: usize = 100;

/// The main part of the data.
pub(crate) fn report(report: &Report, before: Option<&Foreword>) -> String {
    let mut json = Compact::default();
    json.raw("{").key("block").number(i64::try_from(BLOCK).unwrap_or(1));
    heading(&mut json, report);
    json.raw(",").key("clusters").list(&report.clusters, |json, name| {
        json.text(name);
    });
    json.raw(",").key("applications").list(&report.applications, |json, name| {
        json.text(name);
    });
    json.raw(",").key("states").list(CellState::ALL, |json, state| {
        json.raw("[").text(&state.letter().to_string()).raw(",");
        json.text(name(state)).raw(",").text(state.meaning()).raw("]");
    });
    json.raw(",").key("rows").list(rows(report), |json, row| {
        json.text(&row);
    });
    cells(&mut json, report);
    findings(&mut json, report);
    json.raw(",").key("faults").list(&report.problems, problem);
    json.raw(",").key("changes").list(alike(report), |json, change| {
        let group = report.groups.iter().position(|group| std::ptr::eq(group, change.shown));
        json.raw("{").key("name").text(&report.name_cells(&change.cells));
        json.raw(",").key("count").position(Some(change.count));
        json.raw(",").key("group").position(group).raw(",").key("cells");
        let first = change.shown.cells.first().into_iter();
        let others = change.cells.iter().filter(|at| Some(*at) != change.shown.cells.first());
        ids(json, report, first.chain(others));
        json.raw("}");
    });
    impact::summary(&mut json, report);
    impact::foreword(&mut json, before);
    json.raw("}");
    json.finish()
}

/// The blocks of groups, each a list in which a group that did not fit is `null`.
pub(crate) fn blocks(report: &Report) -> Vec<String> {
    let texts = groups(report);
    let blocks = texts.chunks(BLOCK).map(|block| {
        let mut json = Compact::default();
        json.list(block, |json, text| {
            json.raw(text.as_deref().unwrap_or("null"));
        });
        json.finish()
    });
    blocks.collect()
}

/// Every group's text; where they are too many bytes those come first that stand for others.
fn groups(report: &Report) -> Vec<Option<String>> {
    let mut texts: Vec<Option<String>> = vec![None; report.groups.len()];
    let changes = alike(report);
    let shown = changes.iter().map(|change| change.shown);
    let positions: BTreeMap<*const Group, usize> = report
        .groups
        .iter()
        .enumerate()
        .map(|(at, group)| (std::ptr::from_ref(group), at))
        .collect();
    let first = shown.filter_map(|group| positions.get(&std::ptr::from_ref(group)).copied());
    let mut left = MOST_BYTES;
    for at in first.chain(0..report.groups.len()) {
        let (Some(slot), Some(own)) = (texts.get_mut(at), report.groups.get(at)) else { continue };
        if slot.is_some() || left == 0 {
            continue;
        }
        let mut json = Compact::default();
        group(&mut json, own);
        if json.len() > left {
            left = 0;
            continue;
        }
        left -= json.len();
        *slot = Some(json.finish());
    }
    texts
}

fn heading(json: &mut Compact, report: &Report) {
    let verdict = match report.verdict {
        Verdict::Clean => "clean",
        Verdict::Warned => "warned",
        Verdict::Blocked => "blocked",
        Verdict::Unevaluated => "unevaluated",
    };
    let range = format!(
        "{} → {}; {} × {}: {}",
        revision(&report.base),
        revision(&report.head),
        counted(report.applications.len(), "application"),
        counted(report.clusters.len(), "cluster"),
        report.sums(),
    );
    json.raw(",")
        .key("verdict")
        .raw("[")
        .text(verdict)
        .raw(",")
        .text(report.verdict.word())
        .raw("]");
    json.raw(",").key("reason").text(&report.reason());
    json.raw(",").key("range").text(&range);
}

pub(crate) fn revision(revision: &RevisionName) -> String {
    let short = revision.commit.as_deref().map(|id| id.get(..9).unwrap_or(id));
    match short.filter(|short| !revision.name.starts_with(short)) {
        Some(short) => format!("{} {short}", revision.name),
        None => revision.name.clone(),
    }
}

fn name(state: CellState) -> &'static str {
    match state {
        CellState::Unchanged => "unchanged",
        CellState::ValuesOnly => "values-only",
        CellState::Changed => "changed",
        CellState::Rolls => "rolls",
        CellState::Added => "added",
        CellState::Removed => "removed",
        CellState::Blocked => "blocked",
        CellState::Error => "error",
        CellState::Unknown => "unknown",
    }
}

/// The number by which the page knows a cell: its place in the whole matrix.
fn id(report: &Report, cell: usize) -> Option<usize> {
    let cell = report.cells.get(cell)?;
    Some(cell.application * report.clusters.len() + cell.cluster)
}

/// Cells by the numbers by which the page knows them.
pub(crate) fn ids<'c>(
    json: &mut Compact,
    report: &Report,
    cells: impl IntoIterator<Item = &'c usize>,
) {
    json.list(cells, |json, at| {
        json.position(id(report, *at));
    });
}

/// A letter for each cluster, a space where there is no cell.
fn rows(report: &Report) -> Vec<String> {
    let mut rows = vec![vec![' '; report.clusters.len()]; report.applications.len()];
    for cell in &report.cells {
        if let Some(slot) = rows.get_mut(cell.application).and_then(|row| row.get_mut(cell.cluster))
        {
            *slot = cell.state.letter();
        }
    }
    rows.into_iter().map(|row| row.into_iter().collect()).collect()
}

/// Five numbers a cell: its place, its group, its causes as bits, its problem, why it is there.
fn cells(json: &mut Compact, report: &Report) {
    let mut problems: BTreeMap<String, usize> = BTreeMap::new();
    let mut presences: BTreeMap<&Presence, usize> = BTreeMap::new();
    let differs = |cell: &&Cell| {
        let is_plain = cell.group.is_none() && cell.problem.is_none() && cell.presence.is_none();
        cell.state != CellState::Unchanged || !cell.findings.is_empty() || !is_plain
    };
    json.raw(",").key("cells").raw("[");
    let mut is_first = true;
    for (at, cell) in report.cells.iter().enumerate().filter(|(_, cell)| differs(cell)) {
        let own = cell.problem.as_ref().map(|own| {
            let mut text = Compact::default();
            problem(&mut text, own);
            let next = problems.len();
            *problems.entry(text.finish()).or_insert(next)
        });
        let next = presences.len();
        let presence = cell.presence.as_ref().map(|own| *presences.entry(own).or_insert(next));
        if !std::mem::take(&mut is_first) {
            json.raw(",");
        }
        json.position(id(report, at)).raw(",").position(cell.group).raw(",");
        json.number(causes(&cell.causes)).raw(",").position(own).raw(",").position(presence);
    }
    json.raw("]");
    let mut texts: Vec<(&String, &usize)> = problems.iter().collect();
    texts.sort_by_key(|(_, at)| **at);
    json.raw(",").key("problems").list(texts, |json, (text, _)| {
        json.raw(text);
    });
    let mut reasons: Vec<(&Presence, usize)> = presences.into_iter().collect();
    reasons.sort_by_key(|(_, at)| *at);
    json.raw(",").key("presences").list(reasons, |json, (own, _)| {
        json.raw("[").text(side(own.side)).raw(",").text(&own.message).raw(",");
        json.text(&own.place.to_string()).raw(",").optional(own.renamed.as_deref()).raw("]");
    });
}

fn causes(causes: &[Cause]) -> i64 {
    causes.iter().fold(0, |bits, cause| {
        bits | match cause {
            Cause::Values => 1,
            Cause::Template => 2,
            Cause::Inventory => 4,
            Cause::Profile => 8,
            Cause::Capabilities => 16,
        }
    })
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Base => "base",
        Side::Head => "head",
    }
}

/// Findings that say the same are one with several cells.
fn findings(json: &mut Compact, report: &Report) {
    let mut order: Vec<(String, Vec<usize>)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for own in &report.findings {
        let mut text = Compact::default();
        finding(&mut text, own);
        let text = text.finish();
        let at = *known.entry(text.clone()).or_insert(order.len());
        match order.get_mut(at) {
            Some((_, cells)) => cells.push(own.cell),
            None => order.push((text, vec![own.cell])),
        }
    }
    json.raw(",").key("findings").list(&order, |json, (text, cells)| {
        json.raw("{").raw(text).raw(",").key("cells");
        ids(json, report, cells);
        json.raw("}");
    });
}

fn finding(json: &mut Compact, own: &Finding) {
    let severity = match own.severity {
        Severity::Block => "block",
        Severity::Warn => "warn",
        Severity::Info => "info",
    };
    let place = own.place.as_ref().map(Place::to_string);
    let object = own.resource.as_ref().map(ToString::to_string);
    json.key("rule").text(&own.rule).raw(",").key("title").text(&own.title);
    json.raw(",").key("severity").text(severity);
    json.raw(",").key("object").optional(object.as_deref());
    json.raw(",").key("path").optional(own.path.as_deref());
    json.raw(",").key("message").text(&own.message).raw(",").key("fix").text(&own.fix);
    json.raw(",").key("place").optional(place.as_deref());
}

/// A fault in words, or with all that is known of it drawn as on a terminal.
fn problem(json: &mut Compact, own: &Problem) {
    json.raw("[").optional(own.side.map(side)).raw(",");
    match &own.evidence {
        Some(evidence) => {
            json.text(&evidence.headline.replace('\n', " ")).raw(",null,null,");
            json.lines(&sketch(own, false, SKETCH));
        }
        None => {
            let place = own.place.as_ref().map(Place::to_string);
            json.text(&own.message.replace('\n', " ")).raw(",").optional(place.as_deref());
            json.raw(",").optional(own.hint.as_deref()).raw(",null");
        }
    }
    json.raw("]");
}

fn group(json: &mut Compact, group: &Group) {
    json.raw("{").key("v").list(&group.values, value).raw(",").key("r");
    json.list(&group.resources, resource).raw("}");
}

fn value(json: &mut Compact, change: &ValueChange) {
    json.raw("[").text(&change.path);
    for side in [&change.old, &change.new] {
        let value = side.as_ref().map(|side| side.value.as_str());
        let place = side.as_ref().and_then(|side| side.place.as_ref()).map(Place::to_string);
        json.raw(",").optional(value).raw(",").optional(place.as_deref());
    }
    json.raw("]");
}

fn resource(json: &mut Compact, change: &ResourceChange) {
    let action = match change.action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
    };
    let template = change.template.as_ref().map(Place::to_string);
    json.raw("[").text(action).raw(",").text(&change.resource.to_string()).raw(",");
    json.optional(template.as_deref()).raw(",");
    json.list(&change.rolls, |json, path| {
        json.text(path);
    })
    .raw(",");
    json.list(&change.hunks, hunk).raw("]");
}

fn hunk(json: &mut Compact, hunk: &Hunk) {
    json.raw("[").position(Some(hunk.old_start)).raw(",").position(Some(hunk.new_start)).raw(",");
    json.list(&hunk.lines, line).raw("]");
}

/// A line's sign and text, or its sign and pieces of which every second one is emphasised.
fn line(json: &mut Compact, line: &Line) {
    let sign = match line.kind {
        LineKind::Context => " ",
        LineKind::Removed => "-",
        LineKind::Added => "+",
    };
    if line.segments.iter().all(|segment| !segment.emphasised) {
        let text: String = line.segments.iter().map(|segment| segment.text.as_str()).collect();
        json.text(&format!("{sign}{text}"));
        return;
    }
    let mut pieces = vec![String::new()];
    for segment in line.segments.iter() {
        let is_emphasised = pieces.len() % 2 == 0;
        match pieces.last_mut() {
            Some(last) if is_emphasised == segment.emphasised => last.push_str(&segment.text),
            _ => pieces.push(segment.text.clone()),
        }
    }
    json.raw("[").text(sign);
    for piece in &pieces {
        json.raw(",").text(piece);
    }
    json.raw("]");
}
