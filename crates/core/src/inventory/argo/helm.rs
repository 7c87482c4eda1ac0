//! A Helm source: the arguments that Argo CD gives to `helm template`.
//!
//! (Source: Argo CD, `reposerver/repository`, `helmTemplate`, and `util/helm/cmd.go`.)

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Node, to_yaml};

use super::{
    object::{at, filled, is_true, items, shown, text, texts},
    source::{Folder, SourceReader},
};
use crate::{
    inventory::{
        Capabilities, ChartFlags, ChartRender, Pinned, Render, SetKind, SourceAt, ValuesSource,
        refusal::{Refusal, below},
    },
    source::{EntryKind, Glob, GlobStyle, Tree, TreePath},
};

/// Folders that a glob of values files looks into.
const MAX_FOLDERS: usize = 20_000;

/// The chart of a source with its values.
pub(super) fn chart(
    source: &SourceReader<'_>,
    node: &Node,
    folder: &Folder,
    refs: &BTreeMap<&str, Folder>,
) -> Result<Render, Refusal> {
    let mut values = Vec::new();
    for file in files(source, node, folder, refs)? {
        values.push(file);
    }
    inline(source, node, &mut values);
    parameters(source, node, folder, &mut values);
    Ok(Render::Chart(ChartRender {
        values,
        release: filled(node, &["helm", "releaseName"]).unwrap_or(&source.names.name).into(),
        namespace: filled(node, &["helm", "namespace"]).map(Arc::from),
        flags: ChartFlags {
            include_crds: !is_true(node, &["helm", "skipCrds"]),
            skip_tests: is_true(node, &["helm", "skipTests"]),
            skip_hooks: false,
            skip_schema: is_true(node, &["helm", "skipSchemaValidation"]),
        },
        capabilities: capabilities(node),
        defaults: None,
    }))
}

/// What the source says of the cluster.
pub(super) fn capabilities(node: &Node) -> Option<Capabilities> {
    let kube = ["helm", "kustomize"].iter().find_map(|key| filled(node, &[key, "kubeVersion"]));
    let apis = ["helm", "kustomize"]
        .iter()
        .map(|key| texts(node, &[key, "apiVersions"]))
        .find(|apis| !apis.is_empty());
    if kube.is_none() && apis.is_none() {
        return None;
    }
    // A leading `v` and what follows the patch number are cut (Argo CD's `KubeVersion`).
    let kube =
        kube.map(|text| text.trim_start_matches('v').split(['+', '-']).next().unwrap_or(text));
    Some(Capabilities {
        kube: kube.map(Arc::from),
        apis: apis.map(|apis| apis.into_iter().collect()),
    })
}

/// One entry of `valueFiles`, resolved.
struct ValueFile {
    at: SourceAt,
    is_glob: bool,
}

fn files(
    source: &SourceReader<'_>,
    node: &Node,
    folder: &Folder,
    refs: &BTreeMap<&str, Folder>,
) -> Result<Vec<ValuesSource>, Refusal> {
    let optional = is_true(node, &["helm", "ignoreMissingValueFiles"]);
    let mut named = Vec::new();
    for entry in items(node, &["helm", "valueFiles"]) {
        named.push((entry, value_file(source, node, entry, folder, refs)?));
    }
    let explicit: Vec<SourceAt> =
        named.iter().filter(|(_, file)| !file.is_glob).map(|(_, file)| file.at.clone()).collect();
    let mut seen: Vec<SourceAt> = Vec::new();
    for (entry, file) in &named {
        if !file.is_glob {
            seen.push(file.at.clone());
            continue;
        }
        let found = expand_glob(source, entry, &file.at)?;
        if found.is_empty() && !optional {
            let message = format!("values file glob {} matched no files", shown(entry));
            return Err(source.mistake(entry, message));
        }
        seen.extend(found.into_iter().filter(|found| !explicit.contains(found)));
    }
    let mut unique: Vec<SourceAt> = Vec::new();
    for at in seen {
        if !unique.contains(&at) {
            unique.push(at);
        }
    }
    unique.into_iter().map(|at| layer(at, optional)).collect()
}

fn layer(at: SourceAt, optional: bool) -> Result<ValuesSource, Refusal> {
    Ok(match at {
        SourceAt::Tree(path) | SourceAt::Vendored { path, .. } if optional => {
            ValuesSource::OptionalFile(path)
        }
        SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => ValuesSource::File(path),
        SourceAt::Pinned(at) => ValuesSource::Pinned { at, optional },
        SourceAt::Absent(unknown) => return Err(Refusal::Unknown(unknown)),
    })
}

