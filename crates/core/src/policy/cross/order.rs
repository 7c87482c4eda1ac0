//! Objects that Argo CD applies too early.

use super::{CrossHit, Scene, Side};
use crate::{
    inventory::Owner,
    policy::{facts::Stage, rule::Hit},
    resource::{FieldPath, ResourceId},
};

/// X14: an object that comes in an earlier wave than the definition of its kind.
pub(crate) fn late_definition(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, id) in scene.created() {
        let cell = &scene.changed[index];
        if !matches!(cell.id.owner, Owner::Argo(_)) {
            continue;
        }
        let kind = (id.group.clone(), id.kind.clone());
        if !cell.head.definitions.contains_key(&kind) || cell.base.definitions.contains_key(&kind) {
            continue;
        }
        let is_definition = |other: &&ResourceId| {
            &*other.kind == "CustomResourceDefinition"
                && other.name.ends_with(&format!(".{}", id.group))
        };
        let phase = |id: &ResourceId| cell.head.objects.get(id).map(|object| object.phase);
        let definition = cell.head.objects.keys().filter(is_definition).find(|other| {
            // The name is the plural, which is not derived from the kind for certain.
            other.name.starts_with(&id.kind.to_lowercase()[..1])
        });
        if let Some(definition) = definition
            && phase(id) < phase(definition)
        {
            let message = format!("{id} is applied before {definition}, which defines its kind");
            found.push(CrossHit::new(index, id, Hit::new(FieldPath::root(), message)));
        }
    }
    found
}

/// X15: a hook that needs what only the sync after it brings.
pub(crate) fn early_needs(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        for (reference, users) in &cell.head.references {
            let to = &reference.to;
            let id = ResourceId {
                group: "".into(),
                kind: to.kind.into(),
                namespace: Some(to.namespace.clone()),
                name: to.name.clone(),
            };
            let Some(object) = cell.head.objects.get(&id) else { continue };
            // What is there already was there before the hook ran.
            if !reference.is_needed || !scene.owners(Side::Base, &id).is_empty() {
                continue;
            }
            let early = users.iter().find(|user| {
                cell.head.objects.get(user).is_some_and(|user| {
                    user.phase.stage == Stage::Before && user.phase < object.phase
                })
            });
            if let Some(user) = early {
                let message = format!("{user} runs before {id} exists, which it needs");
                found.push(CrossHit::new(index, user, Hit::new(FieldPath::root(), message)));
            }
        }
    }
    found
}
