//! The screens and what lies over them: their state and how commands change it.

mod cell;
mod diff;
mod explain;
mod matrix;
mod overlay;

pub(crate) use cell::{CellScreen, Pane, Room};
pub(crate) use diff::{all_findings, problem};
pub(crate) use explain::{command, copies, pane_title, plain, revision, summary, verdict, why};
pub(crate) use matrix::{Geometry, Matrix, Order, SUM};
pub(crate) use overlay::{Copies, Overlay, Prompt, Purpose, Sheet, help};
