//! Custom resources and their definitions.

use super::{CrossHit, Scene};
use crate::{
    policy::{
        facts::{Definition, Facts},
        rule::Hit,
        schema,
        transitions::transitions,
    },
    resource::{FieldPath, ResourceId, Value},
};

/// A cluster with more applications is not searched for the definition of an object that was there
/// before: a changed value would cost as much as all of them.
const FEW: usize = 64;

/// V2: custom resources that their definition does not allow.
pub(crate) fn invalid(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    judged(scene, |definition, version, old, new| {
        let versions = definition.get("versions").map(Value::items).unwrap_or_default();
        let found = versions.iter().find(|v| v.text_at(&["name"]) == Some(version));
        let served = found.filter(|found| found.get("served").is_some_and(Value::is_true));
        let Some(served) = served else {
            let message = format!("the definition of the kind does not serve `{version}`");
            let is_old = old.is_some_and(|old| version_of(old) == version);
            return if is_old {
                Vec::new()
            } else {
                vec![Hit::new(FieldPath::of(&["apiVersion"]), message)]
            };
        };
        let Some(schema) = served.at(&["schema", "openAPIV3Schema"]) else { return Vec::new() };
        let known: Vec<Hit> = old.map(|old| schema::faults(schema, old)).unwrap_or_default();
        let is_new = |hit: &Hit| {
            !known.iter().any(|old| old.path.without_positions() == hit.path.without_positions())
        };
        schema::faults(schema, new).into_iter().filter(is_new).collect()
    })
}

/// U21: fields that the definition fixes.
pub(crate) fn frozen(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    judged(scene, |definition, version, old, new| {
        let Some(old) = old.filter(|old| version_of(old) == version) else { return Vec::new() };
        let versions = definition.get("versions").map(Value::items).unwrap_or_default();
        let found = versions.iter().find(|v| v.text_at(&["name"]) == Some(version));
        let schema = found.and_then(|found| found.at(&["schema", "openAPIV3Schema"]));
        schema.map(|schema| transitions(schema, old, new)).unwrap_or_default()
    })
}

fn version_of(object: &Value) -> &str {
    let version = object.text_at(&["apiVersion"]).unwrap_or_default();
    version.rsplit_once('/').map_or(version, |(_, version)| version)
}

/// What is found in each custom resource that is new or differs and whose definition is known.
fn judged(
    scene: &Scene<'_, '_>,
    judge: impl Fn(&Value, &str, Option<&Value>, &Value) -> Vec<Hit>,
) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        for (id, new) in &cell.head.customs {
            let old = cell.base.customs.get(id);
            if old == Some(new) {
                continue;
            }
            let Some(definition) = definition(scene, id, old.is_none()) else { continue };
            let hits = judge(definition.spec(), version_of(new), old.map(|old| &**old), new);
            found.extend(hits.into_iter().map(|hit| CrossHit::new(index, id, hit)));
        }
    }
    found
}

/// The definition of a kind on head: of a changed cell, or of another one.
fn definition(scene: &Scene<'_, '_>, id: &ResourceId, is_new: bool) -> Option<Definition> {
    let kind = (id.group.clone(), id.kind.clone());
    let ask = |facts: &Facts| facts.definitions.get(&kind).cloned();
    if let Some(found) = scene.definition(&id.group, &id.kind) {
        return Some(found.clone());
    }
    if !is_new && scene.peers.count() > FEW {
        return None;
    }
    scene.find_untouched(None, ask).0
}
