//! Semantic versions and constraints as Masterminds/semver 3.4 and 3.5 read them.
//!
//! Source of the rules: `version.go` and `constraints.go` of Masterminds/semver.

use std::{cmp::Ordering, fmt};

use crate::profile::SemverLibrary;

/// Why a version or a constraint cannot be read; the texts are those of the Go library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SemverError {
    /// The text is no version.
    #[error("invalid semantic version")]
    InvalidVersion,
    /// A number of the version does not fit into 64 bits.
    #[error("error parsing version segment: strconv.ParseUint: parsing {0:?}: value out of range")]
    Segment(String),
    /// A numeric pre-release part has a leading zero.
    #[error("version segment starts with 0")]
    LeadingZero,
    /// The text is no constraint.
    #[error("improper constraint: {0:?}")]
    ImproperConstraint(String),
    /// A single comparison of a constraint holds something that is no version.
    #[error("constraint parser error")]
    ConstraintParser,
}

impl SemverError {
    /// The text in the words of a version of the library.
    pub fn text(&self, library: SemverLibrary) -> String {
        let capitalized = library < SemverLibrary::V3_4;
        match self {
            Self::InvalidVersion if capitalized => "Invalid Semantic Version".to_owned(),
            Self::Segment(_) | Self::LeadingZero if capitalized => {
                let text = self.to_string();
                text[..1].to_ascii_uppercase() + &text[1..]
            }
            Self::ConstraintParser if capitalized => "constraint Parser Error".to_owned(),
            Self::ImproperConstraint(text) if library < SemverLibrary::V3_5 => {
                format!("improper constraint: {text}")
            }
            _ => self.to_string(),
        }
    }
}

/// A semantic version, with the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// First number.
    pub major: u64,
    /// Second number, 0 when the text has none.
    pub minor: u64,
    /// Third number, 0 when the text has none.
    pub patch: u64,
    /// Pre-release part without its hyphen.
    pub pre: String,
    /// Build metadata without its plus sign.
    pub metadata: String,
    /// The text the version was read from.
    pub original: String,
}

impl Version {
    /// Reads a version leniently: a `v` in front, missing numbers and leading zeros are fine.
    ///
    /// # Errors
    /// [`SemverError`] with the Go library's text.
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        let bytes = text.as_bytes();
        let shape = Shape::scan(bytes, 0, u8::is_ascii_digit)
            .filter(|shape| shape.end == bytes.len())
            .ok_or(SemverError::InvalidVersion)?;
        let number = |part: Option<(usize, usize)>| match part {
            None => Ok(0),
            Some((from, to)) => {
                text[from..to].parse().map_err(|_| SemverError::Segment(text[from..to].to_owned()))
            }
        };
        let pre = shape.slice(text, shape.pre).to_owned();
        let leading_zero = |part: &str| {
            part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit())
        };
        let version = Self {
            major: number(shape.parts[0])?,
            minor: number(shape.parts[1])?,
            patch: number(shape.parts[2])?,
            metadata: shape.slice(text, shape.metadata).to_owned(),
            original: text.to_owned(),
            pre,
        };
        if version.pre.split('.').any(leading_zero) {
            return Err(SemverError::LeadingZero);
        }
        Ok(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Version {
    /// Orders by precedence; build metadata does not count.
    pub fn precedence(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_pre(&self.pre, &other.pre))
    }
}

