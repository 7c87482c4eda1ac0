//! What is known of the repository and of the world besides its Argo CD objects.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zij_goyaml::{Limits, Node};

use super::{
    object::{Object, at, items, shown, text},
    set::without_lines,
};
use crate::{
    inventory::{Config, Context, Problem, Severity},
    source::{Place, Tree, TreePath},
};

/// What generators gave, from the files that the configuration names.
pub(super) fn snapshots(
    tree: &dyn Tree,
    config: &Config,
    problems: &mut Vec<Problem>,
) -> BTreeMap<Arc<str>, (Place, Node)> {
    let mut snapshots = BTreeMap::new();
    for (name, path) in &config.snapshots {
        let read = tree.read(path).map_err(|error| error.to_string()).and_then(|bytes| {
            let bytes = bytes.ok_or_else(|| format!("the snapshot {path} does not exist"))?;
            zij_goyaml::parse(&bytes, &Limits::default()).map_err(|error| error.to_string())
        });
        match read {
            Ok(node) => {
                snapshots.insert(Arc::clone(name), (Place::from(path), without_lines(&node)));
            }
            Err(message) => {
                let place = Some(Place::from(path));
                problems.push(Problem { severity: Severity::Error, message, place, hint: None });
            }
        }
    }
    snapshots
}

/// What is known of the repository, with what its own objects say.
pub(super) fn checkout<'o>(
    tree: &dyn Tree,
    config: &Config,
    context: &Context<'_>,
    objects: impl Iterator<Item = &'o Object>,
    problems: &mut Vec<Problem>,
) -> crate::inventory::Checkout {
    let mut checkout = context.checkout.clone();
    checkout.remotes.extend(config.repositories.iter().cloned());
    let mut revisions = BTreeSet::new();
    let mut urls: BTreeMap<String, (usize, String, Place)> = BTreeMap::new();
    for object in objects {
        for source in sources_of(&object.node) {
            revisions.extend(at(source, &["targetRevision"]).map(shown));
            revisions.extend(at(source, &["revision"]).map(shown));
            let (Some(url), None) = (text(source, &["repoURL"]), at(source, &["chart"])) else {
                continue;
            };
            if url.contains("{{") || !leads_into(tree, source) {
                continue;
            }
            let key = crate::inventory::repository::normalized(url);
            urls.entry(key).or_insert_with(|| (0, url.to_owned(), object.place_of(source))).0 += 1;
        }
    }
    // A branch that nothing is deployed from will be merged into the one that is.
    let is_deployed = checkout.branch.as_ref().is_some_and(|name| revisions.contains(&**name));
    if !is_deployed && checkout.default_branch.is_some() {
        checkout.branch.clone_from(&checkout.default_branch);
    }
    if !urls.values().any(|(_, url, _)| checkout.is_same(url))
        && let Some((_, url, place)) = urls.into_values().max_by_key(|(count, ..)| *count)
    {
        problems.push(Problem {
            severity: Severity::Info,
            message: format!("`{url}` is taken for this repository, since no remote is named"),
            place: Some(place),
            hint: Some("say which it is with `repository` in zij.yaml".to_owned()),
        });
        checkout.remotes.insert(url.into());
    }
    checkout
}

/// The parts of an object that name a repository: sources of an application or of a set's template,
/// and git generators wherever they are nested.
fn sources_of(node: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if node.get("repoURL").is_some() {
            found.push(node);
        }
        open.extend(node.as_sequence().unwrap_or_default());
        open.extend(node.as_mapping().into_iter().flat_map(|m| m.iter().map(|entry| &entry.value)));
    }
    found
}

/// Whether a source's path, as far as it is written out, is in the tree.
fn leads_into(tree: &dyn Tree, source: &Node) -> bool {
    let paths = items(source, &["directories"]).iter().chain(items(source, &["files"]));
    let paths = paths.filter_map(|item| text(item, &["path"]));
    text(source, &["path"]).into_iter().chain(paths).any(|path| {
        let fixed: Vec<&str> =
            path.split('/').take_while(|part| !part.contains(['{', '*', '?', '['])).collect();
        let fixed = TreePath::parse(&fixed.join("/")).unwrap_or_default();
        fixed != TreePath::root() && matches!(tree.entry(&fixed), Ok(Some(_)))
    })
}
