//! JSON schemas of charts.

mod check;
mod groups;
mod messages;

pub(crate) use check::Schemas;
