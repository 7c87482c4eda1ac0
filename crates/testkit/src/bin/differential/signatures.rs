//! The table of functions.

use crate::random::Random;

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Float,
    Truth,
    List,
    Map,
    Time,
    Any,
}

/// One way to call a function.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    /// A letter an argument, as signatures.txt explains them.
    pub(crate) arguments: Vec<char>,
    /// The last argument may be repeated.
    pub(crate) repeats: bool,
    pub(crate) result: Kind,
}

/// Every function that gives the same on each call.
#[derive(Debug)]
pub(crate) struct Signatures(Vec<Signature>);

impl Signatures {
    pub(crate) fn read() -> Self {
        let lines = include_str!("signatures.txt").lines();
        Self(lines.filter(|line| !line.starts_with('#')).filter_map(signature).collect())
    }

    /// A function that gives `kind`.
    pub(crate) fn pick(&self, random: &mut Random, kind: Kind) -> &Signature {
        let fits = |result| {
            kind == Kind::Any || result == kind || result == Kind::Any && kind != Kind::Time
        };
        let fitting: Vec<&Signature> = self.0.iter().filter(|it| fits(it.result)).collect();
        fitting[random.below(fitting.len())]
    }
}

fn signature(line: &'static str) -> Option<Signature> {
    let (left, result) = line.split_once('=')?;
    let mut words = left.split_whitespace();
    let name = words.next()?;
    let letters: Vec<char> = words.filter_map(|word| word.chars().next()).collect();
    let repeats = letters.last() == Some(&'*');
    let arguments = letters.into_iter().filter(|letter| *letter != '*').collect();
    let result = match result.trim() {
        "s" => Kind::Text,
        "j" | "n" => Kind::Number,
        "f" => Kind::Float,
        "b" => Kind::Truth,
        "l" => Kind::List,
        "m" => Kind::Map,
        "t" => Kind::Time,
        _ => Kind::Any,
    };
    Some(Signature { name, arguments, repeats, result })
}
