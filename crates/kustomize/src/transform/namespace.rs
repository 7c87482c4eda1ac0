//! Namespaces.

use zij_goyaml::syntax::Tag;

use super::context::Context;
use super::field_spec::{Create, ScalarTag, for_field, set_scalar};
use crate::config::{FieldSpec, FieldSpecs};
use crate::error::{Error, Result};
use crate::node::{Node, lookup_create};
use crate::resource::{Resource, ResourceSet};

/// Which subjects of role bindings get the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SubjectMode {
    /// Those named `default`.
    #[default]
    DefaultOnly,
    /// All service accounts.
    ServiceAccounts,
    None,
}

/// A namespace for all objects.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamespaceChange {
    pub(crate) namespace: String,
    pub(crate) fields: FieldSpecs,
    /// Objects that have one keep it.
    pub(crate) unset_only: bool,
    pub(crate) subjects: SubjectMode,
}

/// Puts all objects into the namespace.
///
/// # Errors
/// Two objects that have one id then.
pub(crate) fn set_namespace(
    set: &mut ResourceSet,
    change: &NamespaceChange,
    context: &Context<'_>,
) -> Result<()> {
    if change.namespace.is_empty() {
        return Ok(());
    }
    let scopes = context.scopes();
    for resource in &mut set.resources {
        context.step(change.fields.len())?;
        if resource.is_nil_or_empty() {
            continue;
        }
        if resource.memory.from_helm && context.profile.has_helm_namespace {
            continue;
        }
        resource.store_previous_id(&scopes);
        let cluster = scopes.is_cluster_scoped(resource.api_version(), resource.kind());
        change
            .apply(resource, cluster)
            .map_err(|error| error.context("namespace transformation failed"))?;
    }
    set.need_unique_ids(&scopes)
        .map_err(|error| error.context("namespace transformation produces ID conflict"))
}

impl NamespaceChange {
    /// Puts one object into the namespace, if it can have one.
    pub(super) fn apply(&self, resource: &mut Resource, cluster_scoped: bool) -> Result<()> {
        if !cluster_scoped {
            let spec = FieldSpec::path("metadata/namespace", true);
            for_field(resource, &spec, Create::Scalar, &mut |node| self.set(node))?;
        }
        let binding = matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding");
        if binding {
            self.set_subjects(&mut resource.node)?;
        }
        let core = resource.api_version() == "v1";
        let unneeded = |spec: &FieldSpec| {
            spec.path == "metadata/namespace"
                || spec.path == "metadata/name" && !core
                || binding
                    && spec.path == "subjects/namespace"
                    && matches!(spec.gvk.kind.as_ref(), "RoleBinding" | "ClusterRoleBinding")
        };
        for spec in self.fields.iter().filter(|spec| !unneeded(spec)) {
            let create = Create::ScalarOf(ScalarTag::Text);
            for_field(resource, spec, create, &mut |node| self.set(node))?;
        }
        Ok(())
    }

    fn set(&self, node: &mut Node) -> Result<()> {
        if self.unset_only && !node.value().is_empty() {
            return Ok(());
        }
        set_scalar(node, &self.namespace, Tag::Str)
    }

    fn set_subjects(&self, node: &mut Node) -> Result<()> {
        let (field, wanted) = match self.subjects {
            SubjectMode::None => return Ok(()),
            SubjectMode::DefaultOnly => ("name", "default"),
            SubjectMode::ServiceAccounts => ("kind", "ServiceAccount"),
        };
        let Some(subjects) = node.get_mut("subjects").filter(|subjects| !subjects.is_null()) else {
            return Ok(());
        };
        subjects.need_sequence()?;
        for subject in subjects.items_mut() {
            subject.need_mapping()?;
            let Some(value) = subject.get(field) else { continue };
            value.need_scalar()?;
            if value.value() == wanted {
                let made = lookup_create(subject, &["namespace"], &Node::scalar(""))?;
                self.set(made)?;
            }
        }
        Ok(())
    }
}

impl SubjectMode {
    /// Reads `setRoleBindingSubjects`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match text {
            "" | "defaultOnly" => Ok(Self::DefaultOnly),
            "allServiceAccounts" => Ok(Self::ServiceAccounts),
            "none" => Ok(Self::None),
            other => Err(Error::kustomization(format!(
                "invalid value \"{other}\" for setRoleBindingSubjects: must be one of \
                 \"defaultOnly\", \"none\" or \"allServiceAccounts\""
            ))),
        }
    }
}
