//! Painting the state; nothing here changes it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget as _;
use zij_core::report::model::{CellState, Problem, Verdict};

use crate::app::{Front, SMALLEST, State, Work};
use crate::board::Board;
use crate::document::Document;
use crate::filter::state_word;
use crate::keymap;
use crate::screens::{
    self, CellScreen, Copies, Geometry, Order, Overlay, Pane, Prompt, Purpose, Room, Sheet,
};
use crate::text;
use crate::theme::{Look, Tone};
use crate::widgets::{Brush, Grid, Pager};

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
            Work::Busy(_) => "refreshing ",
            Work::Failed(_) => "stale ",
            Work::Idle => "",
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
        let room = usize::from(area.width).saturating_sub(5 + text::width(&word) + work.len() + 10);
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
        self.right(buffer, area, 0, 0, &[(Tone::Dim, work), (tone, &word)]);
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
                let what = text::clean(&progress.what);
                let done = match progress.total {
                    Some(total) => {
                        format!(" {} of {}", text::count(progress.done), text::count(total))
                    }
                    None => format!(" {}", text::count(progress.done)),
                };
                self.brush(buffer, inner, 0).text(Tone::Text, &what).text(Tone::Strong, &done);
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

    fn matrix(&self, board: &Board, area: Rect, buffer: &mut Buffer) {
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
        let marked = if matrix.marks.is_empty() {
            String::new()
        } else {
            format!("  {} marked", text::count(matrix.marks.len()))
        };
        let mut brush = self.brush(buffer, area, 1);
        brush.text(Tone::Dim, &shown).text(Tone::Key, &filter).text(Tone::Strong, &marked);
        if rows > 0 {
            let position = format!(
                "row {}/{}  column {}/{}",
                matrix.rows.at + 1,
                text::count(rows),
                matrix.columns.at + 1,
                text::count(columns)
            );
            let taken = text::width(&shown) + text::width(&filter) + text::width(&marked);
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

    fn footer(&self, area: Rect, buffer: &mut Buffer) {
        let line = area.height - 1;
        if let Some(notice) = &self.state.notice {
            self.brush(buffer, area, line).space(1).text(Tone::Strong, notice);
            return;
        }
        let place = self.state.place();
        let mut brush = self.brush(buffer, area, line);
        brush.space(1);
        for binding in keymap::footer(place) {
            let key = binding.chords.first().map(ToString::to_string).unwrap_or_default();
            if brush.room() < text::width(&key) + binding.label.len() + 1 {
                break;
            }
            brush.text(Tone::Key, &key).space(1).text(Tone::Dim, binding.label).space(2);
        }
        if let Some(pending) = self.state.pending {
            let text = format!("{pending} c hunk, r resource");
            self.right(buffer, area, line, 0, &[(Tone::Strong, &text)]);
        }
    }

    fn cell(&self, board: &Board, screen: &CellScreen, area: Rect, buffer: &mut Buffer) {
        let Some(cell) = board.cell(screen.cell.0, screen.cell.1) else { return };
        let room = Room::of(self.state.size);
        let (application, cluster) = board.names(cell);
        let mut brush = self.brush(buffer, area, 1);
        brush.space(1).text(Tone::Strong, application).text(Tone::Dim, " on ");
        brush.text(Tone::Strong, cluster).space(2).pieces(&screens::verdict(board, cell));
        self.panes(board, screen, area, buffer);
        let mut line = 3;
        if room.ruled {
            self.rule(area, line, buffer);
            line += 1;
        }
        let body = Rect {
            x: area.x + 1,
            y: area.y + line,
            width: area.width.saturating_sub(1),
            height: room.lines,
        };
        let document = if room.list > 0 {
            self.list(screen, Rect { width: room.list, ..body }, buffer);
            for line in 0..body.height {
                let parting = Rect { x: body.x + room.list, width: 1, ..body };
                self.brush(buffer, parting, line).text(Tone::Dim, self.look.marks.vertical);
            }
            let taken = room.list + 2;
            Rect { x: body.x + taken, width: body.width.saturating_sub(taken), ..body }
        } else {
            body
        };
        self.pager(&screen.document, screen.top, screen.shift, &screen.search)
            .render(document, buffer);
        if room.ruled {
            self.rule(area, area.height.saturating_sub(2), buffer);
        }
    }

    fn panes(&self, board: &Board, screen: &CellScreen, area: Rect, buffer: &mut Buffer) {
        let Some(cell) = board.cell(screen.cell.0, screen.cell.1) else { return };
        let mut taken = 1;
        let mut brush = self.brush(buffer, area, 2);
        brush.space(1);
        for pane in Pane::ALL {
            let title = screens::pane_title(board, cell, pane);
            let title =
                if pane == screen.pane { format!("[{title}]") } else { format!(" {title} ") };
            brush.text(if pane == screen.pane { Tone::Title } else { Tone::Dim }, &title).space(1);
            taken += title.len() + 1;
        }
        let rows = screen.document.rows.len();
        let mut position = String::new();
        if let Some(section) = screen.document.section_at(screen.top) {
            let sections = screen.document.sections.len();
            position = format!("{}/{sections}  ", section + 1);
        }
        let line = (screen.top + 1).min(rows);
        let position = format!("{position}line {line}/{}", text::count(rows));
        let search = match (screen.search.as_str(), screen.matches.len()) {
            ("", _) => String::new(),
            (search, 0) => format!("/{} not found  ", text::clean(search)),
            (search, matches) => {
                format!(
                    "/{} {}/{}  ",
                    text::clean(search),
                    screen.match_number(),
                    text::count(matches)
                )
            }
        };
        self.right(buffer, area, 2, taken, &[(Tone::Key, &search), (Tone::Dim, &position)]);
    }

    /// The resources, values or findings of the pane, the current one marked.
    fn list(&self, screen: &CellScreen, area: Rect, buffer: &mut Buffer) {
        let sections = &screen.document.sections;
        let current = screen.document.section_at(screen.top).unwrap_or(0);
        let lines = usize::from(area.height);
        let first = current.saturating_sub(lines / 2).min(sections.len().saturating_sub(lines));
        for (line, (index, section)) in
            (0..area.height).zip(sections.iter().enumerate().skip(first))
        {
            let mut brush = self.brush(buffer, area, line);
            let tone = if index == current { Tone::Title } else { Tone::Text };
            brush.text(Tone::Title, if index == current { ">" } else { " " });
            brush.pieces([&section.mark]).space(1);
            let name =
                text::fit(&section.name, brush.room().saturating_sub(1), self.look.marks.ellipsis);
            brush.text(tone, &name);
        }
    }

    /// A frame with a title over what lies below; returns the room inside.
    fn frame(&self, area: Rect, title: &str, buffer: &mut Buffer) -> Rect {
        for line in area.top()..area.bottom() {
            // A wide letter under the left edge would cover it.
            if let Some(cell) = area.x.checked_sub(1).and_then(|x| buffer.cell_mut((x, line)))
                && text::width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
        for line in 0..area.height {
            for x in area.x..area.right() {
                if let Some(cell) = buffer.cell_mut((x, area.y + line)) {
                    cell.reset();
                }
            }
        }
        let [top_left, top_right, bottom_left, bottom_right] = self.look.marks.corners;
        let across = self.look.marks.horizontal.repeat(usize::from(area.width.saturating_sub(2)));
        for (line, left, right) in
            [(0, top_left, top_right), (area.height.saturating_sub(1), bottom_left, bottom_right)]
        {
            self.brush(buffer, area, line)
                .text(Tone::Dim, left)
                .text(Tone::Dim, &across)
                .text(Tone::Dim, right);
        }
        for line in 1..area.height.saturating_sub(1) {
            self.brush(buffer, area, line).text(Tone::Dim, self.look.marks.vertical);
            let last = usize::from(area.width.saturating_sub(1));
            self.brush(buffer, area, line).space(last).text(Tone::Dim, self.look.marks.vertical);
        }
        let title =
            text::fit(title, usize::from(area.width.saturating_sub(6)), self.look.marks.ellipsis);
        self.brush(buffer, area, 0).space(2).text(Tone::Strong, &format!(" {title} "));
        Rect {
            x: area.x + 2,
            y: area.y + 1,
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(2),
        }
    }

    fn sheet(&self, sheet: &Sheet, area: Rect, buffer: &mut Buffer) {
        let whole = sheet_area(area);
        // A short sheet takes only the lines it needs; one that scrolls takes all.
        let lines = u16::try_from(sheet.document.rows.len() + 2).unwrap_or(u16::MAX);
        let height = if sheet.search.is_some() { whole.height } else { lines.min(whole.height) };
        let place = centred(area, whole.width, height);
        let title = match &sheet.search {
            Some(search) if !search.is_empty() => {
                format!("{} /{}", sheet.title, text::clean(search))
            }
            _ => sheet.title.clone(),
        };
        let inner = self.frame(place, &title, buffer);
        self.pager(&sheet.document, sheet.top, 0, "").render(inner, buffer);
        let rest = sheet.document.rows.len().saturating_sub(sheet.top + usize::from(inner.height));
        if rest > 0 {
            let more = format!(" {} below ", text::plural(rest, "line"));
            let bottom = Rect { width: place.width.saturating_sub(2), ..place };
            self.right(buffer, bottom, place.height.saturating_sub(1), 0, &[(Tone::Dim, &more)]);
        }
    }

    fn copies(&self, copies: &Copies, area: Rect, buffer: &mut Buffer) {
        let height = u16::try_from(copies.items.len() + 2).unwrap_or(u16::MAX);
        let inner = self.frame(centred(area, 44, height), "Copy", buffer);
        for (line, (key, what, text)) in (0..).zip(&copies.items) {
            let size = if text.len() < 1024 {
                text::plural(text.len(), "byte")
            } else {
                format!("{} KiB", text::count(text.len().div_ceil(1024)))
            };
            let mut brush = self.brush(buffer, inner, line);
            brush
                .text(Tone::Key, &key.to_string())
                .space(2)
                .text(Tone::Text, what)
                .text(Tone::Dim, &format!("  {size}"));
        }
    }

    /// The line being typed, in place of the footer.
    fn prompt(&self, prompt: &Prompt, area: Rect, buffer: &mut Buffer) -> Position {
        let line = area.height - 1;
        let (before, after) = (prompt.field.before(), prompt.field.after());
        let room = usize::from(area.width).saturating_sub(3);
        let shown = text::skip(&before, text::width(&before).saturating_sub(room));
        let bottom = Rect { y: area.y + line, height: 1, ..area };
        self.brush(buffer, bottom, 0).text(Tone::Text, &" ".repeat(usize::from(area.width)));
        let mut brush = self.brush(buffer, bottom, 0);
        brush.text(Tone::Key, "/").text(Tone::Text, &shown).text(Tone::Text, &after);
        let hint = match prompt.purpose {
            Purpose::Filter { .. } => "name*  app:  cluster:  state:  cause:  !not",
            Purpose::Search { .. } | Purpose::Help => "Enter keeps, Esc gives up",
        };
        let taken = 1 + text::width(&shown) + text::width(&after);
        self.right(buffer, bottom, 0, taken + 2, &[(Tone::Dim, hint)]);
        let column = u16::try_from(1 + text::width(&shown)).unwrap_or(u16::MAX);
        Position { x: (area.x + column).min(area.right().saturating_sub(1)), y: area.y + line }
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
