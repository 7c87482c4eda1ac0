//! The part of the Common Expression Language in which definitions say how a field may change.
//!
//! No crate evaluates it as the API server does: `cel` 0.15.0 has no limit of steps, knows neither
//! the libraries of Kubernetes nor lists that are sets or maps, and brings more packages than the
//! lock file has room for. So this is a subset that gives the server's answer or none: `self` and
//! `oldSelf`, fields, literals, comparisons, logic, `+`, `-`, `*`, `in`, `has`, `size`, the texts'
//! `startsWith`, `endsWith`, `contains` and `matches`, and the macros over lists and maps. A rule with anything
//! else cannot be read here, and a rule that stumbles at run time has no answer.
//!
//! (Source: the language definition of cel-spec; apiextensions-apiserver/pkg/apiserver/schema/cel
//! @ v0.36.0 for names of fields and equality.)

mod evaluate;
mod parse;

use std::sync::Arc;

use super::schema::Patterns;
use crate::resource::Value;

/// A rule that can be evaluated.
#[derive(Debug)]
pub(crate) struct Expression(Term);

/// What a rule needs that is not known here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsupported(pub(crate) String);

#[derive(Debug)]
enum Term {
    Literal(Value),
    Name(Arc<str>),
    List(Vec<Self>),
    Field(Box<Self>, Arc<str>),
    /// Whether a field is there.
    Has(Box<Self>, Arc<str>),
    Entry(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Minus(Box<Self>),
    Binary(Binary, Box<Self>, Box<Self>),
    Choice(Box<[Self; 3]>),
    Size(Box<Self>),
    Text(Test, Box<Self>, Box<Self>),
    /// A macro over a list or the keys of a map: range, name, body.
    Each(Each, Box<Self>, Arc<str>, Box<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binary {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    In,
    Plus,
    Minus,
    Times,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Starts,
    Ends,
    Contains,
    Matches,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Each {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Expression {
    /// Reads a rule.
    pub(crate) fn parse(text: &str) -> Result<Self, Unsupported> {
        parse::expression(text).map(Self)
    }

    /// Whether a change obeys the rule, or an object that stands for both sides; `None` where that is not known.
    pub(crate) fn holds(&self, new: &Value, old: &Value, patterns: &Patterns) -> Option<bool> {
        evaluate::holds(&self.0, new, old, patterns)
    }
}

/// Whether a rule is about a change, apart from what stands in its texts.
pub(crate) fn is_transition(text: &str) -> bool {
    parse::names(text).any(|name| name == "oldSelf")
}

#[cfg(test)]
mod tests;
