//! The order of the output (kustomize's `SortOrderTransformer`).

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::file::SortOptions;
use crate::resource::{Id, ResourceSet};
use crate::transform::Context;

/// Kinds that come first.
pub(crate) const FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last.
pub(crate) const LAST: &[&str] =
    &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts as `sortOptions` says.
///
/// # Errors
/// An unknown order, or options of the other one.
pub(crate) fn sort(
    set: &mut ResourceSet,
    options: &SortOptions,
    context: &Context<'_>,
) -> Result<()> {
    match (options.order.as_str(), &options.legacy) {
        ("legacy", None) => sort_by_kind(set, FIRST, LAST, context),
        ("legacy", Some((first, last))) => sort_by_kind(set, first, last, context),
        ("fifo", None) => {}
        ("fifo", Some(_)) => {
            return Err(Error::kustomization(
                "the field 'sortOptions.legacySortOptions' is set but the selected sort order is \
                 'fifo', not 'legacy'",
            ));
        }
        _ => {
            return Err(Error::kustomization(
                "the field 'sortOptions.order' must be one of [fifo, legacy]",
            ));
        }
    }
    Ok(())
}

/// Sorts in the order that kustomize takes when nobody asks for one.
pub(crate) fn sort_as_default(set: &mut ResourceSet, context: &Context<'_>) {
    sort_by_kind(set, FIRST, LAST, context);
}

fn sort_by_kind<T: AsRef<str>>(
    set: &mut ResourceSet,
    first: &[T],
    last: &[T],
    context: &Context<'_>,
) {
    let scopes = context.scopes();
    let core_first = context.profile.has_core_namespaces_first;
    let before = i64::try_from(first.len()).unwrap_or_default();
    let first = first.iter().map(AsRef::as_ref).zip(-before..);
    let last = last.iter().map(AsRef::as_ref).zip(1..);
    let ranks: HashMap<&str, i64> = first.chain(last).collect();
    set.resources.sort_by_cached_key(|resource| {
        let id = resource.id(&scopes);
        let rank = ranks.get(id.gvk.kind.as_ref()).copied().unwrap_or_default();
        // Namespaces of the core group come before others of that kind.
        let other = core_first && id.gvk.kind == "Namespace" && !id.gvk.group.is_empty();
        (rank, other, id.gvk.sort_text(), id_text(&id))
    });
}

fn id_text(id: &Id) -> String {
    let namespace = if id.namespace.is_empty() { "~X" } else { &id.namespace };
    let name = if id.name.is_empty() { "~N" } else { &id.name };
    format!("{}|{namespace}|{name}", id.gvk)
}
