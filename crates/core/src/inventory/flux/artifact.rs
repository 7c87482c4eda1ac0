//! Artifacts that an `ArtifactGenerator` puts together from other sources.
//!
//! (Source: fluxcd/source-watcher, `ArtifactGenerator`.)

use std::collections::BTreeMap;

use zij_goyaml::Node;

use super::{
    data::absent,
    item::{Item, Key},
    reader::Scope,
    sources::Root,
};
use crate::{
    inventory::{
        SourceAt, UnknownKind,
        object::{filled, items, text},
        refusal::Refusal,
    },
    source::TreePath,
};

/// The files of an `ExternalArtifact`, where a generator in git says what they are.
pub(super) fn artifact(scope: &Scope<'_>, key: &Key, reference: &Node) -> Result<Root, Refusal> {
    let generators = scope.cluster.of_kind("ArtifactGenerator", &key.namespace);
    for generator in generators {
        let artifacts = items(&generator.node, &["spec", "artifacts"]).iter();
        let mut named = artifacts.filter(|item| text(item, &["name"]) == Some(&key.name));
        if let Some(artifact) = named.next() {
            return copied(scope, generator, artifact);
        }
    }
    scope.cluster.miss();
    Err(Refusal::Unknown(absent(key, scope.item.place_of(reference))))
}

fn copied(scope: &Scope<'_>, generator: &Item, artifact: &Node) -> Result<Root, Refusal> {
    let mut sources = BTreeMap::new();
    for source in items(&generator.node, &["spec", "sources"]) {
        let alias = text(source, &["alias"]).unwrap_or_default();
        let kind = filled(source, &["kind"]).unwrap_or("GitRepository");
        let namespace = filled(source, &["namespace"]).unwrap_or(generator.namespace());
        let key = Key::new(kind, namespace, text(source, &["name"]).unwrap_or_default());
        sources.insert(alias, scope.source_by_key(&key, artifact)?);
    }
    let mut root = Root::of(SourceAt::Tree(TreePath::root()));
    root.only_moved = true;
    for copy in items(artifact, &["copy"]) {
        let (from, to) = (text(copy, &["from"]), text(copy, &["to"]));
        let moved = moved(&sources, from.unwrap_or_default(), to.unwrap_or_default());
        let is_plain = items(copy, &["exclude"]).is_empty()
            && matches!(text(copy, &["strategy"]), None | Some("Overwrite"));
        match moved.filter(|_| is_plain) {
            Some(moved) => root.moved.push(moved),
            None => {
                let message = format!(
                    "what ArtifactGenerator `{}` copies is not understood by this version",
                    generator.name()
                );
                return Err(scope.unknown(UnknownKind::Unsupported, copy, message));
            }
        }
    }
    Ok(root)
}

/// The folder or file of an artifact and where it is copied from: `@alias/folder/**` to
/// `@artifact/folder/`, or a file to a file.
fn moved(sources: &BTreeMap<&str, Root>, from: &str, to: &str) -> Option<(TreePath, SourceAt)> {
    let (alias, path) = from.strip_prefix('@')?.split_once('/').unwrap_or((&from[1..], ""));
    let to =
        to.strip_prefix("@artifact").filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    let source = sources.get(alias)?;
    let folder = match path.strip_suffix("**") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        Some(_) => return None,
        // A single file keeps its name in a folder.
        None if path.ends_with('/') || to.ends_with('/') || to.is_empty() => return None,
        None => path,
    };
    let is_fixed = !folder.contains(['*', '?', '[', '{']);
    let from = TreePath::parse(folder).ok().filter(|_| is_fixed)?;
    Some((TreePath::parse(to).ok()?, source.below(&from)?))
}
