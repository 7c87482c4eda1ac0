//! The API server of one cluster, as far as it changes what it is given.

use super::{
    amounts::Amounts,
    fill::{as_map, map_at},
    kinds,
    pod::{self, PodRules},
    prune,
};
use crate::resource::{
    Resource,
    value::{Data, Value},
};

/// The API server of a cluster: what it makes of objects before it stores them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Server {
    minor: Option<u32>,
}

impl Server {
    /// The server of a cluster with this Kubernetes version, such as `1.35` or `v1.35.2-gke.1`.
    ///
    /// Of a version that is not known or cannot be read, [`Server::minor`] is `None` and the
    /// newest rules count.
    pub fn of(kube: Option<&str>) -> Self {
        let minor = kube.and_then(|text| {
            let rest = text.trim().trim_start_matches('v').strip_prefix("1.")?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        });
        Self { minor }
    }

    /// The minor version: 35 of Kubernetes 1.35.
    pub fn minor(self) -> Option<u32> {
        self.minor
    }

    /// Whether the version is at least 1.`minor`; a version that is not known is the newest.
    pub fn is_since(self, minor: u32) -> bool {
        self.minor.is_none_or(|own| own >= minor)
    }

    /// The object as it is stored: with defaults, and without what says nothing.
    ///
    /// Two manifests are one object exactly when their stored forms are equal. Kinds that are not
    /// known, custom resources among them, stay as they are. Applying it twice is applying it once.
    pub fn stored(self, resource: &Resource) -> Value {
        self.object(&resource.id.group, &resource.id.kind, resource.stable())
    }

    /// As [`Server::stored`], for an object of a group and kind.
    pub fn object(self, group: &str, kind: &str, body: &Value) -> Value {
        let mut body = body.clone();
        if let Some(map) = as_map(&mut body)
            && kinds::fill_object(self, group, kind, map)
        {
            prune::metadata(map);
            map.remove("status");
            prune::prune(&mut body);
        }
        body
    }

    /// A template of pods as the controllers of a kind compare it.
    ///
    /// A default of Pods alone is none here: writing `requests` equal to `limits` into a template
    /// replaces its pods.
    pub fn template(self, kind: &str, template: &Value) -> Value {
        let mut template = template.clone();
        if let Data::Map(map) = &mut template.data {
            pod::template(map, self.pod_rules(kind));
        }
        prune::prune(&mut template);
        template
    }

    /// A claim of a StatefulSet as updates are compared.
    pub fn claim(self, claim: &Value) -> Value {
        let mut claim = claim.clone();
        if let Data::Map(map) = &mut claim.data {
            for field in ["apiVersion", "kind", "status"] {
                map.remove(field);
            }
            prune::metadata(map);
            if let Some(spec) = map_at(map, &["spec"]) {
                pod::fill_claim(spec, Amounts::Value);
            }
        }
        prune::prune(&mut claim);
        claim
    }

    /// How the pods of a kind are read.
    pub(super) fn pod_rules(self, kind: &str) -> PodRules {
        let amounts = match kind {
            "StatefulSet" | "DaemonSet" => Amounts::Text,
            _ => Amounts::Value,
        };
        // Since 1.28 templates keep what they say (the gate for the old way went with 1.31).
        PodRules { amounts, host_ports: kind == "Pod" || !self.is_since(28) }
    }
}
