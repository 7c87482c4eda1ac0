//! Reading patches and finding what they change.

use super::json::{self, Operation};
use super::merge::merge_into;
use crate::error::{Error, Result};
use crate::file::Patch;
use crate::load::Loader;
use crate::node::{Node, from_json, lookup_create, to_json};
use crate::resource::{Resource, ResourceSet, Selector, read_resources};
use crate::schema::Schema;
use crate::transform::Context;

/// An entry of `patches`.
pub(crate) struct PatchChange {
    content: PatchContent,
    target: Option<Selector>,
    source: String,
}

enum PatchContent {
    Merges(Vec<Resource>),
    Operations(Vec<Operation>),
    Nothing,
}

/// An entry of `patchesJson6902`.
pub(crate) struct JsonChange {
    operations: Vec<Operation>,
    target: Selector,
}

/// Reads an entry of `patches` and finds out which kind of patch it is.
pub(crate) fn plan_patch(
    patch: &Patch,
    loader: &Loader<'_>,
    context: &Context<'_>,
) -> Result<PatchChange> {
    let inline = patch.patch.trim();
    let (bytes, file, source) = match (inline.is_empty(), patch.path.is_empty()) {
        (true, true) => return Err(Error::kustomization("must specify one of patch and path")),
        (false, false) => {
            let problem = "patch and path can't be set at the same time";
            return Err(Error::kustomization(problem));
        }
        (false, true) => (inline.as_bytes().into(), 0, "an inline patch".to_owned()),
        (true, false) => {
            let (bytes, file) = loader.load(&patch.path).map_err(|error| {
                error.context(format!("failed to get the patch file from path({})", patch.path))
            })?;
            (bytes, file, format!("patch {}", patch.path))
        }
    };
    let limits = &context.limits.yaml;
    let merges = read_resources(&bytes, file, context.profile, limits);
    let operations = if bytes.is_empty() {
        Err(Error::change("empty json patch operations"))
    } else {
        json::parse(&bytes, limits)
    };
    let content = match (merges, operations) {
        (Ok(merges), Ok(operations))
            if context.profile.refuses_empty_patches
                || !merges.is_empty() && !operations.is_empty() =>
        {
            let problem = format!("illegally qualifies as both an SM and JSON patch: {source}");
            return Err(Error::change(problem));
        }
        (Err(merge), Err(operation)) => {
            let problem = format!("unable to parse SM or JSON patch from {source}");
            return Err(Error::change(format!("{problem}: {merge}; {operation}"))
                .at(&loader.reads().name(file), 0));
        }
        (Ok(merges), _) if merges.is_empty() && context.profile.ignores_empty_patches => {
            PatchContent::Nothing
        }
        (Ok(merges), _) if merges.is_empty() => PatchContent::Operations(Vec::new()),
        (Ok(mut merges), _) => {
            for merge in &mut merges {
                merge.memory.allow_name_change = patch.allow_name_change;
                merge.memory.allow_kind_change = patch.allow_kind_change;
            }
            PatchContent::Merges(merges)
        }
        (Err(_), Ok(operations)) => PatchContent::Operations(operations),
    };
    Ok(PatchChange { content, target: patch.target.clone(), source })
}

/// Applies an entry of `patches`.
pub(crate) fn apply_patch(
    set: &mut ResourceSet,
    change: &PatchChange,
    context: &Context<'_>,
) -> Result<()> {
    let located = |error: Error| error.context(format!("applying {}", change.source));
    let result = match (&change.content, &change.target) {
        (PatchContent::Nothing, _) => Ok(()),
        (PatchContent::Operations(_), None) => {
            let problem = format!("must specify a target for JSON patch {}", change.source);
            Err(Error::change(problem))
        }
        (PatchContent::Operations(operations), Some(target)) => {
            apply_operations(set, operations, target, true, context)
        }
        (PatchContent::Merges(patches), Some(target)) => match &patches[..] {
            [patch] => {
                let selected = set.select(target, &context.scopes())?;
                merge_selected(set, &selected, patch, context)
            }
            _ => Err(Error::change(
                "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set \
                 `patches.target` field",
            )),
        },
        (PatchContent::Merges(patches), None) => patches.iter().try_for_each(|patch| {
            let scopes = context.scopes();
            let id = patch.original_id(&scopes);
            let at = set.find_one(&id, &scopes).map_err(|error| {
                error.context(format!("no resource matches strategic merge patch \"{id}\""))
            })?;
            merge_one(&mut set.resources[at], patch.clone(), context)
        }),
    };
    result.map_err(located)?;
    set.drop_empty();
    Ok(())
}

/// Reads `patchesStrategicMerge`, of which each entry is a patch or a file of patches.
pub(crate) fn plan_merges(
    entries: &[String],
    loader: &Loader<'_>,
    context: &Context<'_>,
) -> Result<Vec<Resource>> {
    let limits = &context.limits.yaml;
    let mut patches = Vec::new();
    for entry in entries {
        match read_resources(entry.as_bytes(), 0, context.profile, limits) {
            Ok(found) => patches.extend(found),
            Err(_) => {
                let (bytes, file) = loader.load(entry)?;
                let found = read_resources(&bytes, file, context.profile, limits);
                patches.extend(found.map_err(|error| error.in_file(&loader.reads().name(file)))?);
            }
        }
    }
    if patches.is_empty() {
        return Err(Error::kustomization("patch appears to be empty"));
    }
    Ok(patches)
}

