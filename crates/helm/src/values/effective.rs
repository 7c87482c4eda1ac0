//! The values a chart is rendered with, as plain data.

use std::sync::Arc;

use zij_gotmpl::DataMap;

use super::coalesce::{self, Nulls};
use crate::{
    chart::{self, Chart, Node},
    error::Error,
    profile::Profile,
};

/// The values of a chart after its dependencies are processed and all defaults are laid under the
/// user's values; subcharts' values stand under their names.
///
/// # Errors
/// Values of another type than a table under a subchart's name.
pub fn effective(
    chart: &Arc<Chart>,
    values: &DataMap,
    profile: &Profile,
) -> Result<DataMap, Error> {
    let mut root = Node::of(chart);
    chart::process(&mut root, values, profile)?;
    let (live, _) = coalesce::coalesce(&root, values, Nulls::Delete, profile.nulls)?;
    coalesce::to_data(&live)
}