fn value_file(
    source: &SourceReader<'_>,
    node: &Node,
    entry: &Node,
    folder: &Folder,
    refs: &BTreeMap<&str, Folder>,
) -> Result<ValueFile, Refusal> {
    let written = shown(entry);
    let reference = written.strip_prefix('$').and_then(|rest| {
        let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
        Some((refs.get(name)?, path))
    });
    let (base, path) = match reference {
        Some((folder, path)) => (&folder.root, source.expand(path, node)),
        None => {
            let path = source.expand(&written, node);
            if path.contains("://") {
                let copy = source.reader.lock.file(&path, &source.place(entry));
                let copy = copy.map_err(Refusal::Unknown)?;
                return Ok(ValueFile { at: SourceAt::Tree(copy), is_glob: false });
            }
            let base = if path.starts_with('/') { &folder.root } else { &folder.at };
            (base, path)
        }
    };
    let root = match base {
        SourceAt::Tree(root) | SourceAt::Vendored { path: root, .. } => root,
        SourceAt::Pinned(Pinned { path: root, .. }) => root,
        SourceAt::Absent(unknown) => return Err(Refusal::Unknown(unknown.clone())),
    };
    if root.join(&path).is_err() {
        return Err(source.mistake(entry, format!("values file {path} is outside the repository")));
    }
    Ok(ValueFile { is_glob: path.contains(['*', '?', '[']), at: below(base, &path) })
}

/// The files that a glob matches, in lexical order.
fn expand_glob(
    source: &SourceReader<'_>,
    entry: &Node,
    at: &SourceAt,
) -> Result<Vec<SourceAt>, Refusal> {
    let (files, pattern) = source.files(at, entry)?;
    let fixed: Vec<&str> =
        pattern.parts().take_while(|part| !part.contains(['*', '?', '['])).collect();
    let start = TreePath::parse(&fixed.join("/")).unwrap_or_default();
    let mut walk = Walk {
        tree: files.tree(),
        glob: Glob::new(pattern.as_str(), GlobStyle::DoubleStar),
        folders: 0,
        found: Vec::new(),
    };
    walk.folder(&start);
    walk.found.sort();
    let place = |path| match at {
        SourceAt::Pinned(pinned) => {
            SourceAt::Pinned(Pinned { revision: Arc::clone(&pinned.revision), path })
        }
        SourceAt::Vendored { remote, .. } => SourceAt::Vendored { remote: remote.clone(), path },
        SourceAt::Tree(_) | SourceAt::Absent(_) => SourceAt::Tree(path),
    };
    Ok(walk.found.into_iter().map(place).collect())
}

struct Walk<'t> {
    tree: &'t dyn Tree,
    glob: Glob,
    folders: usize,
    found: Vec<TreePath>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &TreePath) {
        self.folders += 1;
        let Ok(Some(entries)) = self.tree.list(path) else { return };
        if self.folders > MAX_FOLDERS {
            return;
        }
        for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
            let child = path.child(&entry.name);
            match entry.kind {
                EntryKind::Folder => self.folder(&child),
                EntryKind::File | EntryKind::Link if self.glob.matches(child.as_str()) => {
                    self.found.push(child);
                }
                _ => {}
            }
        }
    }
}

/// `valuesObject`, or else `values`.
fn inline(source: &SourceReader<'_>, node: &Node, values: &mut Vec<ValuesSource>) {
    if let Some(object) = at(node, &["helm", "valuesObject"])
        && !object.as_mapping().is_some_and(zij_goyaml::Mapping::is_empty)
    {
        if let Ok(text) = to_yaml(object) {
            let place = source.place(object);
            values.push(ValuesSource::Inline { text: text.into(), place });
        }
    } else if let Some(written) = filled(node, &["helm", "values"])
        && let Some(place) = at(node, &["helm", "values"]).map(|node| source.place(node))
    {
        // A block text begins on the line below its `|`.
        let below = usize::from(written.contains('\n'));
        let place = crate::source::Place { line: place.line.map(|line| line + below), ..place };
        values.push(ValuesSource::Inline { text: written.into(), place });
    }
}

fn parameters(
    source: &SourceReader<'_>,
    node: &Node,
    folder: &Folder,
    values: &mut Vec<ValuesSource>,
) {
    let mut by_name: Vec<(&str, ValuesSource)> = Vec::new();
    let mut add = |name, value| {
        by_name.retain(|(known, _)| *known != name);
        by_name.push((name, value));
    };
    for parameter in items(node, &["helm", "parameters"]) {
        let name = text(parameter, &["name"]).unwrap_or_default();
        let value = at(parameter, &["value"]).map(shown).unwrap_or_default();
        let value = escaped(&source.expand(&value, node));
        let kind =
            if is_true(parameter, &["forceString"]) { SetKind::Text } else { SetKind::Typed };
        let text = format!("{name}={value}").into();
        add(name, ValuesSource::Set { kind, text, place: source.place(parameter) });
    }
    for parameter in items(node, &["helm", "fileParameters"]) {
        let name = text(parameter, &["name"]).unwrap_or_default();
        let path = source.expand(text(parameter, &["path"]).unwrap_or_default(), node);
        let base = if path.starts_with('/') { &folder.root } else { &folder.at };
        let SourceAt::Tree(file) = below(base, &path) else { continue };
        let text = format!("{name}={path}").into();
        let kind = SetKind::File(file);
        add(name, ValuesSource::Set { kind, text, place: source.place(parameter) });
    }
    values.extend(by_name.into_iter().map(|(_, value)| value));
}

/// A value with its commas escaped, unless it is a list in braces (Argo CD, `cleanSetParameters`).
fn escaped(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut before = ' ';
    for c in value.chars() {
        if c == ',' && before != '\\' {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}
