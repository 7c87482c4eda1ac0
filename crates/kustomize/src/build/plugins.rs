//! `generators`, `transformers` and `validators`: the built-in kinds, configured by objects.

use zij_goyaml::Node as Value;

use super::accumulator::Accumulator;
use super::target::Target;
use super::transformer::Transformer;
use crate::config::FieldSpecs;
use crate::error::{Error, Result};
use crate::file::{
    Decoder, Generated, GeneratorArgs, Image, Patch, Replica, decode_chart, decode_field_specs,
    decode_generator, decode_globals, decode_image, decode_patch, decode_replacement_field,
    decode_replica, decode_selector,
};
use crate::generate::{make, make_service_account, render_chart};
use crate::node::{Node, to_json};
use crate::patch::{plan_json, plan_merges, plan_patch};
use crate::replace::load_replacements;
use crate::resource::{Provenance, Resource, read_resources};
use crate::transform::{Affix, MetadataMap, NamespaceChange, SubjectMode, ValueAdd, ValueTarget};

type Generation = (Vec<Resource>, Option<Provenance>);

/// Runs the generators that `generators` names.
pub(super) fn generate(target: &mut Target<'_>) -> Result<Vec<Generation>> {
    let paths = std::mem::take(&mut target.file.generators);
    let mut generated = Vec::new();
    for plugin in load(target, &paths)? {
        let origin = origin_of(&plugin);
        generated.push((run_generator(target, &plugin)?, origin));
    }
    Ok(generated)
}

/// Reads the transformers that `transformers` names.
pub(super) fn transformers(
    target: &mut Target<'_>,
) -> Result<Vec<(Transformer, Option<Provenance>)>> {
    let paths = std::mem::take(&mut target.file.transformers);
    let plugins = load(target, &paths)?.into_iter();
    plugins.map(|plugin| Ok((configure_named(target, &plugin)?, origin_of(&plugin)))).collect()
}

/// Reads the transformers that `validators` names.
pub(super) fn validators(target: &mut Target<'_>) -> Result<Vec<Transformer>> {
    let paths = std::mem::take(&mut target.file.validators);
    let plugins = load(target, &paths)?;
    plugins.iter().map(|plugin| configure_named(target, plugin)).collect()
}

/// Entries are objects, or files and directories with objects.
fn load(target: &mut Target<'_>, entries: &[String]) -> Result<Vec<Resource>> {
    let (profile, limits) = (target.context.profile, &target.context.limits.yaml);
    let mut all = Accumulator::default();
    let mut paths = Vec::new();
    for entry in entries {
        match read_resources(entry.as_bytes(), 0, profile, limits) {
            Ok(mut inline) => {
                for resource in &mut inline {
                    resource.memory.provenance = target.inline_origin();
                }
                all.append(inline, target.context)?;
            }
            Err(_) => paths.push(entry.clone()),
        }
    }
    all = target.accumulate_resources(all, &paths)?;
    Ok(all.set.resources)
}

fn origin_of(plugin: &Resource) -> Option<Provenance> {
    let origin = plugin.memory.provenance.as_ref()?;
    let plugin = [plugin.api_version(), plugin.kind(), plugin.name(), plugin.namespace()];
    Some(Provenance {
        repo: origin.repo.clone(),
        reference: origin.reference.clone(),
        configured_in: origin.path.clone(),
        configured_by: plugin.map(str::to_owned),
        ..Provenance::default()
    })
}

fn need_built_in(target: &Target<'_>, plugin: &Resource) -> Result<()> {
    if plugin.api_version() == "builtin" {
        return Ok(());
    }
    let kind = plugin.kind();
    let problem = "external plugins disabled; unable to load external plugin";
    let objects = if kind == "ksops" { encrypted(target, plugin) } else { Vec::new() };
    Err(Error::unsupported(match &objects[..] {
        [] => format!("{problem} '{kind}': it would run a program"),
        _ => format!("{problem} '{kind}': it would decrypt {}", objects.join(", ")),
    }))
}

