//! The values of a `HelmRelease`.
//!
//! (Source: fluxcd/pkg, `chartutil/values.go`, `ChartValuesFromReferences`, and its `MergeMaps`.)

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use zij_gotmpl::{Data, DataMap};
use zij_goyaml::{Mapping, Node, NodeKind};
use zij_helm::{
    Profile,
    values::{SetFlag, ValuesLayer, merge_layers},
};

use super::{
    data::{Datum, absent, data_of},
    item::Key,
    reader::{Scope, yaml},
};
use crate::{
    inventory::{
        Problem, ProfileName, SetKind, Severity, UnknownKind, ValuesSource,
        object::{at, entry, filled, is_true, items, string, text},
        refusal::Refusal,
    },
    source::Place,
};

/// The key that values are under where a reference names none.
const KEY: &str = "values.yaml";

/// One entry of `valuesFrom`.
enum Reference {
    /// A whole document.
    Document { text: Arc<str>, place: Place },
    /// A value at a path.
    Path { path: Arc<str>, kind: SetKind, text: String, place: Place },
}

/// The values layers of a release.
pub(super) fn values(
    scope: &Scope<'_>,
    spec: &Node,
    problems: &mut Vec<Problem>,
) -> Result<Vec<ValuesSource>, Refusal> {
    let mut references = Vec::new();
    for node in items(spec, &["valuesFrom"]) {
        references.extend(reference(scope, node)?);
    }
    let inline = at(spec, &["values"]);
    let inline = inline.map(|node| (yaml(node).unwrap_or_default(), scope.item.place_of(node)));
    let mut layers: Vec<ValuesSource> = Vec::new();
    for reference in &references {
        if let Reference::Document { text, place } = reference {
            let (text, place) = (Arc::clone(text), place.clone());
            layers.push(ValuesSource::Inline { text, place });
        }
    }
    let own = inline.clone().map(|(text, place)| ValuesSource::Inline { text, place });
    layers.extend(own);
    for reference in &references {
        if let Reference::Path { kind, text, place, .. } = reference {
            let (kind, text) = (kind.clone(), text.as_str().into());
            layers.push(ValuesSource::Set { kind, text, place: place.clone() });
        }
    }
    if references.iter().any(|reference| matches!(reference, Reference::Path { .. })) {
        let failed = |message: String| scope.mistake(spec, message);
        let exact = exact(&references, inline.as_ref().map(|(text, _)| &**text)).map_err(failed)?;
        if merged(&layers).map_err(failed)? != exact {
            problems.push(overridden(scope, spec));
            let place = scope.item.place_of(at(spec, &["valuesFrom"]).unwrap_or(spec));
            let text = yaml(&node_of(&Data::Map(exact))).unwrap_or_default();
            return Ok(vec![ValuesSource::Inline { text, place }]);
        }
    }
    Ok(layers)
}

fn overridden(scope: &Scope<'_>, spec: &Node) -> Problem {
    let node = at(spec, &["valuesFrom"]).unwrap_or(spec);
    Problem {
        severity: Severity::Warning,
        message: format!(
            "values of {} do not all come from where `targetPath` says: `values` or a later \
             document sets the same path",
            scope.item.key()
        ),
        place: Some(scope.item.place_of(node)),
        hint: Some("set each path in one place".to_owned()),
    }
}

/// What an entry of `valuesFrom` stands for; nothing where it may be absent and is.
fn reference(scope: &Scope<'_>, node: &Node) -> Result<Option<Reference>, Refusal> {
    let kind = text(node, &["kind"]).unwrap_or_default();
    if !matches!(kind, "ConfigMap" | "Secret") {
        return Err(scope.mistake(node, format!("unsupported values reference kind `{kind}`")));
    }
    let name = text(node, &["name"]).unwrap_or_default();
    let key = Key::new(kind, scope.item.namespace(), name);
    let optional = is_true(node, &["optional"]);
    let field: Arc<str> = filled(node, &["valuesKey"]).unwrap_or(KEY).into();
    let place = scope.item.place_of(node);
    let Some(data) = data_of(scope, &key) else {
        let unknown = absent(&key, place);
        return if optional { Ok(None) } else { Err(Refusal::Unknown(unknown)) };
    };
    let path = filled(node, &["targetPath"]).map(Arc::<str>::from);
    let (text, place) = match (data.get(&field), &path) {
        (None, _) if optional => return Ok(None),
        (None, _) => {
            let message = format!("could not resolve {key} with key '{field}': key not found");
            return Err(scope.mistake(node, message));
        }
        (Some(Datum::Unknown(unknown)), _) => return Err(Refusal::Unknown(unknown.clone())),
        (Some(Datum::Text { text, place }), _) => (Arc::clone(text), place.clone()),
        (Some(Datum::Encrypted(text)), Some(_)) => (Arc::clone(text), place),
        (Some(Datum::Encrypted(_)), None) => {
            let message = format!("the values in {key} are encrypted");
            return Err(scope.unknown(UnknownKind::Object, node, message));
        }
    };
    Ok(Some(match path {
        None => Reference::Document { text, place },
        Some(path) => {
            let (kind, text) = set_text(&path, &text, is_true(node, &["literal"]));
            Reference::Path { path, kind, text, place }
        }
    }))
}

