//! Path patterns with variables: `clusters/{cluster}/{app}/values*.yaml`.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// What the variables of a pattern stand for.
pub type Bindings = BTreeMap<Arc<str>, Arc<str>>;

/// The most variables and wildcards that one part of a path may have; it bounds the search.
const MAX_WILD_PIECES: usize = 4;

/// The longest name that is searched for more than one way to match.
const MAX_NAME: usize = 255;

/// A text with variables in braces; as a path, `*` stands for any run of characters inside a
/// part and `**` for any folders.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    text: Arc<str>,
    parts: Arc<[Part]>,
}

/// One part of a path pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `**`: any number of folders, also none.
    AnyFolders,
    /// A name.
    Name(NamePattern),
}

/// The pattern of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamePattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Box<str>),
    Any,
    Variable(Arc<str>),
}

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// `{` without `}` or the reverse.
    #[error("`{0}` has an unpaired brace")]
    Brace(String),
    /// A variable's name is empty or has characters beyond letters, digits, `_` and `-`.
    #[error("`{{{0}}}` is not a variable: letters, digits, `_` and `-` are expected")]
    Variable(String),
    /// Two pieces of any length touch, so where one ends is not known.
    #[error("`{0}` has variables or wildcards with nothing between them")]
    Ambiguous(String),
    /// More wild pieces in a part than are searched.
    #[error("`{0}` has more than {MAX_WILD_PIECES} variables and wildcards in one part")]
    TooWild(String),
    /// `.` or `..` as a part.
    #[error("`{0}` has a `.` or `..` part")]
    Dots(String),
    /// Nothing at all.
    #[error("an empty text is not a pattern")]
    Empty,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When braces are not paired, or where a variable ends could not be known.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let trimmed = text.strip_prefix("./").unwrap_or(text);
        if trimmed == "." {
            return Ok(Self::root());
        }
        if trimmed.trim_matches('/').is_empty() {
            return Err(PatternError::Empty);
        }
        let parts = trimmed.split('/').filter(|part| !part.is_empty()).map(Part::parse);
        Ok(Self { text: trimmed.into(), parts: parts.collect::<Result<_, _>>()? })
    }

    /// The pattern that is one variable.
    pub(super) fn variable(name: &str) -> Self {
        let piece = Piece::Variable(name.into());
        let parts = [Part::Name(NamePattern(vec![piece]))].into();
        Self { text: format!("{{{name}}}").into(), parts }
    }

    /// The pattern that is one plain name.
    pub(super) fn literal(name: &str) -> Self {
        let parts = [Part::Name(NamePattern(vec![Piece::Literal(name.into())]))].into();
        Self { text: name.into(), parts }
    }

    /// The pattern of the tree's own folder.
    pub(super) fn root() -> Self {
        Self { text: ".".into(), parts: [].into() }
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its variables, each once, in the order they appear.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for piece in self.pieces() {
            if let Piece::Variable(name) = piece
                && !names.contains(&&**name)
            {
                names.push(&**name);
            }
        }
        names
    }

    /// Whether it stands for more than one path once its variables are known.
    pub fn has_wildcards(&self) -> bool {
        self.parts.contains(&Part::AnyFolders) || self.pieces().any(|piece| *piece == Piece::Any)
    }

    /// Whether it is written as a folder's path, with a `/` at its end.
    pub(super) fn wants_folder(&self) -> bool {
        self.text.ends_with('/')
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The leading parts that are plain names.
    pub(super) fn literal_folder(&self) -> Vec<&str> {
        let names = self.parts.iter().map_while(|part| match part {
            Part::AnyFolders => None,
            Part::Name(name) => name.literal(),
        });
        names.collect()
    }

    /// The text with every known variable replaced; the others stay as written.
    pub fn fill(&self, bindings: &Bindings) -> String {
        let mut filled = String::new();
        let mut rest = &*self.text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            match bindings.get(name) {
                Some(value) => filled.push_str(value),
                None => filled.extend(["{", name, "}"]),
            }
            rest = tail;
        }
        filled + rest
    }

    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.parts.iter().flat_map(|part| match part {
            Part::AnyFolders => &[][..],
            Part::Name(name) => &name.0,
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.text)
    }
}

impl Part {
    fn parse(text: &str) -> Result<Self, PatternError> {
        match text {
            "**" => Ok(Self::AnyFolders),
            "." | ".." => Err(PatternError::Dots(text.to_owned())),
            name => NamePattern::parse(name).map(Self::Name),
        }
    }
}

impl NamePattern {
    fn parse(text: &str) -> Result<Self, PatternError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}', '*']) {
            push_literal(&mut pieces, &rest[..start]);
            let (piece, tail) = wild_piece(text, &rest[start..])?;
            if matches!(pieces.last(), Some(Piece::Any | Piece::Variable(_))) {
                return Err(PatternError::Ambiguous(text.to_owned()));
            }
            pieces.push(piece);
            rest = tail;
        }
        push_literal(&mut pieces, rest);
        if pieces.iter().filter(|piece| !matches!(piece, Piece::Literal(_))).count()
            > MAX_WILD_PIECES
        {
            return Err(PatternError::TooWild(text.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The name itself, where it has neither variable nor wildcard.
    pub(super) fn literal(&self) -> Option<&str> {
        match &self.0[..] {
            [Piece::Literal(name)] => Some(name),
            _ => None,
        }
    }

    /// Every way to read `name` that `allowed` accepts, on top of what is bound already.
    ///
    /// At most two are given: the caller needs to know that there is more than one, not all.
    pub(super) fn matches(
        &self,
        name: &str,
        bound: &Bindings,
        allowed: &dyn Fn(&str, &str) -> bool,
    ) -> Vec<Bindings> {
        let mut search = Search { allowed, found: Vec::new() };
        if name.len() <= MAX_NAME {
            search.match_pieces(&self.0, name, bound);
        }
        search.found
    }
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Literal(text.into()));
    }
}

