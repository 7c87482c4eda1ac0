//! The one table of keys: dispatch, the footer and the help are all read from it.

use std::fmt;

use crate::message::Key;

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    PageLeft,
    PageRight,
    First,
    Last,
    FirstColumn,
    LastColumn,
    Open,
    Why,
    Findings,
    OnlyChanged,
    Order,
    Transpose,
    Mark,
    MarkAll,
    Find,
    NextMatch,
    PreviousMatch,
    NextPane,
    PreviousPane,
    NextHunk,
    PreviousHunk,
    NextResource,
    PreviousResource,
    MoreContext,
    LessContext,
    SideBySide,
    NextCell,
    PreviousCell,
    Copy,
    Reproduce,
    Refresh,
    MatrixScreen,
    CellScreen,
    Back,
    Clear,
    Help,
    Quit,
    Abort,
    Suspend,
}

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On every screen and sheet.
    Anywhere,
    /// On the matrix.
    Matrix,
    /// On the diff of a cell.
    Cell,
    /// On the help.
    Help,
    /// On other sheets over a screen.
    Sheet,
}

/// The keys of a binding: one, or two characters one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chord {
    One(Key),
    Two(char, char),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub place: Place,
    pub chords: &'static [Chord],
    pub command: Command,
    /// The footer's word for it; empty where the footer leaves it out.
    pub label: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
}

/// What a key, together with the one before it, stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Command(Command),
    /// The first of two characters.
    Begins(char),
    Nothing,
}

/// Finds what a key means at a place; a place's own bindings win over those that hold anywhere.
pub(crate) fn lookup(place: Place, before: Option<char>, key: Key) -> Lookup {
    let here = |wanted: Place| BINDINGS.iter().filter(move |binding| binding.place == wanted);
    let bindings = || here(place).chain(here(Place::Anywhere));
    let chord = match (before, key) {
        (Some(first), Key::Char(second)) => Chord::Two(first, second),
        _ => Chord::One(key),
    };
    if let Some(binding) = bindings().find(|binding| binding.chords.contains(&chord)) {
        return Lookup::Command(binding.command);
    }
    let begins = |binding: &Binding| {
        binding.chords.iter().any(
            |chord| matches!((chord, key), (Chord::Two(first, _), Key::Char(c)) if *first == c),
        )
    };
    match key {
        Key::Char(first) if before.is_none() && bindings().any(begins) => Lookup::Begins(first),
        _ => Lookup::Nothing,
    }
}

/// The bindings that a place's footer shows, in the table's order.
pub(crate) fn footer(place: Place) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| {
        !binding.label.is_empty() && (binding.place == place || binding.place == Place::Anywhere)
    })
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Two(first, second) => write!(f, "{first}{second}"),
            Self::One(Key::Char(' ')) => f.write_str("space"),
            Self::One(Key::Char(character)) => write!(f, "{character}"),
            Self::One(Key::Ctrl(character)) => write!(f, "ctrl-{character}"),
            Self::One(Key::Enter) => f.write_str("Enter"),
            Self::One(Key::Esc) => f.write_str("Esc"),
            Self::One(Key::Tab) => f.write_str("Tab"),
            Self::One(Key::BackTab) => f.write_str("shift-Tab"),
            Self::One(Key::Backspace) => f.write_str("Backspace"),
            Self::One(Key::Delete) => f.write_str("Delete"),
            Self::One(Key::Up) => f.write_str("Up"),
            Self::One(Key::Down) => f.write_str("Down"),
            Self::One(Key::Left) => f.write_str("Left"),
            Self::One(Key::Right) => f.write_str("Right"),
            Self::One(Key::PageUp) => f.write_str("PgUp"),
            Self::One(Key::PageDown) => f.write_str("PgDn"),
            Self::One(Key::Home) => f.write_str("Home"),
            Self::One(Key::End) => f.write_str("End"),
        }
    }
}

