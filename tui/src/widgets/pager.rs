//! A document's visible rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use zij_core::report::model::LineKind;

use crate::document::{DiffLine, Document, Piece, Row, highlight};
use crate::text;
use crate::theme::{Look, Tone};
use crate::widgets::Brush;

/// Draws a document from a row and a column on.
pub(crate) struct Pager<'a> {
    pub(crate) document: &'a Document,
    pub(crate) top: usize,
    pub(crate) shift: usize,
    /// What is searched for; empty for nothing.
    pub(crate) search: &'a str,
    pub(crate) look: Look,
}

impl Widget for Pager<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let rows = self.document.rows.iter().skip(self.top);
        for (line, row) in (0..area.height).zip(rows) {
            match row {
                Row::Text(pieces) => {
                    let mut brush = Brush::new(buffer, self.look, area, line);
                    self.pieces(&mut brush, pieces);
                }
                Row::Unified { old, line: diff } => {
                    let mut brush = Brush::new(buffer, self.look, area, line);
                    let (old, new) = match diff.kind {
                        LineKind::Context => (*old, Some(diff.number)),
                        LineKind::Removed => (Some(diff.number), None),
                        LineKind::Added => (None, Some(diff.number)),
                    };
                    self.number(&mut brush, old);
                    self.number(&mut brush, new);
                    self.diff(&mut brush, diff);
                }
                Row::Split(old, new) => {
                    let half = area.width.saturating_sub(1) / 2;
                    let left = Rect { width: half, ..area };
                    let right = Rect { x: area.x + half + 1, width: area.width - half - 1, ..area };
                    self.side(buffer, left, line, old.as_ref());
                    let middle = Rect { x: area.x + half, width: 1, ..area };
                    Brush::new(buffer, self.look, middle, line)
                        .text(Tone::Dim, self.look.marks.vertical);
                    self.side(buffer, right, line, new.as_ref());
                }
            }
        }
    }
}

impl Pager<'_> {
    fn side(&self, buffer: &mut Buffer, area: Rect, line: u16, diff: Option<&DiffLine>) {
        let mut brush = Brush::new(buffer, self.look, area, line);
        if let Some(diff) = diff {
            self.number(&mut brush, Some(diff.number));
            self.diff(&mut brush, diff);
        }
    }

    fn number(&self, brush: &mut Brush<'_>, number: Option<usize>) {
        let digits = self.document.digits;
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        brush.text(Tone::Dim, &format!("{number:>digits$} "));
    }

    fn diff(&self, brush: &mut Brush<'_>, line: &DiffLine) {
        let sign = match line.kind {
            LineKind::Context => "  ",
            LineKind::Removed => "- ",
            LineKind::Added => "+ ",
        };
        brush.text(Tone::Side(line.kind), sign);
        self.pieces(brush, &line.pieces);
    }

    fn pieces(&self, brush: &mut Brush<'_>, pieces: &[Piece]) {
        let searched;
        let pieces = if self.search.is_empty() {
            pieces
        } else {
            searched = highlight(pieces, self.search);
            &searched
        };
        let mut hidden = self.shift;
        for piece in pieces {
            let columns = text::width(piece.text());
            if hidden == 0 {
                brush.text(piece.tone(), piece.text());
            } else {
                brush.text(piece.tone(), &text::skip(piece.text(), hidden));
                hidden = hidden.saturating_sub(columns);
            }
        }
    }
}
