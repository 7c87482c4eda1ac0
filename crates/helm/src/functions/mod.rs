//! The functions templates can call: sprig's, Helm's own, and Go's.

mod arguments;
mod cast;
mod crypto;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
pub mod flow;
mod json;
mod lists;
mod merge;
mod network;
mod numeric;
mod reflect;
mod registry;
mod runes;
mod splitting;
mod strings;
mod versions;
mod words;
mod yaml;

pub use registry::function_set;
