//! Where an effective value came from.

use zij_gotmpl::{Data, DataMap};
use zij_goyaml::{Node, NodeKind};

use super::{
    documents::ValuesFile,
    layers::{ValuesLayer, in_order},
};
use crate::{chart::Chart, profile::Profile};

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Name of the layer, or the values file of the chart it is a default of
    /// (`values.yaml`, `charts/redis/values.yaml`).
    pub layer: String,
    /// Line in the layer's file, when it is a file.
    pub line: Option<u32>,
    /// Whether it is a default of a chart rather than the user's.
    pub is_default: bool,
    /// Whether the source says null, which deletes a default.
    pub is_null: bool,
}

/// Finds the strongest source of the value at `path` (map keys and list indexes as text).
///
/// A layer that sets a table or list above the path to something else counts as its source. `None`
/// when nothing sets the value: it was deleted, imported or never there.
pub fn origin_of(
    path: &[&str],
    layers: &[ValuesLayer],
    chart: &Chart,
    profile: &Profile,
) -> Option<Origin> {
    let user = in_order(layers).into_iter().rev().find_map(|layer| {
        let found = match layer.values_file() {
            Some(file) => find_in_file(file, path)?,
            None => {
                let mut values = DataMap::default();
                layer.apply(&mut values, profile).ok()?;
                find_in_data(&Data::Map(values), path)?
            }
        };
        Some(found.origin(layer.name().to_owned(), false))
    });
    user.or_else(|| origin_in_chart(path, chart, ""))
}

/// Defaults: the chart's own before those of the subchart that the path leads to.
fn origin_in_chart(path: &[&str], chart: &Chart, prefix: &str) -> Option<Origin> {
    if let Some(found) = find_in_file(&chart.values, path) {
        return Some(found.origin(format!("{prefix}values.yaml"), true));
    }
    let (first, rest) = path.split_first()?;
    let declared = chart.metadata.dependencies.iter().flatten();
    let real = declared
        .filter(|dependency| dependency.known_as() == *first)
        .map(|dependency| dependency.name.as_str())
        .next()
        .unwrap_or(first);
    let subchart = chart.dependencies.iter().find(|chart| chart.name() == real)?;
    origin_in_chart(rest, subchart, &format!("{prefix}charts/{real}/"))
}

/// A value found in a source.
struct Found {
    line: Option<u32>,
    is_null: bool,
}

impl Found {
    fn origin(self, layer: String, is_default: bool) -> Origin {
        Origin { layer, line: self.line, is_default, is_null: self.is_null }
    }
}

/// The value in a file; without a line when no places are known.
fn find_in_file(file: &ValuesFile, path: &[&str]) -> Option<Found> {
    if file.documents.is_empty() {
        return find_in_data(&Data::Map(file.data.clone()), path);
    }
    file.documents.iter().rev().find_map(|(before, node)| {
        let (line, is_null) = find_in_node(node, path)?;
        Some(Found { line: Some(before + line), is_null })
    })
}

fn find_in_node(root: &Node, path: &[&str]) -> Option<(u32, bool)> {
    let (mut node, mut line) = (root, root.span.start.line);
    for step in path {
        match &node.kind {
            NodeKind::Mapping(mapping) => {
                let entry = mapping.get_entry(step)?;
                line = entry.key_span.start.line;
                node = &entry.value;
            }
            NodeKind::Sequence(items) => {
                node = items.get(step.parse::<usize>().ok()?)?;
                line = node.span.start.line;
            }
            // A scalar above the path replaces all that is below it.
            _ => break,
        }
    }
    Some((line, node.is_null()))
}

fn find_in_data(root: &Data, path: &[&str]) -> Option<Found> {
    let mut data = root;
    for step in path {
        let next = match data {
            Data::Map(map) => map.get(step.as_bytes()),
            Data::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => break,
        };
        match next? {
            // Gaps in lists of `--set` are nulls nobody asked for.
            Data::Nil if matches!(data, Data::List(_)) => return None,
            next => data = next,
        }
    }
    Some(Found { line: None, is_null: matches!(data, Data::Nil) })
}
