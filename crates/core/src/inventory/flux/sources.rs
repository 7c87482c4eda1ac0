//! Where the files of a source object lie.
//!
//! (Source: fluxcd/source-controller, `api/v1`.)

use std::sync::Arc;

use zij_goyaml::{Node, NodeKind};

use super::{
    artifact::artifact,
    data::absent,
    item::{FLUX_SYSTEM, Item, Key},
    reader::Scope,
};
use crate::{
    inventory::{
        Pinned, Remote, SourceAt, Unknown, UnknownKind, Whereabouts,
        argo::resolved,
        object::{at, filled, items, text},
        refusal::{Refusal, below},
    },
    source::TreePath,
};

/// The branch of a `GitRepository` that names none.
const DEFAULT_BRANCH: &str = "master";
/// Repositories that include each other are followed this far.
const MAX_INCLUDES: usize = 4;

/// The files of a source.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) at: SourceAt,
    /// Ignore rules of the object.
    pub(super) ignore: Arc<str>,
    /// Folders that come from elsewhere: the folder here, and where it comes from.
    pub(super) moved: Vec<(TreePath, SourceAt)>,
    /// Whether nothing lies beside the moved folders.
    pub(super) only_moved: bool,
}

impl Root {
    pub(super) fn of(at: SourceAt) -> Self {
        Self { at, ignore: "".into(), moved: Vec::new(), only_moved: false }
    }

    /// Where a path of the source lies; nothing where the source has no such path.
    pub(super) fn below(&self, path: &TreePath) -> Option<SourceAt> {
        let fits = |(to, _): &&(TreePath, SourceAt)| to == path || path.below(to).is_some();
        let longest = self.moved.iter().filter(fits).max_by_key(|(to, _)| to.parts().count());
        match longest {
            Some((to, from)) => Some(below(from, path.below(to).unwrap_or_default())),
            None if self.only_moved => None,
            None => Some(below(&self.at, path.as_str())),
        }
    }
}

