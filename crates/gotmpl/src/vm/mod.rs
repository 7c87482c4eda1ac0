//! The machine that runs compiled templates.

mod call;
mod investigate;
mod limits;
mod machine;
mod run;
mod scope;

pub use self::{limits::Limits, machine::Machine};