/// The variable or wildcard that `rest` begins with, and what follows it.
fn wild_piece<'a>(whole: &str, rest: &'a str) -> Result<(Piece, &'a str), PatternError> {
    if let Some(tail) = rest.strip_prefix('*') {
        return Ok((Piece::Any, tail));
    }
    let unpaired = || PatternError::Brace(whole.to_owned());
    let (name, tail) =
        rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or_else(unpaired)?;
    let is_name_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || !name.chars().all(is_name_character) {
        return Err(PatternError::Variable(name.to_owned()));
    }
    Ok((Piece::Variable(name.into()), tail))
}

struct Search<'a> {
    allowed: &'a dyn Fn(&str, &str) -> bool,
    found: Vec<Bindings>,
}

impl Search<'_> {
    fn match_pieces(&mut self, pieces: &[Piece], rest: &str, bound: &Bindings) {
        if self.found.len() >= 2 {
            return;
        }
        let Some((piece, later)) = pieces.split_first() else {
            if rest.is_empty() && !self.found.contains(bound) {
                self.found.push(bound.clone());
            }
            return;
        };
        match piece {
            Piece::Literal(text) => {
                if let Some(rest) = rest.strip_prefix(&**text) {
                    self.match_pieces(later, rest, bound);
                }
            }
            Piece::Any => {
                for at in ends(rest, later, 0) {
                    self.match_pieces(later, &rest[at..], bound);
                }
            }
            Piece::Variable(name) => self.match_variable(name, later, rest, bound),
        }
    }

    fn match_variable(&mut self, name: &Arc<str>, later: &[Piece], rest: &str, bound: &Bindings) {
        if let Some(value) = bound.get(name) {
            if let Some(rest) = rest.strip_prefix(&**value) {
                self.match_pieces(later, rest, bound);
            }
            return;
        }
        for at in ends(rest, later, 1) {
            let value = &rest[..at];
            if (self.allowed)(name, value) {
                let mut bound = bound.clone();
                bound.insert(Arc::clone(name), value.into());
                self.match_pieces(later, &rest[at..], &bound);
            }
        }
    }
}

/// Where a piece of any length, at least `least` bytes, may end in `rest`.
fn ends(rest: &str, later: &[Piece], least: usize) -> Vec<usize> {
    match later.first() {
        None => Vec::from_iter((rest.len() >= least).then_some(rest.len())),
        Some(Piece::Literal(text)) => {
            let starts = rest.char_indices().map(|(at, _)| at);
            starts.filter(|&at| at >= least && rest[at..].starts_with(&**text)).collect()
        }
        // Parsing refuses two wild pieces in a row.
        Some(Piece::Any | Piece::Variable(_)) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, name: &str) -> Vec<String> {
        let parsed = NamePattern::parse(pattern).unwrap();
        let found = parsed.matches(name, &Bindings::new(), &|_, _| true);
        let shown = |bindings: &Bindings| {
            bindings.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
        };
        found.iter().map(shown).collect()
    }

    #[test]
    fn names_are_read_with_affixes() {
        for (pattern, name, want) in [
            ("{cluster}", "prod", &["cluster=prod"][..]),
            ("{cluster}-values.yaml", "prod-eu-values.yaml", &["cluster=prod-eu"]),
            ("{cluster}.yaml", "a.yaml.yaml", &["cluster=a.yaml"]),
            ("values-{cluster}.yaml", "values-.yaml", &[]),
            ("values*.yaml", "values.yaml", &[""]),
            ("values*.yaml", "values-secret.yaml", &[""]),
            ("values*.yaml", "values.yml", &[]),
            ("{app}-{cluster}.yaml", "web-prod.yaml", &["app=web cluster=prod"]),
            (
                "{app}-{cluster}.yaml",
                "web-api-prod.yaml",
                &["app=web cluster=api-prod", "app=web-api cluster=prod"],
            ),
            ("{a}-{a}", "x-x", &["a=x"]),
            ("{a}-{a}", "x-y", &[]),
            ("{a}ü", "öü", &["a=ö"]),
        ] {
            assert_eq!(read(pattern, name), want, "{pattern} on {name}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (text, want) in [
            ("a/{b", "`{b` has an unpaired brace"),
            ("a/b}", "`b}` has an unpaired brace"),
            ("{}", "`{}` is not a variable: letters, digits, `_` and `-` are expected"),
            ("{a}{b}", "`{a}{b}` has variables or wildcards with nothing between them"),
            ("x/{a}*", "`{a}*` has variables or wildcards with nothing between them"),
            ("a/../b", "`..` has a `.` or `..` part"),
            ("/", "an empty text is not a pattern"),
            ("*a*b*c*d*", "`*a*b*c*d*` has more than 4 variables and wildcards in one part"),
        ] {
            assert_eq!(Pattern::parse(text).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn known_variables_are_filled_in() {
        let pattern = Pattern::parse("charts/{app}/{zone}-{app}.yaml").unwrap();
        let bindings = Bindings::from([("app".into(), "web".into())]);
        assert_eq!(pattern.fill(&bindings), "charts/web/{zone}-web.yaml");
        assert_eq!(pattern.variables(), ["app", "zone"]);
        assert_eq!(pattern.literal_folder(), ["charts"]);
    }
}