/// The flag that sets a value at a path: quoted and literal values stay texts.
fn set_text(path: &str, value: &str, literal: bool) -> (SetKind, String) {
    if literal {
        let mut text = format!("{path}=");
        for c in value.chars() {
            if matches!(c, '\\' | ',' | '[' | ']' | '{' | '}') {
                text.push('\\');
            }
            text.push(c);
        }
        return (SetKind::Text, text);
    }
    let is_quoted = |quote: char| value.starts_with(quote) && value.ends_with(quote);
    match is_quoted('\'') || is_quoted('"') {
        true => (SetKind::Text, format!("{path}={}", value.trim_matches(['\'', '"']))),
        false => (SetKind::Typed, format!("{path}={value}")),
    }
}

fn profile() -> Result<&'static Profile, String> {
    Profile::find(ProfileName::DEFAULT).map_err(|error| error.to_string())
}

fn document(text: &str) -> Result<DataMap, String> {
    let profile = profile()?;
    let layer = ValuesLayer::file("values", text.as_bytes(), profile);
    let merged = layer.and_then(|layer| merge_layers(&[layer], profile));
    merged.map_err(|error| error.text().to_owned())
}

/// What a flag sets on its own.
fn flagged(kind: &SetKind, text: &str) -> Result<DataMap, String> {
    let flag = match kind {
        SetKind::Typed => SetFlag::Typed,
        SetKind::Text | SetKind::File(_) | SetKind::PinnedFile(_) => SetFlag::Text,
    };
    let merged = merge_layers(&[ValuesLayer::flag(flag, text)], profile()?);
    merged.map_err(|error| format!("failed to merge value: {}", error.text()))
}

/// The values that the layers amount to.
fn merged(layers: &[ValuesSource]) -> Result<DataMap, String> {
    let profile = profile()?;
    let mut read = Vec::new();
    for layer in layers {
        match layer {
            ValuesSource::Inline { text, .. } => {
                let layer = ValuesLayer::file("values", text.as_bytes(), profile);
                read.push(layer.map_err(|error| error.text().to_owned())?);
            }
            ValuesSource::Set { kind, text, .. } => {
                let flag = if *kind == SetKind::Typed { SetFlag::Typed } else { SetFlag::Text };
                read.push(ValuesLayer::flag(flag, &**text));
            }
            ValuesSource::File(_) | ValuesSource::OptionalFile(_) | ValuesSource::Pinned { .. } => {
            }
        }
    }
    merge_layers(&read, profile).map_err(|error| error.text().to_owned())
}

/// The values as Flux merges them. It merges the inline values before each value at a path and once
/// more at the end, and maps that only one side has are shared between the two: what is written to
/// such a map stays, what is written anywhere else gives way to the inline values.
fn exact(references: &[Reference], inline: Option<&str>) -> Result<DataMap, String> {
    let inline = Shared::of_map(&document(inline.unwrap_or_default())?);
    let mut result = SharedMap::default();
    for reference in references {
        match reference {
            Reference::Document { text, .. } => {
                result = merge(&result, &Shared::of_map(&document(text)?));
            }
            Reference::Path { path, kind, text, .. } => {
                result = merge(&result, &inline);
                let is_indexed = path.contains('[');
                for (key, value) in flagged(kind, text)?.iter() {
                    let key: Arc<str> = key.to_str_lossy().into();
                    write(&mut result.borrow_mut(), &key, value, is_indexed);
                }
            }
        }
    }
    Ok(data_of_map(&merge(&result, &inline)))
}

