//! What names an object: kind, name and namespace (kyaml's `resid`).

use std::borrow::Cow;
use std::fmt;

/// The namespace of objects that have none.
const NO_NAMESPACE: &str = "_non_namespaceable_";
const DEFAULT_NAMESPACE: &str = "default";

/// Group, version and kind; empty parts select anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Gvk {
    pub(crate) group: Cow<'static, str>,
    pub(crate) version: Cow<'static, str>,
    pub(crate) kind: Cow<'static, str>,
}

impl Gvk {
    pub(crate) fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = split_api_version(api_version);
        let part = |text: &str| Cow::Owned(text.to_owned());
        Self { group: part(group), version: part(version), kind: part(kind) }
    }

    pub(crate) fn api_version(&self) -> String {
        match &*self.group {
            "" => self.version.to_string(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// Whether a selector with perhaps empty parts fits.
    pub(crate) fn is_selected(&self, selector: &Self) -> bool {
        selector.fits(&self.group, &self.version, &self.kind)
    }

    /// Whether it fits an object's own fields, where parts of this one may be empty.
    pub(crate) fn selects(&self, api_version: &str, kind: &str) -> bool {
        let (group, version) = split_api_version(api_version);
        self.fits(group, version, kind)
    }

    fn fits(&self, group: &str, version: &str, kind: &str) -> bool {
        let fits = |own: &str, wanted: &str| wanted.is_empty() || own == wanted;
        fits(kind, &self.kind) && fits(group, &self.group) && fits(version, &self.version)
    }

    /// The text that field specs are sorted by within one rank.
    pub(crate) fn sort_text(&self) -> String {
        let or = |text: &str, none: &str| {
            if text.is_empty() { none.to_owned() } else { text.to_owned() }
        };
        format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"))
    }
}

pub(crate) fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl fmt::Display for Gvk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &'_ str, none: &'static str| -> String {
            if text.is_empty() { none.to_owned() } else { text.to_owned() }
        };
        let (kind, version) = (or(&self.kind, "[noKind]"), or(&self.version, "[noVer]"));
        write!(formatter, "{kind}.{version}.{}", or(&self.group, "[noGrp]"))
    }
}

/// The namespace that counts when ids are compared.
pub(crate) fn effective_namespace(namespace: &str, cluster_scoped: bool) -> &str {
    match (cluster_scoped, namespace) {
        (true, _) => NO_NAMESPACE,
        (false, "") => DEFAULT_NAMESPACE,
        (false, namespace) => namespace,
    }
}

/// An object's name now or at an earlier time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Id {
    pub(crate) gvk: Gvk,
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// Whether the kind is known to have no namespace.
    pub(crate) cluster_scoped: bool,
}

impl Id {
    pub(crate) fn effective_namespace(&self) -> &str {
        effective_namespace(&self.namespace, self.cluster_scoped)
    }

    pub(crate) fn same_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk && self.same_namespace(other)
    }

    /// Whether a selector of plain texts with perhaps empty parts fits.
    pub(crate) fn is_selected_by(&self, selector: &Self) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.same_namespace(self))
            && self.gvk.is_selected(&selector.gvk)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "[noName]" } else { &self.name };
        let namespace = if self.namespace.is_empty() { "[noNs]" } else { &self.namespace };
        write!(formatter, "{}/{name}.{namespace}", self.gvk)
    }
}
