//! Laying the user's values over the charts' defaults.
//!
//! Works on live maps because sharing is part of Helm's result: tables under `global` are the same
//! object in a chart and its subcharts, so a default of one shows up in the other.
//!
//! Source of the rules: Helm's `pkg/chart/common/util/coalesce.go`.

use std::{collections::BTreeMap, sync::Arc};

use zij_gotmpl::{
    Data, DataMap, Map, Str, Value,
    value::{convert, fmt::display},
};

use crate::{
    chart::Node,
    diagnosis::Fact,
    error::{Error, Stage},
    profile::NullRule,
};

/// Key of the values that all charts see.
const GLOBAL: &str = "global";

/// Whether nulls delete what they meet or are kept for a later step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    Delete,
    Keep,
}

/// Coalesces values with the defaults of a chart and all its subcharts.
pub(crate) struct Coalescing {
    rule: NullRule,
    warnings: Vec<String>,
}

/// The values a chart is rendered with, as a fresh map that shares nothing with `values`, and what
/// Helm warns about.
pub(crate) fn coalesce(
    chart: &Node,
    values: &DataMap,
    nulls: Nulls,
    rule: NullRule,
) -> Result<(Map, Vec<String>), Error> {
    let mut coalescing = Coalescing { rule, warnings: Vec::new() };
    let live = Map::from_data(Arc::clone(values));
    coalescing.chart(chart, &live, "", nulls)?;
    Ok((live, coalescing.warnings))
}

/// The plain data of coalesced values.
pub(crate) fn to_data(map: &Map) -> Result<DataMap, Error> {
    match convert::to_data(&Value::Map(map.clone())) {
        Ok(Data::Map(map)) => Ok(map),
        Ok(_) => Ok(DataMap::default()),
        Err(error) => Err(Error::new(Stage::Values, error.to_string()).over_limit()),
    }
}

