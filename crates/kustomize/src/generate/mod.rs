//! ConfigMaps, Secrets and the objects of charts.

mod charts;
mod objects;
mod pairs;

pub(crate) use charts::render_chart;
pub use charts::{ChartRenderer, ChartRequest, ChartValues};
pub(crate) use objects::make;
