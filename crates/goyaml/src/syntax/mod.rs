//! YAML as it is written: goyaml v3's `yaml.Node`, for programs that change a text's nodes and
//! decide only at the end what they mean.

mod node;
mod read;
mod scalar;

pub use crate::scan::ScalarStyle;
pub use node::{Content, SyntaxNode, Tag};
pub use read::read;
pub use scalar::{
    Scalar, decode, decode_tagged, fits_block, is_flow_plain, is_plain, resolve, tag_of,
};