fn compare_pre(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut lefts, mut rights) = (left.split('.'), right.split('.'));
    loop {
        let order = match (lefts.next(), rights.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) => match (l.parse::<u64>(), r.parse::<u64>()) {
                (Ok(l), Ok(r)) => l.cmp(&r),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => l.cmp(r),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Where the parts of a version-like text lie.
#[derive(Debug, Default)]
struct Shape {
    parts: [Option<(usize, usize)>; 3],
    pre: (usize, usize),
    metadata: (usize, usize),
    end: usize,
}

impl Shape {
    /// Reads `v?PART(.PART)?(.PART)?(-PRE)?(+META)?` from `start`; `core` says what a PART is of.
    fn scan(text: &[u8], start: usize, core: impl Fn(&u8) -> bool) -> Option<Self> {
        let run = |from: usize, of: &dyn Fn(&u8) -> bool| {
            from + text[from..].iter().take_while(|b| of(b)).count()
        };
        let mut shape = Self::default();
        let mut at = start + usize::from(text.get(start) == Some(&b'v'));
        for (index, part) in shape.parts.iter_mut().enumerate() {
            let from = at + usize::from(index > 0);
            if index > 0 && text.get(at) != Some(&b'.') {
                break;
            }
            let to = run(from, &core);
            if to == from {
                break;
            }
            *part = Some((from, to));
            at = to;
        }
        shape.parts[0]?;
        let identifier = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
        for (sign, place) in [(b'-', &mut shape.pre), (b'+', &mut shape.metadata)] {
            if text.get(at) != Some(&sign) {
                continue;
            }
            let mut to = run(at + 1, &identifier);
            if to == at + 1 {
                continue;
            }
            while text.get(to) == Some(&b'.') && run(to + 1, &identifier) > to + 1 {
                to = run(to + 1, &identifier);
            }
            *place = (at + 1, to);
            at = to;
        }
        shape.end = at;
        Some(shape)
    }

    fn slice<'t>(&self, text: &'t str, part: (usize, usize)) -> &'t str {
        &text[part.0..part.1]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// The operators, longer ones before their prefixes.
const OPERATORS: [(&str, Operator); 12] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::TildeOrEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::TildeOrEqual),
];

/// Up to which number a constraint is given; the rest is left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Nothing,
    Major,
    Minor,
    Patch,
}

#[derive(Debug, Clone)]
struct Comparison {
    operator: Operator,
    version: Version,
    precision: Precision,
}

/// A version constraint: alternatives (`||`) of comparisons that must all hold.
#[derive(Debug, Clone)]
pub struct Constraint {
    alternatives: Vec<Vec<Comparison>>,
}

impl Constraint {
    /// Reads a constraint.
    ///
    /// # Errors
    /// [`SemverError`] with the Go library's text.
    pub fn parse(text: &str) -> Result<Self, SemverError> {
        let text = rewrite_ranges(text);
        let alternatives = text.split("||").map(parse_all).collect::<Result<_, _>>()?;
        Ok(Self { alternatives })
    }

    /// Whether the version satisfies the constraint.
    pub fn check(&self, version: &Version, library: SemverLibrary) -> bool {
        self.alternatives.iter().any(|all| {
            let with_pre = all.iter().any(|one| !one.version.pre.is_empty());
            let allowed = |one: &Comparison| match library {
                SemverLibrary::V3_3 => one.allows_pre(),
                SemverLibrary::V3_4 | SemverLibrary::V3_5 => with_pre,
            };
            let allowed = version.pre.is_empty() || all.iter().all(allowed);
            allowed && all.iter().all(|one| one.check(version))
        })
    }
}

/// Whether `version` lies in `constraint`; false when either cannot be read
/// (`IsCompatibleRange` of Helm's `pkg/chart/v2/util/compatible.go`).
pub fn is_compatible_range(constraint: &str, version: &str, library: SemverLibrary) -> bool {
    match (Version::parse(version), Constraint::parse(constraint)) {
        (Ok(version), Ok(constraint)) => constraint.check(&version, library),
        _ => false,
    }
}

