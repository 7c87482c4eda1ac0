//! The matrix: header and names stay, and only the cells that are visible are drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use zij_core::report::model::CellState;

use crate::board::{Board, Name, Sum};
use crate::screens::{Geometry, Matrix, SUM};
use crate::text;
use crate::theme::{self, Look, Tone};
use crate::widgets::{Brush, label};

/// Draws the visible part of a matrix, its header and its sums.
pub(crate) struct Grid<'a> {
    pub(crate) board: &'a Board,
    pub(crate) matrix: &'a Matrix,
    pub(crate) geometry: Geometry,
    pub(crate) look: Look,
}

impl Widget for Grid<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut line = 0;
        let levels: &[fn(&Name) -> &str] = match self.geometry.levels {
            0 => &[],
            1 => &[Name::family],
            _ => &[Name::house, Name::branch],
        };
        for level in levels {
            self.level(area, line, *level, buffer);
            line += 1;
        }
        self.header(area, line, buffer);
        line += 1;
        if self.geometry.ruled {
            self.rule(area, line, buffer);
            line += 1;
        }
        for row in self.rows() {
            self.row(area, line, row, buffer);
            line += 1;
        }
        // The sums stay where they are when few rows are visible, below the last row.
        if self.geometry.ruled {
            self.rule(area, line, buffer);
            line += 1;
        }
        self.totals(area, line, buffer);
    }
}

