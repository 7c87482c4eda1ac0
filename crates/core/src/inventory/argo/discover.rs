//! What sort of source a folder is.
//!
//! (Source: Argo CD, `util/app/discovery/discovery.go`.)

use crate::source::{EntryKind, Tree, TreePath};

/// What renders a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceType {
    Helm,
    Kustomize,
    Directory,
    Plugin,
}

impl SourceType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Helm => "Helm",
            Self::Kustomize => "Kustomize",
            Self::Directory => "Directory",
            Self::Plugin => "Plugin",
        }
    }
}

/// The type of the folder at `path`: the last file in byte order that says one.
pub(super) fn discover(tree: &dyn Tree, path: &TreePath, disabled: &[&str]) -> SourceType {
    if path.name().ends_with(".tgz") {
        return SourceType::Helm;
    }
    let mut found = SourceType::Directory;
    let Ok(Some(entries)) = tree.list(path) else { return found };
    for entry in entries.iter().filter(|entry| entry.kind != EntryKind::Folder) {
        let kind = match &*entry.name {
            "kustomization.yaml" | "kustomization.yml" | "Kustomization" => SourceType::Kustomize,
            name if name.ends_with("Chart.yaml") => SourceType::Helm,
            _ => continue,
        };
        if !disabled.contains(&kind.name()) {
            found = kind;
        }
    }
    found
}
