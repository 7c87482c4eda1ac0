//! What pods need and nobody has, or has no longer.

use std::{collections::BTreeSet, sync::Arc};

use super::{CrossHit, Scene, Side};
use crate::{
    inventory::{Owner, SyncPolicy},
    policy::{
        Severity,
        facts::{Facts, Name, Reference},
        rule::Hit,
        workloads::is_built_in_group,
    },
    resource::{FieldPath, ResourceId},
};

fn has(facts: &Facts, name: &Name) -> bool {
    facts.made.contains(name) || facts.objects.contains_key(&id(name))
}

fn id(name: &Name) -> ResourceId {
    ResourceId {
        group: "".into(),
        kind: name.kind.into(),
        namespace: Some(Arc::clone(&name.namespace)),
        name: Arc::clone(&name.name),
    }
}

/// Names that a cluster makes in every namespace.
fn is_given(name: &Name) -> bool {
    matches!(
        (name.kind, &*name.name),
        ("ConfigMap", "kube-root-ca.crt" | "openshift-service-ca.crt" | "istio-ca-root-cert")
            | ("ServiceAccount", "default" | "pipeline" | "builder" | "deployer")
    )
}

/// D12: a ConfigMap, Secret, ServiceAccount or claim that goes while pods need it.
pub(crate) fn lost(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        let gone = cell
            .base
            .objects
            .iter()
            .filter(|(id, object)| !object.is_kept && !cell.head.objects.contains_key(id));
        for (id, _) in gone {
            let Some(name) = Name::of(id) else { continue };
            let Some(user) = user(scene, &name) else { continue };
            if scene
                .find(Some(&name.namespace), |facts| has(facts, &name).then_some(()))
                .0
                .is_some()
                || scene.find_untouched(None, |facts| has(facts, &name).then_some(())).0.is_some()
            {
                continue;
            }
            let message =
                format!("{id} is deleted, and {user} needs it: its pods cannot start again");
            let hit = CrossHit::whole(index, id, message);
            let prunes = match cell.application.meta.sync {
                _ if matches!(cell.id.owner, Owner::Plain) => true,
                SyncPolicy::Automatic { prune, .. } => prune || !cell.stays,
                SyncPolicy::Manual => false,
            };
            found.push(if prunes { hit } else { hit.at_most(Severity::Warn) });
        }
    }
    found
}

/// Who needs a name on head.
fn user(scene: &Scene<'_, '_>, name: &Name) -> Option<ResourceId> {
    let ask = |facts: &Facts| {
        let mut needed = facts
            .references
            .iter()
            .filter(|(reference, _)| reference.is_needed && reference.to == *name);
        needed.next().and_then(|(_, users)| users.first().cloned())
    };
    scene.find(Some(&name.namespace), ask).0
}

/// X5: something that pods newly need and nothing in the cluster has.
pub(crate) fn unmet(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        let mut told = BTreeSet::new();
        for (reference, users) in &cell.head.references {
            let is_old = cell.base.references.contains_key(reference)
                && (!was_there(scene, reference) || !reference.is_needed);
            if is_old || !reference.is_needed || is_given(&reference.to) {
                continue;
            }
            let Some(user) = users.first() else { continue };
            let Some(message) = absent(scene, reference) else { continue };
            if !told.insert((reference.to.clone(), user)) {
                continue;
            }
            let hit = Hit::new(FieldPath::root(), message);
            // Secrets are often put into a cluster by hand, on purpose.
            let most = if reference.to.kind == "Secret" { Severity::Info } else { Severity::Warn };
            found.push(CrossHit::new(index, user, hit.at_most(most)));
        }
    }
    found
}

/// Whether base had what a reference asks for in a cell that changes; its loss is another rule's.
fn was_there(scene: &Scene<'_, '_>, reference: &Reference) -> bool {
    let key = |facts: &Facts| {
        let keys = facts.keys.get(&reference.to)?;
        Some(reference.key.as_ref().is_none_or(|key| keys.contains(key)))
    };
    let mut cells = scene.in_namespace(Side::Base, Some(&reference.to.namespace));
    reference.key.is_some() && cells.find_map(key) == Some(true)
}

