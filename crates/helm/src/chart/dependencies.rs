//! Which dependencies are enabled, under which names, and what they lend to their parents.
//!
//! Source of the rules: Helm's `pkg/chart/v2/util/dependencies.go`.

use std::{collections::BTreeSet, sync::Arc};

use zij_gotmpl::{Data, DataMap, Map, Value, value::fmt::display};

use super::{
    metadata::{Dependency, Metadata},
    node::Node,
};
use crate::{
    error::{Error, Stage},
    profile::{Feature, Profile, SemverLibrary},
    semver::is_compatible_range,
    values::coalesce::{self, Nulls},
};

/// Enables, renames and imports, from the root down and back up. Returns what Helm warns about.
pub(crate) fn process(
    root: &mut Node,
    values: &DataMap,
    profile: &Profile,
) -> Result<Vec<String>, Error> {
    let mut processing = Processing { profile, warnings: Vec::new() };
    processing.enable(root, values, "")?;
    processing.import(root)?;
    Ok(processing.warnings)
}

struct Processing<'p> {
    profile: &'p Profile,
    warnings: Vec<String>,
}

impl Processing<'_> {
    fn enable(&mut self, node: &mut Node, values: &DataMap, path: &str) -> Result<(), Error> {
        if node.metadata.dependencies.is_none() {
            return Ok(());
        }
        choose(node, self.profile.semver);
        let declared = node.metadata.dependencies.as_deref().unwrap_or_default();
        let decided_by_values = declared.iter().any(|dependency| {
            !dependency.condition.trim().is_empty() || !dependency.tags.is_empty()
        });
        let deeper = |sub: &Node| sub.metadata.dependencies.is_some();
        if decided_by_values || node.dependencies.iter().any(deeper) {
            let rule = self.profile.nulls;
            let (live, warnings) = coalesce::coalesce(node, values, Nulls::Delete, rule)?;
            self.warnings.extend(warnings);
            let metadata = Arc::make_mut(&mut node.metadata);
            for dependency in metadata.dependencies.iter_mut().flatten() {
                self.apply_tags(dependency, &live);
                self.apply_condition(dependency, &live, path);
            }
            drop_disabled(node);
            if node.dependencies.iter().any(deeper) {
                let values = coalesce::to_data(&live)?;
                for subchart in &mut node.dependencies {
                    let path = format!("{path}{}.", subchart.name());
                    self.enable(subchart, &values, &path)?;
                }
            }
        } else {
            drop_disabled(node);
        }
        Ok(())
    }

    fn apply_tags(&mut self, dependency: &mut Dependency, values: &Map) {
        let Some(Value::Map(tags)) = values.get(b"tags") else { return };
        let (mut any_true, mut any_false) = (false, false);
        for tag in &dependency.tags {
            match tags.get(tag.as_bytes()) {
                None => {}
                Some(Value::Bool(true)) => any_true = true,
                Some(Value::Bool(false)) => any_false = true,
                Some(_) => self
                    .warnings
                    .push(format!("returned non-bool value tag={tag} chart={}", dependency.name)),
            }
        }
        dependency.enabled = any_true || !any_false;
    }

    fn apply_condition(&mut self, dependency: &mut Dependency, values: &Map, path: &str) {
        for condition in dependency.condition.trim().split(',').filter(|path| !path.is_empty()) {
            match value_at(values, &format!("{path}{condition}")) {
                None => {}
                Some(Value::Bool(value)) => {
                    dependency.enabled = value;
                    return;
                }
                Some(_) => self.warnings.push(format!(
                    "returned non-bool value path={condition} chart={}",
                    dependency.name
                )),
            }
        }
    }

    fn import(&mut self, node: &mut Node) -> Result<(), Error> {
        for subchart in &mut node.dependencies {
            self.import(subchart)?;
        }
        let Some(declared) = &node.metadata.dependencies else { return Ok(()) };
        if declared.iter().all(|dependency| dependency.import_values.is_empty()) {
            return self.keep_merged(node);
        }
        let rule = self.profile.nulls;
        let (values, _) = coalesce::coalesce(node, &DataMap::default(), Nulls::Keep, rule)?;
        let imported = Map::new();
        let metadata = Arc::make_mut(&mut node.metadata);
        for dependency in metadata.dependencies.iter_mut().flatten() {
            if !self.profile.has(Feature::AnyImportValues) {
                dependency.import_values.iter().try_for_each(check_texts)?;
            }
            let wanted: Vec<_> = dependency.import_values.iter().filter_map(import_of).collect();
            for (child, parent) in &wanted {
                let path = format!("{}.{child}", dependency.name);
                match table_at(&values, &path) {
                    Some(table) => {
                        coalesce::merge_under(&imported, &nested(parent, table), rule);
                    }
                    None => self.warnings.push(format!(
                        "ImportValues missing table from chart {}: {path:?} is not a table",
                        dependency.name
                    )),
                }
            }
            dependency.import_values = wanted.iter().map(pair).collect();
        }
        // Tables of children may hang in the values and in the imports; a copy keeps them apart.
        let own = Map::from_data(coalesce::to_data(&values)?);
        coalesce::merge_under(&own, &imported, rule);
        node.values = coalesce::to_data(&own)?;
        Ok(())
    }

    /// A chart with declared dependencies gets the merged values as its defaults in any case.
    fn keep_merged(&mut self, node: &mut Node) -> Result<(), Error> {
        let rule = self.profile.nulls;
        let (values, _) = coalesce::coalesce(node, &DataMap::default(), Nulls::Keep, rule)?;
        node.values = coalesce::to_data(&values)?;
        Ok(())
    }
}

