//! Rules for autoscalers, disruption budgets, Ingresses and network policies.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{
    format,
    rule::{Hit, Severity, shown},
};
use crate::{
    diff::{Change, Changes},
    resource::{Data, FieldPath, Resource, ResourceSet, Value},
};

fn is(resource: &Resource, group: &str, kind: &str) -> bool {
    &*resource.id.group == group && &*resource.id.kind == kind
}

/// A part that says something.
fn given<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|value| !matches!(value.data, Data::Null))
}

fn list<'a>(path: &FieldPath, owner: &'a Value, key: &str) -> Vec<(FieldPath, &'a Value)> {
    let items = owner.get(key).map(Value::items).unwrap_or_default();
    items.iter().enumerate().map(|(at, item)| (path.key(key).index(at), item)).collect()
}

/// F13: the bounds of a HorizontalPodAutoscaler.
///
/// (Source: `validateHorizontalPodAutoscalerSpec` in pkg/apis/autoscaling/validation/validation.go;
/// 0 needs the feature gate `HPAScaleToZero`.)
pub(crate) fn autoscaler(resource: &Resource) -> Vec<Hit> {
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    if !is(resource, "autoscaling", "HorizontalPodAutoscaler") {
        return Vec::new();
    }
    let path = FieldPath::of(&["spec"]);
    let least = given(spec, "minReplicas");
    let bound = least.and_then(Value::as_int);
    let mut hits = Vec::new();
    if let (Some(value), Some(count)) = (least, bound)
        && count < 1
    {
        let hit =
            Hit::on(path.key("minReplicas"), value, format!("minReplicas {count} is below 1"));
        hits.push(if count == 0 { hit.at_most(Severity::Warn) } else { hit });
    }
    match given(spec, "maxReplicas") {
        None => hits.push(Hit::new(path.key("maxReplicas"), "maxReplicas is missing")),
        Some(value) => {
            if let Some(most) = value.as_int()
                && most < bound.unwrap_or(1).max(1)
            {
                let message =
                    format!("maxReplicas {most} is below minReplicas {}", bound.unwrap_or(1));
                hits.push(Hit::on(path.key("maxReplicas"), value, message));
            }
        }
    }
    for key in ["kind", "name"] {
        let keys = ["scaleTargetRef", key];
        if spec.text_at(&keys).is_none_or(str::is_empty) {
            let path = path.key("scaleTargetRef").key(key);
            hits.push(Hit::new(path, format!("scaleTargetRef.{key} is missing")));
        }
    }
    hits
}

/// F16: a PodDisruptionBudget says one of its two bounds.
///
/// (Source: `ValidatePodDisruptionBudgetSpec` in pkg/apis/policy/validation/validation.go.)
pub(crate) fn disruption_budget(resource: &Resource) -> Vec<Hit> {
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    if !is(resource, "policy", "PodDisruptionBudget") {
        return Vec::new();
    }
    let path = FieldPath::of(&["spec"]);
    let bounds = ["minAvailable", "maxUnavailable"];
    let mut hits = Vec::new();
    if bounds.iter().all(|key| given(spec, key).is_some()) {
        hits.push(Hit::new(path.clone(), "minAvailable and maxUnavailable exclude each other"));
    }
    for key in bounds {
        let Some(value) = given(spec, key) else { continue };
        let is_right = match &value.data {
            Data::Number(_) => value.as_int().is_some_and(|count| count >= 0),
            Data::String(text) => share(text).is_some_and(|share| share <= 100),
            Data::Null | Data::Bool(_) | Data::List(_) | Data::Map(_) => false,
        };
        if !is_right {
            let message =
                format!("{key} {} is no count and no share from 0% to 100%", shown(Some(value)));
            hits.push(Hit::on(path.key(key), value, message));
        }
    }
    hits
}

