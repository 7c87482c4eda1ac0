//! Field specs and how sets of them are joined (kustomize's `TransformerConfig`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use zij_goyaml::Node;

use crate::error::{Error, Result};
use crate::file::{Decoder, decode_field_specs};
use crate::resource::Gvk;

/// A field of objects of some kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FieldSpec {
    pub(crate) gvk: Gvk,
    pub(crate) path: Cow<'static, str>,
    pub(crate) create: bool,
}

impl FieldSpec {
    pub(crate) fn path(path: &str, create: bool) -> Self {
        Self { gvk: Gvk::default(), path: path.to_owned().into(), create }
    }
}

/// Some fields; those that are built in are shared.
pub(crate) type FieldSpecs = Cow<'static, [FieldSpec]>;

/// A kind and the fields that hold names of its objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NameReference {
    pub(crate) target: Gvk,
    pub(crate) referrers: FieldSpecs,
}

/// The field specs for each change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Config {
    pub(crate) name_prefix: FieldSpecs,
    pub(crate) name_suffix: FieldSpecs,
    pub(crate) namespace: FieldSpecs,
    pub(crate) common_labels: FieldSpecs,
    pub(crate) labels: FieldSpecs,
    pub(crate) template_labels: FieldSpecs,
    pub(crate) common_annotations: FieldSpecs,
    pub(crate) name_reference: Cow<'static, [NameReference]>,
    pub(crate) var_reference: FieldSpecs,
    pub(crate) images: FieldSpecs,
    pub(crate) replicas: FieldSpecs,
    /// Whether it is a built-in one, which joining with itself does not change.
    pub(crate) built_in: bool,
}

impl Config {
    /// Reads a file of `configurations`, in which unknown fields are errors.
    pub(crate) fn parse(node: &Node) -> Result<Self> {
        let mut config = Self::default();
        let decoder = Decoder::strict("TransformerConfig");
        decoder.object(node, &mut |name, value| {
            if name == "namereference" {
                config.name_reference = decoder.list(value, name_reference)?.into();
                return Ok(true);
            }
            let Some(section) = config.section(name) else { return Ok(false) };
            *section = decode_field_specs(&decoder, value)?;
            Ok(true)
        })?;
        config.sort();
        Ok(config)
    }

    /// The list of a section, by its name in lower case.
    pub(crate) fn section(&mut self, name: &str) -> Option<&mut FieldSpecs> {
        Some(match name {
            "nameprefix" => &mut self.name_prefix,
            "namesuffix" => &mut self.name_suffix,
            "namespace" => &mut self.namespace,
            "commonlabels" => &mut self.common_labels,
            "labels" => &mut self.labels,
            "templatelabels" => &mut self.template_labels,
            "commonannotations" => &mut self.common_annotations,
            "varreference" => &mut self.var_reference,
            "images" => &mut self.images,
            "replicas" => &mut self.replicas,
            _ => return None,
        })
    }

    /// Joins two configurations.
    pub(crate) fn merge(this: &Arc<Self>, other: &Arc<Self>) -> Result<Arc<Self>> {
        if Arc::ptr_eq(this, other) || **other == Self::default() {
            return Ok(Arc::clone(this));
        }
        if other.built_in && **this == Self::default() {
            return Ok(Arc::clone(other));
        }
        let mut merged = Self::clone(this);
        merged.built_in = false;
        let failed = |name: &'static str| {
            move |error: Error| error.context(format!("failed to merge {name} fieldSpec"))
        };
        merge_all(&mut merged.name_prefix, &other.name_prefix).map_err(failed("NamePrefix"))?;
        merge_all(&mut merged.name_suffix, &other.name_suffix).map_err(failed("NameSuffix"))?;
        merge_all(&mut merged.namespace, &other.namespace).map_err(failed("NameSpace"))?;
        merge_all(&mut merged.common_annotations, &other.common_annotations)
            .map_err(failed("CommonAnnotations"))?;
        merge_all(&mut merged.common_labels, &other.common_labels)
            .map_err(failed("CommonLabels"))?;
        merge_all(&mut merged.labels, &other.labels).map_err(failed("Labels"))?;
        merge_all(&mut merged.template_labels, &other.template_labels)
            .map_err(failed("TemplateLabels"))?;
        merge_all(&mut merged.var_reference, &other.var_reference)
            .map_err(failed("VarReference"))?;
        for reference in other.name_reference.iter() {
            merged.add_name_reference(reference).map_err(failed("NameReference"))?;
        }
        merge_all(&mut merged.images, &other.images).map_err(failed("Images"))?;
        merge_all(&mut merged.replicas, &other.replicas).map_err(failed("Replicas"))?;
        merged.sort();
        Ok(Arc::new(merged))
    }

    pub(crate) fn add_name_reference(&mut self, reference: &NameReference) -> Result<()> {
        let all = self.name_reference.to_mut();
        match all.iter_mut().find(|known| known.target == reference.target) {
            Some(known) => merge_all(&mut known.referrers, &reference.referrers),
            None => {
                all.push(reference.clone());
                Ok(())
            }
        }
    }

    pub(crate) fn sort(&mut self) {
        for specs in [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ] {
            specs.to_mut().sort_by_cached_key(|spec| rank(&spec.gvk));
        }
        self.name_reference.to_mut().sort_by_cached_key(|reference| rank(&reference.target));
    }
}

fn name_reference(node: &Node) -> Result<NameReference> {
    let mut reference = NameReference::default();
    let decoder = Decoder::strict("NameBackReferences");
    decoder.object(node, &mut |name, value| {
        match name {
            "group" => reference.target.group = decoder.string(value)?.into(),
            "version" => reference.target.version = decoder.string(value)?.into(),
            "kind" => reference.target.kind = decoder.string(value)?.into(),
            "fieldspecs" => reference.referrers = decode_field_specs(&decoder, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(reference)
}

/// Adds field specs that are not there yet.
///
/// # Errors
/// The same field, to be made here and not to be made there.
pub(crate) fn merge_all(specs: &mut FieldSpecs, more: &[FieldSpec]) -> Result<()> {
    for spec in more {
        let same = |known: &&FieldSpec| known.path == spec.path && known.gvk.is_selected(&spec.gvk);
        match specs.iter().find(same) {
            Some(known) if known.create != spec.create => {
                return Err(Error::kustomization("conflicting fieldspecs"));
            }
            Some(_) => {}
            None => specs.to_mut().push(spec.clone()),
        }
    }
    Ok(())
}

/// What field specs are sorted by: kinds that others need come first.
fn rank(gvk: &Gvk) -> (i32, String) {
    static RANKS: LazyLock<HashMap<&str, i32>> = LazyLock::new(|| {
        let first = crate::order::FIRST.iter().zip(-(crate::order::FIRST.len() as i32)..);
        let last = crate::order::LAST.iter().zip(1..);
        first.chain(last).map(|(kind, rank)| (*kind, rank)).collect()
    });
    (RANKS.get(gvk.kind.as_ref()).copied().unwrap_or_default(), gvk.sort_text())
}