/// Applies `patchesStrategicMerge`.
pub(crate) fn apply_merges(
    set: &mut ResourceSet,
    patches: &[Resource],
    context: &Context<'_>,
) -> Result<()> {
    for patch in patches {
        let scopes = context.scopes();
        let at = set.find_one(&patch.original_id(&scopes), &scopes)?;
        merge_selected(set, &[at], patch, context)?;
    }
    Ok(())
}

/// Reads an entry of `patchesJson6902`.
pub(crate) fn plan_json(
    patch: &Patch,
    loader: &Loader<'_>,
    context: &Context<'_>,
) -> Result<JsonChange> {
    let target = patch.target.clone().unwrap_or_default();
    if target.name.is_empty() {
        return Err(Error::kustomization("must specify the target name"));
    }
    let limits = &context.limits.yaml;
    let operations = match (patch.path.is_empty(), patch.patch.is_empty()) {
        (true, true) => return Err(Error::kustomization("empty file path and empty jsonOp")),
        (false, false) => {
            return Err(Error::kustomization("must specify a file path or jsonOp, not both"));
        }
        (true, false) => json::parse(patch.patch.as_bytes(), limits)?,
        (false, true) => {
            let (bytes, file) = loader.load(&patch.path)?;
            json::parse(&bytes, limits).map_err(|error| error.at(&loader.reads().name(file), 0))?
        }
    };
    if operations.is_empty() {
        return Err(Error::kustomization("patch appears to be empty"));
    }
    Ok(JsonChange { operations, target })
}

/// Applies an entry of `patchesJson6902`.
pub(crate) fn apply_json(
    set: &mut ResourceSet,
    change: &JsonChange,
    context: &Context<'_>,
) -> Result<()> {
    apply_operations(set, &change.operations, &change.target, false, context)
}

fn apply_operations(
    set: &mut ResourceSet,
    operations: &[Operation],
    target: &Selector,
    store_id: bool,
    context: &Context<'_>,
) -> Result<()> {
    let scopes = context.scopes();
    for at in set.select(target, &scopes)? {
        context.step(operations.len())?;
        let resource = &mut set.resources[at];
        if store_id {
            resource.store_previous_id(&scopes);
        }
        if resource.memory.is_annotated() {
            let empty = Node::mapping(Vec::new());
            let annotations =
                lookup_create(&mut resource.node, &["metadata", "annotations"], &empty)?;
            if annotations.is_null() {
                *annotations = empty;
            }
        }
        let mut document = to_json(&resource.node)?;
        let shown = || format!("{} {}", resource.kind(), resource.name());
        json::apply(&mut document, operations).map_err(|error| error.context(shown()))?;
        if document.as_mapping().is_none() {
            return Err(Error::change("a patch makes the object something else").context(shown()));
        }
        let before = std::mem::replace(&mut resource.node, from_json(&document));
        resource.node.origin = before.origin;
        let annotations = resource.annotations();
        resource.set_annotations(&annotations)?;
        if context.follows_origins {
            resource.node.keep_origins(&before);
        }
    }
    set.drop_empty();
    Ok(())
}

/// Merges a patch into each of the places.
fn merge_selected(
    set: &mut ResourceSet,
    places: &[usize],
    patch: &Resource,
    context: &Context<'_>,
) -> Result<()> {
    for at in places {
        let resource = &mut set.resources[*at];
        let mut patch = patch.clone();
        patch.set_api_version(resource.api_version())?;
        merge_one(resource, patch, context)?;
    }
    set.drop_empty();
    set.need_unique_ids(&context.scopes())
}

fn merge_one(resource: &mut Resource, patch: Resource, context: &Context<'_>) -> Result<()> {
    context.step(1)?;
    let (name, namespace) = (resource.name().to_owned(), resource.namespace().to_owned());
    let kind = resource.kind().to_owned();
    let memory = patch.memory;
    if memory.allow_name_change || memory.allow_kind_change {
        resource.store_previous_id(&context.scopes());
    }
    let schema: Schema = context.schema();
    let shown = format!("{kind} {name}");
    let loses_memory = replaces_annotations(&patch.node);
    let before = resource.shared_values();
    if !merge_into(&mut resource.node, patch.node, &schema).map_err(|e| e.context(shown))? {
        resource.node = Node::null();
    }
    if resource.is_nil_or_empty() {
        return Ok(());
    }
    resource.sync_shared(&before);
    if loses_memory {
        forget(resource);
    }
    if !memory.allow_kind_change {
        resource.set_kind(&kind)?;
    }
    if !memory.allow_name_change {
        resource.set_name(&name)?;
    }
    resource.set_namespace(&namespace)
}

/// Whether a patch removes all annotations, and with them those that kustomize keeps there.
fn replaces_annotations(patch: &Node) -> bool {
    let replaces = |node: &Node| {
        node.is_null() || node.get("$patch").is_some_and(|value| value.text() != "merge")
    };
    let Some(metadata) = patch.get("metadata") else { return false };
    replaces(metadata) || metadata.get("annotations").is_some_and(replaces)
}

fn forget(resource: &mut Resource) {
    let variables = std::mem::take(&mut resource.memory.variables);
    resource.memory = crate::resource::Memory { variables, ..Default::default() };
}
