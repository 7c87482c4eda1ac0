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
        let line = match layer.values_file() {
            Some(file) => find_in_file(file, path)?,
            None => {
                let mut values = DataMap::default();
                layer.apply(&mut values, profile).ok()?;
                find_in_data(&Data::Map(values), path).then_some(None)?
            }
        };
        Some(Origin { layer: layer.name().to_owned(), line })
    });
    user.or_else(|| origin_in_chart(path, chart, ""))
}

/// Defaults: the chart's own before those of the subchart that the path leads to.
fn origin_in_chart(path: &[&str], chart: &Chart, prefix: &str) -> Option<Origin> {
    if let Some(line) = find_in_file(&chart.values, path) {
        return Some(Origin { layer: format!("{prefix}values.yaml"), line });
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

/// The line of the value in a file; `Some(None)` when the file has it but no places are known.
#[expect(clippy::option_option, reason = "found or not, and then with or without a line")]
fn find_in_file(file: &ValuesFile, path: &[&str]) -> Option<Option<u32>> {
    if file.documents.is_empty() {
        return find_in_data(&Data::Map(file.data.clone()), path).then_some(None);
    }
    file.documents
        .iter()
        .rev()
        .find_map(|(before, node)| find_in_node(node, path).map(|line| Some(before + line)))
}

fn find_in_node(root: &Node, path: &[&str]) -> Option<u32> {
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
            _ => return Some(line),
        }
    }
    Some(line)
}

fn find_in_data(root: &Data, path: &[&str]) -> bool {
    let mut data = root;
    for step in path {
        let next = match data {
            Data::Map(map) => map.get(step.as_bytes()),
            Data::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => return true,
        };
        match next {
            // Gaps in lists of `--set` are nulls nobody asked for.
            None | Some(Data::Nil) if matches!(data, Data::List(_)) => return false,
            None => return false,
            Some(next) => data = next,
        }
    }
    true
}
