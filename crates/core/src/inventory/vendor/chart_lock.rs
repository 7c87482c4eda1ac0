//! Whether a chart's `Chart.lock` is of its dependencies, and its `charts` folder of that.
//!
//! Source of the rules: Helm, `pkg/downloader/manager.go` (`Build`) and `internal/resolver/resolver.go`
//! (`HashReq`, `HashV2Req`).

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use zij_goyaml::{Limits, Node, NodeKind};
use zij_helm::semver::Version;

use crate::{
    inventory::{Problem, Severity, object::shown},
    source::{EntryKind, Place, Tree, TreePath},
};

/// The files of a chart that declare dependencies, each with its lock file.
const FILES: [(&str, &str); 2] =
    [("Chart.yaml", "Chart.lock"), ("requirements.yaml", "requirements.lock")];
/// The fields of a dependency in the order in which Helm writes them.
const FIELDS: [&str; 8] =
    ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

/// What is wrong with the lock file of the chart at `path`; nothing where it has none.
pub(super) fn disagreements(tree: &dyn Tree, path: &TreePath) -> Vec<Problem> {
    let read = |name: &str| document(tree, &path.child(name));
    let declared = FILES.iter().find_map(|(file, lock)| {
        let declared = read(file).filter(|node| !dependencies(node).is_empty())?;
        Some((*file, *lock, declared, read(lock)?))
    });
    let Some((file, lock_name, declared, lock)) = declared else { return Vec::new() };
    let problem = |line: Option<usize>, message: String, hint: &str| Problem {
        severity: Severity::Warning,
        message,
        place: Some(Place { line, ..Place::from(&path.child(lock_name)) }),
        hint: Some(hint.to_owned()),
    };
    let written = lock.get("digest").map(shown).unwrap_or_default();
    let is_first = read("Chart.yaml").is_none_or(|chart| {
        chart.get("apiVersion").and_then(Node::as_str).is_none_or(|version| version == "v1")
    });
    let (wanted, locked) = (listed(dependencies(&declared)), listed(dependencies(&lock)));
    let is_same = written == digest(&format!("[{wanted},{locked}]"))
        || (is_first && written == digest(&format!("{{\"dependencies\":{wanted}}}")));
    if !is_same {
        let message = format!("{lock_name} is out of sync with {file}");
        return vec![problem(None, message, "`helm dependency update` writes it anew")];
    }
    let packed = dependencies(&lock).iter().filter_map(|item| {
        let (name, version) = (item.get("name")?.as_str()?, shown(item.get("version")?));
        let found = packed(tree, path, name);
        let differs = !found.is_empty() && found.iter().all(|(_, own)| *own != version);
        let (entry, own) = found.into_iter().next().filter(|_| differs)?;
        let message = format!("charts/{entry} is {name} {own}, but {lock_name} says {version}");
        let line = item.span.start.line as usize;
        Some(problem(Some(line), message, "`helm dependency build` makes `charts` what it says"))
    });
    packed.collect()
}

/// The charts of a name in the `charts` folder, each with its version.
fn packed(tree: &dyn Tree, path: &TreePath, name: &str) -> Vec<(String, String)> {
    let folder = path.child("charts");
    let entries = tree.list(&folder).ok().flatten();
    let found = entries.iter().flat_map(|entries| entries.iter()).filter_map(|entry| {
        let own: &str = &entry.name;
        if own == name && entry.kind == EntryKind::Folder {
            let chart = document(tree, &folder.child(own).child("Chart.yaml"))?;
            return Some((own.to_owned(), shown(chart.get("version")?)));
        }
        let version = own.strip_prefix(name)?.strip_prefix('-')?.strip_suffix(".tgz")?;
        // `kit-extra-1.0.0.tgz` is no version of `kit`.
        Version::parse(version).ok().map(|_| (own.to_owned(), version.to_owned()))
    });
    found.collect()
}

fn document(tree: &dyn Tree, file: &TreePath) -> Option<Node> {
    let bytes = tree.read(file).ok()??;
    zij_goyaml::parse(&bytes, &Limits::default()).ok()
}

fn dependencies(node: &Node) -> &[Node] {
    node.get("dependencies").and_then(Node::as_sequence).unwrap_or_default()
}

/// Dependencies as Go writes them.
fn listed(items: &[Node]) -> String {
    let items = items.iter().map(|item| {
        let fields = FIELDS.iter().filter_map(|key| {
            let value = item.get(key).filter(|value| !is_zero(value));
            match value {
                Some(value) => Some(format!("\"{key}\":{}", json(value))),
                None if matches!(*key, "name" | "repository") => Some(format!("\"{key}\":\"\"")),
                None => None,
            }
        });
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    });
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

fn is_zero(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Null | NodeKind::Bool(false) => true,
        NodeKind::String(text) => text.is_empty(),
        NodeKind::Sequence(items) => items.is_empty(),
        _ => false,
    }
}

/// A value as `encoding/json` writes it.
fn json(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::String(text) => quoted(text),
        NodeKind::Sequence(items) => {
            format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(","))
        }
        NodeKind::Mapping(mapping) => {
            let mut entries: Vec<_> =
                mapping.iter().map(|entry| (&*entry.key, &entry.value)).collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries.iter().map(|(key, value)| quoted(key) + ":" + &json(value));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        _ => shown(node),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn digest(text: &str) -> String {
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(text) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::source::MemoryTree;

    use super::*;

    const CHART: &str = "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n\
        - {name: kit, version: \">=1.0.0 <2.0.0\", repository: \"file://../kit\", alias: tools, \
           condition: tools.enabled, tags: [a, b]}\n\
        - name: log\n  version: 0.3.0\n  repository: file://../log\n  import-values:\n  - data\n  \
        - {parent: \"b&c\", child: a}\n";
    /// What `helm dependency update` (4.2.3) writes for it.
    const LOCK: &str = "dependencies:\n- name: kit\n  repository: file://../kit\n  version: 1.4.2\n\
        - name: log\n  repository: file://../log\n  version: 0.3.0\n\
        digest: sha256:2cfd22be166facd05cd8c6e12a8afe9836ac348827c33059eaf70b48cc1a05da\n";

    fn said(files: &[(&str, &str)]) -> Vec<String> {
        let tree = MemoryTree::new(files.iter().copied());
        let found = disagreements(&tree, &TreePath::parse("web").unwrap());
        found.into_iter().map(|one| format!("{}: {}", one.place.unwrap(), one.message)).collect()
    }

    #[test]
    fn a_lock_is_held_against_what_it_locks() {
        let agreed = [("web/Chart.yaml", CHART), ("web/Chart.lock", LOCK)];
        assert_eq!(said(&agreed), [""; 0]);
        assert_eq!(said(&agreed[..1]), [""; 0]);
        let other = CHART.replace("0.3.0", "0.3.x");
        assert_eq!(
            said(&[("web/Chart.yaml", &other), ("web/Chart.lock", LOCK)]),
            ["web/Chart.lock: Chart.lock is out of sync with Chart.yaml"]
        );
        let mut files = agreed.to_vec();
        files.extend([
            ("web/charts/kit-1.4.1.tgz", ""),
            ("web/charts/kit-extra-1.0.0.tgz", ""),
            ("web/charts/log/Chart.yaml", "name: log\nversion: 0.3.0\n"),
        ]);
        assert_eq!(
            said(&files),
            ["web/Chart.lock:2: charts/kit-1.4.1.tgz is kit 1.4.1, but Chart.lock says 1.4.2"]
        );
        files.push(("web/charts/kit-1.4.2.tgz", ""));
        assert_eq!(said(&files), [""; 0]);
    }
}
