//! What lies over a screen: help and other sheets, a prompt, a menu.

use crate::document::{Document, Piece, Row};
use crate::filter::Filter;
use crate::keymap::{BINDINGS, Command, Place};
use crate::theme::{Marks, Tone};
use crate::widgets::Field;
use zij_core::report::model::CellState;

/// Something over the screen; the last one has the keys.
#[derive(Debug)]
pub(crate) enum Overlay {
    Sheet(Sheet),
    Prompt(Prompt),
    Copies(Copies),
}

/// A document in a frame.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) document: Document,
    pub(crate) top: usize,
    /// The help's search; other sheets have none.
    pub(crate) search: Option<String>,
    /// What is copied of it, under which name.
    pub(crate) copy: (&'static str, String),
}

impl Sheet {
    pub(crate) fn new(title: &str, document: Document, copy: (&'static str, String)) -> Self {
        Self { title: title.to_owned(), document, top: 0, search: None, copy }
    }

    /// Scrolls; says whether the command was one that scrolls.
    pub(crate) fn travel(&mut self, command: Command, lines: usize) -> bool {
        let page = lines.max(1);
        let target = match command {
            Command::Up => self.top.saturating_sub(1),
            Command::Down => self.top + 1,
            Command::HalfUp => self.top.saturating_sub(page / 2),
            Command::HalfDown => self.top + page / 2,
            Command::PageUp => self.top.saturating_sub(page),
            Command::PageDown => self.top + page,
            Command::First => 0,
            Command::Last => usize::MAX,
            _ => return false,
        };
        self.top = target.min(self.document.rows.len().saturating_sub(page));
        true
    }
}

/// A line being typed.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) purpose: Purpose,
    pub(crate) field: Field,
}

/// What a typed line is for, and what to go back to when it is given up.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// The cursor returns to its cell whenever that is visible.
    Filter {
        before: Filter,
        selected: Option<(usize, usize)>,
    },
    Search {
        before: String,
        top: usize,
    },
    Help,
}

/// The menu of what can be copied.
#[derive(Debug)]
pub(crate) struct Copies {
    pub(crate) items: Vec<(char, &'static str, String)>,
}

/// The help: every binding that contains the search, and the letters of cells.
pub(crate) fn help(search: &str, marks: &Marks) -> Document {
    let mut document = Document::default();
    let wanted = search.to_lowercase();
    for (place, title) in
        [(Place::Matrix, "Matrix"), (Place::Cell, "Cell"), (Place::Anywhere, "Everywhere")]
    {
        let rows: Vec<[String; 2]> = BINDINGS
            .iter()
            .filter(|binding| binding.place == place)
            .map(|binding| [binding.keys(), binding.help.to_owned()])
            .filter(|[keys, help]| format!("{keys} {help}").to_lowercase().contains(&wanted))
            .collect();
        section(&mut document, title, &rows);
    }
    let letters: Vec<CellState> = CellState::ALL
        .into_iter()
        .filter(|state| state.meaning().to_lowercase().contains(&wanted))
        .collect();
    if !letters.is_empty() {
        document.gap();
        document.line([(Tone::Title, "Letters")]);
    }
    for state in letters {
        let letter = Piece::new(Tone::State(state), &state.letter().to_string());
        let meaning = Piece::new(Tone::Text, &format!("{:16}{}", "", state.meaning()));
        document.push(Row::Text(vec![Piece::new(Tone::Text, "  "), letter, meaning]));
    }
    if document.rows.is_empty() {
        document.line([
            (Tone::Dim, "no key does that "),
            (Tone::Dim, marks.arrow),
            (Tone::Dim, " "),
            (Tone::Dim, search),
        ]);
    }
    document
}

fn section(document: &mut Document, title: &str, rows: &[[String; 2]]) {
    if rows.is_empty() {
        return;
    }
    document.gap();
    document.line([(Tone::Title, title)]);
    for [keys, help] in rows {
        document.line([
            (Tone::Text, "  "),
            (Tone::Key, &format!("{keys:<16} ")),
            (Tone::Text, help),
        ]);
    }
}
