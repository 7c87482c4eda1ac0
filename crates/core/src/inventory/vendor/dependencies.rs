//! Where the dependencies of a chart come from that are not in its `charts` folder.
//!
//! Source of the rules: Helm, `pkg/downloader/manager.go` and `internal/resolver/resolver.go`.

use std::sync::Arc;

use zij_goyaml::{Limits, Node};
use zij_helm::{
    profile::SemverLibrary,
    semver::{Constraint, Version},
};

use crate::source::{Place, Tree, TreePath};

use super::Wanted;

/// A declared dependency and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The chart's own name.
    pub(crate) name: Arc<str>,
    /// Where it comes from.
    pub(crate) source: DependencySource,
    /// Where it is declared.
    pub(crate) place: Place,
}

/// Where a dependency comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DependencySource {
    /// Another folder of the tree (`file://`).
    Folder(TreePath),
    /// A chart repository or registry.
    Remote(Wanted),
    /// Nowhere: it must lie in `charts`.
    Nowhere,
}

/// The dependencies that the chart at `path` declares, in their order; none where it cannot be
/// read, which the render says.
///
/// A version that `Chart.lock` has chosen counts where it still fits the range, as for
/// `helm dependency build`.
pub(crate) fn dependencies(tree: &dyn Tree, path: &TreePath) -> Vec<Dependency> {
    let declared = ["Chart.yaml", "requirements.yaml"].iter().find_map(|name| {
        let file = path.child(name);
        let node = document(tree, &file)?;
        (!items(&node).is_empty()).then_some((file, node))
    });
    let Some((file, node)) = declared else { return Vec::new() };
    let locks = ["Chart.lock", "requirements.lock"];
    let lock = locks.iter().find_map(|name| document(tree, &path.child(name)));
    let locked = lock.as_ref().map(items).unwrap_or_default();
    let dependency = |(index, item): (usize, &Node)| {
        let name = text(item, "name")?;
        let range = text(item, "version").unwrap_or_default();
        let repository = text(item, "repository").unwrap_or_default();
        let same = |node: &&Node| text(node, "name") == Some(name);
        let chosen = locked.get(index).filter(same).or_else(|| locked.iter().find(same));
        let chosen = chosen.and_then(|node| text(node, "version"));
        let version = chosen.filter(|version| fits(range, version)).unwrap_or(range);
        Some(Dependency {
            name: name.into(),
            source: source(path, repository, name, version),
            place: Place::line(file.as_str(), item.span.start.line as usize),
        })
    };
    items(&node).iter().enumerate().filter_map(dependency).collect()
}

fn source(path: &TreePath, repository: &str, name: &str, version: &str) -> DependencySource {
    if let Some(folder) = repository.strip_prefix("file://") {
        let inside = (!folder.starts_with('/')).then(|| path.join(folder).ok()).flatten();
        return inside.map_or(DependencySource::Nowhere, DependencySource::Folder);
    }
    if repository.is_empty() {
        return DependencySource::Nowhere;
    }
    DependencySource::Remote(Wanted::Chart {
        repository: repository.into(),
        name: name.into(),
        version: if version.is_empty() { "*" } else { version }.into(),
    })
}

fn fits(range: &str, version: &str) -> bool {
    if range == version || range.is_empty() {
        return true;
    }
    let (Ok(range), Ok(version)) = (Constraint::parse(range), Version::parse(version)) else {
        return false;
    };
    range.check(&version, SemverLibrary::V3_5)
}

/// Whether a chart of that name lies in the `charts` folder of the chart at `path`, as a folder or
/// an archive.
pub(super) fn is_packed(tree: &dyn Tree, path: &TreePath, name: &str) -> bool {
    let entries = tree.list(&path.child("charts")).ok().flatten();
    entries.iter().flat_map(|entries| entries.iter()).any(|entry| {
        let rest = entry.name.strip_prefix(name);
        rest.is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with('-') && rest.ends_with(".tgz"))
        })
    })
}

fn document(tree: &dyn Tree, file: &TreePath) -> Option<Node> {
    let bytes = tree.read(file).ok()??;
    zij_goyaml::parse(&bytes, &Limits::default()).ok()
}

fn items(node: &Node) -> &[Node] {
    node.get("dependencies").and_then(Node::as_sequence).unwrap_or_default()
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_str)
}

#[cfg(test)]
mod tests {
    use crate::source::MemoryTree;

    use super::*;

    #[test]
    fn the_lock_chooses_the_version_while_it_fits() {
        let chart = "name: web\ndependencies:\n\
                     - {name: a, version: ~1.2, repository: \"https://c.example.org\"}\n\
                     - {name: b, version: ^2, repository: \"oci://r.example.org/x\"}\n\
                     - {name: c, version: 0.1.0, repository: \"file://../c\"}\n\
                     - {name: d, version: 0.1.0}\n\
                     - {name: e, repository: \"file://../../../e\"}\n";
        let lock = "dependencies:\n\
                    - {name: a, version: 1.2.9, repository: \"https://c.example.org\"}\n\
                    - {name: b, version: 1.9.0, repository: \"oci://r.example.org/x\"}\n";
        let tree =
            MemoryTree::new([("charts/web/Chart.yaml", chart), ("charts/web/Chart.lock", lock)]);
        let found = dependencies(&tree, &TreePath::parse("charts/web").unwrap());
        let shown: Vec<String> = found
            .iter()
            .map(|one| match &one.source {
                DependencySource::Remote(wanted) => format!("{} {wanted}", one.place),
                DependencySource::Folder(path) => format!("{} {path}", one.place),
                DependencySource::Nowhere => format!("{} nowhere", one.place),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "charts/web/Chart.yaml:3 chart a 1.2.9 of https://c.example.org",
                "charts/web/Chart.yaml:4 chart b ^2 of oci://r.example.org/x",
                "charts/web/Chart.yaml:5 charts/c",
                "charts/web/Chart.yaml:6 nowhere",
                "charts/web/Chart.yaml:7 nowhere",
            ]
        );
    }
}
