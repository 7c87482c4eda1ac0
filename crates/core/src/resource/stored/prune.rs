//! Leaving out what the API server does not store.

use crate::resource::value::{Data, Map, Value};

/// Booleans and numbers that are plain in Go, so that their zero is the same as their absence.
///
/// All others are pointers: `optional: false` is stored, and a pod template with it rolls.
const PLAIN: [&str; 16] = [
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "stdin",
    "stdinOnce",
    "tty",
    "readOnly",
    "paused",
    "publishNotReadyAddresses",
    "globalDefault",
    "initialDelaySeconds",
    "hostPort",
    "nodePort",
    "healthCheckNodePort",
    "minReadySeconds",
    "partition",
];
/// Maps and plain structs whose emptiness is the same as their absence; other structs are pointers.
const MAPS: [&str; 15] = [
    "labels",
    "annotations",
    "nodeSelector",
    "limits",
    "requests",
    "matchLabels",
    "resources",
    "metadata",
    "status",
    "strategy",
    "updateStrategy",
    "volumeAttributes",
    "data",
    "binaryData",
    "parameters",
];
/// Texts that are pointers in Go: the empty text is not the same as none.
const TEXTS: [&str; 6] = [
    "storageClassName",
    "volumeAttributesClassName",
    "ingressClassName",
    "runtimeClassName",
    "loadBalancerClass",
    "apiGroup",
];
/// Maps of texts, whose entries are the user's own.
const OWN_ENTRIES: [&str; 10] = [
    "labels",
    "annotations",
    "nodeSelector",
    "matchLabels",
    "data",
    "binaryData",
    "stringData",
    "parameters",
    "volumeAttributes",
    "options",
];

/// Leaves out of an object what is not stored.
pub(super) fn prune(value: &mut Value) {
    match &mut value.data {
        Data::Map(map) => {
            for (key, value) in &mut *map {
                prune_entry(key, value);
            }
            map.retain(|key, value| !is_nothing(key, value));
        }
        Data::List(items) => items.iter_mut().for_each(prune),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
    }
}

fn prune_entry(key: &str, value: &mut Value) {
    if is_of_texts(key, value) {
        return entries(value);
    }
    // Of a CSI volume alone `readOnly` is a pointer.
    let read_only = value.get("readOnly").filter(|_| key == "csi").cloned();
    prune(value);
    if let (Some(flag), Data::Map(volume)) = (read_only, &mut value.data) {
        volume.insert("readOnly".into(), flag);
    }
}

/// Whether a field is a map of texts; the selector of a Service is one, other selectors are not.
fn is_of_texts(key: &str, value: &Value) -> bool {
    let is_flat =
        || value.as_map().is_some_and(|map| map.values().all(|value| value.as_str().is_some()));
    OWN_ENTRIES.contains(&key) || (key == "selector" && is_flat())
}

/// In a map of texts, Go reads `null` as the empty text.
fn entries(value: &mut Value) {
    let Data::Map(map) = &mut value.data else { return };
    for (_, value) in map.iter_mut().filter(|(_, value)| matches!(value.data, Data::Null)) {
        value.data = Data::String("".into());
    }
}

fn is_nothing(key: &str, value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::Bool(value) => !value && PLAIN.contains(&key),
        Data::Number(text) => &**text == "0" && PLAIN.contains(&key),
        Data::String(text) => text.is_empty() && !TEXTS.contains(&key),
        Data::List(items) => items.is_empty(),
        Data::Map(map) => map.is_empty() && MAPS.contains(&key),
    }
}

/// Leaves out of metadata what the server sets.
pub(super) fn metadata(map: &mut Map) {
    if let Some(Data::Map(metadata)) = map.get_mut("metadata").map(|value| &mut value.data) {
        for field in ["creationTimestamp", "managedFields", "resourceVersion", "uid", "generation"]
        {
            metadata.remove(field);
        }
    }
}
