//! The kustomization file that Flux makes for a folder that has none.
//!
//! (Source: fluxcd/pkg, `kustomize/kustomize_generator.go`.)

use zij_goyaml::{Mapping, MappingEntry, Node, NodeKind};

use crate::source::{EntryKind, SourceError, Tree, TreePath};

use super::edits::NAMES;

/// Folders deeper than this are not entered.
const MAX_DEPTH: usize = 64;
/// The most resources of one folder.
const MAX_RESOURCES: usize = 100_000;

/// The kustomization of `folder`: every manifest below it, and every folder below it that has a
/// kustomization file of its own.
pub(super) fn generated(tree: &dyn Tree, folder: &TreePath) -> Result<Mapping, SourceError> {
    let mut walk = Walk { tree, folder, resources: Vec::new() };
    walk.folder(folder, 0)?;
    let mut file = Mapping::new();
    let mut set = |key: &str, value: Node| {
        file.insert(MappingEntry { key: key.into(), key_span: value.span, value });
    };
    set("apiVersion", text("kustomize.config.k8s.io/v1beta1"));
    set("kind", text("Kustomization"));
    match walk.resources.is_empty() {
        true => set("namespace", text("_placeholder")),
        false => {
            let resources = walk.resources.iter().map(|path| text(path)).collect();
            set("resources", NodeKind::Sequence(resources).into());
        }
    }
    Ok(file)
}

fn text(text: &str) -> Node {
    NodeKind::String(text.into()).into()
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    folder: &'a TreePath,
    resources: Vec<String>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &TreePath, depth: usize) -> Result<(), SourceError> {
        let Some(entries) = self.tree.list(path)? else { return Ok(()) };
        for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
            let child = path.child(&entry.name);
            if self.resources.len() >= MAX_RESOURCES {
                return Ok(());
            }
            match entry.kind {
                EntryKind::Folder if self.has_kustomization(&child) => self.add(&child),
                EntryKind::Folder if depth < MAX_DEPTH => self.folder(&child, depth + 1)?,
                EntryKind::File | EntryKind::Link if is_manifest(&entry.name) => self.add(&child),
                EntryKind::Folder | EntryKind::File | EntryKind::Link | EntryKind::Submodule => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &TreePath) {
        let relative = path.below(self.folder).unwrap_or(path.as_str());
        self.resources.push(format!("./{relative}"));
    }

    /// Whether a folder has a kustomization file that is part of the source.
    fn has_kustomization(&self, folder: &TreePath) -> bool {
        NAMES.iter().map(|name| folder.child(name)).any(|file| {
            let entry = self.tree.entry(&file).ok().flatten();
            entry.is_some_and(|entry| entry.kind == EntryKind::File)
        })
    }
}

fn is_manifest(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

#[cfg(test)]
mod tests {
    use crate::{inventory::Generation, render::source_files::SourceFiles, source::MemoryTree};

    use super::*;

    #[test]
    fn files_are_taken_unless_a_rule_ignores_them() {
        let files = [
            "apps/web.yaml",
            "apps/web.yml",
            "apps/web.json",
            "apps/README.md",
            "apps/deep/er/x.yaml",
            "apps/own/kustomization.yaml",
            "apps/own/y.yaml",
            "apps/test/t.yaml",
            ".github/workflows/ci.yaml",
            "apps/.sops.yaml",
            "notes/n.yaml",
        ];
        // The rules of the root, of the folder, and of the description; the folder; what is left.
        for (root, inner, more, folder, want) in [
            ("", "", "", "apps", "deep/er/x.yaml own test/t.yaml web.yaml web.yml"),
            (
                "",
                "",
                "",
                "",
                "apps/deep/er/x.yaml apps/own apps/test/t.yaml apps/web.yaml apps/web.yml notes/n.yaml",
            ),
            ("test/\n", "", "", "apps", ".sops.yaml deep/er/x.yaml own web.yaml web.yml"),
            ("# x\n/apps/test\n*.yml", "", "", "apps", ".sops.yaml deep/er/x.yaml own web.yaml"),
            ("/test", "", "", "apps", ".sops.yaml deep/er/x.yaml own test/t.yaml web.yaml web.yml"),
            ("", "/test", "", "apps", ".sops.yaml deep/er/x.yaml own web.yaml web.yml"),
            ("/*\n!/notes/", "", "", "", "notes/n.yaml"),
            ("*.yaml", "", "!web.yaml", "apps", "web.yaml web.yml"),
            ("**/er/*.yaml", "", "", "apps", ".sops.yaml own test/t.yaml web.yaml web.yml"),
            (
                "",
                "",
                "!.github/",
                "",
                ".github/workflows/ci.yaml apps/.sops.yaml apps/deep/er/x.yaml apps/own apps/test/t.yaml apps/web.yaml apps/web.yml notes/n.yaml",
            ),
            ("*", "", "", "apps", ""),
        ] {
            let all = files
                .iter()
                .map(|path| (*path, ""))
                .chain([(".sourceignore", root), ("apps/.sourceignore", inner)]);
            let tree = MemoryTree::new(all);
            let generation = Generation { ignore: more.into(), ..Generation::default() };
            let files = SourceFiles::new(&tree, Some(&generation));
            let folder = TreePath::parse(folder).unwrap();
            let made = generated(&files, &folder).unwrap();
            let resources = made.get("resources").and_then(Node::as_sequence).unwrap_or_default();
            let got: Vec<&str> =
                resources.iter().filter_map(|node| node.as_str()?.strip_prefix("./")).collect();
            assert_eq!(got.join(" "), want, "{root:?} {inner:?} {more:?}");
        }
    }
}
