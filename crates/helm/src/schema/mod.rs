//! JSON schemas of charts.

mod check;
mod formats;
mod groups;
mod invalid;
mod messages;
mod older_messages;
mod parts;

pub(crate) use check::Schemas;
