//! Replacements as they are written.

use zij_goyaml::Node;

use super::decoder::Decoder;
use super::parts::{decode_gvk, decode_selector};
use crate::error::Result;
use crate::profile::Profile;
use crate::resource::Selector;

/// One of `replacements`: in place, or in a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReplacementField {
    pub(crate) path: String,
    pub(crate) replacement: Replacement,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Replacement {
    pub(crate) source: Option<Source>,
    pub(crate) source_value: Option<String>,
    /// Nothing where the field is absent.
    pub(crate) targets: Option<Vec<Target>>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    pub(crate) selector: Selector,
    pub(crate) field_path: String,
    pub(crate) options: Option<FieldOptions>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Target {
    pub(crate) select: Option<Selector>,
    pub(crate) reject: Vec<Selector>,
    pub(crate) field_paths: Vec<String>,
    pub(crate) options: Option<FieldOptions>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct FieldOptions {
    pub(crate) delimiter: String,
    pub(crate) index: i64,
    pub(crate) create: bool,
}

pub(crate) fn decode_replacement_field(
    decoder: Decoder,
    node: &Node,
    profile: &Profile,
) -> Result<ReplacementField> {
    let mut field = ReplacementField::default();
    decoder.of("ReplacementField").object(node, &mut |name, value| {
        if name == "path" {
            field.path = decoder.string(value)?;
            return Ok(true);
        }
        replacement_part(decoder, name, value, &mut field.replacement, profile)
    })?;
    Ok(field)
}

pub(crate) fn decode_replacement(
    decoder: Decoder,
    node: &Node,
    profile: &Profile,
) -> Result<Replacement> {
    let mut replacement = Replacement::default();
    decoder.of("Replacement").object(node, &mut |name, value| {
        replacement_part(decoder, name, value, &mut replacement, profile)
    })?;
    Ok(replacement)
}

fn replacement_part(
    decoder: Decoder,
    name: &str,
    value: &Node,
    replacement: &mut Replacement,
    profile: &Profile,
) -> Result<bool> {
    match name {
        "source" | "sourcevalue" | "targets" if value.is_null() => {}
        "source" => replacement.source = Some(source(decoder, value)?),
        "sourcevalue" if profile.has_source_value => {
            replacement.source_value = Some(decoder.string(value)?);
        }
        "targets" => {
            replacement.targets = Some(decoder.list(value, |item| target(decoder, item))?);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn source(decoder: Decoder, node: &Node) -> Result<Source> {
    let decoder = decoder.of("SourceSelector");
    let mut source = Source::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "name" => source.selector.name = decoder.string(value)?,
            "namespace" => source.selector.namespace = decoder.string(value)?,
            "fieldpath" => source.field_path = decoder.string(value)?,
            "options" => source.options = field_options(decoder, value)?,
            _ => return decode_gvk(decoder, name, value, &mut source.selector.gvk),
        }
        Ok(true)
    })?;
    Ok(source)
}

fn target(decoder: Decoder, node: &Node) -> Result<Target> {
    let decoder = decoder.of("TargetSelector");
    let mut target = Target::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "select" if value.is_null() => {}
            "select" => target.select = Some(decode_selector(decoder, value)?),
            "reject" => {
                target.reject = decoder.list(value, |item| decode_selector(decoder, item))?;
            }
            "fieldpaths" => target.field_paths = decoder.strings(value)?,
            "options" => target.options = field_options(decoder, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(target)
}

fn field_options(decoder: Decoder, node: &Node) -> Result<Option<FieldOptions>> {
    if node.is_null() {
        return Ok(None);
    }
    let decoder = decoder.of("FieldOptions");
    let mut options = FieldOptions::default();
    decoder.object(node, &mut |name, value| {
        match name {
            "delimiter" => options.delimiter = decoder.string(value)?,
            "index" => options.index = decoder.integer(value)?,
            "encoding" => drop(decoder.string(value)?),
            "create" => options.create = decoder.bool(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Some(options))
}
