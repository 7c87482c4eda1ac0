//! What a change of configuration means for pods that use it.

use std::collections::BTreeSet;

use super::workload::template_of;
use crate::{
    diff::FieldChange,
    resource::{FieldPath, Resource, Step, Value},
};

/// A ConfigMap or Secret whose content changes.
pub(super) struct ConfigChange<'a> {
    pub(super) resource: &'a Resource,
    /// Fields that differ.
    paths: Vec<FieldPath>,
    /// The keys of its content that differ; all where it cannot be told.
    keys: Option<BTreeSet<&'a str>>,
}

/// How pods use configuration, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// As environment: fixed when a container starts.
    Environment,
    /// As a single file: never updated.
    SingleFile,
    /// As a folder: updated in place.
    Folder,
}

impl<'a> ConfigChange<'a> {
    /// The change of an object, if it is configuration and its content differs.
    pub(super) fn of(resource: &'a Resource, changes: &'a [FieldChange]) -> Option<Self> {
        if !resource.id.group.is_empty()
            || !matches!(&*resource.id.kind, "ConfigMap" | "Secret")
            || resource.hook.is_some()
        {
            return None;
        }
        let mut keys = BTreeSet::new();
        let (mut paths, mut is_whole) = (Vec::new(), false);
        for change in changes {
            let steps = change.path.steps();
            let Some(Step::Key(first)) = steps.first() else { continue };
            if !matches!(&**first, "data" | "binaryData" | "stringData") {
                continue;
            }
            paths.push(change.path.clone());
            match steps.get(1) {
                Some(Step::Key(key)) => drop(keys.insert(&**key)),
                _ => is_whole = true,
            }
        }
        let keys = (!is_whole).then_some(keys);
        (!paths.is_empty()).then_some(Self { resource, paths, keys })
    }

    /// The fields that differ.
    pub(super) fn paths(&self) -> impl Iterator<Item = &FieldPath> {
        self.paths.iter()
    }

    /// How the pods of a workload use what changes; nothing where they do not.
    pub(super) fn used_by(&self, workload: &Resource) -> Option<Use> {
        if workload.id.namespace != self.resource.id.namespace {
            return None;
        }
        let (_, template) = template_of(workload)?;
        let spec = template.get("spec")?;
        let mut uses = Vec::new();
        for list in ["initContainers", "containers"] {
            for container in items(spec, list) {
                self.environment(container, &mut uses);
            }
        }
        for volume in items(spec, "volumes").iter().filter(|volume| self.is_source(volume)) {
            uses.extend(self.mounts(spec, volume));
        }
        uses.into_iter().min()
    }

    fn is_it(&self, reference: Option<&Value>, key: &str) -> bool {
        let name = reference.and_then(|reference| reference.text_at(&[key]));
        name == Some(&*self.resource.id.name)
    }

    fn has(&self, key: Option<&str>) -> bool {
        match (&self.keys, key) {
            (Some(keys), Some(key)) => keys.contains(key),
            _ => true,
        }
    }

    fn environment(&self, container: &Value, uses: &mut Vec<Use>) {
        let is_secret = &*self.resource.id.kind == "Secret";
        let (whole, one) = match is_secret {
            true => ("secretRef", "secretKeyRef"),
            false => ("configMapRef", "configMapKeyRef"),
        };
        let all =
            items(container, "envFrom").iter().any(|from| self.is_it(from.get(whole), "name"));
        let single = items(container, "env").iter().any(|variable| {
            let reference = variable.at(&["valueFrom", one]);
            let key = reference.and_then(|reference| reference.text_at(&["key"]));
            self.is_it(reference, "name") && self.has(key)
        });
        if all || single {
            uses.push(Use::Environment);
        }
    }

    fn is_source(&self, volume: &Value) -> bool {
        let holds = |owner: &Value, secret_key: &str| match &*self.resource.id.kind {
            "Secret" => {
                self.is_it(owner.get("secret"), secret_key) && self.has_item(owner.get("secret"))
            }
            _ => {
                self.is_it(owner.get("configMap"), "name") && self.has_item(owner.get("configMap"))
            }
        };
        let projected = volume.at(&["projected", "sources"]).map(Value::items).unwrap_or_default();
        holds(volume, "secretName") || projected.iter().any(|source| holds(source, "name"))
    }

    /// Whether a volume has one of the keys that change.
    fn has_item(&self, source: Option<&Value>) -> bool {
        let chosen = source.and_then(|source| source.get("items")).map(Value::items);
        match chosen.unwrap_or_default() {
            [] => true,
            chosen => chosen.iter().any(|item| self.has(item.text_at(&["key"]))),
        }
    }

    /// How containers mount a volume.
    fn mounts(&self, spec: &Value, volume: &Value) -> Vec<Use> {
        let name = volume.text_at(&["name"]);
        let containers = items(spec, "containers").iter();
        let mounts = containers.flat_map(|container| items(container, "volumeMounts"));
        mounts
            .filter(|mount| mount.text_at(&["name"]) == name)
            .filter_map(|mount| match mount.text_at(&["subPath"]).filter(|path| !path.is_empty()) {
                // A path of a projected or chosen key need not be the key's name.
                Some(path) => {
                    (self.has(Some(path)) || self.keys.is_none()).then_some(Use::SingleFile)
                }
                None => Some(Use::Folder),
            })
            .collect()
    }

    /// Whether a reloading controller watches this for the workload.
    ///
    /// (Source: the annotations of stakater/Reloader and pusher/wave.)
    pub(super) fn is_watched_for(&self, workload: &Resource) -> bool {
        let kind = if &*self.resource.id.kind == "Secret" { "secret" } else { "configmap" };
        let own = workload.stable().at(&["metadata", "annotations"]);
        let pods = template_of(workload).and_then(|(_, t)| t.at(&["metadata", "annotations"]));
        let text = |key: &str| {
            [own, pods].into_iter().flatten().find_map(|annotations| annotations.text_at(&[key]))
        };
        let is_set = |key: &str| text(key) == Some("true");
        let named = |key: &str| {
            text(key).is_some_and(|names| {
                names.split(',').any(|name| name.trim() == &*self.resource.id.name)
            })
        };
        let is_matched = || {
            let match_key = ["metadata", "annotations", "reloader.stakater.com/match"];
            self.resource.stable().text_at(&match_key) == Some("true")
        };
        is_set("reloader.stakater.com/auto")
            || is_set(&format!("{kind}.reloader.stakater.com/auto"))
            || named(&format!("{kind}.reloader.stakater.com/reload"))
            || (is_set("reloader.stakater.com/search") && is_matched())
            || is_set("wave.pusher.com/update-on-config-change")
    }
}

fn items<'v>(owner: &'v Value, key: &str) -> &'v [Value] {
    owner.get(key).map(Value::items).unwrap_or_default()
}
