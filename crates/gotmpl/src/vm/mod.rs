//! The machine that runs compiled templates.

mod limits;
mod machine;

pub use self::{limits::Limits, machine::Machine};
