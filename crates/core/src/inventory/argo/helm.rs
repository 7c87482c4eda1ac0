//! A Helm source: the arguments that Argo CD gives to `helm template`.
//!
//! (Source: Argo CD, `reposerver/repository`, `helmTemplate`, and `util/helm/cmd.go`.)

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Node, to_yaml};

use super::{
    object::{at, filled, is_true, items, shown, text, texts},
    project::normalized,
    source::{Folder, References, SourceReader},
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
    refs: Option<&References<'_>>,
) -> Result<Render, Refusal> {
    check_references(source, node, folder, refs)?;
    let mut values = Vec::new();
    for file in files(source, node, folder, refs)? {
        values.push(file);
    }
    inline(source, node, &mut values);
    parameters(source, node, folder, refs, &mut values)?;
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
        capabilities: capabilities(source, node)?,
        defaults: None,
        build: None,
    }))
}

/// What the source says of the cluster.
pub(super) fn capabilities(
    source: &SourceReader<'_>,
    node: &Node,
) -> Result<Option<Capabilities>, Refusal> {
    let kube = ["helm", "kustomize"].iter().find_map(|key| filled(node, &[key, "kubeVersion"]));
    let apis = ["helm", "kustomize"]
        .iter()
        .map(|key| texts(node, &[key, "apiVersions"]))
        .find(|apis| !apis.is_empty());
    if kube.is_none() && apis.is_none() {
        return Ok(None);
    }
    let kube = kube.map(|text| {
        let message = || format!("could not parse kubernetes version {text}");
        kube_version(text).ok_or_else(|| source.mistake(node, message()))
    });
    Ok(Some(Capabilities {
        kube: kube.transpose()?.map(Arc::from),
        apis: apis.map(|apis| apis.into_iter().collect()),
    }))
}

/// The numbers of a version, without `v` and what follows them (Kubernetes, `ParseGeneric`).
fn kube_version(text: &str) -> Option<String> {
    let text = text.trim_start();
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let numbers: Vec<&str> =
        text[..end].split('.').take_while(|number| !number.is_empty()).collect();
    let first = numbers.first()?;
    if numbers.len() < 2 || (first.starts_with('0') && *first != "0") {
        return None;
    }
    let numbers: Result<Vec<String>, _> = numbers
        .iter()
        .map(|number| number.parse::<u64>().map(|number| number.to_string()))
        .collect();
    Some(numbers.ok()?.join("."))
}