fn core_of_constraint(byte: &u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn blanks(text: &[u8], from: usize) -> usize {
    let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
    from + text[from..].iter().take_while(blank).count()
}

fn parse_all(text: &str) -> Result<Vec<Comparison>, SemverError> {
    let improper = || SemverError::ImproperConstraint(text.to_owned());
    let bytes = text.as_bytes();
    let mut at = blanks(bytes, 0);
    let mut found = Vec::new();
    loop {
        let (operator, shape) = OPERATORS
            .iter()
            .filter(|(sign, _)| text[at..].starts_with(sign))
            .find_map(|(sign, operator)| {
                let from = blanks(bytes, at + sign.len());
                Some((*operator, Shape::scan(bytes, from, core_of_constraint)?))
            })
            .ok_or_else(improper)?;
        found.push(Comparison::new(operator, text, &shape)?);
        at = blanks(bytes, shape.end);
        if at == bytes.len() {
            return Ok(found);
        }
        if bytes[at] == b',' {
            at = blanks(bytes, at + 1);
        } else if at == shape.end {
            return Err(improper());
        }
    }
}

/// Turns `A - B` into `>= A, <= B`.
fn rewrite_ranges(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let Some((low, high)) = range_at(bytes, at) else {
            at += 1;
            continue;
        };
        let end = blanks(bytes, high.1);
        let (low, high) = (&text[low.0..low.1], &text[high.0..high.1]);
        out.extend([&text[copied..at], ">= ", low, ", <= ", high, " "]);
        at = end;
        copied = at;
    }
    out.push_str(&text[copied..]);
    out
}

type Span = (usize, usize);

fn range_at(text: &[u8], start: usize) -> Option<(Span, Span)> {
    let from = blanks(text, start);
    let low = Shape::scan(text, from, core_of_constraint)?;
    let dash = blanks(text, low.end);
    if dash == low.end || text.get(dash) != Some(&b'-') {
        return None;
    }
    let second = blanks(text, dash + 1);
    if second == dash + 1 {
        return None;
    }
    let high = Shape::scan(text, second, core_of_constraint)?;
    Some(((from, low.end), (second, high.end)))
}

impl Comparison {
    fn new(operator: Operator, text: &str, shape: &Shape) -> Result<Self, SemverError> {
        let part = |index: usize| shape.parts[index].map(|(from, to)| &text[from..to]);
        let is_open = |part: Option<&str>| matches!(part, None | Some("x" | "X" | "*"));
        let pre = match shape.pre {
            (from, to) if from == to => String::new(),
            span => format!("-{}", shape.slice(text, span)),
        };
        let (precision, given) = match [part(0), part(1), part(2)].map(|p| (is_open(p), p)) {
            [(false, major), (false, minor), (false, patch)] => {
                (Precision::Patch, [major, minor, patch])
            }
            [(false, major), (false, minor), _] => (Precision::Minor, [major, minor, None]),
            [(false, major), ..] => (Precision::Major, [major, None, None]),
            _ => (Precision::Nothing, [None; 3]),
        };
        let [major, minor, patch] = given.map(|part| part.unwrap_or("0"));
        let version = Version::parse(&format!("{major}.{minor}.{patch}{pre}"))
            .map_err(|_| SemverError::ConstraintParser)?;
        Ok(Self { operator, version, precision })
    }

    fn is_open(&self) -> bool {
        self.precision != Precision::Patch
    }

    fn minor_open(&self) -> bool {
        self.precision == Precision::Major
    }

    fn patch_open(&self) -> bool {
        self.precision == Precision::Minor
    }

