//! Field specs from the annotated schemas that `crds` names.

use std::sync::Arc;

use zij_goyaml::{Limits, Mapping, Node};

use super::field_specs::{Config, FieldSpec, NameReference, merge_all};
use crate::error::{Error, Result};
use crate::load::Loader;
use crate::resource::Gvk;

/// Schemas refer to each other; this deep they are followed.
const DEPTH: usize = 32;

/// Reads the files of `crds`.
///
/// # Errors
/// A file that is missing, or is no map of schemas.
pub(crate) fn from_crds(loader: &Loader<'_>, paths: &[String]) -> Result<Arc<Config>> {
    let mut all = Arc::new(Config::default());
    for path in paths {
        let (bytes, _) = loader.load(path)?;
        let failed = || format!("unable to parse open API definition from '{path}'");
        let node = zij_goyaml::parse(&bytes, &Limits::default())
            .map_err(|error| Error::from(error).context(failed()))?;
        let Some(definitions) = node.as_mapping() else {
            return Err(Error::kustomization("the file is no map").context(failed()));
        };
        let mut config = Config::default();
        for entry in definitions {
            let properties = properties(&entry.value);
            let is_kind = |properties: &Mapping| {
                ["kind", "apiVersion", "metadata"].iter().all(|name| properties.get(name).is_some())
            };
            if properties.is_some_and(is_kind) {
                let kind = entry.key.rsplit('.').next().unwrap_or_default().to_owned();
                let gvk = Gvk { kind: kind.into(), ..Gvk::default() };
                walk(&mut config, definitions, &gvk, &entry.key, &mut Vec::new())?;
            }
        }
        config.sort();
        all = Config::merge(&all, &Arc::new(config))?;
    }
    Ok(all)
}

fn properties(definition: &Node) -> Option<&Mapping> {
    let schema = definition.get("Schema").or_else(|| definition.get("schema"))?;
    schema.get("properties")?.as_mapping()
}

fn walk(
    config: &mut Config,
    definitions: &Mapping,
    gvk: &Gvk,
    name: &str,
    path: &mut Vec<String>,
) -> Result<()> {
    if path.len() > DEPTH {
        return Err(Error::limit("levels of schemas", DEPTH));
    }
    let Some(properties) = definitions.get(name).and_then(properties) else { return Ok(()) };
    for entry in properties {
        path.push(entry.key.to_string());
        add(config, gvk, &entry.value, path)?;
        if let Some(reference) = entry.value.get("$ref").and_then(Node::as_str) {
            walk(config, definitions, gvk, reference, path)?;
        }
        path.pop();
    }
    Ok(())
}

fn add(config: &mut Config, gvk: &Gvk, property: &Node, path: &[String]) -> Result<()> {
    let spec = |path: String| FieldSpec { gvk: gvk.clone(), path: path.into(), create: false };
    let text = |name: &str| property.get(name).and_then(Node::as_str);
    let here = || [spec(path.join("/"))];
    if text("x-kubernetes-annotation").is_some() {
        merge_all(&mut config.common_annotations, &here())?;
    }
    if text("x-kubernetes-label-selector").is_some() {
        merge_all(&mut config.common_labels, &here())?;
    }
    if text("x-kubernetes-identity").is_some() {
        merge_all(&mut config.name_prefix, &here())?;
    }
    let version = text("x-kubernetes-object-ref-api-version");
    if let (Some(version), Some(kind)) = (version, text("x-kubernetes-object-ref-kind")) {
        let name = text("x-kubernetes-object-ref-name-key").unwrap_or("name");
        let (version, kind) = (version.to_owned().into(), kind.to_owned().into());
        let target = Gvk { group: "".into(), version, kind };
        let referrers = vec![spec(format!("{}/{name}", path.join("/")))].into();
        config.add_name_reference(&NameReference { target, referrers })?;
    }
    Ok(())
}
