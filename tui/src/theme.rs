//! How tones look. Letters and signs always carry the meaning; colour only repeats it.

use ratatui::style::{Color, Modifier, Style};
use zij_core::report::model::{CellState, LineKind, Severity, Verdict};

/// Which characters lines and marks are drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Box drawing and arrows.
    #[default]
    Unicode,
    /// ASCII only, for terminals whose fonts or widths disagree.
    Ascii,
}

/// Which colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// The terminal's own sixteen colours; blue and yellow part the sides of a diff.
    #[default]
    Sixteen,
    /// None: bold, dim, underlined and reversed only.
    Plain,
}

/// The characters of a [`Glyphs`] set.
pub(crate) struct Marks {
    pub(crate) horizontal: &'static str,
    pub(crate) vertical: &'static str,
    pub(crate) cross: &'static str,
    pub(crate) corners: [&'static str; 4],
    pub(crate) arrow: &'static str,
    pub(crate) ellipsis: char,
    pub(crate) times: &'static str,
}

impl Glyphs {
    pub(crate) fn marks(self) -> &'static Marks {
        match self {
            Self::Unicode => &Marks {
                horizontal: "─",
                vertical: "│",
                cross: "┼",
                corners: ["┌", "┐", "└", "┘"],
                arrow: "→",
                ellipsis: '…',
                times: "×",
            },
            Self::Ascii => &Marks {
                horizontal: "-",
                vertical: "|",
                cross: "+",
                corners: ["+", "+", "+", "+"],
                arrow: "->",
                ellipsis: '~',
                times: "x",
            },
        }
    }
}

/// Everything that drawing needs to know of the options.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) palette: Palette,
    pub(crate) marks: &'static Marks,
}

/// What a piece of text is, so that the theme alone decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Text,
    Dim,
    Strong,
    Title,
    Key,
    State(CellState),
    Verdict(Verdict),
    Severity(Severity),
    Side(LineKind),
    Emphasis(LineKind),
    Match,
}

impl Palette {
    pub(crate) fn style(self, tone: Tone) -> Style {
        let style = full(tone);
        match self {
            Self::Sixteen => style,
            Self::Plain => Style { fg: None, bg: None, ..style },
        }
    }
}

/// The cell under the cursor.
pub(crate) fn cursor() -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

fn full(tone: Tone) -> Style {
    let style = Style::new();
    match tone {
        Tone::Text => style,
        Tone::Dim => style.add_modifier(Modifier::DIM),
        Tone::Strong => style.add_modifier(Modifier::BOLD),
        Tone::Title => style.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Tone::Key => style.fg(Color::Cyan),
        Tone::Match => {
            style.add_modifier(Modifier::UNDERLINED | Modifier::BOLD | Modifier::REVERSED)
        }
        Tone::State(state) => cell_state(state),
        Tone::Severity(Severity::Block) => style.fg(Color::Red).add_modifier(Modifier::BOLD),
        Tone::Severity(Severity::Warn) => style.fg(Color::Yellow),
        Tone::Severity(Severity::Info) => style.fg(Color::Cyan),
        Tone::Verdict(Verdict::Clean) => style.fg(Color::Blue).add_modifier(Modifier::BOLD),
        Tone::Verdict(Verdict::Warned) => style.fg(Color::Yellow).add_modifier(Modifier::BOLD),
        Tone::Verdict(Verdict::Blocked) => {
            style.fg(Color::Red).add_modifier(Modifier::BOLD | Modifier::REVERSED)
        }
        Tone::Verdict(Verdict::Unevaluated) => {
            style.fg(Color::Magenta).add_modifier(Modifier::BOLD)
        }
        Tone::Side(LineKind::Context) | Tone::Emphasis(LineKind::Context) => style,
        Tone::Side(LineKind::Removed) => style.fg(Color::Yellow),
        Tone::Side(LineKind::Added) => style.fg(Color::LightBlue),
        Tone::Emphasis(LineKind::Removed) => {
            style.fg(Color::Yellow).add_modifier(Modifier::REVERSED)
        }
        Tone::Emphasis(LineKind::Added) => {
            style.fg(Color::LightBlue).add_modifier(Modifier::REVERSED)
        }
    }
}

fn cell_state(state: CellState) -> Style {
    let style = Style::new();
    match state {
        CellState::Unchanged => style.add_modifier(Modifier::DIM),
        CellState::ValuesOnly => style.fg(Color::Blue),
        CellState::Changed => style.fg(Color::Cyan),
        CellState::Rolls => style.fg(Color::Yellow).add_modifier(Modifier::BOLD),
        CellState::Added => style.fg(Color::LightBlue).add_modifier(Modifier::BOLD),
        CellState::Removed => style.fg(Color::Magenta),
        CellState::Blocked => style.fg(Color::Red).add_modifier(Modifier::BOLD),
        CellState::Error => style.fg(Color::Red),
        CellState::Unknown => style.fg(Color::Magenta).add_modifier(Modifier::BOLD),
    }
}
