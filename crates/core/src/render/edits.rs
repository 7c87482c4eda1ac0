//! Edits of a kustomization file, as `kustomize edit` makes them.

use std::sync::Arc;

use zij_goyaml::{Limits, Mapping, MappingEntry, Node, NodeKind, to_yaml};

use crate::{
    inventory::{KustomizeEdit, KustomizeRender, LabelMode},
    source::{Place, Tree, TreePath},
};

use super::{FailureKind, RenderFailure, folder::source_failure, generate::generated};

/// Names of a kustomization file, in the order that they are looked for.
pub(super) const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The kustomization file of a folder; the usual name where there is none.
pub(super) fn kustomization_file(tree: &dyn Tree, folder: &TreePath) -> TreePath {
    let mut files = NAMES.iter().map(|name| folder.child(name));
    let found = files.find(|file| matches!(tree.entry(file), Ok(Some(_))));
    found.unwrap_or_else(|| folder.child(NAMES[0]))
}

/// The file's text with the edits; nothing where there are none.
pub(super) fn edited(
    tree: &dyn Tree,
    file: &TreePath,
    how: &KustomizeRender,
) -> Result<Option<Arc<[u8]>>, RenderFailure> {
    if how.edits.is_empty() && how.generate.is_none() {
        return Ok(None);
    }
    let failed = |message: String| RenderFailure {
        kind: FailureKind::Error,
        message,
        place: Some(Place::from(file)),
        hint: None,
        diagnosis: None,
    };
    let mut mapping = match (tree.read(file), &how.generate) {
        (Ok(Some(bytes)), generation) => {
            let node = zij_goyaml::parse(&bytes, &Limits::default())
                .map_err(|error| failed(error.message().to_owned()))?;
            let mut mapping = node.as_mapping().cloned().unwrap_or_default();
            if generation.is_some() && is_empty(mapping.get("resources")) {
                // Flux does so for the build not to fail as an empty one.
                set(&mut mapping, "buildMetadata", list(["originAnnotations"]));
            }
            mapping
        }
        (Ok(None), Some(generation)) => {
            let folder = file.parent().unwrap_or_default();
            generated(tree, &folder, generation).map_err(|error| source_failure(&error))?
        }
        (Ok(None) | Err(_), _) => return Ok(None),
    };
    for edit in &how.edits {
        apply(&mut mapping, edit, tree, file).map_err(failed)?;
    }
    let text = to_yaml(&NodeKind::Mapping(mapping).into());
    Ok(Some(text.map_err(|error| failed(error.message().to_owned()))?.into_bytes().into()))
}

fn apply(
    file: &mut Mapping,
    edit: &KustomizeEdit,
    tree: &dyn Tree,
    path: &TreePath,
) -> Result<(), String> {
    match edit {
        KustomizeEdit::NamePrefix(text) => set(file, "namePrefix", string(text)),
        KustomizeEdit::NameSuffix(text) => set(file, "nameSuffix", string(text)),
        KustomizeEdit::Namespace(text) => set(file, "namespace", string(text)),
        KustomizeEdit::Image(image) => replace_named(file, "images", image_entry(image)),
        KustomizeEdit::Replicas { name, count } => {
            let entry = [("name", string(name)), ("count", NodeKind::Int(*count).into())];
            replace_named(file, "replicas", map(entry));
        }
        KustomizeEdit::Label { key, value, mode } => return label(file, key, value, *mode),
        KustomizeEdit::Annotation { key, value, force } => {
            return add_to_map(file, "commonAnnotations", key, value, *force);
        }
        KustomizeEdit::Patch { text, .. } => {
            append(file, "patches", read(text)?);
        }
        KustomizeEdit::Component { path: component, optional } => {
            let target = path.parent().and_then(|folder| folder.join(component).ok());
            let exists = target.is_some_and(|target| matches!(tree.entry(&target), Ok(Some(_))));
            if exists || !optional {
                append(file, "components", string(component));
            }
        }
        KustomizeEdit::MergeImage(text) => merge_image(file, &read(text)?),
        KustomizeEdit::Append { key, text } => append(file, key, read(text)?),
        KustomizeEdit::Set { key, text } => set(file, key, read(text)?),
    }
    Ok(())
}

fn read(text: &str) -> Result<Node, String> {
    zij_goyaml::parse(text.as_bytes(), &Limits::default())
        .map_err(|error| error.message().to_owned())
}

