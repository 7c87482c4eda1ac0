//! The changes of a kustomization in their fixed order.

use crate::config::{Config, FieldSpec, FieldSpecs, merge_all};
use crate::error::Result;
use crate::file::{Image, Kustomization, Replacement, Replica};
use crate::load::Loader;
use crate::patch::{
    JsonChange, PatchChange, apply_json, apply_merges, apply_patch, plan_json, plan_merges,
    plan_patch,
};
use crate::replace::{apply_replacements, load_replacements};
use crate::resource::{Resource, ResourceSet};
use crate::transform::{
    Affix, Context, MetadataMap, NamespaceChange, ValueAdd, add_affix, add_hashes, add_to_maps,
    add_value, set_images, set_namespace, set_replicas,
};

/// A change that is ready to be made.
pub(super) enum Transformer {
    Merges(Vec<Resource>),
    Patch(Box<PatchChange>),
    Namespace(NamespaceChange),
    Affix(Affix, FieldSpecs),
    Affixes([Affix; 2], FieldSpecs),
    Labels(MetadataMap),
    Annotations(MetadataMap),
    Json(Box<JsonChange>),
    Replicas(Replica, FieldSpecs),
    Images(Image, FieldSpecs),
    Replacements(Vec<Replacement>),
    Values(ValueAdd),
    Hash,
}

impl Transformer {
    /// The name of kustomize's own plugin.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Merges(_) => "PatchStrategicMergeTransformer",
            Self::Patch(_) => "PatchTransformer",
            Self::Namespace(_) => "NamespaceTransformer",
            Self::Affix(Affix::Prefix(_), _) => "PrefixTransformer",
            Self::Affix(Affix::Suffix(_), _) => "SuffixTransformer",
            Self::Affixes(..) => "PrefixSuffixTransformer",
            Self::Labels(_) => "LabelTransformer",
            Self::Annotations(_) => "AnnotationsTransformer",
            Self::Json(_) => "PatchJson6902Transformer",
            Self::Replicas(..) => "ReplicaCountTransformer",
            Self::Images(..) => "ImageTagTransformer",
            Self::Replacements(_) => "ReplacementTransformer",
            Self::Values(_) => "ValueAddTransformer",
            Self::Hash => "HashTransformer",
        }
    }

    pub(super) fn apply(&self, set: &mut ResourceSet, context: &Context<'_>) -> Result<()> {
        match self {
            Self::Merges(patches) => apply_merges(set, patches, context),
            Self::Patch(patch) => apply_patch(set, patch, context),
            Self::Namespace(change) => set_namespace(set, change, context),
            Self::Affix(affix, specs) => add_affix(set, affix, specs, context),
            Self::Affixes(affixes, specs) => {
                affixes.iter().try_for_each(|affix| add_affix(set, affix, specs, context))
            }
            Self::Labels(map) | Self::Annotations(map) => add_to_maps(set, map, context),
            Self::Json(change) => apply_json(set, change, context),
            Self::Replicas(replica, specs) => set_replicas(set, replica, specs, context),
            Self::Images(image, specs) => set_images(set, image, specs, context),
            Self::Replacements(replacements) => apply_replacements(set, replacements, context),
            Self::Values(change) => add_value(set, change, context),
            Self::Hash => add_hashes(set, context),
        }?;
        set.drop_empty();
        Ok(())
    }
}

/// Reads what the changes need, in kustomize's order.
pub(super) fn configure(
    file: &Kustomization,
    config: &Config,
    loader: &Loader<'_>,
    context: &Context<'_>,
) -> Result<Vec<Transformer>> {
    let mut changes = Vec::new();
    if !file.patches_strategic_merge.is_empty() {
        let patches = plan_merges(&file.patches_strategic_merge, loader, context)?;
        changes.push(Transformer::Merges(patches));
    }
    for patch in &file.patches {
        changes.push(Transformer::Patch(Box::new(plan_patch(patch, loader, context)?)));
    }
    if !file.namespace.is_empty() {
        let (namespace, fields) = (file.namespace.clone(), config.namespace.clone());
        let change = NamespaceChange { namespace, fields, ..NamespaceChange::default() };
        changes.push(Transformer::Namespace(change));
    }
    if !file.name_prefix.is_empty() {
        let affix = Affix::Prefix(file.name_prefix.clone());
        changes.push(Transformer::Affix(affix, config.name_prefix.clone()));
    }
    if !file.name_suffix.is_empty() {
        let affix = Affix::Suffix(file.name_suffix.clone());
        changes.push(Transformer::Affix(affix, config.name_suffix.clone()));
    }
    changes.extend(labels(file, config)?);
    if !file.common_annotations.is_empty() {
        let pairs = file.common_annotations.clone();
        let fields = config.common_annotations.clone();
        changes.push(Transformer::Annotations(MetadataMap { pairs, fields }));
    }
    for patch in &file.patches_json6902 {
        changes.push(Transformer::Json(Box::new(plan_json(patch, loader, context)?)));
    }
    for replica in &file.replicas {
        changes.push(Transformer::Replicas(replica.clone(), config.replicas.clone()));
    }
    for image in &file.images {
        changes.push(Transformer::Images(image.clone(), config.images.clone()));
    }
    if !file.replacements.is_empty() {
        let replacements = load_replacements(&file.replacements, loader, context)?;
        changes.push(Transformer::Replacements(replacements));
    }
    Ok(changes)
}

/// `labels`, then `commonLabels`.
fn labels(file: &Kustomization, config: &Config) -> Result<Vec<Transformer>> {
    let mut changes = Vec::new();
    for label in &file.labels {
        let mut fields = label.fields.clone();
        let failed = |error: crate::Error| error.context("failed to merge labels");
        merge_all(&mut fields, &config.labels).map_err(failed)?;
        if label.include_selectors {
            merge_all(&mut fields, &config.common_labels).map_err(failed)?;
        } else {
            if label.include_templates {
                merge_all(&mut fields, &config.template_labels).map_err(failed)?;
            }
            let own = FieldSpec::path("metadata/labels", true);
            merge_all(&mut fields, &[own]).map_err(failed)?;
        }
        let pairs = label.pairs.clone();
        changes.push(Transformer::Labels(MetadataMap { pairs, fields }));
    }
    // Without pairs it changes nothing, but leaves its mark in the annotations of transformers.
    if !file.common_labels.is_empty() || !file.labels.is_empty() {
        let (pairs, fields) = (file.common_labels.clone(), config.common_labels.clone());
        changes.push(Transformer::Labels(MetadataMap { pairs, fields }));
    }
    Ok(changes)
}
