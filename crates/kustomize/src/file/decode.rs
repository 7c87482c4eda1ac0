//! Reading a kustomization (kustomize's `Kustomization.Unmarshal` and `FixKustomization`).

use zij_goyaml::{Limits, Node, NodeKind};

use super::decoder::Decoder;
use super::helm::{ChartGlobals, decode_chart, decode_globals, decode_old_chart};
use super::kustomization::{Kind, Kustomization};
use super::parts::{
    Generated, decode_generator, decode_generator_options, decode_image, decode_label,
    decode_patch, decode_replica, decode_sort_options, decode_var,
};
use super::replacement::decode_replacement_field;
use crate::error::{Error, Result};
use crate::profile::Profile;

/// Fields that say what the file is, or that end up in others: they alone make nothing.
const NO_CONTENT: &[&str] =
    &["kind", "apiversion", "bases", "imagetags", "helmchartinflationgenerator"];

/// Reads a kustomization.
///
/// # Errors
/// YAML that is none, a field of another type or an unknown one, an empty file, or another kind.
pub(crate) fn parse(bytes: &[u8], profile: &Profile, limits: &Limits) -> Result<Kustomization> {
    let invalid = |error: Error| error.context("invalid Kustomization");
    let node = zij_goyaml::parse(bytes, limits).map_err(|error| invalid(error.into()))?;
    let mut parser = Parser {
        decoder: Decoder::strict("Kustomization"),
        profile,
        file: Kustomization::default(),
        kind: String::new(),
        api_version: String::new(),
        late: Late::default(),
    };
    let decoder = parser.decoder;
    decoder.object(&node, &mut |name, value| parser.field(name, value)).map_err(invalid)?;
    if !has_content(&node) {
        return Err(Error::kustomization("kustomization.yaml is empty"));
    }
    parser.finish()
}

fn has_content(node: &Node) -> bool {
    let merged = |name: &str| NO_CONTENT.contains(&name);
    let filled = |value: &Node| match &value.kind {
        NodeKind::Null => false,
        NodeKind::String(text) => !text.is_empty(),
        _ => true,
    };
    let items = |value: &Node| value.as_sequence().is_some_and(|items| !items.is_empty());
    node.as_mapping().into_iter().flatten().any(|entry| {
        let name = entry.key.to_lowercase();
        match name.as_str() {
            "kind" | "apiversion" => false,
            name if merged(name) => items(&entry.value),
            _ => filled(&entry.value),
        }
    })
}

/// What is added to other fields at the end.
#[derive(Default)]
struct Late {
    bases: Vec<String>,
    images: Vec<super::parts::Image>,
    charts: Vec<super::helm::Chart>,
    globals: Option<ChartGlobals>,
    old_globals: ChartGlobals,
    deprecated: Vec<&'static str>,
}

struct Parser<'p> {
    decoder: Decoder,
    profile: &'p Profile,
    file: Kustomization,
    kind: String,
    api_version: String,
    late: Late,
}