    fn check(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::TildeOrEqual if self.is_open() => self.check_tilde(version, order),
            Operator::TildeOrEqual => order.is_eq(),
            Operator::NotEqual => self.check_not_equal(version, order),
            Operator::Greater => self.check_greater(version, order),
            Operator::Less => order.is_lt(),
            Operator::GreaterEqual => order.is_ge(),
            Operator::LessEqual => self.check_less_equal(version, order),
            Operator::Tilde => self.check_tilde(version, order),
            Operator::Caret => self.check_caret(version, order),
        }
    }

    /// Whether a single comparison of the old library lets pre-releases through.
    fn allows_pre(&self) -> bool {
        let equality = matches!(self.operator, Operator::NotEqual | Operator::TildeOrEqual);
        !self.version.pre.is_empty() || (equality && !self.is_open())
    }

    fn check_not_equal(&self, version: &Version, order: Ordering) -> bool {
        if !self.is_open() {
            return order.is_ne();
        }
        let own = &self.version;
        if own.major != version.major || (own.minor != version.minor && !self.minor_open()) {
            return true;
        }
        if self.minor_open() {
            return false;
        }
        if self.patch_open() {
            return compare_pre(&version.pre, &own.pre).is_ne();
        }
        own.patch != version.patch || order.is_ne()
    }

    fn check_greater(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if self.is_open() && version.major != own.major {
            return version.major > own.major;
        }
        match () {
            () if self.is_open() && self.minor_open() => false,
            () if self.is_open() && self.patch_open() => version.minor > own.minor,
            () => order.is_gt(),
        }
    }

    fn check_less_equal(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if !self.is_open() {
            return order.is_le();
        }
        let above_minor = version.minor > own.minor && !self.minor_open();
        version.major < own.major || (version.major == own.major && !above_minor)
    }

    fn check_tilde(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        let zero = (own.major, own.minor, own.patch) == (0, 0, 0);
        if order.is_lt() {
            return false;
        }
        if zero && !self.minor_open() && !self.patch_open() {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.minor_open())
    }

    fn check_caret(&self, version: &Version, order: Ordering) -> bool {
        let own = &self.version;
        if order.is_lt() {
            return false;
        }
        if own.major > 0 || self.minor_open() {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.patch_open() {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_leniently() {
        for (text, want) in [
            ("1", Some("1.0.0")),
            ("v1.2", Some("1.2.0")),
            ("01.2.3", Some("1.2.3")),
            ("1.2.3-rc.1+b.7", Some("1.2.3-rc.1+b.7")),
            ("1.20.1-gke.1", Some("1.20.1-gke.1")),
            ("1.2.3.4", None),
            ("", None),
            ("V1.2", None),
            ("1.2.3-", None),
            ("1.2.3-01", None),
            ("99999999999999999999", None),
        ] {
            let got = Version::parse(text).ok().map(|version| version.to_string());
            assert_eq!(got.as_deref(), want, "{text}");
        }
    }

    #[test]
    fn constraints_hold_as_in_helm() {
        for (constraint, version, want) in [
            (">=1.19", "1.20.1-gke.1", false),
            (">=1.19-0", "1.20.1-gke.1", true),
            (">1", "1.5", false),
            (">1", "2.0.0", true),
            ("1.x", "1.9.3", true),
            ("1.2.x", "1.3.0", false),
            ("^1.2", "1.9.0", true),
            ("^0.2", "0.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("~1", "1.9.0", true),
            ("1.2 - 1.4.5", "1.3.0", true),
            ("1.2 - 1.4.5", "1.4.6", false),
            ("1.2 - 1.4", "1.4.6", true),
            (">=1.2, <2.0", "1.5.0", true),
            (">=1.2 <2.0", "2.0.0", false),
            ("<1 || >=3", "3.1.0", true),
            ("=>1.2", "1.2.0", true),
            ("!=1.2.x", "1.2.3", false),
            ("!=1.2.x", "1.3.0", true),
            ("<=1.2", "1.2.9", true),
            ("*", "7.0.0", true),
            ("*", "7.0.0-rc1", false),
            (">=0.0.0-0", "7.0.0-rc1", true),
            ("", "1.0.0", false),
            (">=1.x.x.x", "1.0.0", false),
            (">1<2", "1.5.0", false),
            ("1.0.0", "1.0.0+build", true),
        ] {
            assert_eq!(
                is_compatible_range(constraint, version, SemverLibrary::V3_5),
                want,
                "{constraint} {version}"
            );
        }
    }
}