/// Keeps undeclared charts, picks a chart for each declaration and gives it its alias.
fn choose(node: &mut Node, library: SemverLibrary) {
    let metadata = Arc::make_mut(&mut node.metadata);
    let declared = metadata.dependencies.as_deref_mut().unwrap_or_default();
    let fits = |chart: &Node, dependency: &Dependency| {
        chart.name() == dependency.name
            && is_compatible_range(&dependency.version, &chart.metadata.version, library)
    };
    let mut chosen: Vec<Node> = node
        .dependencies
        .iter()
        .filter(|chart| !declared.iter().any(|dependency| fits(chart, dependency)))
        .cloned()
        .collect();
    for dependency in declared {
        if let Some(chart) = node.dependencies.iter().find(|chart| fits(chart, dependency)) {
            let mut chart = chart.clone();
            if !dependency.alias.is_empty() {
                let metadata: &mut Metadata = Arc::make_mut(&mut chart.metadata);
                metadata.name.clone_from(&dependency.alias);
            }
            chosen.push(chart);
        }
        if !dependency.alias.is_empty() {
            dependency.name.clone_from(&dependency.alias);
        }
        dependency.enabled = true;
    }
    node.dependencies = chosen;
}

fn drop_disabled(node: &mut Node) {
    let metadata = Arc::make_mut(&mut node.metadata);
    let Some(declared) = &mut metadata.dependencies else { return };
    let disabled: BTreeSet<String> = declared
        .iter()
        .filter(|dependency| !dependency.enabled)
        .map(|dependency| dependency.name.clone())
        .collect();
    declared.retain(|dependency| !disabled.contains(&dependency.name));
    if declared.is_empty() {
        // Appending nothing to a nil slice leaves it nil.
        metadata.dependencies = None;
    }
    node.dependencies.retain(|chart| !disabled.contains(chart.name()));
}

/// The table at a path of tables.
fn table_at(values: &Map, path: &str) -> Option<Map> {
    path.split('.').try_fold(values.clone(), |table, name| match table.get(name.as_bytes()) {
        Some(Value::Map(inner)) => Some(inner),
        _ => None,
    })
}

/// The value at a path, unless it is a table (`PathValue` of Helm's `common/values.go`).
fn value_at(values: &Map, path: &str) -> Option<Value> {
    let (table, name) = match path.rsplit_once('.') {
        Some((tables, name)) => (table_at(values, tables)?, name),
        None => (values.clone(), path),
    };
    table.get(name.as_bytes()).filter(|value| value.as_map().is_none())
}

/// Refuses what old versions crash at: a `child` or `parent` that is no string.
fn check_texts(import: &Data) -> Result<(), Error> {
    let Data::Map(_) = import else { return Ok(()) };
    for key in ["child", "parent"] {
        let given = import.get(key).map_or(Value::Nil, Value::from);
        if given.as_str().is_none() {
            let found = if given.is_nil() { "nil" } else { given.type_name() };
            let text = format!("interface conversion: interface {{}} is {found}, not string");
            return Err(Error::new(Stage::Dependencies, text));
        }
    }
    Ok(())
}

/// The table to take and the path to put it at.
fn import_of(import: &Data) -> Option<(String, String)> {
    let shown = |key: &str| match import.get(key) {
        Some(Data::String(text)) => text.to_string(),
        Some(Data::Nil) | None => "<nil>".to_owned(),
        Some(value) => {
            display(&Value::from(value)).map_or_else(|e| e.to_string(), |s| s.to_string())
        }
    };
    match import {
        Data::String(name) => Some((format!("exports.{name}"), ".".to_owned())),
        Data::Map(_) => Some((shown("child"), shown("parent"))),
        _ => None,
    }
}

fn pair((child, parent): &(String, String)) -> Data {
    [("child", Data::from(child.as_str())), ("parent", Data::from(parent.as_str()))]
        .into_iter()
        .collect()
}

fn nested(path: &str, table: Map) -> Map {
    if path == "." {
        return table;
    }
    let wrap = |inner: Map, name: &str| [(name, Value::Map(inner))].into_iter().collect();
    path.split('.').rev().fold(table, wrap)
}
