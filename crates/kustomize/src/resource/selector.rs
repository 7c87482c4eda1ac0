//! Targets of patches and replacements: regular expressions over ids, and label selectors.

use regex::Regex;

use super::id::{Gvk, Id};
use super::labels::LabelSelector;
use super::object::Resource;
use super::scope::Scopes;
use crate::error::{Error, Result};

/// A target as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Selector {
    pub(crate) gvk: Gvk,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) labels: String,
    pub(crate) annotations: String,
}

impl Selector {
    /// Whether nothing but labels or annotations selects.
    pub(crate) fn has_no_id(&self) -> bool {
        self.gvk == Gvk::default() && self.name.is_empty() && self.namespace.is_empty()
    }

    /// The selector as an id of plain texts.
    pub(crate) fn id(&self) -> Id {
        Id {
            gvk: self.gvk.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            cluster_scoped: false,
        }
    }
}

/// A part of a target.
#[derive(Debug)]
enum Part {
    Any,
    Exact(String),
    Pattern(Box<Regex>),
}

impl Part {
    fn new(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self::Any);
        }
        // A plain word needs no regular expression, and nearly all parts are one.
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Ok(Self::Exact(text.to_owned()));
        }
        compile(&format!("^(?:{text})$")).map(|regex| Self::Pattern(Box::new(regex)))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(wanted) => wanted == text,
            Self::Pattern(regex) => regex.is_match(text),
        }
    }
}

/// Compiles a regular expression of Go's syntax, with a bound on its size.
pub(crate) fn compile(pattern: &str) -> Result<Regex> {
    let built = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build();
    built.map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or(&text).to_owned();
        Error::change(format!("error parsing regexp `{pattern}`: {reason}"))
    })
}

/// A target that is ready to be compared.
#[derive(Debug)]
pub(crate) struct SelectorPattern {
    group: Part,
    version: Part,
    kind: Part,
    name: Part,
    namespace: Part,
    labels: LabelSelector,
    annotations: LabelSelector,
}

impl SelectorPattern {
    pub(crate) fn new(selector: &Selector) -> Result<Self> {
        Ok(Self {
            group: Part::new(&selector.gvk.group)?,
            version: Part::new(&selector.gvk.version)?,
            kind: Part::new(&selector.gvk.kind)?,
            name: Part::new(&selector.name)?,
            namespace: Part::new(&selector.namespace)?,
            labels: LabelSelector::parse(&selector.labels)?,
            annotations: LabelSelector::parse(&selector.annotations)?,
        })
    }

    fn matches_gvk(&self, gvk: &Gvk) -> bool {
        self.group.matches(&gvk.group)
            && self.version.matches(&gvk.version)
            && self.kind.matches(&gvk.kind)
    }

    /// Whether an id fits, its namespace as written.
    pub(crate) fn matches_id(&self, id: &Id) -> bool {
        self.matches_gvk(&id.gvk)
            && self.name.matches(&id.name)
            && self.namespace.matches(&id.namespace)
    }

    /// Whether the labels and annotations fit.
    pub(crate) fn matches_metadata(&self, resource: &Resource) -> bool {
        (self.annotations.is_empty() || self.annotations.matches(&resource.annotations()))
            && (self.labels.is_empty() || self.labels.matches(&resource.labels()))
    }

    /// Whether an object is selected by its first or its present name.
    pub(crate) fn matches(&self, resource: &Resource, scopes: &Scopes) -> bool {
        if !self.kind.matches(resource.kind()) {
            return false;
        }
        let (now, first) = (resource.id(scopes), resource.original_id(scopes));
        let namespace = self.namespace.matches(first.effective_namespace())
            || self.namespace.matches(now.effective_namespace());
        let name = self.name.matches(&first.name) || self.name.matches(&now.name);
        namespace && name && self.matches_gvk(&now.gvk) && self.matches_metadata(resource)
    }
}
