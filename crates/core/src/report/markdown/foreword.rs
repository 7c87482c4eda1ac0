//! What is told before the report: each part with all that it is about, in lines, or alone.

use super::{
    escape::{code, prose},
    fit::Piece,
};
use crate::report::{
    foreword::{Foreword, Item, Part, Tone},
    paper::shortened,
};

/// Characters of a text that are told.
const TEXT: usize = 400;
/// Items of a part where room is short.
const FEW: usize = 10;

/// The answer, then the parts; none of them is left out.
pub(crate) fn pieces(foreword: &Foreword) -> Vec<Piece> {
    let mut lead = String::new();
    prose(&mut lead, &shortened(&foreword.lead, TEXT));
    lead.push_str("\n\n");
    let parts = foreword.parts.iter().map(piece);
    let lead = Piece { forms: vec![lead.clone(), lead.clone(), lead] };
    std::iter::once(lead).chain(parts).collect()
}

fn piece(part: &Part) -> Piece {
    let mut heading = format!("**{}** ", part.heading);
    prose(&mut heading, &shortened(&part.text, TEXT));
    heading.push_str("\n\n");
    let mut full = heading.clone();
    part.items.iter().for_each(|one| item(&mut full, one));
    more(&mut full, part.more);
    let mut few = heading.clone();
    for one in part.items.iter().take(FEW) {
        item(&mut few, &Item { lines: Vec::new(), ..one.clone() });
    }
    more(&mut few, part.more + part.items.len().saturating_sub(FEW));
    Piece { forms: vec![full, few, heading] }
}

fn more(out: &mut String, count: usize) {
    if count > 0 {
        out.extend(["- and ", &count.to_string(), " more\n"]);
    }
    if !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn item(out: &mut String, item: &Item) {
    let strong = if matches!(item.tone, Tone::Bad | Tone::Doubtful) { "**" } else { "" };
    out.push('-');
    if !item.label.is_empty() {
        out.extend([" ", strong, item.label, strong]);
    }
    if !item.name.is_empty() {
        out.push(' ');
        code(out, &shortened(&item.name, 160));
    }
    if !item.text.is_empty() {
        out.push(' ');
        prose(out, &shortened(&item.text, TEXT));
    }
    out.push('\n');
    for line in &item.lines {
        out.push_str("  - ");
        prose(out, &shortened(line, TEXT));
        out.push('\n');
    }
}
