//! The flat form a template body is run from.

use crate::{
    compiler::ast::At,
    function::{Function, Param},
    value::{Complex, Str, Value},
};

/// An instruction. Indices point into the tables of the [`Body`] or the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// Writes a slice of the source.
    Text {
        start: u32,
        end: u32,
    },
    /// Pushes the cursor.
    Dot,
    /// Pushes a variable.
    Variable(u16),
    /// Pushes a constant.
    Constant(u32),
    /// Pushes no value.
    Nothing,
    /// Replaces the top by one of its fields, keys or methods without arguments.
    Field(u32),
    /// Pushes a field of the cursor.
    DotField(u32),
    /// Pushes a field of a variable.
    VariableField {
        slot: u16,
        name: u32,
    },
    /// Starts a field with arguments: jumps behind the call unless the top has such a method.
    Member {
        call: u32,
        skip: u32,
    },
    /// Checks argument `index` of a method whose receiver lies below the arguments.
    MethodArgument {
        call: u32,
        index: u16,
        literal: bool,
    },
    /// Calls the method.
    CallMethod(u32),
    /// Turns a nil interface on top into no value.
    Unwrap,
    /// Checks the top against a parameter's type.
    Check(u16),
    /// Checks the value `depth` below the top.
    CheckBelow {
        param: u16,
        depth: u16,
    },
    /// Calls a function; with `piped` the lowest argument is the last.
    Call {
        function: u16,
        count: u16,
        piped: bool,
    },
    /// Decides `and` and `or`: jumps keeping the top if its truth is `stop`, else drops it.
    ShortCircuit {
        stop: bool,
        target: u32,
        /// Where the node that the skipped arguments end at is kept.
        end: u16,
    },
    /// Drops the top.
    Drop,
    /// Exchanges the two topmost values.
    Swap,
    /// Prints and drops the top.
    Print,
    /// Copies the top into a variable.
    Store(u16),
    Jump(u32),
    /// Drops the top; jumps if it was false.
    JumpIfFalse(u32),
    /// Drops the top; makes it the cursor, or jumps if it was false.
    With(u32),
    /// Ends `count` nested cursors.
    PopDots(u16),
    /// Drops the top and starts iterating over it; jumps if there is nothing.
    Range {
        loop_index: u16,
        otherwise: u32,
    },
    /// Goes to the next item or falls through behind the loop's end.
    Next {
        loop_index: u16,
        body: u32,
    },
    /// Ends the innermost loop.
    EndLoop,
    /// Calls a template by name with the top as its cursor.
    Template(u32),
    /// Checks that a template exists, before its argument is evaluated.
    TemplateExists(u32),
    /// Fails with a prepared text.
    Fail(u32),
    Return,
}

/// A constant of the source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Nil,
    Bool(bool),
    Int(i64),
    Int64(i64),
    Uint(u64),
    Float(f64),
    Complex(f64, f64),
    String(Str),
}

impl Constant {
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Nil => Value::Nil,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Int64(value) => Value::Int64(*value),
            Self::Uint(value) => Value::Uint64(*value),
            Self::Float(value) => Value::Float(*value),
            Self::Complex(real, imaginary) => Value::object(Complex(*real, *imaginary)),
            Self::String(text) => Value::String(text.clone()),
        }
    }
}

/// A method call with arguments, known in full only when the receiver is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MethodCall {
    pub(crate) name: u32,
    pub(crate) count: u16,
    pub(crate) piped: bool,
}

/// Where a loop keeps its variables.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loop {
    pub(crate) key: Option<u16>,
    pub(crate) item: Option<u16>,
}

/// One compiled template.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) name: Str,
    /// Whether there is nothing but white space.
    pub(crate) blank: bool,
    pub(crate) ops: Box<[Op]>,
    /// For each instruction the node that errors point at.
    pub(crate) places: Box<[At]>,
    pub(crate) slots: u16,
    pub(crate) loops: Vec<Loop>,
    pub(crate) methods: Vec<MethodCall>,
    /// For each `and` and `or` the node that the last argument ends at.
    pub(crate) ends: Vec<At>,
}

/// What the bodies of a file share.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) names: Vec<Str>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) functions: Vec<&'static Function>,
    pub(crate) params: Vec<Param>,
    pub(crate) failures: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_stay_small() {
        assert!(size_of::<Op>() <= 12, "{}", size_of::<Op>());
    }
}
