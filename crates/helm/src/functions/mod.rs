//! The functions templates can call: sprig's, Helm's own, and Go's.

mod arguments;
mod cases;
mod cast;
mod certificates;
mod crypto;
mod dates;
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
mod passwords;
mod paths;
mod random;
mod reflect;
mod regexp;
mod registry;
mod runes;
mod splitting;
mod strings;
mod toml;
mod url;
mod versions;
mod words;
mod yaml;

pub(crate) use dates::date_problem;
pub use regexp::regex_matches;
pub(crate) use regexp::regex_problem;
pub use registry::function_set;
pub(crate) use yaml::text_of as yaml_text;
