//! Writing pieces into a buffer without ever leaving an area.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::document::Piece;
use crate::text;
use crate::theme::{Look, Tone};

/// A place on one line of a buffer and the room to its right.
pub(crate) struct Brush<'a> {
    buffer: &'a mut Buffer,
    look: Look,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> Brush<'a> {
    /// Starts at the left of a line of an area; a line outside of the area takes nothing.
    pub(crate) fn new(buffer: &'a mut Buffer, look: Look, area: Rect, line: u16) -> Self {
        let area = area.intersection(buffer.area);
        let (y, end) =
            if line < area.height { (area.y + line, area.right()) } else { (area.y, area.x) };
        Self { buffer, look, x: area.x, y, end }
    }

    pub(crate) fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    pub(crate) fn text(&mut self, tone: Tone, text: &str) -> &mut Self {
        self.styled(self.look.palette.style(tone), text)
    }

    /// Writes a text; one that does not fit ends with an ellipsis.
    pub(crate) fn styled(&mut self, style: Style, text: &str) -> &mut Self {
        if self.room() > 0 {
            self.x = {
                let text = text::fit(text, self.room(), self.look.marks.ellipsis);
                self.buffer.set_stringn(self.x, self.y, text, self.room(), style).0
            };
        }
        self
    }

    pub(crate) fn pieces<'p>(&mut self, pieces: impl IntoIterator<Item = &'p Piece>) -> &mut Self {
        for piece in pieces {
            self.text(piece.tone(), piece.text());
        }
        self
    }

    /// Writes one narrow letter, faster than a text.
    pub(crate) fn letter(&mut self, style: Style, letter: char) -> &mut Self {
        if self.room() > 0 {
            self.buffer[(self.x, self.y)].set_char(letter).set_style(style);
            self.x += 1;
        }
        self
    }

    pub(crate) fn space(&mut self, columns: usize) -> &mut Self {
        self.x = self.x.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX)).min(self.end);
        self
    }

    /// Fills what is left of the line.
    pub(crate) fn fill(&mut self, tone: Tone, symbol: &str) {
        while self.room() > 0 {
            let before = self.x;
            self.text(tone, symbol);
            if self.x == before {
                break;
            }
        }
    }
}

/// A text in the middle of so many columns.
pub(crate) fn label(text: &str, columns: usize) -> String {
    let spare = columns.saturating_sub(text::width(text));
    let left = spare / 2;
    format!("{}{text}{}", " ".repeat(left), " ".repeat(spare - left))
}