impl Scope<'_> {
    /// The files of the source that `reference` (`kind`, `name`, `namespace`) names.
    pub(super) fn source(&self, reference: &Node) -> Result<Root, Refusal> {
        let Some(name) = filled(reference, &["name"]) else {
            return Err(self.mistake(reference, "the source reference has no `name`"));
        };
        let kind = filled(reference, &["kind"]).unwrap_or("GitRepository");
        let namespace = filled(reference, &["namespace"]).unwrap_or(self.item.namespace());
        let key = Key::new(kind, namespace, name);
        self.source_of(&key, reference, 0)
    }

    fn source_of(&self, key: &Key, reference: &Node, depth: usize) -> Result<Root, Refusal> {
        let object = self.object(key);
        match (&*key.kind, object) {
            ("ExternalArtifact", _) => artifact(self, key, reference),
            ("GitRepository", Some(object)) => self.git(object, reference, depth),
            ("OCIRepository", Some(object)) => self.oci(object),
            ("Bucket", Some(object)) => {
                let field = |field| text(&object.node, &["spec", field]).unwrap_or_default();
                let message = format!(
                    "bucket {} of {} is not in git",
                    field("bucketName"),
                    field("endpoint")
                );
                Err(self.unknown(UnknownKind::Repository, reference, message))
            }
            // Flux is set up with a source for the repository that it follows.
            ("GitRepository", None) if self.is_own(key) => {
                Ok(Root::of(SourceAt::Tree(TreePath::root())))
            }
            ("GitRepository" | "OCIRepository" | "Bucket", None) => {
                Err(Refusal::Unknown(absent(key, self.item.place_of(reference))))
            }
            (kind, _) => Err(self.mistake(reference, format!("`{kind}` is no kind of source"))),
        }
    }

    /// The revision that a `GitRepository` follows; a range of versions whose tags are not known
    /// otherwise.
    fn revision(&self, object: &Item, url: &str) -> Result<String, String> {
        let field = |field| filled(&object.node, &["spec", "ref", field]).map(str::to_owned);
        if let Some(fixed) = field("commit").or_else(|| field("name")) {
            return Ok(fixed.strip_prefix("refs/tags/").map_or(fixed.clone(), str::to_owned));
        }
        let Some(range) = field("semver") else {
            let named = field("tag").or_else(|| field("branch"));
            return Ok(named.unwrap_or_else(|| DEFAULT_BRANCH.to_owned()));
        };
        let tag = resolved(self.reader.tree, &range, "");
        let is_tag =
            self.reader.checkout.is_same(url) && self.reader.tree.tags().contains(&tag.to_string());
        if is_tag { Ok(tag.to_string()) } else { Err(range) }
    }

    fn is_own(&self, key: &Key) -> bool {
        self.cluster.own_source.as_ref() == Some(key) || &*key.name == FLUX_SYSTEM
    }

    /// The files of a source by its key, for objects that combine several.
    pub(super) fn source_by_key(&self, key: &Key, reference: &Node) -> Result<Root, Refusal> {
        self.source_of(key, reference, MAX_INCLUDES)
    }

    fn git(&self, object: &Item, reference: &Node, depth: usize) -> Result<Root, Refusal> {
        let url = text(&object.node, &["spec", "url"]).unwrap_or_default();
        let place = object.place.clone();
        let at = match self.revision(object, url) {
            Ok(revision) => match self.reader.checkout.locate(url, &revision) {
                Whereabouts::Here => SourceAt::Tree(TreePath::root()),
                Whereabouts::Pinned(revision) => {
                    SourceAt::Pinned(Pinned { revision, path: TreePath::root() })
                }
                Whereabouts::Elsewhere => {
                    let (url, path) = (url.into(), "".into());
                    let remote = Remote::Git { url, revision: revision.into(), path };
                    self.reader.lock.resolve(&remote, &place)
                }
            },
            Err(range) => SourceAt::Absent(Unknown {
                kind: UnknownKind::Revision,
                message: format!("which tag of {url} is in the range `{range}` is not known"),
                place: Some(place),
                hint: Some("name the tag with `ref.tag`".to_owned()),
            }),
        };
        let ignore = text(&object.node, &["spec", "ignore"]).unwrap_or_default().into();
        let mut root = Root { ignore, ..Root::of(at) };
        for include in items(&object.node, &["spec", "include"]) {
            let Some(name) = filled(include, &["repository", "name"]) else { continue };
            if depth >= MAX_INCLUDES {
                return Err(self.mistake(reference, "repositories include each other"));
            }
            let key = Key::new("GitRepository", object.namespace(), name);
            let included = self.source_of(&key, reference, depth + 1)?;
            let from = inside(text(include, &["fromPath"]).unwrap_or_default());
            let to = inside(filled(include, &["toPath"]).unwrap_or(name));
            root.moved.extend(included.below(&from).map(|from| (to, from)));
        }
        Ok(root)
    }

    fn oci(&self, object: &Item) -> Result<Root, Refusal> {
        let url = text(&object.node, &["spec", "url"]).unwrap_or_default().into();
        let remote = Remote::Git { url, revision: oci_version(object).into(), path: "".into() };
        Ok(Root::of(self.reader.lock.resolve(&remote, &object.place)))
    }
}

/// A path of a source as Flux reads it: `..` does not lead above the root.
pub(super) fn inside(text: &str) -> TreePath {
    let mut path = TreePath::root();
    for part in text.split('/') {
        path = match part {
            "" | "." => path,
            ".." => path.parent().unwrap_or_default(),
            name => path.child(name),
        };
    }
    path
}

/// The version that an `OCIRepository` follows.
pub(super) fn oci_version(object: &Item) -> String {
    let fields = ["digest", "semver", "tag"];
    let found = fields.iter().find_map(|field| {
        at(&object.node, &["spec", "ref", field]).filter(|node| node.kind != NodeKind::Null)
    });
    found.map_or_else(|| "latest".to_owned(), crate::inventory::object::shown)
}
