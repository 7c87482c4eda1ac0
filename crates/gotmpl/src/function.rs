//! Functions and methods that templates call.

use std::{collections::HashMap, fmt};

use foldhash::fast::RandomState;

use crate::{
    error::Error,
    value::{GoType, Value},
    vm::Machine,
};

/// A native function: the arguments are checked already; they may be taken out of the slice.
pub type Call = fn(&mut Machine<'_>, &mut [Value]) -> Result<Value, Error>;

/// A native method: as [`Call`], with the receiver.
pub type MethodCall = fn(&mut Machine<'_>, &Value, &mut [Value]) -> Result<Value, Error>;

/// The Go type of a parameter; the machine checks arguments against it as Go does.
#[derive(Clone, Copy, Debug)]
pub enum Param {
    /// `interface {}`: anything; no value arrives as nil.
    Any,
    /// `reflect.Value`: anything; no value stays apart from nil. Only as the first parameter.
    Reflect,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `int64`.
    Int64,
    /// `uint32`; arrives as [`Value::Uint64`].
    Uint32,
    /// `float64`.
    Float,
    /// `string`.
    String,
    /// `[]uint8`.
    Bytes,
    /// A map type; nil arrives as [`Value::Nil`].
    Map(&'static GoType),
    /// A slice type; nil arrives as [`Value::Nil`].
    List(&'static GoType),
    /// A native object's type, by its Go name.
    Object(&'static str),
}

/// A function that templates can call.
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// The fixed parameters.
    pub params: &'static [Param],
    /// The type of further arguments; `None` if there may be none.
    pub variadic: Option<Param>,
    /// The implementation.
    pub call: Call,
}

/// A method that templates can call on a value.
pub struct Method {
    /// The name in templates.
    pub name: &'static str,
    /// The fixed parameters.
    pub params: &'static [Param],
    /// The type of further arguments; `None` if there may be none.
    pub variadic: Option<Param>,
    /// The implementation.
    pub call: MethodCall,
}

impl Function {
    /// Returns a function with a fixed number of arguments.
    #[must_use]
    pub const fn new(name: &'static str, params: &'static [Param], call: Call) -> Self {
        Self { name, params, variadic: None, call }
    }

    /// Returns a function that takes further arguments of one type after the fixed ones.
    #[must_use]
    pub const fn variadic(
        name: &'static str,
        params: &'static [Param],
        rest: Param,
        call: Call,
    ) -> Self {
        Self { name, params, variadic: Some(rest), call }
    }
}

impl Method {
    /// Returns a method with a fixed number of arguments.
    #[must_use]
    pub const fn new(name: &'static str, params: &'static [Param], call: MethodCall) -> Self {
        Self { name, params, variadic: None, call }
    }
}

impl Param {
    /// Returns the Go name of the type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::String => "string",
            Self::Bytes => "[]uint8",
            Self::Map(go_type) | Self::List(go_type) => go_type.name,
            Self::Object(name) => name,
        }
    }

    /// Tells whether nil is a value of the type.
    #[must_use]
    pub fn can_be_nil(self) -> bool {
        match self {
            Self::Any | Self::Reflect | Self::Bytes | Self::Map(_) | Self::List(_) => true,
            Self::Object(name) => name.starts_with('*'),
            _ => false,
        }
    }
}

/// The functions that templates are compiled against.
#[derive(Clone, Default)]
pub struct FunctionSet(HashMap<&'static str, &'static Function, RandomState>);

impl FunctionSet {
    /// Returns Go's predefined functions.
    #[must_use]
    pub fn builtins() -> Self {
        let mut set = Self::default();
        set.add(crate::builtins::BUILTINS);
        set
    }

    /// Adds functions; a later one of the same name hides an earlier one.
    pub fn add(&mut self, functions: &'static [Function]) -> &mut Self {
        self.0.extend(functions.iter().map(|function| (function.name, function)));
        self
    }

    /// Removes a function.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.0.remove(name);
        self
    }

    /// Returns the function of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Function> {
        self.0.get(name).copied()
    }

    /// Returns the names in bytewise order.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.keys().copied().collect();
        names.sort_unstable();
        names
    }
}

impl fmt::Debug for FunctionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
