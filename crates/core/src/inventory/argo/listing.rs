//! What kustomizations refer to, whatever else they say.

use std::sync::Arc;

use zij_goyaml::Limits;

use super::object::{items, text, texts};
use crate::source::{EntryKind, Tree, TreePath};

/// Fields of a kustomization that change what it lists.
const CHANGES: [&str; 9] = [
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "namePrefix",
    "nameSuffix",
    "components",
    "replacements",
    "transformers",
    "commonLabels",
];

/// The part of a kustomization file that says what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::inventory) struct Listing {
    /// Whether anything in it changes what it lists.
    pub(super) changes: bool,
    /// Files and folders, in the order of its fields.
    pub(super) resources: Vec<Arc<str>>,
    /// Files of patches.
    pub(super) patches: Vec<Arc<str>>,
}

impl Listing {
    fn read(tree: &dyn Tree, file: &TreePath) -> Option<Self> {
        let bytes = tree.read(file).ok()??;
        let node = zij_goyaml::parse(&bytes, &Limits::default()).ok()?;
        let patches = items(&node, &["patches"]).iter();
        let patches = patches.filter_map(|patch| text(patch, &["path"])).map(Arc::from);
        Some(Self {
            changes: CHANGES.iter().any(|key| node.get(key).is_some_and(|value| !value.is_null())),
            resources: ["resources", "bases", "components"]
                .into_iter()
                .flat_map(|key| texts(&node, &[key]))
                .collect(),
            patches: texts(&node, &["patchesStrategicMerge"]).into_iter().chain(patches).collect(),
        })
    }
}

/// Files that may be kustomizations, and folders.
pub(in crate::inventory) trait Listings {
    /// What a kustomization file refers to; nothing where it is absent or cannot be read.
    fn listing(&self, file: &TreePath) -> Option<Listing>;

    /// What lies at a path.
    fn kind(&self, path: &TreePath) -> Option<EntryKind>;
}

impl Listings for dyn Tree + '_ {
    fn listing(&self, file: &TreePath) -> Option<Listing> {
        Listing::read(self, file)
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        self.entry(path).ok().flatten().map(|entry| entry.kind)
    }
}
