//! A loaded chart and the tree of charts that a render sees.

pub(crate) mod decode;
mod dependencies;
mod loaded;
mod metadata;
mod node;

pub(crate) use dependencies::process;
pub use loaded::Chart;
pub(crate) use metadata::Structs;
pub use metadata::{Dependency, Maintainer, Metadata};
pub(crate) use node::Node;
