//! JSON schemas of charts.

mod check;
mod messages;

pub(crate) use check::Schemas;
