//! Sees what describes applications in ways that are not read yet, so that it can be said.

use std::collections::BTreeMap;

use crate::source::{EntryKind, Place, Tree, TreePath};

use super::{Lock, Problem, Severity};

/// Folders deeper than this are not looked into.
const MAX_DEPTH: usize = 16;
/// The most folders that are looked into.
const MAX_FOLDERS: usize = 20_000;
/// The most files whose text is looked at.
const MAX_FILES: usize = 5_000;

/// What a repository has that could be applications but is not known to be.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// What is not read, each with an example.
    pub(super) problems: Vec<Problem>,
    /// A chart, wherever it lies.
    pub(super) chart: Option<TreePath>,
}

/// What is seen that is not read: file names always, texts of YAML files only where
/// `look_inside` (nothing else was found, so the cost is worth it).
pub(super) fn survey(tree: &dyn Tree, look_inside: bool) -> Survey {
    let mut walk =
        Walk { tree, look_inside, folders: 0, files: 0, chart: None, seen: BTreeMap::new() };
    walk.folder(&TreePath::root(), 0);
    let problems = walk.seen.into_iter().map(|(tool, (first, count))| Problem {
        severity: Severity::Info,
        message: match count {
            1 => format!("{first} is {tool}, which this version does not read"),
            _ => format!("{count} files are {tool}, which this version does not read"),
        },
        place: Some(Place::from(&first)),
        hint: None,
    });
    Survey { problems: problems.collect(), chart: walk.chart }
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    look_inside: bool,
    folders: usize,
    files: usize,
    chart: Option<TreePath>,
    seen: BTreeMap<&'static str, (TreePath, usize)>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &TreePath, depth: usize) {
        self.folders += 1;
        if depth > MAX_DEPTH || self.folders > MAX_FOLDERS {
            return;
        }
        // A folder that cannot be read is no reason for an advice.
        let Ok(Some(entries)) = self.tree.list(path) else { return };
        for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
            match entry.kind {
                EntryKind::Folder => {
                    let child = path.child(&entry.name);
                    if !Lock::is_folder_of_copies(self.tree, &child) {
                        self.folder(&child, depth + 1);
                    }
                }
                EntryKind::File => self.file(&path.child(&entry.name)),
                EntryKind::Link | EntryKind::Submodule => {}
            }
        }
    }

    fn file(&mut self, path: &TreePath) {
        let tool = match path.name() {
            "Chart.yaml" => {
                self.chart.get_or_insert_with(|| path.clone());
                None
            }
            "kustomization.yaml" | "kustomization.yml" | "Kustomization" => Some("a kustomization"),
            name if self.look_inside && is_yaml(name) => self.tool_inside(path),
            _ => None,
        };
        if let Some(tool) = tool {
            self.seen.entry(tool).or_insert_with(|| (path.clone(), 0)).1 += 1;
        }
    }

    fn tool_inside(&mut self, path: &TreePath) -> Option<&'static str> {
        self.files += 1;
        if self.files > MAX_FILES {
            return None;
        }
        let bytes = self.tree.read(path).ok()??;
        let text = std::str::from_utf8(&bytes).ok()?;
        if text.contains("argoproj.io/v1alpha1") {
            return Some("an Argo CD object");
        }
        text.contains(".toolkit.fluxcd.io/").then_some("a Flux object")
    }
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}
