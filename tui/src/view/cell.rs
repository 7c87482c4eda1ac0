//! The diff of one cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::board::Board;
use crate::screens::{self, CellScreen, Pane, Room};
use crate::text;
use crate::theme::Tone;
use crate::view::Painter;

impl Painter<'_> {
    pub(super) fn cell(&self, board: &Board, screen: &CellScreen, area: Rect, buffer: &mut Buffer) {
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
}
