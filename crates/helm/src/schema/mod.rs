//! JSON schemas of charts.

mod check;
mod groups;
mod messages;
mod older_messages;

pub(crate) use check::Schemas;
