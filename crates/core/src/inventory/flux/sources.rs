//! Where the files of a source object lie.
//!
//! (Source: fluxcd/source-controller, `api/v1`.)

use std::sync::Arc;

use zij_goyaml::Node;
use zij_helm::{
    profile::SemverLibrary,
    semver::{Constraint, Version},
};

use super::{
    artifact::artifact,
    data::absent,
    item::{FLUX_SYSTEM, Item, Key},
    reader::Scope,
};
use crate::{
    inventory::{
        Pinned, Remote, SourceAt, Unknown, UnknownKind, Whereabouts,
        object::{at, filled, is_true, items, shown, text, texts},
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
    /// What is checked out at all: paths that begin so; everything where there is none.
    pub(super) only: Arc<[Arc<str>]>,
    /// Whether nothing new of it arrives.
    pub(super) is_suspended: bool,
    /// Folders that come from elsewhere: the folder here, and where it comes from.
    pub(super) moved: Vec<(TreePath, SourceAt)>,
    /// Whether nothing lies beside the moved folders.
    pub(super) only_moved: bool,
}

impl Root {
    pub(super) fn of(at: SourceAt) -> Self {
        Self {
            at,
            ignore: "".into(),
            only: Arc::default(),
            is_suspended: false,
            moved: Vec::new(),
            only_moved: false,
        }
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
            ("OCIRepository", Some(object)) => self.oci(object, reference),
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
    /// otherwise. (Source: fluxcd/pkg, `git/gogit/client.go`, `Clone`.)
    fn revision(&self, object: &Item, url: &str) -> Result<String, String> {
        let field = |field| filled(&object.node, &["spec", "ref", field]).map(str::to_owned);
        let fixed = field("commit").or_else(|| field("name")).or_else(|| field("tag"));
        if let Some(fixed) = fixed {
            return Ok(fixed.strip_prefix("refs/tags/").map_or(fixed.clone(), str::to_owned));
        }
        let Some(range) = field("semver") else {
            return Ok(field("branch").unwrap_or_else(|| DEFAULT_BRANCH.to_owned()));
        };
        let is_own = self.reader.checkout.is_same(url);
        let tag = is_own.then(|| latest(&self.reader.tree.tags(), &range)).flatten();
        tag.ok_or(range)
    }

    fn is_own(&self, key: &Key) -> bool {
        self.cluster.own_source.as_ref() == Some(key)
            || (&*key.name == FLUX_SYSTEM && &*key.namespace == FLUX_SYSTEM)
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
        let sparse = texts(&object.node, &["spec", "sparseCheckout"]);
        let only = sparse.iter().map(|path| path.strip_prefix("./").unwrap_or(path).into());
        let is_suspended = is_true(&object.node, &["spec", "suspend"]);
        let mut root = Root { ignore, only: only.collect(), is_suspended, ..Root::of(at) };
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

    /// An archive of a registry. (Source: fluxcd/source-controller,
    /// `internal/controller/ocirepository_controller.go`.)
    fn oci(&self, object: &Item, reference: &Node) -> Result<Root, Refusal> {
        let spec = |keys: &[&str]| {
            let keys: Vec<&str> = ["spec"].iter().chain(keys).copied().collect();
            filled(&object.node, &keys)
        };
        if spec(&["ref", "digest"]).is_none()
            && spec(&["ref", "semver"]).is_some()
            && let Some(filter) = spec(&["ref", "semverFilter"])
        {
            let message = format!("tags that fit `{filter}` are not looked for by this version");
            return Err(self.unknown(UnknownKind::Unsupported, reference, message));
        }
        let url = spec(&["url"]).unwrap_or_default();
        let url = match spec(&["layerSelector", "mediaType"]) {
            Some(media_type) => format!("{url}#{media_type}").into(),
            None => url.into(),
        };
        let remote = Remote::Git { url, revision: oci_version(object).into(), path: "".into() };
        let ignore = match spec(&["layerSelector", "operation"]) {
            // What is copied is not filtered.
            Some("copy") => "!*",
            _ => spec(&["ignore"]).unwrap_or_default(),
        };
        let ignore = ignore.into();
        let is_suspended = is_true(&object.node, &["spec", "suspend"]);
        let at = self.reader.lock.resolve(&remote, &object.place);
        Ok(Root { ignore, is_suspended, ..Root::of(at) })
    }
}

/// The highest tag in a range. A tag has three parts, unlike what a range may be. (Source:
/// fluxcd/pkg, `git/gogit/clone.go`, `cloneSemVer`; `version/version.go`, `ParseVersion`.)
fn latest(tags: &[String], range: &str) -> Option<String> {
    let range = Constraint::parse(range).ok()?;
    let versions = tags.iter().filter(|tag| tag.splitn(3, '.').count() == 3);
    let versions = versions.filter_map(|tag| Some((Version::parse(tag).ok()?, tag)));
    let fitting = versions.filter(|(version, _)| range.check(version, SemverLibrary::V3_5));
    let highest = fitting.max_by(|(a, _), (b, _)| a.precedence(b));
    highest.map(|(_, tag)| tag.clone())
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
        at(&object.node, &["spec", "ref", field]).map(shown).filter(|text| !text.is_empty())
    });
    found.unwrap_or_else(|| "latest".to_owned())
}
