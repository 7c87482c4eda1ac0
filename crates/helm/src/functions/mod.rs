//! The functions templates can call: sprig's, Helm's own, and Go's.

mod registry;

pub use registry::function_set;
