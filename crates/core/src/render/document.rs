//! What a render gives.

use std::{borrow::Cow, sync::Arc};

use super::{EffectiveValues, Reads};

/// The result of rendering one cell.
#[derive(Debug)]
pub struct Rendering {
    /// The documents in the order they are applied; hooks last, as Helm prints them.
    pub documents: Arc<[Document]>,
    /// The values that the templates saw.
    pub values: EffectiveValues,
    /// What the tool would have warned of.
    pub warnings: Arc<[String]>,
    /// Everything that the result depends on.
    pub reads: Reads,
}

/// One YAML document of a rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The file that rendered it, relative to the repository's root.
    pub template: Arc<str>,
    /// The same file in Helm's terms, as in its `# Source:` comment.
    pub chart_path: Arc<str>,
    /// The text, as bytes since templates may produce any.
    pub bytes: Arc<[u8]>,
    /// The line of `template` that it begins on, where it stands there as it is.
    pub line: Option<usize>,
    /// How Helm runs it, for a hook.
    pub hook: Option<Hook>,
    /// Whether it comes from a `crds` folder.
    pub is_crd: bool,
    /// The same document of another render, where that is not equal.
    pub anew: Option<Anew>,
}

/// What another render with other random values at another time makes of a document: everything
/// that differs is made anew by each real render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anew {
    /// The other text; empty where the other render has no such document.
    pub bytes: Arc<[u8]>,
    /// The functions that may be the reason, such as `genCA, randAlphaNum`.
    pub functions: Arc<str>,
}

impl Document {
    /// The text, with replacement characters where it is not UTF-8.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// The `helm.sh/hook` annotations of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hook {
    /// When it runs, such as `pre-install`.
    pub events: Vec<Arc<str>>,
    /// Its place among the hooks of an event.
    pub weight: i64,
    /// When it is deleted, such as `before-hook-creation`.
    pub delete_policies: Vec<Arc<str>>,
}
