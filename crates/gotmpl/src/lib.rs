//! Go's `text/template` as an embeddable engine: lexer, parser, compiler, machine, value model,
//! and Go's printing.
//!
//! A file is compiled once by [`Template::compile`] and shared; a [`TemplateSet`] maps names to
//! templates; a [`Machine`] is one render over a set. Missing map keys are zero values
//! (`missingkey=zero`). Everything parsed is untrusted: a render stops at its [`Limits`].
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
    environment::{Dialect, Environment},
    error::{Error, ErrorKind, Place},
    evidence::{Clue, Condition, Evidence, Held, NameKind, Trail},
    function::{Call, Function, FunctionSet, Method, MethodCall, Param},
    set::{Template, TemplateSet},
    value::{Data, DataList, DataMap, Elem, GoType, Kind, List, Map, Object, Str, Value},
    vm::{Limits, Machine},
};
