//! The matrix with what stands around it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;
use zij_core::report::model::CellState;

use crate::board::Board;
use crate::filter::state_word;
use crate::screens::{self, Geometry, Order};
use crate::text;
use crate::theme::Tone;
use crate::view::Painter;
use crate::widgets::Grid;

impl Painter<'_> {
    pub(super) fn matrix(&self, board: &Board, area: Rect, buffer: &mut Buffer) {
        let matrix = &self.state.matrix;
        let geometry = Geometry::of(matrix, self.state.size);
        self.status(board, area, buffer);
        let below = geometry.detail + 2 + u16::from(geometry.ruled);
        let grid = Rect { y: area.y + 2, height: area.height.saturating_sub(2 + below), ..area };
        if matrix.rows.names.is_empty() {
            self.nothing(board, grid, buffer);
        } else {
            Grid { board, matrix, geometry, look: self.look }.render(grid, buffer);
        }
        let mut line = area.height.saturating_sub(below);
        if geometry.ruled {
            self.rule(area, line, buffer);
            line += 1;
        }
        self.detail(board, area, line, geometry.detail, buffer);
        self.legend(area, area.height.saturating_sub(2), buffer);
    }

    fn status(&self, board: &Board, area: Rect, buffer: &mut Buffer) {
        let matrix = &self.state.matrix;
        let (rows, columns) = (matrix.rows.names.len(), matrix.columns.names.len());
        let (applications, clusters) =
            if matrix.transposed { (columns, rows) } else { (rows, columns) };
        let of = |shown: usize, all: usize| {
            if shown == all {
                text::count(all)
            } else {
                format!("{} of {}", text::count(shown), text::count(all))
            }
        };
        let mut shown = format!(
            " {} applications {} {} clusters",
            of(applications, board.applications.len()),
            self.look.marks.times,
            of(clusters, board.clusters.len()),
        );
        if matrix.only_changed {
            shown.push_str(", only changed");
        }
        if matrix.order == Order::Risk {
            shown.push_str(", by risk");
        }
        let filter = if matrix.filter.is_empty() {
            String::new()
        } else {
            format!("  /{}", matrix.filter.shown())
        };
        let problems = match board.report.problems.len() {
            0 => String::new(),
            count => format!("  {}", text::plural(count, "problem")),
        };
        let marked = if matrix.marks.is_empty() {
            String::new()
        } else {
            format!("  {} marked", text::count(matrix.marks.len()))
        };
        let mut brush = self.brush(buffer, area, 1);
        brush
            .text(Tone::Dim, &shown)
            .text(Tone::Key, &filter)
            .text(Tone::Strong, &marked)
            .text(Tone::State(CellState::Error), &problems);
        if rows > 0 {
            let position = format!(
                "row {}/{}  column {}/{}",
                matrix.rows.at + 1,
                text::count(rows),
                matrix.columns.at + 1,
                text::count(columns)
            );
            let taken = text::width(&shown)
                + text::width(&filter)
                + text::width(&marked)
                + text::width(&problems);
            self.right(buffer, area, 1, taken, &[(Tone::Dim, &position)]);
        }
    }

    fn nothing(&self, board: &Board, area: Rect, buffer: &mut Buffer) {
        let matrix = &self.state.matrix;
        let (text, hint) = if board.report.cells.is_empty() {
            ("There are no applications at either revision.", "")
        } else if !matrix.filter.is_empty() {
            ("No cell fits the filter.", "Esc clears it.")
        } else {
            ("Nothing changes.", "f shows every cell.")
        };
        let line = area.height / 2;
        let space = usize::from(area.width).saturating_sub(text.len() + hint.len() + 1) / 2;
        self.brush(buffer, area, line)
            .space(space)
            .text(Tone::Text, text)
            .text(Tone::Text, " ")
            .text(Tone::Dim, hint);
    }

    fn detail(&self, board: &Board, area: Rect, line: u16, lines: u16, buffer: &mut Buffer) {
        let matrix = &self.state.matrix;
        let Some((application, cluster)) = matrix.selected() else { return };
        let Some(cell) = board.cell(application, cluster) else {
            let (application, cluster) =
                (&board.applications[application], &board.clusters[cluster]);
            let mut brush = self.brush(buffer, area, line);
            brush.space(1).text(Tone::Strong, &application.shown).text(Tone::Dim, " is not on ");
            brush.text(Tone::Strong, &cluster.shown);
            return;
        };
        let summary = screens::summary(board, cell, self.look.marks, usize::from(lines));
        for (index, pieces) in (0..).zip(&summary) {
            let indent = if index == 0 { 1 } else { 3 };
            self.brush(buffer, area, line + index).space(indent).pieces(pieces);
        }
    }

    /// The letters with their sums: in full words where there is room, else in short ones, else
    /// only what occurs.
    fn legend(&self, area: Rect, line: u16, buffer: &mut Buffer) {
        let total = &self.state.matrix.total;
        let entry = |state: CellState, word: &str| {
            let count = text::count(total.of(state));
            let word = if word.is_empty() { String::new() } else { format!(" {word}") };
            (state, word, format!(" {count}"))
        };
        let all = || CellState::ALL.into_iter();
        let occurring = || all().filter(|state| total.of(*state) > 0);
        let forms: [Vec<(CellState, String, String)>; 4] = [
            all().map(|state| entry(state, state.meaning())).collect(),
            all().map(|state| entry(state, state_word(state))).collect(),
            occurring().map(|state| entry(state, state_word(state))).collect(),
            occurring().map(|state| entry(state, "")).collect(),
        ];
        let width = |form: &Vec<(CellState, String, String)>| {
            form.iter().map(|(_, word, count)| 4 + text::width(word) + count.len()).sum::<usize>()
        };
        let fits = forms.iter().find(|form| width(form) <= usize::from(area.width));
        let mut brush = self.brush(buffer, area, line);
        brush.space(1);
        for (state, word, count) in fits.unwrap_or(&forms[3]) {
            let count_tone = if *count == " 0" { Tone::Dim } else { Tone::Strong };
            brush.text(Tone::State(*state), &state.letter().to_string());
            brush.text(Tone::Dim, word).text(count_tone, count).space(3);
        }
    }
}
