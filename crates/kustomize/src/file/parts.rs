//! The lists inside of a kustomization.

use std::collections::BTreeMap;

use zij_goyaml::Node;

use super::decoder::Decoder;
use crate::config::{FieldSpec, FieldSpecs};
use crate::error::Result;
use crate::profile::Profile;
use crate::resource::{Gvk, Selector};

#[derive(Debug, Clone, Default)]
pub(crate) struct Label {
    pub(crate) pairs: BTreeMap<String, String>,
    pub(crate) include_selectors: bool,
    pub(crate) include_templates: bool,
    pub(crate) fields: FieldSpecs,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Patch {
    pub(crate) path: String,
    pub(crate) patch: String,
    pub(crate) target: Option<Selector>,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) new_name: String,
    pub(crate) tag_suffix: String,
    pub(crate) new_tag: String,
    pub(crate) digest: String,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Replica {
    pub(crate) name: String,
    pub(crate) count: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Var {
    pub(crate) name: String,
    pub(crate) target: Gvk,
    pub(crate) target_name: String,
    pub(crate) target_namespace: String,
    pub(crate) field_path: String,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct SortOptions {
    pub(crate) order: String,
    pub(crate) legacy: Option<(Vec<String>, Vec<String>)>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct GeneratorOptions {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) disable_name_suffix_hash: bool,
    pub(crate) immutable: bool,
}

/// A ConfigMap or Secret to generate.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneratorArgs {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) behavior: String,
    pub(crate) literals: Vec<String>,
    pub(crate) files: Vec<String>,
    pub(crate) envs: Vec<String>,
    pub(crate) options: Option<GeneratorOptions>,
    /// The type of a Secret.
    pub(crate) secret_type: String,
}

/// Which of the two a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generated {
    ConfigMap,
    Secret,
}

pub(crate) fn decode_field_specs(decoder: &Decoder, node: &Node) -> Result<FieldSpecs> {
    let decoder = decoder.of("FieldSpec");
    let specs = decoder.list(node, |item| {
        let mut spec = FieldSpec::default();
        decoder.object(item, &mut |name, value| {
            match name {
                "path" => spec.path = decoder.string(value)?.into(),
                "create" => spec.create = decoder.bool(value)?,
                _ => return decode_gvk(decoder, name, value, &mut spec.gvk),
            }
            Ok(true)
        })?;
        Ok(spec)
    })?;
    Ok(specs.into())
}

pub(crate) fn decode_gvk(
    decoder: Decoder,
    name: &str,
    value: &Node,
    gvk: &mut Gvk,
) -> Result<bool> {
    match name {
        "group" => gvk.group = decoder.string(value)?.into(),
        "version" => gvk.version = decoder.string(value)?.into(),
        "kind" => gvk.kind = decoder.string(value)?.into(),
        _ => return Ok(false),
    }
    Ok(true)
}

pub(crate) fn decode_selector(decoder: Decoder, node: &Node) -> Result<Selector> {
    let decoder = decoder.of("Selector");
    let mut selector = Selector::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "name" => selector.name = decoder.string(value)?,
            "namespace" => selector.namespace = decoder.string(value)?,
            "annotationselector" => selector.annotations = decoder.string(value)?,
            "labelselector" => selector.labels = decoder.string(value)?,
            _ => return decode_gvk(decoder, name, value, &mut selector.gvk),
        }
        Ok(true)
    })?;
    Ok(selector)
}

