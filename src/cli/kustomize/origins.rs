//! Which file set which field.

use std::{fmt::Write as _, path::Path};

use zij_core::report::printable;
use zij_kustomize::{Build, Place};

/// A heading for each object, and a line for each of its fields: its path and its place.
pub(super) fn text(build: &Build, top: &Path, here: &Path) -> String {
    let mut text = String::new();
    for (resource, origin) in build.resources.iter().zip(&build.origins) {
        let field = |node: &zij_goyaml::Node, name: &str| {
            let text = node.get(name).and_then(zij_goyaml::Node::as_str);
            text.map(|text| printable(text).into_owned())
        };
        let metadata = |name: &str| field(resource.get("metadata")?, name);
        let kind = field(resource, "kind").unwrap_or_default();
        let namespace = metadata("namespace").map(|namespace| namespace + "/").unwrap_or_default();
        let name = metadata("name").unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{kind} {namespace}{name}");
        let paths = origin.fields.iter().map(|field| printable(&field.path));
        let paths: Vec<_> = paths.collect();
        let width = paths.iter().map(|path| path.chars().count()).max().unwrap_or_default();
        for (path, field) in paths.iter().zip(&origin.fields) {
            let _ = writeln!(text, "  {path:<width$}  {}", shown(&field.place, top, here));
        }
    }
    text
}

/// A place as a path from where the user is.
fn shown(place: &Place, top: &Path, here: &Path) -> String {
    let path = top.join(&*place.path);
    let path = path.strip_prefix(here).unwrap_or(&path).display().to_string();
    match place.line {
        0 => printable(&path).into_owned(),
        line => format!("{}:{line}", printable(&path)),
    }
}
