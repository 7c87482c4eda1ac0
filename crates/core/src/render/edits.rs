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
        (Ok(None), Some(_)) => {
            let folder = file.parent().unwrap_or_default();
            if folder != TreePath::root() && matches!(tree.entry(&folder), Ok(None)) {
                return Err(failed(format!("kustomization path not found: {folder}")));
            }
            generated(tree, &folder).map_err(|error| source_failure(&error))?
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
        KustomizeEdit::Image(image) => set_image(file, image)?,
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
            let components = file.get("components").and_then(Node::as_sequence).unwrap_or_default();
            let is_known = components.iter().any(|known| known.as_str() == Some(&**component));
            if !is_known && (exists || !optional) {
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

/// What stands for the value that the file has.
const AS_BEFORE: &str = "*";

/// `[old=]new[:tag][@digest]` over the entry of that image; entries are sorted then (Source:
/// kustomize, `commands/edit/set/setimage.go`).
fn set_image(file: &mut Mapping, image: &str) -> Result<(), String> {
    let (old, new) = match image.split_once('=') {
        Some((old, new)) => (Some(old), new),
        None => (None, image),
    };
    let (name, tag, digest) = image_parts(new);
    if name == image {
        return Err(format!("{image}: invalid format of image"));
    }
    let mut items = file.get("images").and_then(Node::as_sequence).unwrap_or_default().to_vec();
    let key = old.unwrap_or(name);
    let is_meant = |item: &Node| item.get("name").and_then(Node::as_str) == Some(key);
    let known = items.iter().rfind(|item| is_meant(item)).cloned();
    let fields = [("newName", old.map(|_| name)), ("newTag", tag), ("digest", digest)];
    let mut entry = vec![("name", string(key))];
    for (field, value) in fields {
        let value = match value {
            Some(AS_BEFORE) => known.as_ref().and_then(|known| known.get(field)).cloned(),
            value => value.filter(|value| !value.is_empty()).map(string),
        };
        entry.extend(value.map(|value| (field, value)));
    }
    items.retain(|item| !is_meant(item));
    items.push(map(entry));
    items.sort_by_key(|item| item.get("name").and_then(Node::as_str).map(str::to_owned));
    set(file, "images", NodeKind::Sequence(items).into());
    Ok(())
}

/// Name, tag and digest of an image; a colon before the first slash is a port.
fn image_parts(image: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match image.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (image, None),
    };
    let slash = rest.find('/').unwrap_or(0);
    match rest[slash..].find(':') {
        Some(at) => (&rest[..slash + at], Some(&rest[slash + at + 1..]), digest),
        None => (rest, None, digest),
    }
}

/// Adds a label to `commonLabels`, or to the first entry of `labels` with the same settings (Source:
/// kustomize, `commands/edit/add/addmetadata.go`).
fn label(file: &mut Mapping, key: &str, value: &str, mode: LabelMode) -> Result<(), String> {
    if !mode.without_selector {
        if mode.include_templates {
            let message =
                "--without-selector flag must be specified for --include-templates to work";
            return Err(message.to_owned());
        }
        return add_to_map(file, "commonLabels", key, value, mode.force);
    }
    let mut items = file.get("labels").and_then(Node::as_sequence).unwrap_or_default().to_vec();
    let has =
        |item: &Node, flag| item.get(flag).is_some_and(|flag| flag.kind == NodeKind::Bool(true));
    let is_same = |item: &Node| {
        !has(item, "includeSelectors") && has(item, "includeTemplates") == mode.include_templates
    };
    let index = items.iter().position(is_same).unwrap_or(items.len());
    if index == items.len() {
        let mut entry = vec![("includeSelectors", NodeKind::Bool(false).into())];
        if mode.include_templates {
            entry.push(("includeTemplates", NodeKind::Bool(true).into()));
        }
        items.push(map(entry));
    }
    let mut entry = items[index].as_mapping().cloned().unwrap_or_default();
    add_to_map(&mut entry, "pairs", key, value, mode.force)?;
    items[index] = NodeKind::Mapping(entry).into();
    set(file, "labels", NodeKind::Sequence(items).into());
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
        let what = if field == "commonAnnotations" { "annotation" } else { "label" };
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
