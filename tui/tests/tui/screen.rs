//! Drives the interface without a terminal and reads the screen back as text.

use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use zij_core::report::model::Report;
use zij_tui::{Effect, Epoch, Key, Message, Options, State, update, view};

/// A state that shows a report on a screen of a size.
pub(crate) fn open(report: Report, (columns, lines): (u16, u16), options: Options) -> State {
    let mut state = State::new(options, columns, lines);
    update(&mut state, Message::Report(Epoch::default(), Arc::new(report)));
    state
}

/// Presses keys as a string has them; `<Enter>`, `<Esc>`, `<Tab>` and `<C-x>` are in brackets.
pub(crate) fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let (key, length) = match rest.find('>') {
            Some(end) if first == '<' && end > 1 => (named(&rest[1..end]), end + 1),
            _ => (Key::Char(first), first.len_utf8()),
        };
        effects.extend(update(state, Message::Key(key)));
        rest = &rest[length..];
    }
    effects
}

fn named(name: &str) -> Key {
    match name {
        "Enter" => Key::Enter,
        "Esc" => Key::Esc,
        "Tab" => Key::Tab,
        "Backspace" => Key::Backspace,
        _ => Key::Ctrl(name.chars().last().expect("a name has a last letter")),
    }
}

/// What the state looks like.
pub(crate) fn draw(state: &State, (columns, lines): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, lines)).expect("a test backend");
    terminal.draw(|frame| view(state, frame)).expect("drawing into memory");
    terminal.backend().buffer().clone()
}

/// A screen as lines of text, without spaces at their ends.
pub(crate) fn text(buffer: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr as _;
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // The cell behind a wide letter is not seen.
            x += u16::try_from(symbol.width().max(1)).expect("letters are narrow");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
