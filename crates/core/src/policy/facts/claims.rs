//! What only one object of a cluster may have.

use std::sync::Arc;

use super::{is, items, text};
use crate::{
    policy::workloads::{is_built_in, named_containers, pod_spec},
    resource::{Resource, Value},
};

/// Something that two objects cannot both have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Claim {
    /// A port of every node, which Services ask for.
    NodePort { port: i64, protocol: Arc<str> },
    /// A port of the node that a pod runs on.
    HostPort { port: i64, protocol: Arc<str>, address: Arc<str> },
    /// An address outside the cluster.
    Address(Arc<str>),
    /// Requests to a host and a path.
    Route { host: Arc<str>, path: Arc<str>, kind: Arc<str>, class: Arc<str> },
}

impl Claim {
    /// The same requests for Ingresses without a class, or of one that gets `default`.
    pub(crate) fn by_default(&self, default: &Arc<str>) -> Vec<Self> {
        const KINDS: [&str; 3] = ["Prefix", "Exact", "ImplementationSpecific"];
        let Self::Route { host, path, kind, class } = self else { return Vec::new() };
        let route = |kind: &str, class: &Arc<str>| Self::Route {
            host: Arc::clone(host),
            path: Arc::clone(path),
            kind: kind.into(),
            class: Arc::clone(class),
        };
        if class.is_empty() {
            return vec![route(if &**default == "nginx" { "" } else { kind }, default)];
        }
        match &**class {
            class if class != &**default => Vec::new(),
            "nginx" => KINDS.iter().map(|kind| route(kind, &"".into())).collect(),
            _ => vec![route(kind, &"".into())],
        }
    }

    /// The claim in words.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::NodePort { port, protocol } => format!("nodePort {port}/{protocol}"),
            Self::HostPort { port, protocol, .. } => format!("hostPort {port}/{protocol}"),
            Self::Address(address) => format!("the address {address}"),
            Self::Route { host, path, .. } => {
                let host = if host.is_empty() { "any host" } else { host };
                format!("`{host}{path}`")
            }
        }
    }
}

/// The claims of an object.
pub(super) fn of(resource: &Resource) -> Vec<Claim> {
    if is(resource, "", &["Service"]) {
        return of_service(resource);
    }
    if is(resource, "networking.k8s.io", &["Ingress"]) {
        return of_ingress(resource);
    }
    if is(resource, "gateway.networking.k8s.io", &["HTTPRoute"]) {
        return of_http_route(resource);
    }
    if is_built_in(resource) { host_ports(resource) } else { Vec::new() }
}

fn protocol(port: &Value) -> Arc<str> {
    text(port, &["protocol"]).unwrap_or_else(|| "TCP".into())
}

fn of_service(resource: &Resource) -> Vec<Claim> {
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    let kind = spec.text_at(&["type"]).unwrap_or("ClusterIP");
    let mut claims = Vec::new();
    if matches!(kind, "NodePort" | "LoadBalancer") {
        let ports = items(spec, &["ports"]).iter().filter_map(|port| {
            let number = port.get("nodePort").and_then(Value::as_int).filter(|port| *port != 0)?;
            Some(Claim::NodePort { port: number, protocol: protocol(port) })
        });
        claims.extend(ports);
    }
    let annotations = resource.body.at(&["metadata", "annotations"]).and_then(Value::as_map);
    let is_shared = annotations.is_some_and(|map| {
        map.keys().any(|key| key.contains("allow-shared-ip") || key.contains("sharing-key"))
    });
    if kind == "LoadBalancer" && !is_shared {
        claims.extend(text(spec, &["loadBalancerIP"]).map(Claim::Address));
    }
    claims
}

fn of_ingress(resource: &Resource) -> Vec<Claim> {
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    let annotation = |key: &str| resource.body.text_at(&["metadata", "annotations", key]);
    // These share a host and a path on purpose.
    let shares = annotation("nginx.ingress.kubernetes.io/canary") == Some("true")
        || annotation("nginx.org/mergeable-ingress-type").is_some();
    if shares {
        return Vec::new();
    }
    // (Source: `GetIngressClass` in kubernetes/ingress-nginx internal/ingress/controller/store/store.go
    // @ controller-v1.15.1.)
    let class = spec.text_at(&["ingressClassName"]);
    let class = class.or_else(|| annotation("kubernetes.io/ingress.class")).unwrap_or_default();
    // It compares paths whatever their type (`checkOverlap` in controller.go beside it).
    let is_nginx = class == "nginx";
    let mut claims = Vec::new();
    for rule in items(spec, &["rules"]) {
        let host = rule.text_at(&["host"]).unwrap_or_default();
        for path in items(rule, &["http", "paths"]) {
            claims.push(Claim::Route {
                host: host.into(),
                path: path.text_at(&["path"]).filter(|path| !path.is_empty()).unwrap_or("/").into(),
                kind: kind_of(path).filter(|_| !is_nginx).unwrap_or_default().into(),
                class: class.into(),
            });
        }
    }
    claims
}

fn kind_of(path: &Value) -> Option<&str> {
    path.text_at(&["pathType"])
}

/// The name of the class that Ingresses without one get.
///
/// (Source: `getDefaultClass` in plugin/pkg/admission/network/defaultingressclass/admission.go @ v1.36.)
pub(super) fn default_class(resource: &Resource) -> Option<Arc<str>> {
    const DEFAULT: [&str; 3] =
        ["metadata", "annotations", "ingressclass.kubernetes.io/is-default-class"];
    let is_default = is(resource, "networking.k8s.io", &["IngressClass"])
        && resource.body.text_at(&DEFAULT) == Some("true");
    is_default.then(|| Arc::clone(&resource.id.name))
}

/// Routes of a gateway; those that also look at headers, methods or queries share their paths on
/// purpose.
fn of_http_route(resource: &Resource) -> Vec<Claim> {
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    let mut claims = Vec::new();
    let parents: Vec<String> =
        items(spec, &["parentRefs"]).iter().map(ToString::to_string).collect();
    let class: Arc<str> = format!("gateway {}", parents.join(" ")).into();
    for rule in items(spec, &["rules"]) {
        for matched in items(rule, &["matches"]) {
            let Some(map) = matched.as_map().filter(|map| map.keys().all(|key| &**key == "path"))
            else {
                continue;
            };
            let path = map.get("path");
            let of_path = |key: &str| path.and_then(|path| path.text_at(&[key]));
            for host in items(spec, &["hostnames"]).iter().filter_map(Value::as_str) {
                claims.push(Claim::Route {
                    host: host.into(),
                    path: of_path("value").unwrap_or("/").into(),
                    kind: of_path("type").unwrap_or("PathPrefix").into(),
                    class: Arc::clone(&class),
                });
            }
        }
    }
    claims
}

fn host_ports(resource: &Resource) -> Vec<Claim> {
    let is_on_host = pod_spec(resource)
        .is_some_and(|(_, spec)| spec.get("hostNetwork").is_some_and(Value::is_true));
    let mut claims = Vec::new();
    for (_, container) in named_containers(resource) {
        for port in items(container, &["ports"]) {
            let number = |key| port.get(key).and_then(Value::as_int).filter(|port| *port != 0);
            // In the network of the node every port of a container is one of the node.
            let on_host = is_on_host.then(|| number("containerPort")).flatten();
            let Some(number) = number("hostPort").or(on_host) else { continue };
            claims.push(Claim::HostPort {
                port: number,
                protocol: protocol(port),
                address: text(port, &["hostIP"]).unwrap_or_else(|| "".into()),
            });
        }
    }
    claims
}
