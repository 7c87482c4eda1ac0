//! `buildMetadata`: annotations that tell where objects come from.

use zij_goyaml::{Emitter, Style};

use crate::error::Result;
use crate::file::Kustomization;
use crate::resource::{Provenance, Resource};

const ORIGIN: &str = "config.kubernetes.io/origin";
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// Annotations that are kustomize's own and never part of the output.
const INTERNAL: &[&str] = &[
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "internal.config.kubernetes.io/helm-generated",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
];

/// Brings the annotations of an object into their final form: texts, sorted, without kustomize's
/// own; those that the kustomization asks for are added.
pub(super) fn finish(resource: &mut Resource, file: &Kustomization) -> Result<()> {
    let asks = |option: &str| file.build_metadata.iter().any(|known| known == option);
    let mut annotations = resource.annotations();
    annotations.retain(|name, _| !INTERNAL.contains(&name.as_str()));
    if !asks("originAnnotations") {
        annotations.remove(ORIGIN);
    } else if let Some(origin) = &resource.memory.provenance {
        annotations.insert(ORIGIN.to_owned(), write(std::slice::from_ref(origin), false)?);
    }
    if !asks("transformerAnnotations") {
        annotations.remove(TRANSFORMATIONS);
    } else if !resource.memory.transformations.is_empty() {
        let text = write(&resource.memory.transformations, true)?;
        annotations.insert(TRANSFORMATIONS.to_owned(), text);
    }
    resource.set_annotations(&annotations)
}

/// Writes origins as goyaml v3 does.
fn write(origins: &[Provenance], as_list: bool) -> Result<String> {
    let mut text = String::new();
    for origin in origins {
        let mut emitter = Emitter::new(Style::Pretty);
        push(&mut emitter, origin);
        let document = emitter.finish()?;
        if !as_list {
            return Ok(document);
        }
        for (at, line) in document.lines().enumerate() {
            text.push_str(if at == 0 { "- " } else { "  " });
            text.push_str(line);
            text.push('\n');
        }
    }
    Ok(text)
}

fn push(emitter: &mut Emitter, origin: &Provenance) {
    let fields = [
        ("path", &origin.path),
        ("repo", &origin.repo),
        ("ref", &origin.reference),
        ("configuredIn", &origin.configured_in),
    ];
    emitter.begin_mapping(1);
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        emitter.key(name);
        emitter.string(value);
    }
    let names = ["apiVersion", "kind", "name", "namespace"];
    let plugin = names.iter().zip(&origin.configured_by).filter(|(_, value)| !value.is_empty());
    if plugin.clone().next().is_some() {
        emitter.key("configuredBy");
        emitter.begin_mapping(1);
        for (name, value) in plugin {
            emitter.key(name);
            emitter.string(value);
        }
        emitter.end_mapping();
    }
    emitter.end_mapping();
}
