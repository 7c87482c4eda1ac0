//! Go's `text/template` as an embeddable engine: lexer, parser, compiler, machine, value model,
//! and Go's printing.
//!
//! A file is compiled once by [`Template::compile`] and shared; a [`TemplateSet`] maps names to
//! templates; a [`Machine`] is one render over a set. Missing map keys are zero values
//! (`missingkey=zero`). Everything parsed is untrusted: a render stops at its [`Limits`].
//!
//! ```
//! use std::sync::Arc;
//! use zij_gotmpl::{
//!     Dialect, Environment, Error, Function, FunctionSet, Limits, Machine, Param, Str, Template,
//!     TemplateSet, Value,
//! };
//!
//! // A function gets its arguments checked and converted as Go's reflection does it.
//! fn shout(machine: &mut Machine<'_>, args: &mut [Value]) -> Result<Value, Error> {
//!     let calls: &mut u32 = machine.host()?;
//!     *calls += 1;
//!     let text = args[0].as_str().cloned().unwrap_or_default();
//!     Ok(Value::from(text.to_ascii_uppercase()))
//! }
//! static FUNCTIONS: &[Function] = &[Function::new("shout", &[Param::String], shout)];
//!
//! let mut functions = FunctionSet::builtins();
//! functions.add(FUNCTIONS);
//! let environment = Environment::new(functions, Dialect::go1(26));
//! let text = Str::from("{{ range $i, $x := . }}{{ $i }}={{ shout $x }} {{ end }}");
//! let template = Template::compile(&environment, "hello", &text)?;
//! let mut set = TemplateSet::new("hello");
//! set.add(&Arc::new(template));
//!
//! let mut calls = 0_u32;
//! let mut machine = Machine::new(&environment, Arc::new(set), Limits::default(), &mut calls);
//! let data = Value::from(vec![Value::from("a"), Value::from("b")]);
//! assert_eq!(machine.execute(b"hello", data)?.to_string(), "0=A 1=B ");
//!
//! let error = machine.execute(b"hello", Value::from(vec![Value::Int(1)])).unwrap_err();
//! assert_eq!(error.place().map(|place| (place.line, place.column)), Some((1, 41)));
//! drop(machine);
//! assert_eq!(calls, 2);
//! # Ok::<(), Error>(())
//! ```
#![warn(missing_docs)]

pub mod builtins;
mod compiler;
mod environment;
mod error;
mod evidence;
mod function;
mod set;
mod source;
pub mod value;
mod vm;

pub use crate::{
    environment::{Dialect, Environment, MissingKey},
    error::{Error, ErrorKind, Place},
    evidence::{Clue, Condition, Evidence, Held, NameKind, Trail},
    function::{Call, Function, FunctionSet, Method, MethodCall, Param},
    set::{Template, TemplateSet},
    value::{Data, DataList, DataMap, Elem, GoType, Kind, List, Map, Object, Str, Value},
    vm::{Limits, Machine},
};