/// The objects that ksops would make, as far as its files say without keys.
fn encrypted(target: &Target<'_>, plugin: &Resource) -> Vec<String> {
    let (profile, limits) = (target.context.profile, &target.context.limits.yaml);
    let mut objects = Vec::new();
    for path in plugin.node.get("files").map(Node::items).unwrap_or_default() {
        let Ok((bytes, file)) = target.loader.load(path.text()) else { continue };
        let found = read_resources(&bytes, file, profile, limits).unwrap_or_default();
        objects.extend(found.iter().map(|found| format!("{} {}", found.kind(), found.name())));
    }
    for secret in plugin.node.get("secretFrom").map(Node::items).unwrap_or_default() {
        let name = secret.get("metadata").and_then(|metadata| metadata.get("name"));
        objects.extend(name.map(|name| format!("Secret {}", name.text())));
    }
    objects
}

/// The name and namespace in the metadata of a plugin.
fn metadata(value: &Value, name: &str) -> String {
    let text = value.get("metadata").and_then(|metadata| metadata.get(name));
    text.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn run_generator(target: &Target<'_>, plugin: &Resource) -> Result<Vec<Resource>> {
    need_built_in(target, plugin)?;
    let value = to_json(&plugin.node)?;
    let decoder = Decoder::lenient("plugin");
    let make_one = |kind: Generated| {
        let mut args: GeneratorArgs = decode_generator(decoder, &value, kind)?;
        if args.name.is_empty() {
            args.name = metadata(&value, "name");
        }
        if args.namespace.is_empty() {
            args.namespace = metadata(&value, "namespace");
        }
        Ok(vec![make(&args, kind, &target.loader)?])
    };
    match plugin.kind() {
        "ConfigMapGenerator" => make_one(Generated::ConfigMap),
        "SecretGenerator" => make_one(Generated::Secret),
        "HelmChartInflationGenerator" => {
            let chart = decode_chart(decoder, &value)?;
            let globals = decode_globals(decoder, &value)?;
            render_chart(&chart, &globals, target.charts, &target.loader, target.context)
        }
        "IAMPolicyGenerator" => Ok(vec![make_service_account(&value, target.context.limits)?]),
        kind => Err(Error::kustomization(format!("unable to load builtin generator {kind}"))),
    }
}

/// The fields of all built-in transformers.
#[derive(Default)]
struct Fields {
    specs: FieldSpecs,
    labels: std::collections::BTreeMap<String, String>,
    annotations: std::collections::BTreeMap<String, String>,
    prefix: String,
    suffix: String,
    unset_only: bool,
    subjects: String,
    image: Image,
    replica: Replica,
    replacements: Vec<crate::file::ReplacementField>,
    paths: Vec<String>,
    patches: String,
    json_op: String,
    path: String,
}

fn decode(value: &Value, target: &Target<'_>) -> Result<Fields> {
    let decoder = Decoder::lenient("plugin");
    let mut fields = Fields::default();
    decoder.object(value, &mut |name, value| {
        match name {
            "fieldspecs" => fields.specs = decode_field_specs(&decoder, value)?,
            "labels" => fields.labels = decoder.string_map(value)?,
            "annotations" => fields.annotations = decoder.string_map(value)?,
            "prefix" => fields.prefix = decoder.string(value)?,
            "suffix" => fields.suffix = decoder.string(value)?,
            "unsetonly" => fields.unset_only = decoder.bool(value)?,
            "setrolebindingsubjects" => fields.subjects = decoder.string(value)?,
            "imagetag" => fields.image = decode_image(decoder, value)?,
            "replica" => fields.replica = decode_replica(decoder, value)?,
            "replacements" => {
                let profile = target.context.profile;
                let decode = |item: &Value| decode_replacement_field(decoder, item, profile);
                fields.replacements = decoder.list(value, decode)?;
            }
            "paths" => fields.paths = decoder.strings(value)?,
            "patches" => fields.patches = decoder.string(value)?,
            "jsonop" => fields.json_op = decoder.string(value)?,
            "path" => fields.path = decoder.string(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(fields)
}

fn configure_named(target: &Target<'_>, plugin: &Resource) -> Result<Transformer> {
    configure(target, plugin).map_err(|error| error.context(format!("plugin {}", plugin.kind())))
}

fn configure(target: &Target<'_>, plugin: &Resource) -> Result<Transformer> {
    need_built_in(target, plugin)?;
    let value = to_json(&plugin.node)?;
    let decoder = Decoder::lenient("plugin");
    if plugin.kind() == "PatchTransformer" {
        let patch = decode_patch(decoder, &value, target.context.profile)?;
        let planned = plan_patch(&patch, &target.loader, target.context)?;
        return Ok(Transformer::Patch(Box::new(planned)));
    }
    let fields = decode(&value, target)?;
    let need_specs = |specs: FieldSpecs| {
        let absent = value.get("fieldSpecs").is_none_or(Value::is_null);
        let problem = "fieldSpecs is not expected to be nil";
        if absent { Err(Error::kustomization(problem)) } else { Ok(specs) }
    };
    Ok(match plugin.kind() {
        "NamespaceTransformer" => Transformer::Namespace(NamespaceChange {
            namespace: metadata(&value, "namespace"),
            fields: fields.specs,
            unset_only: fields.unset_only,
            subjects: SubjectMode::parse(&fields.subjects)?,
        }),
        "PrefixTransformer" => {
            Transformer::Affix(Affix::Prefix(fields.prefix), need_specs(fields.specs)?)
        }
        "SuffixTransformer" => {
            Transformer::Affix(Affix::Suffix(fields.suffix), need_specs(fields.specs)?)
        }
        "PrefixSuffixTransformer" => {
            let specs = need_specs(fields.specs)?;
            Transformer::Affixes(
                [Affix::Prefix(fields.prefix), Affix::Suffix(fields.suffix)],
                specs,
            )
        }
        "LabelTransformer" => {
            Transformer::Labels(MetadataMap { pairs: fields.labels, fields: fields.specs })
        }
        "AnnotationsTransformer" => Transformer::Annotations(MetadataMap {
            pairs: fields.annotations,
            fields: fields.specs,
        }),
        "ImageTagTransformer" => Transformer::Images(fields.image, fields.specs),
        "ReplicaCountTransformer" => Transformer::Replicas(fields.replica, fields.specs),
        "ReplacementTransformer" => Transformer::Replacements(load_replacements(
            &fields.replacements,
            &target.loader,
            target.context,
        )?),
        "PatchStrategicMergeTransformer" => {
            let mut entries = fields.paths;
            entries.extend(Some(fields.patches).filter(|patches| !patches.is_empty()));
            Transformer::Merges(plan_merges(&entries, &target.loader, target.context)?)
        }
        "PatchJson6902Transformer" => {
            let selector = value.get("target").map(|value| decode_selector(decoder, value));
            let patch = Patch {
                path: fields.path,
                patch: fields.json_op,
                target: selector.transpose()?,
                ..Patch::default()
            };
            Transformer::Json(Box::new(plan_json(&patch, &target.loader, target.context)?))
        }
        "HashTransformer" => Transformer::Hash,
        "ValueAddTransformer" => Transformer::Values(value_add(target, &value)?),
        kind => {
            let problem = format!("unable to load builtin transformer {kind}");
            return Err(Error::kustomization(problem));
        }
    })
}

fn value_add(target: &Target<'_>, value: &Value) -> Result<ValueAdd> {
    let decoder = Decoder::lenient("ValueAddTransformer");
    let (mut change, mut path) = (ValueAdd::default(), String::new());
    decoder.object(value, &mut |name, value| {
        match name {
            "value" => decoder.string(value)?.trim().clone_into(&mut change.value),
            "targets" => change.targets = decoder.list(value, value_target)?,
            "targetfilepath" => path = decoder.string(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if change.value.is_empty() {
        let root = target.loader.root();
        root.rsplit('/').next().unwrap_or(root).clone_into(&mut change.value);
    }
    if !path.is_empty() {
        let (bytes, _) = target.loader.load(&path)?;
        let more = zij_goyaml::parse(&bytes, &target.context.limits.yaml)?;
        if let Some(targets) = more.get("targets") {
            change.targets.extend(decoder.list(targets, value_target)?);
        }
    }
    change.check()?;
    Ok(change)
}

fn value_target(value: &Value) -> Result<ValueTarget> {
    let decoder = Decoder::lenient("Target");
    let mut target = ValueTarget::default();
    decoder.object(value, &mut |name, value| {
        match name {
            "selector" if value.is_null() => {}
            "selector" => target.selector = Some(decode_selector(decoder, value)?),
            "fieldpath" => target.field_path = decoder.string(value)?,
            "filepathposition" => {
                target.position = usize::try_from(decoder.integer(value)?).map_err(|_| {
                    Error::kustomization("value of FilePathPosition cannot be negative")
                })?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(target)
}