fn share(text: &str) -> Option<u32> {
    text.strip_suffix('%').filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

/// F17: hosts, paths and backends of an Ingress.
///
/// (Source: `ValidateIngressSpec` in pkg/apis/networking/validation/validation.go.)
pub(crate) fn ingress(resource: &Resource) -> Vec<Hit> {
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    if !is(resource, "networking.k8s.io", "Ingress") || !resource.api_version.ends_with("/v1") {
        return Vec::new();
    }
    let path = FieldPath::of(&["spec"]);
    let mut hits = Vec::new();
    if spec.get("rules").is_none_or(Value::is_empty) && given(spec, "defaultBackend").is_none() {
        hits.push(Hit::new(path.clone(), "there is neither `rules` nor `defaultBackend`"));
    }
    for (path, rule) in list(&path, spec, "rules") {
        let host = rule.get("host");
        hits.extend(host.and_then(|host| address(&path.key("host"), host)));
        hits.extend(host.and_then(|host| bad_host(&path.key("host"), host)));
        let Some(http) = given(rule, "http") else { continue };
        let paths = list(&path.key("http"), http, "paths");
        if paths.is_empty() {
            hits.push(Hit::new(path.key("http").key("paths"), "the rule has no path"));
        }
        for (path, item) in &paths {
            ingress_path(path, item, &mut hits);
        }
    }
    if let Some(backend) = given(spec, "defaultBackend") {
        ingress_backend(&path.key("defaultBackend"), Some(backend), &mut hits);
    }
    for (path, tls) in list(&path, spec, "tls") {
        let hosts = list(&path, tls, "hosts");
        hits.extend(hosts.iter().filter_map(|(path, host)| bad_host(path, host)));
    }
    hits
}

/// F25: the two ways to name the class of a new Ingress agree.
///
/// (Source: `ValidateIngressCreate` in pkg/apis/networking/validation/validation.go @ v1.31 to v1.36; an
/// update is not asked.)
pub(crate) fn ingress_class(changes: &Changes<'_>, _: &ResourceSet) -> Vec<(usize, Hit)> {
    const ANNOTATION: [&str; 3] = ["metadata", "annotations", "kubernetes.io/ingress.class"];
    let differ = |resource: &Resource| {
        let annotation = resource.body.at(&ANNOTATION)?;
        let class = resource.body.at(&["spec", "ingressClassName"])?;
        (is(resource, "networking.k8s.io", "Ingress") && annotation != class)
            .then(|| (shown(Some(annotation)), shown(Some(class))))
    };
    let judged = |(index, change): (usize, &Change<'_>)| {
        let (new, most, when) = match change {
            Change::Create(new) => (new, Severity::Block, ""),
            Change::Update { old, new, .. } if differ(old).is_none() => {
                (new, Severity::Warn, "; a cluster where the Ingress is not yet there refuses it")
            }
            Change::Update { .. } | Change::Delete(_) => return None,
        };
        let (annotation, class) = differ(new)?;
        let message =
            format!("the annotation says {annotation} and `ingressClassName` says {class}{when}");
        Some((index, Hit::new(FieldPath::of(&ANNOTATION), message).at_most(most)))
    };
    changes.resources.iter().enumerate().filter_map(judged).collect()
}

fn bad_host(path: &FieldPath, value: &Value) -> Option<Hit> {
    let host = value.as_str().filter(|host| !host.is_empty())?;
    let fault = format::dns_subdomain(host.strip_prefix("*.").unwrap_or(host));
    fault.map(|fault| Hit::on(path.clone(), value, format!("host `{host}` {fault}")))
}

/// A rule is for a name; that a certificate is for an address is taken.
fn address(path: &FieldPath, value: &Value) -> Option<Hit> {
    let host = value.as_str().filter(|host| host.parse::<Ipv4Addr>().is_ok())?;
    let message = format!("host `{host}` must be a DNS name, not an IP address");
    Some(Hit::on(path.clone(), value, message))
}

fn ingress_path(path: &FieldPath, item: &Value, out: &mut Vec<Hit>) {
    const INSIDE: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
    const AT_END: [&str; 2] = ["/..", "/."];
    let kind = item.text_at(&["pathType"]).unwrap_or_default();
    let text = item.text_at(&["path"]).unwrap_or_default();
    let at = || path.key("path");
    match kind {
        "" => out.push(Hit::new(path.key("pathType"), "pathType is missing")),
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                out.push(Hit::new(
                    at(),
                    format!("path `{text}` of type {kind} must begin with `/`"),
                ));
            }
            let part = INSIDE.iter().find(|part| text.contains(**part));
            let part = part.or_else(|| AT_END.iter().find(|part| text.ends_with(**part)));
            if let Some(part) = part {
                let message = format!("path `{text}` of type {kind} must not contain `{part}`");
                out.push(Hit::new(at(), message));
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.starts_with('/') {
                out.push(Hit::new(at(), format!("path `{text}` must begin with `/`")));
            }
        }
        _ => {
            let message =
                format!("pathType `{kind}` is not `Exact`, `Prefix` or `ImplementationSpecific`");
            out.push(Hit::new(path.key("pathType"), message));
        }
    }
    ingress_backend(&path.key("backend"), item.get("backend"), out);
}

fn ingress_backend(path: &FieldPath, backend: Option<&Value>, out: &mut Vec<Hit>) {
    let kinds = |key| backend.is_some_and(|backend| given(backend, key).is_some());
    match (kinds("service"), kinds("resource")) {
        (true, false) | (false, true) => {}
        (true, true) => {
            let message = "`service` and `resource` of a backend exclude each other";
            out.push(Hit::new(path.clone(), message));
        }
        (false, false) => out.push(Hit::new(path.clone(), "no backend is named")),
    }
    let Some(service) = backend.and_then(|backend| given(backend, "service")) else { return };
    let path = path.key("service");
    if service.text_at(&["name"]).is_none_or(str::is_empty) {
        out.push(Hit::new(path.key("name"), "the backend does not name its Service"));
    }
    let port = given(service, "port");
    if port.is_none() {
        out.push(Hit::new(path.key("port"), "the backend does not say the port of its Service"));
    }
    if let Some(port) = port {
        let is_named = port.text_at(&["name"]).is_some_and(|name| !name.is_empty());
        let is_numbered = port.get("number").and_then(Value::as_int).is_some_and(|port| port != 0);
        if is_named == is_numbered {
            let message = "the port of a backend is either a `name` or a `number`";
            out.push(Hit::new(path.key("port"), message));
        }
    }
}