impl Grid<'_> {
    fn names(&self) -> (&[Name], &[Name]) {
        if self.matrix.transposed {
            (&self.board.clusters, &self.board.applications)
        } else {
            (&self.board.applications, &self.board.clusters)
        }
    }

    fn rows(&self) -> std::ops::Range<usize> {
        let first = self.matrix.rows.first;
        first..(first + self.geometry.rows).min(self.matrix.rows.names.len())
    }

    fn columns(&self) -> std::ops::Range<usize> {
        let first = self.matrix.columns.first;
        first..(first + self.geometry.columns).min(self.matrix.columns.names.len())
    }

    fn pitch(&self) -> usize {
        usize::from(self.geometry.pitch)
    }

    /// The line's start up to the first cell: margin, a name cut to its column, a line.
    fn begin<'b>(
        &self,
        buffer: &'b mut Buffer,
        area: Rect,
        line: u16,
        (tone, name): (Tone, &str),
    ) -> Brush<'b> {
        let mut brush = Brush::new(buffer, self.look, area, line);
        let width = usize::from(self.geometry.name);
        let name = text::fit(name, width, self.look.marks.ellipsis);
        let rest = width.saturating_sub(text::width(&name));
        brush.space(1).text(tone, &name).space(rest + 1).text(Tone::Dim, self.look.marks.vertical);
        brush
    }

    /// The line that parts the last cell from the sum.
    fn end(&self, brush: &mut Brush<'_>) {
        brush.space(1).text(Tone::Dim, self.look.marks.vertical);
    }

    fn rule(&self, area: Rect, line: u16, buffer: &mut Buffer) {
        let mut brush = Brush::new(buffer, self.look, area, line);
        let horizontal = self.look.marks.horizontal;
        let mut run = |columns: usize, end: &str| {
            brush.text(Tone::Dim, &horizontal.repeat(columns)).text(Tone::Dim, end);
        };
        run(usize::from(self.geometry.name) + 2, self.look.marks.cross);
        run(self.columns().len() * self.pitch() + 1, self.look.marks.cross);
        run(usize::from(SUM), "");
    }

    /// A line of what neighbouring columns share, each name once over all its columns.
    fn level(&self, area: Rect, line: u16, part: fn(&Name) -> &str, buffer: &mut Buffer) {
        let mut brush = self.begin(buffer, area, line, (Tone::Text, ""));
        let names = self.names().1;
        let columns = &self.matrix.columns.names[self.columns()];
        let together = |a: &usize, b: &usize| {
            let (a, b) = (&names[*a], &names[*b]);
            part(a) == part(b) && (self.geometry.levels < 2 || a.house() == b.house())
        };
        for run in columns.chunk_by(together) {
            let width = run.len() * self.pitch();
            let name = text::fit(part(&names[run[0]]), width - 1, self.look.marks.ellipsis);
            let rest = width - 1 - text::width(&name);
            self.parting(&mut brush, run[0] == columns[0]);
            brush.text(Tone::Dim, &name).space(rest);
        }
        self.end(&mut brush);
    }

    /// Whether a visible column's neighbour to the left is of another family.
    fn begins_family(&self, column: usize) -> bool {
        let names = self.names().1;
        let family = |column: usize| names[self.matrix.columns.names[column]].family();
        let first = self.columns().start;
        self.geometry.levels > 0 && column > first && family(column) != family(column - 1)
    }

    /// The column in front of a name: a line where a family begins.
    fn parting(&self, brush: &mut Brush<'_>, plain: bool) {
        if plain {
            brush.space(1);
        } else {
            brush.text(Tone::Dim, self.look.marks.vertical);
        }
    }

    fn header(&self, area: Rect, line: u16, buffer: &mut Buffer) {
        let corner = if self.matrix.transposed { "cluster" } else { "application" };
        let mut brush = self.begin(buffer, area, line, (Tone::Dim, corner));
        let names = self.names().1;
        for column in self.columns() {
            let name = &names[self.matrix.columns.names[column]];
            let shown = if self.geometry.levels > 0 { name.given() } else { &name.shown };
            let shown = text::fit(shown, self.pitch() - 1, self.look.marks.ellipsis);
            let at = column == self.matrix.columns.at;
            let tone = if at { Tone::Title } else { Tone::Text };
            self.parting(&mut brush, !self.begins_family(column));
            brush.text(tone, &label(&shown, self.pitch() - 1));
        }
        self.end(&mut brush);
        brush.text(Tone::Dim, " changed");
    }

    fn row(&self, area: Rect, line: u16, row: usize, buffer: &mut Buffer) {
        let at = row == self.matrix.rows.at;
        let name = &self.names().0[self.matrix.rows.names[row]];
        let tone = if at { Tone::Title } else { Tone::Text };
        let mut brush = self.begin(buffer, area, line, (tone, &name.shown));
        for column in self.columns() {
            let Some((application, cluster)) = self.matrix.pair(row, column) else { continue };
            let index = self.board.index(application, cluster);
            let left_out = index.is_some_and(|index| self.matrix.leaves_out(index));
            let state = index.map(|index| self.board.report.cells[index].state);
            let tone = match state {
                Some(state) if !left_out => Tone::State(state),
                _ => Tone::Dim,
            };
            let marked = self.matrix.is_marked(self.board, application, cluster);
            let mark = if marked { '*' } else { ' ' };
            let at = at && column == self.matrix.columns.at;
            let letter = state.map_or(' ', CellState::letter);
            self.cell(&mut brush, (tone, letter), mark, at);
        }
        self.end(&mut brush);
        self.sum(&mut brush, &self.matrix.rows.sums[row]);
        if at {
            Brush::new(buffer, self.look, area, line).text(Tone::Title, ">");
        }
    }

    /// A letter in the middle of its column; the cursor is the whole column, reversed.
    fn cell(&self, brush: &mut Brush<'_>, (tone, letter): (Tone, char), mark: char, at: bool) {
        let left = 1 + (self.pitch() - 2) / 2;
        let style = self.look.palette.style(tone);
        if !at {
            brush.space(left).letter(style, letter).letter(Style::new(), mark);
            brush.space(self.pitch() - left - 2);
            return;
        }
        let style = Style { add_modifier: style.add_modifier - Modifier::DIM, ..style };
        for column in 0..self.pitch() {
            match column.checked_sub(left) {
                Some(0) => brush.letter(style.patch(theme::cursor()), letter),
                Some(1) => brush.letter(theme::cursor(), mark),
                _ => brush.letter(theme::cursor(), ' '),
            };
        }
    }

    fn sum(&self, brush: &mut Brush<'_>, sum: &Sum) {
        let changed = sum.changed();
        let worst = sum.worst().filter(|state| *state != CellState::Unchanged);
        if let Some(worst) = worst {
            let letter = worst.letter().to_string();
            brush.text(Tone::Text, &format!("{changed:>5} ")).text(Tone::State(worst), &letter);
        }
    }

    fn totals(&self, area: Rect, line: u16, buffer: &mut Buffer) {
        let mut brush = self.begin(buffer, area, line, (Tone::Dim, "changed"));
        for column in self.columns() {
            let changed = self.matrix.columns.sums[column].changed();
            let number = if changed == 0 { String::new() } else { changed.to_string() };
            brush.space(1).text(Tone::Text, &label(&number, self.pitch() - 1));
        }
        self.end(&mut brush);
        self.sum(&mut brush, &self.matrix.total);
    }
}
