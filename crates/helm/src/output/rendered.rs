//! What a render gives.

use std::sync::Arc;

use crate::{host::Unstable, load::File};

/// A document of a rendered file that is no hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Path of the template file (`# Source:`).
    pub path: String,
    /// Text of the document, trimmed as the profile's Helm does.
    pub text: Arc<str>,
    /// `apiVersion`, empty when the document has none.
    pub api_version: String,
    /// `kind`, empty when the document has none.
    pub kind: String,
    /// `metadata.name`, empty when the document has none.
    pub name: String,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookEvent {
    /// `pre-install`.
    PreInstall,
    /// `post-install`.
    PostInstall,
    /// `pre-delete`.
    PreDelete,
    /// `post-delete`.
    PostDelete,
    /// `pre-upgrade`.
    PreUpgrade,
    /// `post-upgrade`.
    PostUpgrade,
    /// `pre-rollback`.
    PreRollback,
    /// `post-rollback`.
    PostRollback,
    /// `test` and `test-success`.
    Test,
}

impl HookEvent {
    /// Reads a lower-case event name; `None` for names Helm does not know.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }
}

/// A document that runs at certain moments instead of being kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The document.
    pub manifest: Manifest,
    /// When it runs.
    pub events: Vec<HookEvent>,
    /// Order among hooks of one event.
    pub weight: i64,
    /// `helm.sh/hook-delete-policy`, split and in lower case.
    pub delete_policies: Vec<String>,
}

/// The whole result of a render.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// CRD files with their full paths, verbatim; empty unless asked for.
    pub crds: Vec<File>,
    /// Documents in the order Helm installs and prints them.
    pub manifests: Vec<Manifest>,
    /// Hooks that were asked for, in the order Helm prints them.
    pub hooks: Vec<Hook>,
    /// The root chart's `NOTES.txt`.
    pub notes: Option<String>,
    /// What Helm would log.
    pub warnings: Vec<String>,
    /// The calls whose results the next real render would make anew, sorted.
    pub unstable: Vec<Unstable>,
}
