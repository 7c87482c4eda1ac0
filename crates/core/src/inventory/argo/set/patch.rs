//! `templatePatch`: a strategic merge with the types of an application.
//!
//! (Source: Argo CD, `applicationset/controllers/template/patch.go`; Kubernetes,
//! `apimachinery/pkg/util/strategicpatch`, `mergeMap`.)

use zij_goyaml::{Mapping, MappingEntry, Node, NodeKind};

use crate::inventory::argo::object::entry;

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList/";
const SET_ORDER: &str = "$setElementOrder/";
/// The only list of an application that is joined; all others are replaced.
const JOINED: &str = "finalizers";
/// The field whose content has no type.
const UNTYPED: &str = "valuesObject";

/// The patch over the original.
///
/// # Errors
/// What Argo CD says of a patch that it cannot apply.
pub(super) fn strategic_merge(original: &Node, patch: &Node) -> Result<Node, String> {
    let (Some(original_map), Some(patch)) = (original.as_mapping(), patch.as_mapping()) else {
        return Ok(original.clone());
    };
    let merged = merge_map(original_map, patch, false)?;
    Ok(Node { kind: NodeKind::Mapping(merged), span: original.span })
}

/// `is_untyped` where Argo CD has no field names for the content, and so cannot descend in it.
fn merge_map(original: &Mapping, patch: &Mapping, is_untyped: bool) -> Result<Mapping, String> {
    match patch.get(DIRECTIVE).map(|node| node.as_str().unwrap_or_default()) {
        Some("replace") => return Ok(without(patch, |key| key == DIRECTIVE)),
        Some("delete") => return Ok(Mapping::new()),
        Some(other) => return Err(format!("unknown patch type: {other}")),
        None => {}
    }
    let mut merged = match patch.get(RETAIN_KEYS) {
        Some(kept) => retained(original, patch, kept)?,
        None => original.clone(),
    };
    for field in patch {
        let key = &*field.key;
        if key == RETAIN_KEYS || key.starts_with(SET_ORDER) {
            continue;
        }
        if let Some(list) = key.strip_prefix(DELETE_FROM_LIST) {
            delete_from(&mut merged, list, &field.value);
            continue;
        }
        let known = merged.get(key).map(|node| &node.kind);
        let value = match (known, &field.value.kind) {
            (_, NodeKind::Null) => {
                merged = without(&merged, |one| one == key);
                continue;
            }
            (Some(NodeKind::Mapping(_) | NodeKind::Sequence(_)), NodeKind::Mapping(_))
            | (Some(NodeKind::Sequence(_)), NodeKind::Sequence(_))
                if is_untyped =>
            {
                return Err(format!(
                    "unable to find api field in struct RawExtension for the json field {key:?}"
                ));
            }
            (Some(NodeKind::Mapping(known)), NodeKind::Mapping(changes)) => {
                NodeKind::Mapping(merge_map(known, changes, key == UNTYPED)?)
            }
            (Some(NodeKind::Sequence(known)), NodeKind::Sequence(added)) if key == JOINED => {
                let new = added.iter().filter(|new| !known.iter().any(|old| old.kind == new.kind));
                NodeKind::Sequence(known.iter().chain(new).cloned().collect())
            }
            // Fields that the type does not have are dropped of its elements.
            (Some(NodeKind::Sequence(_)), NodeKind::Sequence(elements)) => {
                NodeKind::Sequence(elements.iter().map(without_mark).collect())
            }
            _ => match without_directives(&field.value) {
                Some(node) => node.kind,
                None => {
                    merged = without(&merged, |one| one == key);
                    continue;
                }
            },
        };
        merged.insert(MappingEntry { value: value.into(), ..field.clone() });
    }
    Ok(merged)
}

fn without(mapping: &Mapping, is_left_out: impl Fn(&str) -> bool) -> Mapping {
    let kept = mapping.iter().filter(|entry| !is_left_out(&entry.key));
    kept.fold(Mapping::new(), |mut kept, entry| {
        kept.insert(entry.clone());
        kept
    })
}

/// The original with the keys of `$retainKeys` only, which must name all that the patch sets.
fn retained(original: &Mapping, patch: &Mapping, kept: &Node) -> Result<Mapping, String> {
    let keys: Option<Vec<&str>> =
        kept.as_sequence().map(|keys| keys.iter().filter_map(Node::as_str).collect());
    let is_named = |field: &MappingEntry| {
        field.value.is_null()
            || field.key.starts_with('$')
            || keys.as_ref().is_some_and(|keys| keys.contains(&&*field.key))
    };
    match &keys {
        Some(keys) if patch.iter().all(is_named) => {
            Ok(without(original, |key| !keys.contains(&key)))
        }
        _ => Err("invalid patch format of retainKeys".to_owned()),
    }
}

fn delete_from(merged: &mut Mapping, list: &str, gone: &Node) {
    let gone = gone.as_sequence().unwrap_or_default();
    if let Some(known) = merged.get(list).and_then(Node::as_sequence) {
        let kept = known.iter().filter(|one| !gone.iter().any(|gone| gone.kind == one.kind));
        let kept = NodeKind::Sequence(kept.cloned().collect());
        merged.insert(entry(list, kept.into()));
    }
}

fn without_mark(element: &Node) -> Node {
    match element.as_mapping() {
        Some(mapping) => NodeKind::Mapping(without(mapping, |key| key == DIRECTIVE)).into(),
        None => element.clone(),
    }
}

/// A value that stands for itself, without what is a directive or null in it; nothing where it is
/// a directive itself.
fn without_directives(node: &Node) -> Option<Node> {
    let kind = match &node.kind {
        NodeKind::Mapping(mapping) if mapping.get(DIRECTIVE).is_some() => return None,
        NodeKind::Mapping(mapping) => {
            let kept = mapping.iter().filter(|field| !field.value.is_null());
            let kept = kept.filter_map(|field| {
                Some(MappingEntry { value: without_directives(&field.value)?, ..field.clone() })
            });
            NodeKind::Mapping(kept.fold(Mapping::new(), |mut all, field| {
                all.insert(field);
                all
            }))
        }
        NodeKind::Sequence(items) => {
            NodeKind::Sequence(items.iter().filter_map(without_directives).collect())
        }
        other => other.clone(),
    };
    Some(Node { kind, span: node.span })
}