/// A map of Go: copies of it are the same map.
type SharedMap = Rc<RefCell<BTreeMap<Arc<str>, Shared>>>;

#[derive(Clone)]
enum Shared {
    Leaf(Data),
    Map(SharedMap),
    List(Rc<RefCell<Vec<Self>>>),
}

impl Shared {
    fn of(data: &Data) -> Self {
        match data {
            Data::Map(map) => Self::Map(Self::of_map(map)),
            Data::List(items) => {
                Self::List(Rc::new(RefCell::new(items.iter().map(Self::of).collect())))
            }
            other => Self::Leaf(other.clone()),
        }
    }

    fn of_map(map: &DataMap) -> SharedMap {
        let entries =
            map.iter().map(|(key, value)| (key.to_str_lossy().into(), Self::of(value))).collect();
        Rc::new(RefCell::new(entries))
    }

    fn to_data(&self) -> Data {
        match self {
            Self::Leaf(data) => data.clone(),
            Self::Map(map) => Data::Map(data_of_map(map)),
            Self::List(items) => {
                Data::List(Arc::new(items.borrow().iter().map(Self::to_data).collect()))
            }
        }
    }
}

fn data_of_map(map: &SharedMap) -> DataMap {
    let map = map.borrow();
    let entries = map.iter().map(|(key, value)| ((&**key).into(), value.to_data()));
    Arc::new(entries.collect())
}

/// A new map with the entries of both; maps that both have are merged into new ones.
fn merge(base: &SharedMap, over: &SharedMap) -> SharedMap {
    let mut out = base.borrow().clone();
    for (key, value) in over.borrow().iter() {
        let merged = match (out.get(key), value) {
            (Some(Shared::Map(below)), Shared::Map(above)) => Shared::Map(merge(below, above)),
            _ => value.clone(),
        };
        out.insert(Arc::clone(key), merged);
    }
    Rc::new(RefCell::new(out))
}

/// Sets a value in place, in maps that are there.
fn write(map: &mut BTreeMap<Arc<str>, Shared>, key: &Arc<str>, value: &Data, is_indexed: bool) {
    let below = map.get(key).cloned();
    if let Some(new) = overlaid(below, value, is_indexed) {
        map.insert(Arc::clone(key), new);
    }
}

/// What replaces a value; nothing where it was changed in place.
fn overlaid(below: Option<Shared>, value: &Data, is_indexed: bool) -> Option<Shared> {
    match (below, value) {
        (Some(Shared::Map(below)), Data::Map(above)) => {
            for (key, value) in above.iter() {
                let key: Arc<str> = key.to_str_lossy().into();
                write(&mut below.borrow_mut(), &key, value, is_indexed);
            }
            None
        }
        (Some(Shared::List(below)), Data::List(above)) if is_indexed => {
            let mut items = below.borrow_mut();
            if above.len() > items.len() {
                // Go copies a list that has to grow.
                let mut grown = items.clone();
                grown.resize(above.len(), Shared::Leaf(Data::Nil));
                set_items(&mut grown, above);
                return Some(Shared::List(Rc::new(RefCell::new(grown))));
            }
            set_items(&mut items, above);
            None
        }
        (_, value) => Some(Shared::of(value)),
    }
}

fn set_items(items: &mut [Shared], above: &[Data]) {
    for (item, value) in items.iter_mut().zip(above).filter(|(_, value)| **value != Data::Nil) {
        if let Some(new) = overlaid(Some(item.clone()), value, true) {
            *item = new;
        }
    }
}

fn node_of(data: &Data) -> Node {
    match data {
        Data::Nil => NodeKind::Null.into(),
        Data::Bool(value) => NodeKind::Bool(*value).into(),
        Data::Int(value) => NodeKind::Int(*value).into(),
        Data::Float(value) => NodeKind::Float(*value).into(),
        Data::String(text) => string(text.to_str_lossy()),
        Data::List(items) => NodeKind::Sequence(items.iter().map(node_of).collect()).into(),
        Data::Map(map) => {
            let mut mapping = Mapping::new();
            for (key, value) in map.iter() {
                mapping.insert(entry(key.to_str_lossy(), node_of(value)));
            }
            NodeKind::Mapping(mapping).into()
        }
    }
}
