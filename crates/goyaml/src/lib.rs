//! YAML and JSON exactly as Go programs read and write them.
//!
//! Reading follows `sigs.k8s.io/yaml` over goyaml v2: YAML 1.1 scalars, merge keys, anchors, keys
//! turned into strings, libyaml's error texts. Writing follows goyaml v2 behind a JSON round trip
//! ([`Style::Marshal`]) or goyaml v3 ([`Style::Pretty`]). Every input is untrusted: [`Limits`]
//! bound its size, depth, node count and alias expansion.
//!
//! ```
//! use zij_goyaml::{Limits, parse, to_yaml};
//!
//! let node = parse(b"on: [0777, 12:30, 1_000]\nx: &a {k: ~}\nz: {<<: *a}\n", &Limits::default())?;
//! assert_eq!(node.get("true").and_then(|list| list.as_sequence()).map(|list| list.len()), Some(3));
//! assert_eq!(node.get("z").map(|z| z.span.start.line), Some(3));
//! assert_eq!(to_yaml(&node)?, "\"true\":\n- 511\n- \"12:30\"\n- 1000\nx:\n  k: null\nz:\n  k: null\n");
//!
//! let error = parse(b"a: b: c", &Limits::default()).unwrap_err();
//! assert_eq!(error.to_string(), "yaml: mapping values are not allowed in this context");
//! # Ok::<(), zij_goyaml::Error>(())
//! ```
#![warn(missing_docs)]

mod decode;
mod emit;
mod error;
mod float;
mod gosyntax;
pub mod json;
mod limits;
mod node;
mod order;
mod resolve;
mod scan;
mod skim;
pub mod syntax;
mod tape;
mod timestamp;
mod utf8;

pub use decode::{parse, parse_all, parse_entries};
pub use emit::{Emitter, Style, to_yaml, to_yaml_pretty};
pub use error::{Error, ErrorKind};
pub use float::{format_float, format_float32, format_json_float};
pub use limits::Limits;
pub use node::{Mapping, MappingEntry, Node, NodeKind, Position, Span};
pub use order::{compare_keys, compare_keys_pretty, sort_keys, sort_keys_pretty};
pub use utf8::to_valid_utf8;
