//! What objects ask for by name, and what exists without an object of that name.

use std::sync::Arc;

use super::{Facts, items, text};
use crate::{
    policy::workloads::{is_built_in, pod_spec},
    resource::{Resource, Value},
};

/// The name of a ConfigMap, Secret, ServiceAccount or claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) kind: &'static str,
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
}

/// Something that pods need by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    /// What is needed.
    pub(crate) to: Name,
    /// The key that is needed of it.
    pub(crate) key: Option<Arc<str>>,
    /// Whether pods cannot start without it.
    pub(crate) is_needed: bool,
}

const KINDS: [&str; 4] = ["ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim"];

impl Name {
    /// The name of an object, where it is of such a kind.
    pub(crate) fn of(resource: &crate::resource::ResourceId) -> Option<Self> {
        let kind = KINDS.iter().find(|kind| **kind == &*resource.kind)?;
        resource.group.is_empty().then_some(())?;
        let (namespace, name) = (resource.namespace.clone()?, Arc::clone(&resource.name));
        Some(Self { kind, namespace, name })
    }
}

/// Adds what an object asks for, and what others may ask for because of it.
pub(super) fn collect(resource: &Resource, facts: &mut Facts) {
    let Some(namespace) = resource.id.namespace.clone() else { return };
    if let Some(name) =
        Name::of(&resource.id).filter(|name| name.kind == "ConfigMap" || name.kind == "Secret")
    {
        let fields = ["data", "binaryData", "stringData"];
        let maps = fields.iter().filter_map(|field| resource.body.get(field)?.as_map());
        let keys = maps.flat_map(|map| map.keys().cloned()).collect();
        facts.keys.insert(name, keys);
    }
    for (kind, name) in made(resource) {
        facts.made.insert(Name { kind, namespace: Arc::clone(&namespace), name });
    }
    if !is_built_in(resource) {
        return;
    }
    let Some((_, spec)) = pod_spec(resource) else { return };
    let mut found = Found { namespace, list: Vec::new() };
    found.pod(spec);
    for reference in found.list {
        facts.references.entry(reference).or_default().insert(resource.id.clone());
    }
}

struct Found {
    namespace: Arc<str>,
    list: Vec<Reference>,
}

impl Found {
    fn add(
        &mut self,
        kind: &'static str,
        name: Option<Arc<str>>,
        source: &Value,
        key: Option<Arc<str>>,
    ) {
        let Some(name) = name else { return };
        let is_needed = !source.get("optional").is_some_and(Value::is_true);
        let to = Name { kind, namespace: Arc::clone(&self.namespace), name };
        self.list.push(Reference { to, key, is_needed });
    }

    fn pod(&mut self, spec: &Value) {
        let account =
            text(spec, &["serviceAccountName"]).or_else(|| text(spec, &["serviceAccount"]));
        self.add("ServiceAccount", account.filter(|name| &**name != "default"), spec, None);
        for volume in items(spec, &["volumes"]) {
            self.volume(volume);
        }
        for list in ["initContainers", "containers"] {
            for container in items(spec, &[list]) {
                self.container(container);
            }
        }
    }

    fn volume(&mut self, volume: &Value) {
        let sources = volume.get("projected").map_or(&[][..], |p| items(p, &["sources"]));
        for source in sources.iter().chain([volume]) {
            if let Some(map) = source.get("configMap") {
                self.add("ConfigMap", text(map, &["name"]), map, None);
            }
            if let Some(secret) = source.get("secret") {
                let name = text(secret, &["secretName"]).or_else(|| text(secret, &["name"]));
                self.add("Secret", name, secret, None);
            }
        }
        if let Some(claim) = volume.get("persistentVolumeClaim") {
            self.add("PersistentVolumeClaim", text(claim, &["claimName"]), claim, None);
        }
    }

    fn container(&mut self, container: &Value) {
        for (source, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            for from in items(container, &["envFrom"]).iter().filter_map(|from| from.get(source)) {
                self.add(kind, text(from, &["name"]), from, None);
            }
        }
        for (source, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            let variables = items(container, &["env"]).iter();
            for from in variables.filter_map(|env| env.at(&["valueFrom", source])) {
                self.add(kind, text(from, &["name"]), from, text(from, &["key"]));
            }
        }
    }
}

/// What an operator makes of an object: kinds and names.
fn made(resource: &Resource) -> Vec<(&'static str, Arc<str>)> {
    let own = || Arc::clone(&resource.id.name);
    let spec = |keys: &[&str]| resource.body.get("spec").and_then(|spec| text(spec, keys));
    let secret = |name: Arc<str>| vec![("Secret", name)];
    match &*resource.id.kind {
        "SealedSecret" => secret(spec(&["template", "metadata", "name"]).unwrap_or_else(own)),
        "ExternalSecret" => secret(spec(&["target", "name"]).unwrap_or_else(own)),
        "Certificate" => spec(&["secretName"]).map(secret).unwrap_or_default(),
        "OnePasswordItem" | "InfisicalSecret" | "BitwardenSecret" | "SopsSecret"
        | "DopplerSecret" | "VaultSecret" => secret(own()),
        "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" => {
            spec(&["destination", "name"]).map(secret).unwrap_or_default()
        }
        "KafkaUser" => secret(own()),
        "Cluster" if &*resource.id.group == "postgresql.cnpg.io" => {
            ["app", "superuser", "ca", "server"]
                .iter()
                .map(|suffix| ("Secret", format!("{}-{suffix}", resource.id.name).into()))
                .collect()
        }
        "ObjectBucketClaim" => vec![("Secret", own()), ("ConfigMap", own())],
        "ReplicationDestination" | "DataVolume" => vec![("PersistentVolumeClaim", own())],
        "Bundle" if &*resource.id.group == "trust.cert-manager.io" => {
            vec![("ConfigMap", own()), ("Secret", own())]
        }
        _ => Vec::new(),
    }
}
