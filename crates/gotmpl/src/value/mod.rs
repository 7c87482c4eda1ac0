//! The value model: shared plain data, live values, Go types and Go's printing.

mod complex;
pub mod convert;
mod data;
pub mod fmt;
mod gotype;
mod list;
mod map;
mod object;
pub mod ops;
mod str;

#[expect(clippy::module_inception, reason = "holds the type the room is named after")]
mod value;

pub(crate) use self::{complex::Complex, value::release};
pub use self::{
    data::{Data, DataList, DataMap},
    gotype::{
        ANY_LIST, ANY_LIST_LIST, ANY_MAP, ANY_MAP_LIST, Elem, GoType, INT_LIST, Kind, STRING_LIST,
        STRING_MAP,
    },
    list::List,
    map::Map,
    object::Object,
    str::Str,
    value::Value,
};
