//! The values that templates see, and the layer that sets each.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Number, Value};
use zij_gotmpl::Data;
use zij_helm::{
    Chart, Profile,
    values::{ValuesLayer, effective, merge_layers, origin_of},
};

use crate::source::Place;

use super::{chart::LoadedChart, secret_values::ValuesPath};

/// The chart's defaults with every values layer over them, as templates see them.
#[derive(Default)]
pub struct EffectiveValues {
    data: OnceLock<Value>,
    chart: Option<ChartValues>,
}

/// What the values of a chart are made of.
pub(super) struct ChartValues {
    pub(super) chart: Arc<LoadedChart>,
    pub(super) layers: Vec<Layer>,
    pub(super) profile: &'static Profile,
}

/// A values layer and where its first line stands.
#[derive(Clone)]
pub(super) struct Layer {
    pub(super) values: Arc<ValuesLayer>,
    pub(super) place: Place,
}

impl EffectiveValues {
    /// Values that no known layer sets.
    pub fn of(data: Value) -> Self {
        Self { data: data.into(), chart: None }
    }

    pub(super) fn of_chart(chart: ChartValues) -> Self {
        Self { data: OnceLock::new(), chart: Some(chart) }
    }

    /// The values as a tree; maps are sorted by key.
    ///
    /// They are made on first use, since most cells are never asked for them.
    pub fn data(&self) -> &Value {
        self.data.get_or_init(|| self.chart.as_ref().map_or(Value::Null, ChartValues::data))
    }

    /// Whether both are made of the same layers and defaults, which is cheaper to see than what they
    /// come to.
    pub(crate) fn are_made_alike(&self, other: &Self) -> bool {
        match (&self.chart, &other.chart) {
            (Some(own), Some(other)) => own.is_like(other),
            _ => false,
        }
    }

    /// The place that sets the value at `path`, one part a key or list index; absent where no
    /// single layer sets it.
    pub fn origin(&self, path: &[&str]) -> Option<Place> {
        self.chart.as_ref()?.origin(path)
    }
}

impl EffectiveValues {
    /// Paths of the values that the chart's Secrets are made of, as its templates say; of a path to
    /// a map all below it is meant.
    pub fn secret_paths(&self) -> Option<&BTreeSet<ValuesPath>> {
        self.chart.as_ref().map(|own| own.chart.secret_paths())
    }
}

impl fmt::Debug for EffectiveValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EffectiveValues").field(self.data()).finish()
    }
}

impl ChartValues {
    fn is_like(&self, other: &Self) -> bool {
        std::ptr::eq(self.profile, other.profile)
            && self.layers.len() == other.layers.len()
            && self
                .layers
                .iter()
                .zip(&other.layers)
                .all(|(own, other)| Arc::ptr_eq(&own.values, &other.values))
            && have_same_values(&self.chart.chart, &other.chart.chart)
    }

    fn data(&self) -> Value {
        let merged = merge_layers(&self.values(), self.profile);
        let values = merged.and_then(|merged| effective(&self.chart.chart, &merged, self.profile));
        // A chart whose values cannot be made has no rendering that could be asked for them.
        values.map_or(Value::Null, |values| json(&Data::Map(values)))
    }

    fn origin(&self, path: &[&str]) -> Option<Place> {
        let origin = origin_of(path, &self.values(), &self.chart.chart, self.profile)?;
        let line = origin.line.map(|line| line as usize);
        let layer = self.layers.iter().find(|layer| layer.values.name() == origin.layer);
        Some(match layer {
            Some(Layer { place, .. }) => {
                let first = place.line.unwrap_or(1);
                Place { line: line.map(|line| first + line - 1), ..place.clone() }
            }
            None => {
                let file = self.chart.places.file(&origin.layer);
                Place { file: file.into(), line, column: None }
            }
        })
    }

    fn values(&self) -> Vec<ValuesLayer> {
        self.layers.iter().map(|layer| ValuesLayer::clone(&layer.values)).collect()
    }
}

/// Whether nothing of two charts differs that their effective values depend on. The version of a
/// chart decides only in its parent which dependency it is.
fn have_same_values(chart: &Chart, other: &Chart) -> bool {
    let are_same = |own: &Arc<Chart>, other: &Arc<Chart>| {
        Arc::ptr_eq(own, other)
            || (own.metadata.version == other.metadata.version && have_same_values(own, other))
    };
    chart.metadata.name == other.metadata.name
        && chart.metadata.dependencies == other.metadata.dependencies
        && chart.values.data == other.values.data
        && chart.dependencies.len() == other.dependencies.len()
        && chart
            .dependencies
            .iter()
            .zip(&other.dependencies)
            .all(|(own, other)| are_same(own, other))
}

/// Whole numbers lose the `.0` that they have as Go's `float64`.
fn json(data: &Data) -> Value {
    match data {
        Data::Nil => Value::Null,
        Data::Bool(value) => Value::Bool(*value),
        Data::Int(value) => Value::from(*value),
        Data::Float(value) => number(*value),
        Data::String(text) => Value::String(text.to_str_lossy().into_owned()),
        Data::List(items) => Value::Array(items.iter().map(json).collect()),
        Data::Map(map) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.to_str_lossy().into_owned(), json(value)))
                .collect::<Map<_, _>>(),
        ),
    }
}

fn number(value: f64) -> Value {
    // Below 2^53 a float holds every whole number exactly.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
