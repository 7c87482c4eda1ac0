//! Finds the line to edit for a field of a rendered object.

use std::sync::Arc;

use super::rule::Hit;
use crate::{
    render::EffectiveValues,
    resource::{Origin, Step},
    source::{EntryKind, Place, Tree, TreePath},
};

/// Looks up lines in the sources of one cell at one revision.
///
/// A line is given only where it is certain: where the faulty value is a value of its own, or the
/// field's key stands exactly once in the template or in the helpers beside it.
#[derive(Clone, Copy)]
pub struct Locator<'a> {
    /// The revision.
    pub tree: &'a dyn Tree,
    /// The values that the templates saw.
    pub values: Option<&'a EffectiveValues>,
}

impl Locator<'_> {
    /// The line of the template that sets the field of a hit, or the template.
    pub(crate) fn template_line(&self, origin: &Origin, hit: &Hit) -> Place {
        let key = hit.path.steps().iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Index(_) | Step::Item { .. } | Step::Order { .. } => None,
        });
        let line = key.and_then(|key| self.key_line(&origin.template, key));
        line.unwrap_or_else(|| Place::file(Arc::clone(&origin.template)))
    }

    /// The line of a template, or of the helpers beside it, that sets `key`, where one alone does.
    pub fn key_line(&self, template: &str, key: &str) -> Option<Place> {
        let path = TreePath::parse(template).ok()?;
        match self.lines_of(&path, key).as_slice() {
            [line] => Some(Place::line(template, *line)),
            [] => self.helper_line(&path, key),
            _ => None,
        }
    }

    /// Whether a text is long enough to be told by: short words such as `web` turn up by chance.
    pub(crate) fn is_telling(text: &str) -> bool {
        const SHORTEST: usize = 8;
        text.len() >= SHORTEST
    }

    /// The line of a values layer that says `text`, where exactly one value does.
    pub(crate) fn values_line(&self, text: &str) -> Option<Place> {
        let values = self.values?;
        let mut found = Vec::new();
        leaves(values.data(), &mut Vec::new(), text, &mut found);
        match found.as_slice() {
            [path] => values.origin(&path.iter().map(String::as_str).collect::<Vec<_>>()),
            _ => None,
        }
    }

    fn lines_of(&self, file: &TreePath, key: &str) -> Vec<usize> {
        let Ok(Some(bytes)) = self.tree.read(file) else { return Vec::new() };
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().enumerate();
        lines.filter(|(_, line)| has_key(line, key)).map(|(index, _)| index + 1).collect()
    }

    fn helper_line(&self, template: &TreePath, key: &str) -> Option<Place> {
        let folder = template.parent()?;
        let entries = self.tree.list(&folder).ok()??;
        let mut found = Vec::new();
        for entry in entries.iter().filter(|e| e.kind == EntryKind::File && e.name.starts_with('_'))
        {
            let file = folder.child(&entry.name);
            let lines = self.lines_of(&file, key);
            found.extend(lines.into_iter().map(|line| Place::line(file.as_str(), line)));
        }
        if found.len() == 1 { found.pop() } else { None }
    }
}

/// Whether a line of a template sets `key`, plain or quoted.
fn has_key(line: &str, key: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    let rest = line
        .strip_prefix(key)
        .or_else(|| line.strip_prefix('"')?.strip_prefix(key)?.strip_prefix('"'))
        .or_else(|| line.strip_prefix('\'')?.strip_prefix(key)?.strip_prefix('\''));
    rest.is_some_and(|rest| rest == ":" || rest.starts_with(": "))
}

fn leaves(
    value: &serde_json::Value,
    path: &mut Vec<String>,
    text: &str,
    found: &mut Vec<Vec<String>>,
) {
    let mut enter = |part: String, value: &serde_json::Value| {
        path.push(part);
        leaves(value, path, text, found);
        path.pop();
    };
    match value {
        serde_json::Value::String(leaf) if leaf == text => found.push(path.clone()),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| enter(index.to_string(), item));
        }
        serde_json::Value::Object(map) => {
            map.iter().for_each(|(key, item)| enter(key.clone(), item));
        }
        _ => {}
    }
}
