//! Objects, what names them, and the ordered set of them that a build works on.

mod id;
mod labels;
mod load;
mod object;
mod scope;
mod selector;
mod set;

pub(crate) use id::{Gvk, Id};
pub(crate) use load::{check, read_resources};
pub(crate) use object::{Behavior, Memory, Provenance, Resource};
pub(crate) use scope::{Scope, Scopes};
pub(crate) use selector::{Selector, SelectorPattern, compile};
pub(crate) use set::ResourceSet;
