//! Why cells appear and vanish, told once for all cells of one reason.

use std::collections::BTreeMap;

use crate::report::{
    model::{Presence, Report, Side},
    paper::{Label, Paper},
    sums::counted,
};

/// Reasons that are shown.
const REASONS: usize = 20;

pub(crate) fn write(paper: &mut Paper, report: &Report) {
    let mut reasons: BTreeMap<&Presence, Vec<usize>> = BTreeMap::new();
    for (index, cell) in report.cells.iter().enumerate() {
        if let Some(presence) = &cell.presence {
            reasons.entry(presence).or_default().push(index);
        }
    }
    if reasons.is_empty() {
        return;
    }
    paper.end().put(Label::Heading, "New and gone").end();
    for (presence, cells) in reasons.iter().take(REASONS) {
        let (sign, label, other) = match presence.side {
            Side::Base => ("-", Label::Removed, "renamed to"),
            Side::Head => ("+", Label::Added, "renamed from"),
        };
        paper.spaces(2).put(label, sign).plain(" ");
        paper.prose(Label::Name, &report.name_cells(cells), 4);
        let renamed = presence.renamed.as_ref().map(|name| format!("{other} {name}: "));
        let place = match presence.message.contains(&presence.place.file) {
            false => format!(" ({})", presence.place),
            // The message names it already.
            true => String::new(),
        };
        let text = format!("{}{}{place}", renamed.unwrap_or_default(), presence.message);
        paper.spaces(4).prose(Label::Plain, &text, 4);
    }
    if let Some(rest) = reasons.len().checked_sub(REASONS).filter(|rest| *rest > 0) {
        paper.spaces(2).put(Label::Dim, &format!("and {}", counted(rest, "more reason"))).end();
    }
}
