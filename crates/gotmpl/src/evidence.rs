//! What was at hand when a template failed: facts for people, collected only on failure.

/// What Go's text does not tell about an error of a template's text or of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clue {
    /// A name that does not exist.
    Unknown {
        /// What was named.
        kind: NameKind,
        /// The name, without quotes.
        name: String,
        /// The names that exist, in bytewise order.
        known: Vec<String>,
    },
    /// The text ended before this action was closed by `{{ end }}`.
    Unclosed {
        /// The action's keyword: `if`, `range`, `define`.
        word: &'static str,
        /// The line it stands in, from 1.
        line: u32,
    },
}

/// The kinds of names that templates use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A function.
    Function,
    /// A variable, with its `$`.
    Variable,
    /// A template that a file defines.
    Template,
}

/// What a failed action was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The chains of fields among its operands, in the order they are written.
    pub operands: Vec<Trail>,
    /// The conditions it stands under, innermost first.
    pub conditions: Vec<Condition>,
}

/// How far a chain of fields such as `.Values.service.http.port` led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The chain as Go prints it.
    pub expression: String,
    /// What stands before the first field: nothing for `.a.b`, `$x` for `$x.a.b`.
    pub root: String,
    /// The fields.
    pub fields: Vec<String>,
    /// How many of the fields, from the left, have a value that is not nil.
    pub found: usize,
    /// Whether the field behind those is there, but null.
    pub is_null: bool,
    /// What the found fields lead to.
    pub held: Held,
}

/// A value at the end of a [`Trail`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Where it lies below the `.` that the render of the file began with, if it is a part of that.
    pub path: Option<Vec<String>>,
    /// The keys of a map, or the fields of a struct; the first few hundred.
    pub keys: Vec<String>,
    /// The name of its Go type; `<nil>` for nil.
    pub go_type: String,
    /// The text of a string, number or boolean, cut when it is long.
    pub text: Option<String>,
}

/// A condition or loop around a failed action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The keyword: `if`, `with` or `range`.
    pub word: &'static str,
    /// Whether the action stands in its `else`.
    pub otherwise: bool,
    /// Its pipeline as Go prints it.
    pub expression: String,
    /// The line it stands in, from 1.
    pub line: u32,
    /// The chains of fields in it, as they are at the time of the failure.
    pub operands: Vec<Trail>,
}