impl Binding {
    /// All chords of the binding, for the help.
    pub(crate) fn keys(&self) -> String {
        self.chords.iter().map(Chord::to_string).collect::<Vec<_>>().join(" ")
    }
}

const fn c(character: char) -> Chord {
    Chord::One(Key::Char(character))
}

const fn ctrl(character: char) -> Chord {
    Chord::One(Key::Ctrl(character))
}

const fn k(key: Key) -> Chord {
    Chord::One(key)
}

const fn row(
    place: Place,
    chords: &'static [Chord],
    command: Command,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { place, chords, command, label, help }
}

/// Every binding, in the order of the help and the footer.
pub const BINDINGS: &[Binding] = {
    use Chord::Two;
    use Command as C;
    use Place::{Anywhere, Cell, Help, Matrix, Sheet};
    &[
        row(Matrix, &[k(Key::Enter), c('d')], C::Open, "diff", "show what changes in the cell"),
        row(Matrix, &[c('w')], C::Why, "why", "why the cell is in its state"),
        row(
            Matrix,
            &[c('!')],
            C::Findings,
            "findings",
            "all findings and problems of the repository",
        ),
        row(
            Matrix,
            &[c('f')],
            C::OnlyChanged,
            "only changed",
            "hide what does not change, or show it",
        ),
        row(
            Matrix,
            &[c('/')],
            C::Find,
            "filter",
            "filter: name*, app:, cluster:, state:, cause:, !not",
        ),
        row(Matrix, &[c('o')], C::Order, "order", "sort by name or by risk"),
        row(Matrix, &[c('t')], C::Transpose, "", "swap rows and columns"),
        row(Matrix, &[c('n')], C::NextMatch, "", "next cell that changes"),
        row(Matrix, &[c('N')], C::PreviousMatch, "", "previous cell that changes"),
        row(Matrix, &[c(' ')], C::Mark, "", "mark the cell"),
        row(Matrix, &[c('*')], C::MarkAll, "", "mark every visible cell that changes, or none"),
        row(Cell, &[k(Key::Tab)], C::NextPane, "pane", "next pane: manifests, values, findings"),
        row(Cell, &[k(Key::BackTab)], C::PreviousPane, "", "previous pane"),
        row(Cell, &[Two(']', 'c')], C::NextHunk, "hunk", "next hunk"),
        row(Cell, &[Two('[', 'c')], C::PreviousHunk, "", "previous hunk"),
        row(Cell, &[Two(']', 'r')], C::NextResource, "resource", "next resource"),
        row(Cell, &[Two('[', 'r')], C::PreviousResource, "", "previous resource"),
        row(Cell, &[c('s')], C::SideBySide, "side by side", "side by side or unified"),
        row(Cell, &[c('w')], C::Why, "why", "why the cell is in its state"),
        row(Cell, &[c('/')], C::Find, "search", "search in the pane"),
        row(Cell, &[c('n')], C::NextMatch, "", "next match"),
        row(Cell, &[c('N')], C::PreviousMatch, "", "previous match"),
        row(Cell, &[c('}')], C::MoreContext, "", "more context around a change"),
        row(Cell, &[c('{')], C::LessContext, "", "less context around a change"),
        row(
            Cell,
            &[c('J')],
            C::NextCell,
            "",
            "next cell: of the marked ones, else of those that change",
        ),
        row(Cell, &[c('K')], C::PreviousCell, "", "previous cell"),
        row(Help, &[c('/')], C::Find, "search", "search in the help"),
        row(Sheet, &[c('y')], C::Copy, "copy", "copy the sheet"),
        row(Sheet, &[k(Key::Esc), k(Key::Enter)], C::Clear, "close", "close the sheet"),
        row(Help, &[k(Key::Esc), k(Key::Enter)], C::Clear, "close", "close the help"),
        row(Anywhere, &[c('j'), k(Key::Down)], C::Down, "", "down"),
        row(Anywhere, &[c('k'), k(Key::Up)], C::Up, "", "up"),
        row(Anywhere, &[c('h'), k(Key::Left)], C::Left, "", "left"),
        row(Anywhere, &[c('l'), k(Key::Right)], C::Right, "", "right"),
        row(Anywhere, &[c('g'), k(Key::Home)], C::First, "", "to the first row"),
        row(Anywhere, &[c('G'), k(Key::End)], C::Last, "", "to the last row"),
        row(Anywhere, &[ctrl('d')], C::HalfDown, "", "half a page down"),
        row(Anywhere, &[ctrl('u')], C::HalfUp, "", "half a page up"),
        row(Anywhere, &[k(Key::PageDown), ctrl('f')], C::PageDown, "", "a page down"),
        row(Anywhere, &[k(Key::PageUp), ctrl('b')], C::PageUp, "", "a page up"),
        row(Anywhere, &[c('H')], C::PageLeft, "", "a page to the left"),
        row(Anywhere, &[c('L')], C::PageRight, "", "a page to the right"),
        row(Anywhere, &[c('0')], C::FirstColumn, "", "to the first column"),
        row(Anywhere, &[c('$')], C::LastColumn, "", "to the last column"),
        row(Anywhere, &[c('1')], C::MatrixScreen, "", "screen 1: the matrix"),
        row(Anywhere, &[c('2')], C::CellScreen, "", "screen 2: the cell"),
        row(Anywhere, &[c('-'), c('^')], C::Back, "", "back to the screen before"),
        row(Anywhere, &[c('y')], C::Copy, "", "copy: name, patch, values or command"),
        row(Anywhere, &[c('@')], C::Reproduce, "", "the command that shows the same"),
        row(Anywhere, &[ctrl('r')], C::Refresh, "", "predict again"),
        row(Anywhere, &[c('?')], C::Help, "help", "this help"),
        row(Anywhere, &[k(Key::Esc)], C::Clear, "", "close, or clear filter, search and marks"),
        row(Anywhere, &[c('q')], C::Quit, "quit", "back, and quit from the matrix"),
        row(Anywhere, &[ctrl('c')], C::Abort, "", "quit at once"),
        row(Anywhere, &[ctrl('z')], C::Suspend, "", "suspend"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_chord_means_two_things_at_one_place() {
        for (index, binding) in BINDINGS.iter().enumerate() {
            for other in &BINDINGS[index + 1..] {
                let clash = binding.chords.iter().find(|chord| other.chords.contains(chord));
                assert!(
                    binding.place != other.place || clash.is_none(),
                    "{binding:?} and {other:?} share {clash:?}",
                );
            }
        }
    }

    #[test]
    fn no_single_key_hides_the_first_of_two() {
        let firsts = BINDINGS
            .iter()
            .flat_map(|binding| binding.chords)
            .filter_map(|chord| if let Chord::Two(first, _) = chord { Some(*first) } else { None });
        for first in firsts {
            let taken = BINDINGS.iter().any(|binding| binding.chords.contains(&c(first)));
            assert!(!taken, "{first} is a binding of its own");
        }
    }

    #[test]
    fn keys_are_found_where_they_hold() {
        for (place, before, key, want) in [
            (Place::Matrix, None, Key::Char('d'), Lookup::Command(Command::Open)),
            (Place::Cell, None, Key::Char('d'), Lookup::Nothing),
            (Place::Cell, None, Key::Char(']'), Lookup::Begins(']')),
            (Place::Cell, Some(']'), Key::Char('c'), Lookup::Command(Command::NextHunk)),
            (Place::Cell, Some(']'), Key::Char('x'), Lookup::Nothing),
            (Place::Matrix, None, Key::Char(']'), Lookup::Nothing),
            (Place::Sheet, None, Key::Down, Lookup::Command(Command::Down)),
        ] {
            assert_eq!(lookup(place, before, key), want, "{place:?} {before:?} {key:?}");
        }
    }

    #[test]
    fn footers_stay_short() {
        for place in [Place::Matrix, Place::Cell] {
            assert!((5..=9).contains(&footer(place).count()), "{place:?}");
        }
    }
}
