//! What lies over a screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget as _;

use crate::screens::{Copies, Prompt, Purpose, Sheet};
use crate::text;
use crate::theme::Tone;
use crate::view::{Painter, centred, sheet_area};

impl Painter<'_> {
    pub(super) fn sheet(&self, sheet: &Sheet, area: Rect, buffer: &mut Buffer) {
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

    pub(super) fn copies(&self, copies: &Copies, area: Rect, buffer: &mut Buffer) {
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
    pub(super) fn prompt(&self, prompt: &Prompt, area: Rect, buffer: &mut Buffer) -> Position {
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
}