fn joined(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

impl Coalescing {
    fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }

    fn chart(&mut self, chart: &Node, dest: &Map, prefix: &str, nulls: Nulls) -> Result<(), Error> {
        self.defaults(chart, dest, prefix, nulls);
        let prefix = joined(prefix, chart.name());
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let own = match dest.get(name.as_bytes()) {
                Some(Value::Map(own)) => own,
                Some(other) => {
                    let shown = not_a_bool(&other);
                    let text = format!("type mismatch on {name}: {shown}");
                    let charts = prefix.split('.').skip(1).chain([name]);
                    let fact = Fact::NotATable(charts.map(str::to_owned).collect());
                    return Err(Error::new(Stage::Values, text).with_fact(fact));
                }
                None => {
                    let own = Map::new();
                    dest.insert(name.into(), Value::Map(own.clone()));
                    own
                }
            };
            self.globals(&own, dest, &prefix);
            self.chart(subchart, &own, &prefix, nulls)?;
        }
        Ok(())
    }

    /// Hands the parent's globals down.
    fn globals(&mut self, dest: &Map, src: &Map, prefix: &str) {
        let key = GLOBAL.as_bytes();
        let own = match dest.get(key) {
            None => Map::new(),
            Some(Value::Map(own)) => own,
            Some(_) => {
                let text = "skipping globals because destination global is not a table.";
                return self.warn(format!("warning: {text}"));
            }
        };
        let parents = match src.get(key) {
            None => Vec::new(),
            Some(Value::Map(parents)) => parents.entries(),
            Some(_) => {
                let text = "skipping globals because source global is not a table.";
                return self.warn(format!("warning: {text}"));
            }
        };
        for (key, value) in parents {
            match (value, own.get(&key)) {
                (Value::Map(above), None) => {
                    own.insert(key, Value::Map(above.shallow_copy()));
                }
                (Value::Map(above), Some(Value::Map(below))) => {
                    // Top-down: here the parent has priority. The copy is shallow, so deeper
                    // tables stay the parent's own.
                    let above = above.shallow_copy();
                    let path = joined(prefix, &key.to_str_lossy());
                    self.tables(&above, below.entries().into_iter(), &path, Nulls::Keep);
                    own.insert(key, Value::Map(above));
                }
                (Value::Map(_), Some(_)) => self.warn(format!(
                    "Conflict: cannot merge map onto non-map for {:?}. Skipping.",
                    key.to_str_lossy()
                )),
                (_, Some(Value::Map(_))) => self.warn(format!("key {key} is table. Skipping")),
                (value, _) => {
                    own.insert(key, value);
                }
            }
        }
        dest.insert(GLOBAL.into(), Value::Map(own));
    }

    /// Lays a chart's values over its own defaults.
    fn defaults(&mut self, chart: &Node, values: &Map, prefix: &str, nulls: Nulls) {
        let prefix = joined(prefix, chart.name());
        let drop_null_defaults = self.rule >= NullRule::N3;
        for (key, default) in chart.values.iter() {
            match values.get(key) {
                Some(Value::Nil) if nulls == Nulls::Delete => {
                    values.remove(key);
                }
                Some(Value::Map(dest)) => match default {
                    Data::Map(src) => {
                        let below = chart.dependencies.iter().any(|sub| *key == *sub.name());
                        let keep = below && self.rule >= NullRule::N1;
                        let nulls = if keep { Nulls::Keep } else { nulls };
                        let src = match nulls {
                            Nulls::Delete if drop_null_defaults => without_nulls(src),
                            _ => Arc::clone(src),
                        };
                        let path = joined(&prefix, &key.to_str_lossy());
                        self.data_tables(&dest, &src, &path, nulls);
                    }
                    Data::Nil => {}
                    _ => self
                        .warn(format!("warning: skipped value for {prefix}.{key}: Not a table.")),
                },
                Some(_) => {}
                None => match default {
                    Data::Nil if drop_null_defaults && nulls == Nulls::Delete => {}
                    Data::Map(map) if drop_null_defaults && nulls == Nulls::Delete => {
                        values.insert(key.clone(), Value::from(Data::Map(without_nulls(map))));
                    }
                    _ => {
                        values.insert(key.clone(), Value::from(default));
                    }
                },
            }
        }
    }

    fn data_tables(&mut self, dst: &Map, src: &DataMap, prefix: &str, nulls: Nulls) {
        if let Some(frozen) = dst.frozen()
            && (frozen.is_empty() || src.is_empty())
        {
            // Nothing to lay over each other; whole tables can stay shared.
            for (key, value) in src.iter() {
                dst.insert(key.clone(), Value::from(value));
            }
            return;
        }
        let entries = src.iter().map(|(key, value)| (key.clone(), Value::from(value)));
        self.tables(dst, entries, prefix, nulls);
    }

    /// Lays `dst` over `src`.
    fn tables(
        &mut self,
        dst: &Map,
        src: impl Iterator<Item = (Str, Value)>,
        prefix: &str,
        nulls: Nulls,
    ) {
        for (key, value) in src {
            let Some(own) = dst.get(&key) else {
                dst.insert(key, value);
                continue;
            };
            match (own, value) {
                (Value::Nil, value) => {
                    let deletes = self.rule < NullRule::N2 || !value.is_nil();
                    if nulls == Nulls::Delete && deletes {
                        dst.remove(&key);
                    }
                }
                (Value::Map(own), Value::Map(value)) => {
                    let path = joined(prefix, &key.to_str_lossy());
                    match value.frozen() {
                        Some(data) => self.data_tables(&own, &data, &path, nulls),
                        None => self.tables(&own, value.entries().into_iter(), &path, nulls),
                    }
                }
                (_, Value::Map(_)) => {
                    let path = joined(prefix, &key.to_str_lossy());
                    self.warn(format!("warning: cannot overwrite table with non table for {path}"));
                }
                (Value::Map(_), value) if !value.is_nil() => {
                    let path = joined(prefix, &key.to_str_lossy());
                    self.warn(format!(
                        "warning: destination for {path} is a table. Ignoring non-table value"
                    ));
                }
                _ => {}
            }
        }
    }
}

/// Merges `src` under `dst`, nulls kept (`MergeTables`).
pub(crate) fn merge_under(dst: &Map, src: &Map, rule: NullRule) {
    let mut coalescing = Coalescing { rule, warnings: Vec::new() };
    coalescing.tables(dst, src.entries().into_iter(), "", Nulls::Keep);
}

/// The table without null entries at any level of tables.
fn without_nulls(map: &DataMap) -> DataMap {
    if !has_null(map) {
        return Arc::clone(map);
    }
    let kept = map.iter().filter_map(|(key, value)| match value {
        Data::Nil => None,
        Data::Map(map) => Some((key.clone(), Data::Map(without_nulls(map)))),
        other => Some((key.clone(), other.clone())),
    });
    Arc::new(kept.collect::<BTreeMap<_, _>>())
}

fn has_null(map: &DataMap) -> bool {
    map.values().any(|value| match value {
        Data::Nil => true,
        Data::Map(map) => has_null(map),
        _ => false,
    })
}

/// Go's `%t` of something that is no boolean.
fn not_a_bool(value: &Value) -> String {
    match value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(not_a_bool).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Nil | Value::Invalid => "%!t(<nil>)".to_owned(),
        Value::Bool(value) => value.to_string(),
        other => {
            let shown = display(other).unwrap_or_default();
            format!("%!t({}={shown})", other.type_name())
        }
    }
}
