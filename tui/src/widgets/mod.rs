//! Pieces that screens are drawn with.

mod field;
mod grid;
mod pager;
mod paint;

pub(crate) use field::Field;
pub(crate) use grid::Grid;
pub(crate) use pager::Pager;
pub(crate) use paint::{Brush, label};
