//! Which fields replace pods, and what they are.

use super::{Trigger, TriggerKind};
use crate::{
    diff::{FieldChange, fields},
    resource::{Data, FieldPath, Map, Resource, Server, Step, Value},
};

/// The fields of the pod template in which two versions of a workload differ for its controller,
/// and those that each render makes anew, sorted.
pub(super) fn triggers(
    server: Server,
    keys: &[&str],
    before: &Value,
    after: &Value,
    new: &Resource,
) -> Vec<Trigger> {
    let kind = &new.id.kind;
    let root = FieldPath::of(keys);
    let changes = if before == after {
        Vec::new()
    } else {
        fields(&server.template(kind, before), &server.template(kind, after))
    };
    let mut found: Vec<Trigger> = changes
        .iter()
        .map(|change| Trigger { kind: kind_of(change), path: root.join(&change.path), of: None })
        .collect();
    let anew = new.unstable.iter().flat_map(|unstable| &unstable.fields);
    let anew = anew.filter(|path| path.starts_with(keys)).map(|path| Trigger {
        kind: TriggerKind::MadeAnew,
        path: path.clone(),
        of: None,
    });
    found.extend(anew);
    found.sort();
    found
}

fn kind_of(change: &FieldChange) -> TriggerKind {
    let keys: Vec<&str> = change
        .path
        .steps()
        .iter()
        .map(|step| match step {
            Step::Key(key) => &**key,
            Step::Item { value, .. } => value,
            Step::Index(_) | Step::Order { .. } => "",
        })
        .collect();
    match keys.as_slice() {
        ["spec", "containers" | "initContainers", _, "image"] => TriggerKind::Image,
        ["metadata", "annotations"] => of_annotations(change),
        ["metadata", "annotations", key] => of_annotation(key),
        ["metadata", ..] => TriggerKind::Label,
        [.., "env", name] | [.., "env", name, "value"] if name.starts_with("STAKATER_") => {
            TriggerKind::Restart
        }
        [.., "name" | "secretName"] if is_generated(change) => TriggerKind::GeneratedName,
        _ => TriggerKind::Template,
    }
}

fn of_annotation(key: &str) -> TriggerKind {
    let key = key.to_ascii_lowercase();
    if key == "kubectl.kubernetes.io/restartedat"
        || key.starts_with("reloader.stakater.com/")
        || key == "rollme"
    {
        TriggerKind::Restart
    } else if ["checksum", "sha256", "-hash", "/hash"].iter().any(|part| key.contains(part)) {
        TriggerKind::Checksum
    } else {
        TriggerKind::Label
    }
}

/// Annotations that appear or vanish all at once.
fn of_annotations(change: &FieldChange) -> TriggerKind {
    let value = change.new.as_ref().or(change.old.as_ref());
    let keys = value.and_then(Value::as_map).into_iter().flat_map(Map::keys);
    let mut kinds: Vec<TriggerKind> = keys.map(|key| of_annotation(key)).collect();
    kinds.sort();
    kinds.first().copied().unwrap_or(TriggerKind::Label)
}

/// Whether two names differ only in the hash that kustomize appends.
///
/// (Source: kustomize api/hasher: ten letters and digits.)
fn is_generated(change: &FieldChange) -> bool {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return false };
    let (Data::String(old), Data::String(new)) = (&old.data, &new.data) else { return false };
    let stem = |name: &str| {
        let (stem, hash) = name.rsplit_once('-')?;
        let is_hash =
            hash.len() == 10 && hash.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        is_hash.then(|| stem.to_owned())
    };
    stem(old).is_some() && stem(old) == stem(new)
}

/// Why pods are replaced in a few words, where the reason is one that people overlook.
pub(super) fn only_reason(triggers: &[Trigger]) -> Option<String> {
    let all = |kind: TriggerKind| triggers.iter().all(|trigger| trigger.kind == kind);
    if triggers.is_empty() {
        None
    } else if all(TriggerKind::Label) {
        Some("rolls only because of labels or annotations of its pods".to_owned())
    } else if all(TriggerKind::MadeAnew) {
        Some("rolls on every sync: its template holds what each render makes anew".to_owned())
    } else {
        None
    }
}