/// What is missing of a reference.
fn absent(scene: &Scene<'_, '_>, reference: &Reference) -> Option<String> {
    let Reference { to, key, .. } = reference;
    let ask = |facts: &Facts| {
        if facts.made.contains(to) {
            return Some(None);
        }
        let object = facts.objects.contains_key(&id(to));
        object.then(|| facts.keys.get(to).cloned())
    };
    let (near, _) = scene.find(Some(&to.namespace), ask);
    let (found, is_whole) = match near {
        Some(found) => (Some(found), true),
        None => scene.find_untouched(None, ask),
    };
    match (found, key) {
        (None, _) if is_whole => Some(format!(
            "{} {} does not exist in namespace {}, as far as the repository tells",
            to.kind, to.name, to.namespace
        )),
        (Some(Some(keys)), Some(key)) if !keys.contains(key) => {
            Some(format!("{} {} has no key `{key}`", to.kind, to.name))
        }
        _ => None,
    }
}

/// X4: a namespace that objects are put into for the first time and that nobody makes.
pub(crate) fn namespace(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for (index, object) in scene.created() {
        let Some(namespace) = &object.namespace else { continue };
        let is_given = matches!(&**namespace, "default" | "kube-system" | "kube-public")
            || namespace.starts_with("openshift-");
        let cell = &scene.changed[index];
        if is_given || matches!(cell.id.owner, Owner::Plain) || !told.insert(Arc::clone(namespace))
        {
            continue;
        }
        let uses =
            |facts: &Facts| facts.objects.keys().any(|id| id.namespace.as_ref() == Some(namespace));
        let own = ResourceId {
            group: "".into(),
            kind: "Namespace".into(),
            namespace: None,
            name: Arc::clone(namespace),
        };
        let makes = |facts: &Facts| facts.objects.contains_key(&own);
        if scene.in_namespace(Side::Base, Some(namespace)).next().is_some()
            || !scene.owners(Side::Head, &own).is_empty()
        {
            continue;
        }
        let peers = scene.peers.peers(None);
        // Of a cluster that is new to the repository nothing is known.
        if peers.is_empty() && scene.is_all_new() {
            continue;
        }
        let is_known = peers
            .iter()
            .any(|peer| peer.facts.as_deref().is_none_or(|facts| uses(facts) || makes(facts)));
        if !is_known {
            let message =
                format!("namespace {namespace} is new, and nothing in the repository makes it");
            found.push(CrossHit::whole(index, object, message));
        }
    }
    found
}

/// V3: an object of a kind that no definition of the cluster has.
pub(crate) fn unknown_kind(scene: &Scene<'_, '_>) -> Vec<CrossHit> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for (index, object) in scene.created() {
        let kind = (Arc::clone(&object.group), Arc::clone(&object.kind));
        // What deploys the cluster is put there before anything else.
        let is_deployer =
            object.group.ends_with(".toolkit.fluxcd.io") || &*object.group == "argoproj.io";
        if is_built_in_group(&object.group) || is_deployer || !told.insert(kind.clone()) {
            continue;
        }
        // Where the kind is in use already, the cluster has it from elsewhere.
        let is_used = |facts: &Facts| {
            facts.definitions.contains_key(&kind)
                || facts.objects.keys().any(|id| id.group == kind.0 && id.kind == kind.1)
        };
        if scene.side(Side::Base).any(is_used) || scene.definition(&kind.0, &kind.1).is_some() {
            continue;
        }
        let peers = scene.peers.peers(None);
        // Of a cluster that is new to the repository nothing is known.
        if peers.is_empty() && scene.is_all_new() {
            continue;
        }
        if peers.iter().any(|peer| peer.facts.as_deref().is_none_or(is_used)) {
            continue;
        }
        let message = format!(
            "no application of the cluster defines the kind {} of {}, and nothing else uses it",
            kind.1, kind.0
        );
        found.push(CrossHit::whole(index, object, message));
    }
    found
}
