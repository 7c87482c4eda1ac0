//! ConfigMaps, Secrets and the objects of charts.

mod charts;
mod objects;
mod pairs;
mod service_account;

pub(crate) use charts::render_chart;
pub use charts::{ChartRenderer, ChartRequest, ChartValues};
pub(crate) use objects::make;
pub(crate) use service_account::make_service_account;