pub(super) fn decode_label(decoder: Decoder, node: &Node) -> Result<Label> {
    let decoder = decoder.of("Label");
    let mut label = Label::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "pairs" => label.pairs = decoder.string_map(value)?,
            "includeselectors" => label.include_selectors = decoder.bool(value)?,
            "includetemplates" => label.include_templates = decoder.bool(value)?,
            "fields" => label.fields = decode_field_specs(&decoder, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(label)
}

pub(crate) fn decode_patch(decoder: Decoder, node: &Node, profile: &Profile) -> Result<Patch> {
    let decoder = decoder.of("Patch");
    let mut patch = Patch::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "path" => patch.path = decoder.string(value)?,
            "patch" => patch.patch = decoder.string(value)?,
            "target" if value.is_null() => {}
            "target" => patch.target = Some(decode_selector(decoder, value)?),
            "options" => decode_patch_options(decoder, value, &mut patch, profile)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(patch)
}

fn decode_patch_options(
    decoder: Decoder,
    node: &Node,
    patch: &mut Patch,
    profile: &Profile,
) -> Result<()> {
    let decoder = decoder.of("PatchArgs");
    if !profile.has_strict_patch_options {
        // A map of booleans, in which only these two names mean something.
        let mapping = node.as_mapping().into_iter().flatten();
        for entry in mapping {
            let value = decoder.bool(&entry.value)?;
            match &*entry.key {
                "allowNameChange" => patch.allow_name_change = value,
                "allowKindChange" => patch.allow_kind_change = value,
                _ => {}
            }
        }
        return Ok(());
    }
    decoder.object(node, &mut |name, value| {
        match name {
            "allownamechange" => patch.allow_name_change = decoder.bool(value)?,
            "allowkindchange" => patch.allow_kind_change = decoder.bool(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })
}

pub(crate) fn decode_image(decoder: Decoder, node: &Node) -> Result<Image> {
    let decoder = decoder.of("Image");
    let mut image = Image::default();
    decoder.object(node, &mut |name, value| {
        let field = match name {
            "name" => &mut image.name,
            "newname" => &mut image.new_name,
            "tagsuffix" => &mut image.tag_suffix,
            "newtag" => &mut image.new_tag,
            "digest" => &mut image.digest,
            _ => return Ok(false),
        };
        *field = decoder.string(value)?;
        Ok(true)
    })?;
    Ok(image)
}

pub(crate) fn decode_replica(decoder: Decoder, node: &Node) -> Result<Replica> {
    let decoder = decoder.of("Replica");
    let mut replica = Replica::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "name" => replica.name = decoder.string(value)?,
            "count" => replica.count = decoder.integer(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(replica)
}

pub(super) fn decode_var(decoder: Decoder, node: &Node) -> Result<Var> {
    let decoder = decoder.of("Var");
    let mut var = Var::default();
    let mut api_version = String::new();
    decoder.object(node, &mut |name, value| {
        match name {
            "name" => var.name = decoder.string(value)?,
            "objref" => decoder.object(value, &mut |name, value| {
                match name {
                    "apiversion" => api_version = decoder.string(value)?,
                    "name" => var.target_name = decoder.string(value)?,
                    "namespace" => var.target_namespace = decoder.string(value)?,
                    _ => return decode_gvk(decoder, name, value, &mut var.target),
                }
                Ok(true)
            })?,
            "fieldref" => decoder.object(value, &mut |name, value| {
                if name == "fieldpath" {
                    var.field_path = decoder.string(value)?;
                }
                Ok(name == "fieldpath")
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    match api_version.split('/').collect::<Vec<_>>()[..] {
        [""] => {}
        [version] => var.target.version = version.to_owned().into(),
        [group, version] => {
            var.target.group = group.to_owned().into();
            var.target.version = version.to_owned().into();
        }
        _ => {}
    }
    if var.field_path.is_empty() {
        "metadata.name".clone_into(&mut var.field_path);
    }
    Ok(var)
}

pub(super) fn decode_sort_options(decoder: Decoder, node: &Node) -> Result<SortOptions> {
    let decoder = decoder.of("SortOptions");
    let mut options = SortOptions::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "order" => options.order = decoder.string(value)?,
            "legacysortoptions" if value.is_null() => {}
            "legacysortoptions" => {
                let (mut first, mut last) = (Vec::new(), Vec::new());
                decoder.object(value, &mut |name, value| {
                    match name {
                        "orderfirst" => first = decoder.strings(value)?,
                        "orderlast" => last = decoder.strings(value)?,
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?;
                options.legacy = Some((first, last));
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(options)
}

pub(super) fn decode_generator_options(decoder: Decoder, node: &Node) -> Result<GeneratorOptions> {
    let decoder = decoder.of("GeneratorOptions");
    let mut options = GeneratorOptions::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "labels" => options.labels = decoder.string_map(value)?,
            "annotations" => options.annotations = decoder.string_map(value)?,
            "disablenamesuffixhash" => options.disable_name_suffix_hash = decoder.bool(value)?,
            "immutable" => options.immutable = decoder.bool(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(options)
}

pub(crate) fn decode_generator(
    decoder: Decoder,
    node: &Node,
    kind: Generated,
) -> Result<GeneratorArgs> {
    let decoder = decoder.of(match kind {
        Generated::ConfigMap => "ConfigMapArgs",
        Generated::Secret => "SecretArgs",
    });
    let mut args = GeneratorArgs::default();
    let mut env = String::new();
    decoder.object(node, &mut |name, value| {
        match name {
            "name" => args.name = decoder.string(value)?,
            "namespace" => args.namespace = decoder.string(value)?,
            "behavior" => args.behavior = decoder.string(value)?,
            "literals" => args.literals = decoder.strings(value)?,
            "files" => args.files = decoder.strings(value)?,
            "envs" => args.envs = decoder.strings(value)?,
            "env" => env = decoder.string(value)?,
            "options" if value.is_null() => {}
            "options" => args.options = Some(decode_generator_options(decoder, value)?),
            "type" if kind == Generated::Secret => args.secret_type = decoder.string(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if !env.is_empty() {
        args.envs.push(env);
    }
    Ok(args)
}

impl GeneratorOptions {
    /// Adds what holds for all generators.
    pub(crate) fn with_global(local: Option<Self>, global: Option<&Self>) -> Option<Self> {
        let Some(global) = global else { return local };
        let mut options = local.unwrap_or_default();
        let join = |own: &mut BTreeMap<String, String>, more: &BTreeMap<String, String>| {
            for (key, value) in more {
                own.entry(key.clone()).or_insert_with(|| value.clone());
            }
        };
        join(&mut options.labels, &global.labels);
        join(&mut options.annotations, &global.annotations);
        options.disable_name_suffix_hash |= global.disable_name_suffix_hash;
        options.immutable |= global.immutable;
        Some(options)
    }
}
