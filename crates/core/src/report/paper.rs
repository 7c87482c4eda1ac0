//! Text with meanings: code writes labels, the paper paints them.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{model::CellState, printable::printable};

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// No meaning of its own.
    Plain,
    /// A heading.
    Heading,
    /// Less important than the text around it.
    Dim,
    /// A name to look for.
    Name,
    /// A line or value that is gone.
    Removed,
    /// The words of a removed line that differ.
    RemovedWord,
    /// A line or value that is new.
    Added,
    /// The words of an added line that differ.
    AddedWord,
    /// Something that blocks.
    Bad,
    /// Something that warns.
    Doubtful,
    /// Something that is fine.
    Good,
    /// A file and line.
    Place,
    /// A cell's state.
    State(CellState),
}

impl Label {
    /// The parameters of the "select graphic rendition" escape; the sixteen colours that every
    /// theme adapts, and never colour alone.
    fn code(self) -> &'static str {
        match self {
            Self::Plain | Self::State(CellState::ValuesOnly) => "",
            Self::Heading | Self::Name => "1",
            Self::Dim | Self::State(CellState::Unchanged) => "2",
            Self::Removed => "31",
            Self::RemovedWord => "1;4;31",
            Self::Added => "32",
            Self::AddedWord => "1;4;32",
            Self::Bad | Self::State(CellState::Blocked) => "1;31",
            Self::Doubtful | Self::State(CellState::Unknown) => "33",
            Self::Good | Self::State(CellState::Added) => "32",
            Self::Place | Self::State(CellState::Changed) => "36",
            Self::State(CellState::Rolls) => "1;33",
            Self::State(CellState::Removed) => "31",
            Self::State(CellState::Error) => "1;35",
        }
    }
}

/// A text under way.
pub(crate) struct Paper {
    out: String,
    color: bool,
    /// Columns that prose may use.
    pub(crate) width: usize,
}

impl Paper {
    pub(crate) fn new(color: bool, width: usize) -> Self {
        Self { out: String::new(), color, width }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Writes a text that does not end a line; whatever it holds is made safe.
    pub(crate) fn put(&mut self, label: Label, text: &str) -> &mut Self {
        let text = printable(text);
        let code = if self.color { label.code() } else { "" };
        if code.is_empty() || text.is_empty() {
            self.out.push_str(&text);
        } else {
            self.out.extend(["\u{1b}[", code, "m", &text, "\u{1b}[0m"]);
        }
        self
    }

    pub(crate) fn plain(&mut self, text: &str) -> &mut Self {
        self.put(Label::Plain, text)
    }

    pub(crate) fn spaces(&mut self, count: usize) -> &mut Self {
        self.out.extend(std::iter::repeat_n(' ', count));
        self
    }

    pub(crate) fn end(&mut self) -> &mut Self {
        let trimmed = self.out.trim_end_matches(' ').len();
        self.out.truncate(trimmed);
        self.out.push('\n');
        self
    }

    /// A text padded to `width` columns.
    pub(crate) fn padded(&mut self, label: Label, text: &str, width: usize) -> &mut Self {
        self.put(label, text).spaces(width.saturating_sub(columns(text)))
    }

    /// Prose, broken between words to fit behind an indent; the first line continues the present
    /// one, which is `indent` columns long already.
    pub(crate) fn prose(&mut self, label: Label, text: &str, indent: usize) {
        let room = self.width.saturating_sub(indent).max(30);
        for (index, line) in wrap(text, room).iter().enumerate() {
            if index > 0 {
                self.spaces(indent);
            }
            self.put(label, line).end();
        }
    }
}

/// The columns that a text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    printable(text).width()
}

/// A text in at most `most` columns; what is cut from its middle is told by `…`.
pub fn shortened(text: &str, most: usize) -> String {
    let text = printable(text);
    if text.width() <= most || most < 3 {
        return text.into_owned();
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    let begin: String = fitting(text.chars(), head).collect();
    let end: Vec<char> = fitting(text.chars().rev(), tail).collect();
    let end: String = end.into_iter().rev().collect();
    format!("{begin}…{end}")
}

/// The first characters that fit into so many columns.
pub(crate) fn fitting(
    chars: impl Iterator<Item = char>,
    most: usize,
) -> impl Iterator<Item = char> {
    let mut used = 0;
    chars.take_while(move |c| {
        used += c.width().unwrap_or(0);
        used <= most
    })
}

/// Lines of at most `room` columns, broken between words; a longer word has a line of its own.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if columns(line) + 1 + columns(word) <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