/// F18: peers and ports of a NetworkPolicy.
///
/// (Source: `ValidateNetworkPolicySpec` in pkg/apis/networking/validation/validation.go.)
pub(crate) fn network_policy(resource: &Resource) -> Vec<Hit> {
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    if !is(resource, "networking.k8s.io", "NetworkPolicy") {
        return Vec::new();
    }
    let path = FieldPath::of(&["spec"]);
    let mut hits = Vec::new();
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for (path, rule) in list(&path, spec, direction) {
            for (path, port) in list(&path, rule, "ports") {
                policy_port(&path, port, &mut hits);
            }
            for (path, peer) in list(&path, rule, peers) {
                policy_peer(&path, peer, &mut hits);
            }
        }
    }
    for (path, kind) in list(&path, spec, "policyTypes") {
        if !matches!(kind.as_str(), Some("Ingress" | "Egress")) {
            let message = format!("policyType {} is not `Ingress` or `Egress`", shown(Some(kind)));
            hits.push(Hit::on(path, kind, message));
        }
    }
    hits
}

fn policy_port(path: &FieldPath, port: &Value, out: &mut Vec<Hit>) {
    let number = given(port, "port");
    let name = number.and_then(Value::as_str);
    if let (Some(value), Some(name)) = (number, name)
        && let Some(fault) = format::port_name(name)
    {
        out.push(Hit::on(path.key("port"), value, format!("port `{name}` {fault}")));
    }
    for (key, value) in [("port", number), ("endPort", given(port, "endPort"))] {
        if let Some(value) = value
            && let Some(count) = value.as_int().filter(|count| !(1..=65535).contains(count))
        {
            let message = format!("{key} {count} is no number from 1 to 65535");
            out.push(Hit::on(path.key(key), value, message));
        }
    }
    if let Some(value) = given(port, "protocol")
        && !matches!(value.as_str(), Some("TCP" | "UDP" | "SCTP"))
    {
        let message = format!("protocol {} is not `TCP`, `UDP` or `SCTP`", shown(Some(value)));
        out.push(Hit::on(path.key("protocol"), value, message));
    }
    let Some(end) = given(port, "endPort") else { return };
    let begin = number.and_then(Value::as_int);
    let is_right = begin.zip(end.as_int()).is_some_and(|(begin, end)| end >= begin);
    if !is_right {
        let message = format!(
            "endPort {} needs a numeric port that is not above it, it is {}",
            shown(Some(end)),
            shown(number)
        );
        out.push(Hit::on(path.key("endPort"), end, message));
    }
}

fn policy_peer(path: &FieldPath, peer: &Value, out: &mut Vec<Hit>) {
    let Some(block) = given(peer, "ipBlock") else {
        if given(peer, "podSelector").is_none() && given(peer, "namespaceSelector").is_none() {
            out.push(Hit::new(
                path.clone(),
                "the peer is empty, which allows nobody and is refused",
            ));
        }
        return;
    };
    if given(peer, "podSelector").is_some() || given(peer, "namespaceSelector").is_some() {
        out.push(Hit::new(path.key("ipBlock"), "ipBlock and selectors exclude each other"));
    }
    let path = path.key("ipBlock");
    let Some(value) = block.get("cidr") else {
        out.push(Hit::new(path.key("cidr"), "cidr is missing"));
        return;
    };
    let Some(outer) = value.as_str().and_then(cidr) else {
        let message = format!("cidr {} is no IP range such as `10.0.0.0/8`", shown(Some(value)));
        out.push(Hit::on(path.key("cidr"), value, message));
        return;
    };
    for (path, value) in list(&path, block, "except") {
        let inner = value.as_str().and_then(cidr);
        if !inner.is_some_and(|inner| is_inside(inner, outer)) {
            let message = format!("except {} is no part of the cidr", shown(Some(value)));
            out.push(Hit::on(path, value, message));
        }
    }
}

/// An IP range: the address as a number, the length of its prefix, and of the whole address.
type Range = (u128, u32, u32);

/// Reads a range as `net.ParseCIDR` does; leading zeros, which old servers take, pass.
fn cidr(text: &str) -> Option<Range> {
    let (address, prefix) = text.split_once('/')?;
    let prefix: u32 = prefix.parse().ok()?;
    if let Ok(address) = address.parse::<Ipv6Addr>() {
        return (prefix <= 128).then(|| (u128::from(address), prefix, 128));
    }
    let parts: Option<Vec<u8>> = address.split('.').map(|part| part.parse().ok()).collect();
    let parts: [u8; 4] = parts?.try_into().ok()?;
    (prefix <= 32).then(|| (u128::from(u32::from(Ipv4Addr::from(parts))), prefix, 32))
}

fn is_inside(inner: Range, outer: Range) -> bool {
    let first = |(address, _, bits): Range, prefix: u32| {
        if prefix == 0 { 0 } else { address >> (bits - prefix) }
    };
    inner.2 == outer.2 && inner.1 > outer.1 && first(inner, outer.1) == first(outer, outer.1)
}
