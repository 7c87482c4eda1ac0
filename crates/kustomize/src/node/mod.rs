//! Resources as trees that still know how they were written.

mod edit;
mod element;
mod origins;
mod path;
mod read;
mod tree;
mod value;

pub(crate) use element::{match_element, set_element};
pub(crate) use path::{
    index_pair, is_index, is_list_index, lookup, lookup_create, lookup_mut, lookup_or_make,
    smart_split, split,
};
pub(crate) use read::{parse_document, read_documents};
pub(crate) use tree::{Content, Field, Key, Node, Origin};
pub(crate) use value::{from_json, from_value, to_json, to_value};
