//! Rules for ports.

use std::collections::BTreeSet;

use super::{
    format,
    rule::{Hit, shown},
    workloads::containers,
};
use crate::resource::{Data, FieldPath, Resource, Value};

/// F8: names and numbers of the ports of containers and Services.
pub(crate) fn ports(resource: &Resource) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (path, container) in containers(resource) {
        for (path, port) in list(&path, container, "ports") {
            name(&path, port, format::port_name, &mut hits);
            number(&path, port, "containerPort", 1, &mut hits);
            number(&path, port, "hostPort", 0, &mut hits);
        }
    }
    if is_service(resource) {
        let spec = resource.body.get("spec");
        for (path, port) in
            spec.into_iter().flat_map(|spec| list(&FieldPath::of(&["spec"]), spec, "ports"))
        {
            name(&path, port, format::dns_label, &mut hits);
            number(&path, port, "port", 1, &mut hits);
            number(&path, port, "nodePort", 0, &mut hits);
            target(&path, port, &mut hits);
        }
    }
    hits
}

fn is_service(resource: &Resource) -> bool {
    resource.id.group.is_empty() && &*resource.id.kind == "Service"
}

fn list<'a>(path: &FieldPath, owner: &'a Value, key: &str) -> Vec<(FieldPath, &'a Value)> {
    let items = owner.get(key).map(Value::items).unwrap_or_default();
    items.iter().enumerate().map(|(at, item)| (path.key(key).index(at), item)).collect()
}

fn name(path: &FieldPath, port: &Value, grammar: fn(&str) -> Option<String>, out: &mut Vec<Hit>) {
    let Some(value) = port.get("name") else { return };
    let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { return };
    if let Some(fault) = grammar(text) {
        out.push(Hit::on(path.key("name"), value, format!("port name `{text}` {fault}")));
    }
}

fn number(path: &FieldPath, port: &Value, key: &str, least: i64, out: &mut Vec<Hit>) {
    let Some(value) = port.get(key) else { return };
    let is_right = match &value.data {
        Data::Null => true,
        Data::Number(_) => value.as_int().is_some_and(|port| (least..=65535).contains(&port)),
        Data::Bool(_) | Data::String(_) | Data::List(_) | Data::Map(_) => false,
    };
    if !is_right {
        let message = format!("{key} {} is no number from 1 to 65535", shown(Some(value)));
        out.push(Hit::on(path.key(key), value, message));
    }
}

/// A target is a port's number or the name of a container's port.
fn target(path: &FieldPath, port: &Value, out: &mut Vec<Hit>) {
    let Some(value) = port.get("targetPort") else { return };
    match value.as_str() {
        None => number(path, port, "targetPort", 0, out),
        Some("") => {}
        Some(text) => {
            if let Some(fault) = format::port_name(text) {
                let message = format!("targetPort `{text}` {fault}");
                out.push(Hit::on(path.key("targetPort"), value, message));
            }
        }
    }
}

/// What a Service of its type must have.
fn shape(spec: &Value, kind: &str, has_no_port: bool) -> Vec<Hit> {
    let path = FieldPath::of(&["spec"]);
    let address = spec.text_at(&["clusterIP"]).unwrap_or_default();
    let is_headless = address == "None";
    let mut hits = Vec::new();
    if has_no_port && !is_headless && kind != "ExternalName" {
        hits.push(Hit::new(path.key("ports"), "the Service has no port"));
    }
    let fault = match kind {
        "LoadBalancer" | "NodePort" if is_headless => Some("cannot be `None`"),
        "ExternalName" if !matches!(address, "" | "None") => Some("is not allowed"),
        _ => None,
    };
    if let Some(fault) = fault {
        let message = format!("clusterIP of a Service of type {kind} {fault}");
        hits.push(Hit::new(path.key("clusterIP"), message));
    }
    if kind == "ExternalName" && spec.text_at(&["externalName"]).is_none_or(str::is_empty) {
        hits.push(Hit::new(path.key("externalName"), "the Service does not say its externalName"));
    }
    if !matches!(kind, "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName") {
        hits.push(Hit::new(path.key("type"), format!("there is no type `{kind}` of Services")));
    }
    hits
}

/// F14: what a Service and several ports of it must be.
///
/// (Source: `ValidateService`, from 1.34 on `validateService`, in pkg/apis/core/validation/
/// validation.go.)
pub(crate) fn service_ports(resource: &Resource) -> Vec<Hit> {
    if !is_service(resource) {
        return Vec::new();
    }
    let Some(spec) = resource.body.get("spec") else { return Vec::new() };
    let ports = list(&FieldPath::of(&["spec"]), spec, "ports");
    let kind = spec.text_at(&["type"]).unwrap_or("ClusterIP");
    let mut hits = shape(spec, kind, ports.is_empty());
    let (mut numbers, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (path, port) in &ports {
        let protocol = port.text_at(&["protocol"]).unwrap_or("TCP");
        let number = port.get("port").and_then(Value::as_int);
        if let (Some(number), Some(value)) = (number, port.get("port"))
            && !numbers.insert((protocol, number))
        {
            let message = format!("port {number}/{protocol} is there twice");
            hits.push(Hit::on(path.key("port"), value, message));
        }
        let name = port.text_at(&["name"]).unwrap_or_default();
        if name.is_empty() && ports.len() > 1 {
            let message = format!("a Service with {} ports needs a name for each", ports.len());
            hits.push(Hit::new(path.key("name"), message));
        } else if !name.is_empty() && !names.insert(name) {
            hits.push(Hit::new(path.key("name"), format!("port name `{name}` is there twice")));
        }
        let node_port =
            port.get("nodePort").filter(|port| port.as_int().is_some_and(|port| port != 0));
        if let (Some(value), "ClusterIP" | "ExternalName") = (node_port, kind) {
            let message = format!("nodePort {value} is not allowed on a Service of type {kind}");
            hits.push(Hit::on(path.key("nodePort"), value, message));
        }
    }
    hits
}
