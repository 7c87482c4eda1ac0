//! Painting the state; nothing here changes it.

mod cell;
mod matrix;
mod overlay;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget as _;
use zij_core::report::model::{Problem, Verdict};

use crate::app::{Front, SMALLEST, State, Work};
use crate::document::Document;
use crate::keymap::{self, Binding, Chord, Place};
use crate::message::Progress;
use crate::screens::{self, Overlay};
use crate::text;
use crate::theme::{Look, Tone};
use crate::widgets::{Brush, Pager};

/// Paints the whole screen.
pub fn view(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    let look = Look { palette: state.options.palette, marks: state.options.glyphs.marks() };
    let painter = Painter { state, look };
    let cursor = painter.screen(area, frame.buffer_mut());
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
}

/// The lines that a sheet's document has on a screen of a size.
pub(crate) fn sheet_lines(size: (u16, u16)) -> usize {
    usize::from(sheet_area(Rect::new(0, 0, size.0, size.1)).height.saturating_sub(2))
}

/// The columns that a sheet's document has on a screen of a size.
pub(crate) fn sheet_columns(size: (u16, u16)) -> usize {
    usize::from(sheet_area(Rect::new(0, 0, size.0, size.1)).width.saturating_sub(4))
}

/// Sheets leave the title and the footer visible.
fn sheet_area(screen: Rect) -> Rect {
    let width = screen.width.saturating_sub(4).min(110);
    let height = screen.height.saturating_sub(4).min(44);
    centred(screen, width, height)
}

fn centred(screen: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

struct Painter<'a> {
    state: &'a State,
    look: Look,
}