impl Parser<'_> {
    fn field(&mut self, name: &str, value: &Node) -> Result<bool> {
        Ok(self.operand(name, value)? || self.operator(name, value)?)
    }

    /// What the kustomization works on.
    fn operand(&mut self, name: &str, value: &Node) -> Result<bool> {
        let decoder = self.decoder;
        let profile = self.profile;
        let file = &mut self.file;
        match name {
            "kind" => self.kind = decoder.string(value)?,
            "apiversion" => self.api_version = decoder.string(value)?,
            "metadata" => metadata(decoder, value)?,
            "resources" => file.resources = decoder.strings(value)?,
            "components" => file.components = decoder.strings(value)?,
            "crds" => file.crds = decoder.strings(value)?,
            "bases" => {
                self.late.deprecated.extend((!value.is_null()).then_some("bases"));
                self.late.bases = decoder.strings(value)?;
            }
            "configmapgenerator" => {
                let kind = Generated::ConfigMap;
                let decode = |item: &Node| decode_generator(decoder, item, kind);
                file.config_map_generator = decoder.list(value, decode)?;
            }
            "secretgenerator" => {
                let decode = |item: &Node| decode_generator(decoder, item, Generated::Secret);
                file.secret_generator = decoder.list(value, decode)?;
            }
            "helmglobals" if value.is_null() => {}
            "helmglobals" => self.late.globals = Some(decode_globals(decoder, value)?),
            "helmcharts" => {
                file.helm_charts = decoder.list(value, |item| decode_chart(decoder, item))?;
            }
            "helmchartinflationgenerator" => {
                let globals = &mut self.late.old_globals;
                let decode = |item: &Node| decode_old_chart(decoder, item, globals);
                self.late.charts = decoder.list(value, decode)?;
            }
            "generatoroptions" if value.is_null() => {}
            "generatoroptions" => {
                file.generator_options = Some(decode_generator_options(decoder, value)?);
            }
            "configurations" => file.configurations = decoder.strings(value)?,
            "generators" => file.generators = decoder.strings(value)?,
            "transformers" => file.transformers = decoder.strings(value)?,
            "validators" => file.validators = decoder.strings(value)?,
            "replacements" => {
                let decode = |item: &Node| decode_replacement_field(decoder, item, profile);
                file.replacements = decoder.list(value, decode)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What it does to them.
    fn operator(&mut self, name: &str, value: &Node) -> Result<bool> {
        let decoder = self.decoder;
        let profile = self.profile;
        let file = &mut self.file;
        let mut deprecate = |name: &'static str| {
            self.late.deprecated.extend((!value.is_null()).then_some(name));
        };
        let patches = || decoder.list(value, |item| decode_patch(decoder, item, profile));
        match name {
            "openapi" => file.openapi = decoder.string_map(value)?,
            "nameprefix" => file.name_prefix = decoder.string(value)?,
            "namesuffix" => file.name_suffix = decoder.string(value)?,
            "namespace" => file.namespace = decoder.string(value)?,
            "commonlabels" => {
                deprecate("commonLabels");
                file.common_labels = decoder.string_map(value)?;
            }
            "labels" => file.labels = decoder.list(value, |item| decode_label(decoder, item))?,
            "commonannotations" => file.common_annotations = decoder.string_map(value)?,
            "patchesstrategicmerge" => {
                deprecate("patchesStrategicMerge");
                file.patches_strategic_merge = decoder.strings(value)?;
            }
            "patchesjson6902" => {
                deprecate("patchesJson6902");
                file.patches_json6902 = patches()?;
            }
            "patches" => file.patches = patches()?,
            "images" => file.images = decoder.list(value, |item| decode_image(decoder, item))?,
            "imagetags" => {
                deprecate("imageTags");
                self.late.images = decoder.list(value, |item| decode_image(decoder, item))?;
            }
            "replicas" => {
                file.replicas = decoder.list(value, |item| decode_replica(decoder, item))?;
            }
            "vars" => {
                deprecate("vars");
                file.vars = decoder.list(value, |item| decode_var(decoder, item))?;
            }
            "sortoptions" if value.is_null() => {}
            "sortoptions" => file.sort_options = Some(decode_sort_options(decoder, value)?),
            "buildmetadata" => file.build_metadata = decoder.strings(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(self) -> Result<Kustomization> {
        let Self { mut file, late, kind, api_version, .. } = self;
        let mut problems = Vec::new();
        let wanted = match kind.as_str() {
            "Component" => {
                file.kind = Kind::Component;
                "kustomize.config.k8s.io/v1alpha1"
            }
            _ => "kustomize.config.k8s.io/v1beta1",
        };
        if !matches!(kind.as_str(), "" | "Kustomization" | "Component") {
            problems.push("kind should be Kustomization or Component".to_owned());
        }
        if !api_version.is_empty() && api_version != wanted {
            let kind = if kind.is_empty() { "Kustomization" } else { &kind };
            problems.push(format!("apiVersion for {kind} should be {wanted}"));
        }
        if !problems.is_empty() {
            return Err(Error::kustomization(problems.join("\n")));
        }
        file.resources.extend(late.bases);
        file.images.extend(late.images);
        file.helm_charts.extend(late.charts);
        file.helm_globals = late.globals.unwrap_or(late.old_globals);
        file.warnings = warnings(&late.deprecated);
        Ok(file)
    }
}

/// Checks the types of a field that has no effect.
fn metadata(decoder: Decoder, node: &Node) -> Result<()> {
    let decoder = decoder.of("ObjectMeta");
    decoder.object(node, &mut |name, value| {
        match name {
            "name" | "namespace" => drop(decoder.string(value)?),
            "labels" | "annotations" => drop(decoder.string_map(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    })
}

/// kustomize's own warnings, in its order.
fn warnings(deprecated: &[&'static str]) -> Vec<String> {
    const NEWER: &[(&str, &str, &str)] = &[
        ("bases", "resources", ""),
        ("commonLabels", "labels", ""),
        ("imageTags", "images", ""),
        ("patchesJson6902", "patches", ""),
        ("patchesStrategicMerge", "patches", ""),
        ("vars", "replacements", "[EXPERIMENTAL] "),
    ];
    let used = NEWER.iter().filter(|(old, _, _)| deprecated.contains(old));
    let warn = |(old, new, mark): &(&str, &str, &str)| {
        format!(
            "# Warning: '{old}' is deprecated. Please use '{new}' instead. {mark}Run 'kustomize \
             edit fix' to update your Kustomization automatically."
        )
    };
    used.map(warn).collect()
}