/// Refuses what Argo CD refuses of the names of other sources that files begin with: what no source
/// is called, a chart, and two revisions of one repository (`runManifestGenAsync`).
fn check_references(
    source: &SourceReader<'_>,
    node: &Node,
    folder: &Folder,
    refs: Option<&References<'_>>,
) -> Result<(), Refusal> {
    let Some(refs) = refs else { return Ok(()) };
    let own = normalized(text(node, &["repoURL"]).unwrap_or_default());
    let files = items(node, &["helm", "valueFiles"]).iter();
    let parameters = items(node, &["helm", "fileParameters"]).iter();
    let parameters = parameters.filter_map(|parameter| at(parameter, &["path"]));
    let mut used: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for entry in files.chain(parameters) {
        let Some(path) = entry.as_str().and_then(|path| path.strip_prefix('$')) else { continue };
        let name = path.split('/').next().unwrap_or(path);
        let refuse = |message: String| Err(source.mistake(entry, message));
        let Some(reference) = refs.get(name) else {
            let known: Vec<String> = refs.keys().map(|name| format!("${name}")).collect();
            return refuse(match known.is_empty() {
                true => format!(
                    "source referenced \"${name}\", but no source has a 'ref' field defined"
                ),
                false => format!(
                    "source referenced \"${name}\", which is not one of the available sources ({})",
                    known.join(", ")
                ),
            });
        };
        if reference.is_chart {
            return refuse(format!("${name} is a chart, whose files cannot be referenced"));
        }
        let revision = &*reference.revision;
        match used.get(&*reference.url) {
            Some((other, known)) if *known != revision => {
                return refuse(format!(
                    "cannot reference multiple revisions for the same repository (${name} \
                     references {revision:?} while ${other} references {known:?})"
                ));
            }
            None if reference.url == own && !source.is_same_revision(&reference.folder, folder) => {
                let own = at(node, &["targetRevision"]).map(shown).unwrap_or_default();
                return refuse(format!(
                    "cannot reference a different revision of the same repository (${name} \
                     references {revision:?} while the application references {own:?})"
                ));
            }
            _ => used.insert(&reference.url, (name, revision)),
        };
    }
    Ok(())
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
    refs: Option<&References<'_>>,
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
    refs: Option<&References<'_>>,
) -> Result<ValueFile, Refusal> {
    let written = shown(entry);
    let reference = written.strip_prefix('$').and_then(|rest| {
        let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
        Some((refs?.get(name)?, path))
    });
    let (base, path) = match reference {
        Some((reference, path)) => (&reference.folder.root, source.expand(path, node)),
        None => {
            let path = source.expand(&written, node);
            if let Some(scheme) = scheme(&path) {
                let schemes = &source.reader.settings.schemes;
                if !schemes.iter().any(|allowed| allowed.eq_ignore_ascii_case(&scheme)) {
                    let message = format!("the URL scheme '{scheme}' is not allowed");
                    return Err(source.mistake(entry, message));
                }
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

/// How an address begins, in small letters; nothing for a path (Source: Go, `net/url`, `getScheme`).
fn scheme(path: &str) -> Option<String> {
    let (scheme, _) = path.split_once(':')?;
    let is_rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let is_scheme =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_rest);
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

/// What a glob matches, in the order in which Argo CD finds it: part by part, and of `**` each folder
/// before those in it (doublestar, `FilepathGlob`).
fn expand_glob(
    source: &SourceReader<'_>,
    entry: &Node,
    at: &SourceAt,
) -> Result<Vec<SourceAt>, Refusal> {
    let (files, pattern) = source.files(at, entry)?;
    let mut walk = Walk { tree: files.tree(), folders: 0, found: Vec::new() };
    let alternatives = Glob::alternatives(pattern.as_str());
    for alternative in &alternatives {
        walk.below(&TreePath::root(), &alternative.split('/').collect::<Vec<_>>());
    }
    if alternatives.len() > 1 {
        walk.found.sort();
    }
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
    folders: usize,
    found: Vec<TreePath>,
}

impl Walk<'_> {
    /// Finds what the parts of a pattern match from a folder on.
    fn below(&mut self, folder: &TreePath, parts: &[&str]) {
        let [part, rest @ ..] = parts else { return };
        if *part == "**" {
            return self.everything(folder, rest);
        }
        let glob = Glob::new(part, GlobStyle::Parts);
        for (child, kind) in self.entries(folder) {
            if !glob.matches(child.name()) {
                continue;
            }
            match rest {
                [] => self.found.push(child),
                _ if kind == EntryKind::Folder => self.below(&child, rest),
                _ => {}
            }
        }
    }

    /// `**`: the folder itself and all below it.
    fn everything(&mut self, folder: &TreePath, rest: &[&str]) {
        match rest {
            [] => self.found.push(folder.clone()),
            _ => self.below(folder, rest),
        }
        for (child, kind) in self.entries(folder) {
            match (kind, rest) {
                (EntryKind::Folder, _) => self.everything(&child, rest),
                (_, []) => self.found.push(child),
                _ => {}
            }
        }
    }

    /// What lies in a folder, by name; links are what they lead to.
    fn entries(&mut self, folder: &TreePath) -> Vec<(TreePath, EntryKind)> {
        self.folders += 1;
        if self.folders > MAX_FOLDERS {
            return Vec::new();
        }
        let Ok(Some(entries)) = self.tree.list(folder) else { return Vec::new() };
        let named = entries.iter().filter(|entry| !entry.name.is_empty());
        let mut found: Vec<(TreePath, EntryKind)> = named
            .map(|entry| (folder.child(&entry.name), entry.kind))
            .map(|(child, kind)| match (kind, self.tree.entry(&child)) {
                (EntryKind::Link, Ok(Some(target))) => (child, target.kind),
                _ => (child, kind),
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| one.name().cmp(other.name()));
        found
    }
}

/// `valuesObject`, even an empty one, or else `values` (Argo CD, `ValuesYAML`).
fn inline(source: &SourceReader<'_>, node: &Node, values: &mut Vec<ValuesSource>) {
    if let Some(object) = at(node, &["helm", "valuesObject"]) {
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

/// Parameters by family, as Helm takes them whatever their order; of one name in a family the last
/// counts.
fn parameters(
    source: &SourceReader<'_>,
    node: &Node,
    folder: &Folder,
    refs: Option<&References<'_>>,
    values: &mut Vec<ValuesSource>,
) -> Result<(), Refusal> {
    let [mut typed, mut texts, mut files] = [Vec::new(), Vec::new(), Vec::new()];
    let add = |family: &mut Vec<(String, ValuesSource)>, name: &str, value| {
        family.retain(|(known, _)| known != name);
        family.push((name.to_owned(), value));
    };
    for parameter in items(node, &["helm", "parameters"]) {
        let name = text(parameter, &["name"]).unwrap_or_default();
        let value = at(parameter, &["value"]).map(shown).unwrap_or_default();
        let value = escaped(&source.expand(&value, node));
        let (kind, family) = match is_true(parameter, &["forceString"]) {
            true => (SetKind::Text, &mut texts),
            false => (SetKind::Typed, &mut typed),
        };
        let text = format!("{name}={value}").into();
        add(family, name, ValuesSource::Set { kind, text, place: source.place(parameter) });
    }
    for parameter in items(node, &["helm", "fileParameters"]) {
        let name = text(parameter, &["name"]).unwrap_or_default();
        let Some(path) = at(parameter, &["path"]) else { continue };
        let kind = match value_file(source, node, path, folder, refs)?.at {
            SourceAt::Tree(file) | SourceAt::Vendored { path: file, .. } => SetKind::File(file),
            SourceAt::Pinned(file) => SetKind::PinnedFile(file),
            SourceAt::Absent(unknown) => return Err(Refusal::Unknown(unknown)),
        };
        let text = format!("{name}={}", source.expand(&shown(path), node)).into();
        let value = ValuesSource::Set { kind, text, place: source.place(parameter) };
        add(&mut files, name, value);
    }
    let all = typed.into_iter().chain(texts).chain(files);
    values.extend(all.map(|(_, value)| value));
    Ok(())
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