impl Painter<'_> {
    /// Paints everything; returns where the terminal's cursor belongs, if anywhere.
    fn screen(&self, area: Rect, buffer: &mut Buffer) -> Option<Position> {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            self.too_small(area, buffer);
            return None;
        }
        self.title(area, buffer);
        match (&self.state.source.board, &self.state.cell, self.state.front) {
            (None, ..) => self.waiting(area, buffer),
            (Some(board), Some(cell), Front::Cell) => self.cell(board, cell, area, buffer),
            (Some(board), ..) => self.matrix(board, area, buffer),
        }
        let mut cursor = None;
        self.footer(area, buffer);
        for overlay in &self.state.overlays {
            match overlay {
                Overlay::Sheet(sheet) => self.sheet(sheet, area, buffer),
                Overlay::Copies(copies) => self.copies(copies, area, buffer),
                Overlay::Prompt(prompt) => cursor = Some(self.prompt(prompt, area, buffer)),
            }
        }
        cursor
    }

    fn brush<'b>(&self, buffer: &'b mut Buffer, area: Rect, line: u16) -> Brush<'b> {
        Brush::new(buffer, self.look, area, line)
    }

    /// Writes at the right end of a line, if that leaves `taken` columns alone.
    fn right(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        line: u16,
        taken: usize,
        parts: &[(Tone, &str)],
    ) {
        let width: usize = parts.iter().map(|(_, text)| text::width(text)).sum::<usize>() + 1;
        if taken + width + 1 > usize::from(area.width) {
            return;
        }
        let mut brush = self.brush(buffer, area, line);
        brush.space(usize::from(area.width) - width);
        for (tone, text) in parts {
            brush.text(*tone, text);
        }
    }

    fn rule(&self, area: Rect, line: u16, buffer: &mut Buffer) {
        self.brush(buffer, area, line).fill(Tone::Dim, self.look.marks.horizontal);
    }

    fn too_small(&self, area: Rect, buffer: &mut Buffer) {
        let (columns, lines) = SMALLEST;
        let text = format!("zij needs {columns}{}{lines}", self.look.marks.times);
        self.brush(buffer, area, area.height.saturating_sub(1) / 2).text(Tone::Text, &text);
    }

    fn title(&self, area: Rect, buffer: &mut Buffer) {
        let work = match &self.state.source.work {
            Work::Busy(None) => "refreshing  ".to_owned(),
            Work::Busy(Some(progress)) => format!("{}  ", progress_text(progress)),
            Work::Failed(_) => "stale  ".to_owned(),
            Work::Idle => String::new(),
        };
        let Some(board) = &self.state.source.board else {
            self.brush(buffer, area, 0).text(Tone::Title, " zij");
            return;
        };
        let report = &board.report;
        let (base, head) = (screens::revision(&report.base), screens::revision(&report.head));
        let (base, head) = (text::clean(&base), text::clean(&head));
        let (word, tone) = (verdict_word(report.verdict), Tone::Verdict(report.verdict));
        let word = format!(" {word} ");
        let arrow = format!("  {}  ", self.look.marks.arrow);
        let room = usize::from(area.width)
            .saturating_sub(5 + text::width(&word) + text::width(&work) + 10);
        let half = room.saturating_sub(text::width(&arrow)) / 2;
        let base = text::fit(
            &base,
            half.max(room.saturating_sub(text::width(&head) + 5)),
            self.look.marks.ellipsis,
        );
        let head =
            text::fit(&head, room.saturating_sub(text::width(&base) + 5), self.look.marks.ellipsis);
        let mut brush = self.brush(buffer, area, 0);
        brush.text(Tone::Title, " zij ").space(1).text(Tone::Text, &base);
        brush.text(Tone::Dim, &arrow).text(Tone::Strong, &head);
        self.right(buffer, area, 0, 0, &[(Tone::Dim, &work), (tone, &word)]);
    }

    fn waiting(&self, area: Rect, buffer: &mut Buffer) {
        let inner = Rect {
            x: area.x + 2,
            y: area.y + 2,
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(4),
        };
        match &self.state.source.work {
            Work::Failed(problem) => self.failed(problem, inner, buffer),
            Work::Busy(Some(progress)) => {
                self.brush(buffer, inner, 0).text(Tone::Text, &progress_text(progress));
                if let Some(total) = progress.total.filter(|total| *total > 0) {
                    let columns = usize::from(inner.width.min(60));
                    let filled = (progress.done.min(total) * columns) / total;
                    let mut brush = self.brush(buffer, inner, 1);
                    brush.text(Tone::Key, &"=".repeat(filled));
                    brush.text(Tone::Dim, &"-".repeat(columns - filled));
                }
            }
            Work::Busy(None) | Work::Idle => {
                let dots = ".".repeat(self.state.source.ticks % 4);
                let mut brush = self.brush(buffer, inner, 0);
                brush.text(Tone::Text, "waiting for the first report").text(Tone::Dim, &dots);
            }
        }
    }

    fn failed(&self, problem: &Problem, area: Rect, buffer: &mut Buffer) {
        let mut document = Document::default();
        screens::problem(&mut document, problem, usize::from(area.width));
        document.gap();
        document.line([(Tone::Dim, "ctrl-r tries again, q quits.")]);
        self.pager(&document, 0, 0, "").render(area, buffer);
    }

    fn pager<'d>(
        &self,
        document: &'d Document,
        top: usize,
        shift: usize,
        search: &'d str,
    ) -> Pager<'d> {
        Pager { document, top, shift, search, look: self.look }
    }

    fn footer(&self, area: Rect, buffer: &mut Buffer) {
        let line = area.height - 1;
        if let Some(notice) = &self.state.notice {
            self.brush(buffer, area, line).space(1).text(Tone::Strong, notice);
            return;
        }
        let place = self.state.place();
        let mut hints: Vec<(String, &Binding)> = keymap::footer(place)
            .map(|binding| {
                (binding.chords.first().map(Chord::to_string).unwrap_or_default(), binding)
            })
            .collect();
        let columns = |(key, binding): &(String, &Binding)| key.len() + binding.label.len() + 3;
        // Where there is little room, help and quit stay to the last.
        while hints.iter().map(columns).sum::<usize>() > usize::from(area.width) {
            let own = hints.iter().rposition(|(_, binding)| binding.place != Place::Anywhere);
            let Some(last) = own.or(hints.len().checked_sub(1)) else { break };
            hints.remove(last);
        }
        let mut brush = self.brush(buffer, area, line);
        brush.space(1);
        for (key, binding) in &hints {
            brush.text(Tone::Key, key).space(1).text(Tone::Dim, binding.label).space(2);
        }
        if let Some(pending) = self.state.pending {
            let text = format!("{pending} c hunk, r resource");
            self.right(buffer, area, line, 0, &[(Tone::Strong, &text)]);
        }
    }
}

fn progress_text(progress: &Progress) -> String {
    let (what, done) = (text::clean(&progress.what), text::count(progress.done));
    match progress.total {
        Some(total) => format!("{what} {done} of {}", text::count(total)),
        None => format!("{what} {done}"),
    }
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clean => "CLEAN",
        Verdict::Warned => "WARNED",
        Verdict::Blocked => "BLOCKED",
        Verdict::Unevaluated => "NOT EVALUATED",
    }
}
