//! The filter's language: terms that must all hold for a cell.
//!
//! `pay*` an application's or cluster's name (`*` for anything, else a part of it), `app:pay`,
//! `cluster:eu-*`, `state:R` or `state:rolls`, `cause:values`; `!` in front turns a term round.

use zij_core::report::model::{Cause, Cell, CellState};

use crate::board::{Board, Name};
use crate::text;

/// A filter as typed and as understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    text: String,
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    inverted: bool,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Name(Pattern),
    Application(Pattern),
    Cluster(Pattern),
    State(String),
    Cause(String),
}

/// A text with `*`, compared without case.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    parts: Vec<String>,
}

impl Filter {
    pub(crate) fn parse(text: &str) -> Self {
        Self {
            text: text.trim().to_owned(),
            terms: text.split_whitespace().filter(|word| *word != "!").map(term).collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The filter as it was typed, safe to show.
    pub(crate) fn shown(&self) -> String {
        text::clean(&self.text)
    }

    pub(crate) fn typed(&self) -> &str {
        &self.text
    }

    /// Prepares the filter for a board: each name is compared once, not once a cell.
    pub(crate) fn on(&self, board: &Board) -> Prepared<'_> {
        let hits = |names: &[Name], pattern: &Pattern| -> Vec<bool> {
            names.iter().map(|name| pattern.matches(&name.shown)).collect()
        };
        let terms = self.terms.iter().map(|term| {
            let (applications, clusters) = match &term.what {
                What::Name(pattern) => {
                    (hits(&board.applications, pattern), hits(&board.clusters, pattern))
                }
                What::Application(pattern) => (hits(&board.applications, pattern), Vec::new()),
                What::Cluster(pattern) => (Vec::new(), hits(&board.clusters, pattern)),
                What::State(_) | What::Cause(_) => (Vec::new(), Vec::new()),
            };
            PreparedTerm { term, applications, clusters }
        });
        Prepared { terms: terms.collect() }
    }
}

/// A filter that knows which names of a board it matches.
pub(crate) struct Prepared<'a> {
    terms: Vec<PreparedTerm<'a>>,
}

struct PreparedTerm<'a> {
    term: &'a Term,
    applications: Vec<bool>,
    clusters: Vec<bool>,
}

impl Prepared<'_> {
    pub(crate) fn matches(&self, cell: &Cell) -> bool {
        let hit = |hits: &[bool], index: usize| hits.get(index).copied().unwrap_or(false);
        self.terms.iter().all(|prepared| {
            let holds = match &prepared.term.what {
                What::Name(_) | What::Application(_) | What::Cluster(_) => {
                    hit(&prepared.applications, cell.application)
                        || hit(&prepared.clusters, cell.cluster)
                }
                What::State(wanted) => is_state(cell.state, wanted),
                What::Cause(wanted) => {
                    cell.causes.iter().any(|cause| cause_word(*cause).starts_with(wanted.as_str()))
                }
            };
            holds != prepared.term.inverted
        })
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self { parts: text.to_lowercase().split('*').map(str::to_owned).collect() }
    }

    /// With a `*` the whole name must fit, without one a part of it.
    fn matches(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let (Some(first), Some(last)) = (self.parts.first(), self.parts.last()) else {
            return true;
        };
        if self.parts.len() == 1 {
            return name.contains(first.as_str());
        }
        let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
        for part in &self.parts[1..self.parts.len() - 1] {
            let Some(position) = rest.find(part.as_str()) else { return false };
            rest = &rest[position + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

fn term(word: &str) -> Term {
    let (inverted, word) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
    let what = match word.split_once(':') {
        Some(("app" | "application", value)) => What::Application(Pattern::new(value)),
        Some(("cluster", value)) => What::Cluster(Pattern::new(value)),
        Some(("state" | "verdict", value)) => What::State(value.to_owned()),
        Some(("cause", value)) => What::Cause(value.to_lowercase()),
        _ => What::Name(Pattern::new(word)),
    };
    Term { inverted, what }
}

fn is_state(state: CellState, wanted: &str) -> bool {
    let mut letters = wanted.chars();
    match (letters.next(), letters.next()) {
        (None, _) => true,
        (Some(letter), None) => state.letter() == letter,
        _ => state_word(state).starts_with(&wanted.to_lowercase()),
    }
}

/// A state in one or two words.
pub(crate) fn state_word(state: CellState) -> &'static str {
    match state {
        CellState::Unchanged => "unchanged",
        CellState::ValuesOnly => "values only",
        CellState::Changed => "changes",
        CellState::Rolls => "rolls",
        CellState::Added => "new",
        CellState::Removed => "gone",
        CellState::Blocked => "blocked",
        CellState::Error => "error",
        CellState::Unknown => "unknown",
    }
}

/// A cause in one word.
pub(crate) fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Values => "values",
        Cause::Template => "template",
        Cause::Inventory => "inventory",
        Cause::Profile => "profile",
        Cause::Capabilities => "capabilities",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_parts_or_the_whole_with_stars() {
        for (pattern, name, want) in [
            ("pay", "my-payments", true),
            ("PAY", "payments", true),
            ("pay*", "my-payments", false),
            ("*-eu-*", "prod-eu-1", true),
            ("*1", "prod-eu-1", true),
            ("a*a", "a", false),
            ("*", "", true),
            ("결제", "결제-api", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn states_are_named_by_letter_or_word() {
        for (wanted, state, want) in [
            ("R", CellState::Rolls, true),
            ("r", CellState::Rolls, false),
            ("roll", CellState::Rolls, true),
            ("!", CellState::Blocked, true),
            ("Blocked", CellState::Blocked, true),
            ("", CellState::Error, true),
        ] {
            assert_eq!(is_state(state, wanted), want, "{wanted}");
        }
    }
}