/// The fields of an image over those that the file has for it; the tag and the digest are one.
fn merge_image(file: &mut Mapping, image: &Node) {
    let mut items = file.get("images").and_then(Node::as_sequence).unwrap_or_default().to_vec();
    let text = |node: &Node, key: &str| {
        let text = node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let name = text(image, "name").unwrap_or_default();
    let same = |item: &&mut Node| text(item, "name").unwrap_or_default() == name;
    let Some(known) = items.iter_mut().find(same) else {
        return append(file, "images", image.clone());
    };
    let mut merged = known.as_mapping().cloned().unwrap_or_default();
    if let Some(new_name) = text(image, "newName") {
        set(&mut merged, "newName", string(&new_name));
    }
    let version = ["newTag", "digest"].map(|key| (key, text(image, key)));
    if version.iter().any(|(_, value)| value.is_some()) {
        for (key, value) in version {
            match value {
                Some(value) => set(&mut merged, key, string(&value)),
                None => drop(merged.remove(key)),
            }
        }
    }
    *known = NodeKind::Mapping(merged).into();
    set(file, "images", NodeKind::Sequence(items).into());
}

fn is_empty(list: Option<&Node>) -> bool {
    list.and_then(Node::as_sequence).is_none_or(<[Node]>::is_empty)
}

fn list<'t>(items: impl IntoIterator<Item = &'t str>) -> Node {
    NodeKind::Sequence(items.into_iter().map(string).collect()).into()
}

/// `[old=]new[:tag|@digest]` as an entry of `images`.
fn image_entry(image: &str) -> Node {
    let (old, new) = match image.split_once('=') {
        Some((old, new)) => (Some(old), new),
        None => (None, image),
    };
    let (name, digest) = match new.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (new, None),
    };
    // A colon before the last slash is a port.
    let slash = name.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match name[slash..].find(':') {
        Some(at) if digest.is_none() => (&name[..slash + at], Some(&name[slash + at + 1..])),
        _ => (name, None),
    };
    let mut entry = vec![("name", string(old.unwrap_or(name)))];
    entry.extend(old.filter(|old| *old != name).map(|_| ("newName", string(name))));
    entry.extend(tag.map(|tag| ("newTag", string(tag))));
    entry.extend(digest.map(|digest| ("digest", string(digest))));
    map(entry)
}

fn label(file: &mut Mapping, key: &str, value: &str, mode: LabelMode) -> Result<(), String> {
    if !mode.without_selector {
        return add_to_map(file, "commonLabels", key, value, mode.force);
    }
    let mut entry = vec![
        ("pairs", map([(key, string(value))])),
        ("includeSelectors", NodeKind::Bool(false).into()),
    ];
    if mode.include_templates {
        entry.push(("includeTemplates", NodeKind::Bool(true).into()));
    }
    append(file, "labels", map(entry));
    Ok(())
}

fn add_to_map(
    file: &mut Mapping,
    field: &str,
    key: &str,
    value: &str,
    force: bool,
) -> Result<(), String> {
    let mut pairs = file.get(field).and_then(Node::as_mapping).cloned().unwrap_or_default();
    if pairs.get(key).is_some() && !force {
        let what = if field == "commonLabels" { "label" } else { "annotation" };
        return Err(format!("{what} {key} already in kustomization file"));
    }
    set(&mut pairs, key, string(value));
    set(file, field, NodeKind::Mapping(pairs).into());
    Ok(())
}

fn replace_named(file: &mut Mapping, field: &str, entry: Node) {
    let mut items = file.get(field).and_then(Node::as_sequence).unwrap_or_default().to_vec();
    let name = entry.get("name").and_then(Node::as_str).map(str::to_owned);
    items.retain(|item| item.get("name").and_then(Node::as_str) != name.as_deref());
    items.push(entry);
    set(file, field, NodeKind::Sequence(items).into());
}

fn append(file: &mut Mapping, field: &str, entry: Node) {
    let mut items = file.get(field).and_then(Node::as_sequence).unwrap_or_default().to_vec();
    items.push(entry);
    set(file, field, NodeKind::Sequence(items).into());
}

fn set(mapping: &mut Mapping, key: &str, value: Node) {
    mapping.insert(MappingEntry { key: key.into(), key_span: value.span, value });
}

fn string(text: &str) -> Node {
    NodeKind::String(text.into()).into()
}

fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Node)>) -> Node {
    let mut mapping = Mapping::new();
    for (key, value) in entries {
        set(&mut mapping, key, value);
    }
    NodeKind::Mapping(mapping).into()
}
