//! From the sources of an `Application` to what renders it.

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::{Limits, Node, NodeKind};

use super::{
    application::{Names, expand},
    discover::{SourceType, discover},
    helm,
    object::{Object, at, filled, is_true, items, merge_patch, shown, text},
    project::normalized,
    reader::Reader,
    revision::resolved,
    set::without_lines,
};
use crate::{
    inventory::{
        DirectoryRender, Pinned, Problem, Remote, Render, Severity, Source, SourceAt, Unknown,
        UnknownKind, Whereabouts,
        object::json,
        refusal::{Refusal, below},
    },
    source::{EntryKind, Files, Place, Tree, TreePath},
};

/// What the sources of one application are read with.
pub(super) struct SourceReader<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) object: &'a Object,
    pub(super) names: &'a Names,
    pub(super) spec: &'a Node,
}

/// A folder that a source or a `$ref` stands for.
#[derive(Clone)]
pub(super) struct Folder {
    pub(super) at: SourceAt,
    /// The root of the repository or chart that `at` lies in.
    pub(super) root: SourceAt,
}

/// A source that lends its files to the others.
pub(super) struct Reference {
    pub(super) folder: Folder,
    /// Its repository, as URLs are compared.
    pub(super) url: String,
    /// Its `targetRevision` as written.
    pub(super) revision: String,
    pub(super) is_chart: bool,
}

/// The sources that lend their files, by name.
pub(super) type References<'a> = BTreeMap<&'a str, Reference>;

impl<'a> SourceReader<'a> {
    /// All sources, in their order.
    pub(super) fn sources(&self) -> Vec<Source> {
        if let Some(hydrator) = at(self.spec, &["sourceHydrator"]) {
            // What the hydrator will commit is the render of the dry source.
            let dry = at(hydrator, &["drySource"]).unwrap_or(hydrator);
            return vec![self.source(dry, None)];
        }
        let several = items(self.spec, &["sources"]);
        let read = match several.is_empty() {
            true => {
                let source = at(self.spec, &["source"]).unwrap_or(self.spec);
                self.check_fields(source, false).map(|()| vec![self.source(source, None)])
            }
            false => several
                .iter()
                .try_for_each(|node| self.check_fields(node, true))
                .and_then(|()| self.references(several))
                .map(|refs| several.iter().map(|node| self.source(node, Some(&refs))).collect()),
        };
        read.unwrap_or_else(|refusal| vec![refusal.into()])
    }

    /// What Argo CD asks of every source (`validateSourcePermissions`).
    fn check_fields(&self, node: &Node, is_of_several: bool) -> Result<(), Refusal> {
        let has = |key| filled(node, &[key]).is_some();
        let (message, may_lend) = match is_of_several {
            true => (
                "spec.source.repoURL and either source.path, source.chart, or source.ref are \
                 required for a source",
                has("ref"),
            ),
            false => (
                "spec.source.repoURL and either spec.source.path or spec.source.chart are required",
                false,
            ),
        };
        if !has("repoURL") || !(has("path") || has("chart") || may_lend) {
            return Err(self.mistake(node, message.to_owned()));
        }
        if has("chart")
            && at(node, &["targetRevision"]).map(shown).is_none_or(|text| text.is_empty())
        {
            let message =
                "spec.source.targetRevision is required if the manifest source is a helm chart";
            return Err(self.mistake(node, message.to_owned()));
        }
        Ok(())
    }

    pub(super) fn mistake(&self, node: &Node, message: String) -> Refusal {
        let place = Some(self.object.place_of(node));
        Refusal::Mistake(Problem { severity: Severity::Error, message, place, hint: None })
    }

    /// The sources that lend their files (Source: Argo CD, `util/argo/argo.go`, `GetRefSources`).
    fn references(&self, sources: &'a [Node]) -> Result<References<'a>, Refusal> {
        let mut references = References::new();
        for node in sources {
            let Some(name) = filled(node, &["ref"]) else { continue };
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                let message = format!(
                    "sources.ref {name} cannot contain any special characters except '_' and '-'"
                );
                return Err(self.mistake(node, message));
            }
            let reference = Reference {
                folder: self.folder(node, ""),
                url: normalized(text(node, &["repoURL"]).unwrap_or_default()),
                revision: at(node, &["targetRevision"]).map(shown).unwrap_or_default(),
                is_chart: filled(node, &["chart"]).is_some(),
            };
            if references.insert(name, reference).is_some() {
                let message = "invalid sources: multiple sources had the same `ref` key";
                return Err(self.mistake(node, message.to_owned()));
            }
        }
        Ok(references)
    }

    /// Whether the folders lie in one revision of a repository.
    pub(super) fn is_same_revision(&self, one: &Folder, other: &Folder) -> bool {
        let id = |pinned: &Pinned| {
            self.reader.tree.at(&pinned.revision).ok().flatten().map(|tree| tree.id())
        };
        match (&one.root, &other.root) {
            // Two tags may be one commit; the revision under test will not stay at a tag.
            (SourceAt::Pinned(one), SourceAt::Pinned(other)) => {
                one == other || id(one).is_some() && id(one) == id(other)
            }
            (one, other) => one == other,
        }
    }

    fn source(&self, node: &Node, refs: Option<&References<'_>>) -> Source {
        let is_reference = filled(node, &["ref"]).is_some() && filled(node, &["chart"]).is_none();
        match self.try_source(node, refs) {
            Ok(Source { at: SourceAt::Absent(unknown), .. }) if !is_reference => {
                Source::unread(unknown, &self.said(node))
            }
            Ok(source) => source,
            Err(refusal) => refusal.source(&self.said(node)),
        }
    }

    /// What is said here of a source of which something lies elsewhere: its description, its folder
    /// where that is here, and the values files that it names and that are here.
    fn said(&self, node: &Node) -> String {
        let (mut said, tree) = (json(node), self.reader.tree);
        let path = text(node, &["path"]).unwrap_or_default();
        let own = TreePath::parse(path).unwrap_or_default();
        if let SourceAt::Tree(folder) = self.folder(node, path).at
            && folder != TreePath::root()
        {
            // Reading it notes that its content counts.
            let _is_no_file = tree.read(&folder);
            let entry = tree.entry(&folder).ok().flatten();
            said.extend(entry.map(|entry| entry.id.to_string()));
        }
        let layers = items(node, &["helm", "valueFiles"]).iter().filter_map(Node::as_str);
        let parameters = items(node, &["helm", "fileParameters"]).iter();
        for file in layers.chain(parameters.filter_map(|node| text(node, &["path"]))) {
            // `$NAME/PATH` begins at the root of the source of that name.
            let lent = file.strip_prefix('$').and_then(|rest| rest.split_once('/'));
            let path = match lent {
                Some((_, path)) => TreePath::parse(path),
                None => own.join(file),
            };
            let found = path.ok().and_then(|path| tree.read(&path).ok().flatten());
            said.extend(found.map(|bytes| blake3::hash(&bytes).to_hex().to_string()));
        }
        said
    }

    fn try_source(&self, node: &Node, refs: Option<&References<'_>>) -> Result<Source, Refusal> {
        let is_chart = filled(node, &["chart"]).is_some();
        let path = text(node, &["path"]).unwrap_or_default();
        if filled(node, &["ref"]).is_some() && !is_chart && path.is_empty() {
            let at = self.folder(node, "").at;
            return Ok(Source { at, render: Render::Nothing });
        }
        if !is_chart && path.starts_with('/') {
            return Err(self.mistake(node, format!("{path}: app path is absolute")));
        }
        if TreePath::parse(path).is_err() {
            return Err(self.mistake(node, format!("{path}: app path outside root")));
        }
        let folder = self.folder(node, path);
        if let SourceAt::Absent(_) = &folder.at {
            return Ok(Source { at: folder.at, render: Render::Nothing });
        }
        let leaving = self.reader.leaving_link.as_ref();
        if let (SourceAt::Tree(_), Some(link)) = (&folder.at, leaving) {
            let message = format!("repository contains out-of-bounds symlinks. file: {link}");
            return Err(self.mistake(node, message));
        }
        let (files, app_path) = self.files(&folder.at, node)?;
        self.check_folder(files.tree(), &app_path, node)?;
        let node = self.overridden(files.tree(), &app_path, node)?;
        let render = match self.source_type(files.tree(), &app_path, &node)? {
            SourceType::Helm => helm::chart(self, &node, &folder, refs)?,
            SourceType::Kustomize => Render::Kustomize(super::kustomize::render(self, &node)?),
            SourceType::Directory => Render::Directory(directory(&node)),
            SourceType::Plugin => {
                let name = filled(&node, &["plugin", "name"]).unwrap_or("found by itself");
                return Err(Refusal::Unknown(Unknown {
                    kind: UnknownKind::Plugin,
                    message: format!("config management plugin `{name}` renders it"),
                    place: Some(self.object.place_of(&node)),
                    hint: Some(
                        "zij runs no plugins: commit the manifests that it gives".to_owned(),
                    ),
                }));
            }
        };
        Ok(Source { at: folder.at, render })
    }

    /// Where a source's path lies.
    fn folder(&self, node: &Node, path: &str) -> Folder {
        let url = text(node, &["repoURL"]).unwrap_or_default();
        let revision = match at(node, &["targetRevision"]) {
            Some(revision) => shown(revision),
            None => String::new(),
        };
        let place = self.object.place_of(node);
        let chart = filled(node, &["chart"]).map(str::to_owned);
        let oci = url.strip_prefix("oci://").and_then(|url| url.rsplit('/').next());
        if let Some(name) = chart.or_else(|| oci.map(str::to_owned)) {
            let version = if revision.is_empty() { "*" } else { &revision };
            let remote = Remote::Chart {
                repository: url.into(),
                name: (&*name).into(),
                version: version.into(),
            };
            let root = self.reader.lock.resolve(&remote, &place);
            let at =
                if filled(node, &["chart"]).is_some() { root.clone() } else { below(&root, path) };
            return Folder { at, root };
        }
        let root = match self.reader.checkout.locate(url, &revision) {
            Whereabouts::Here => SourceAt::Tree(TreePath::root()),
            Whereabouts::Pinned(revision) => {
                let prefix = text(node, &["tagPrefix"]).unwrap_or_default();
                let revision = resolved(self.reader.tree, &revision, prefix);
                SourceAt::Pinned(Pinned { revision, path: TreePath::root() })
            }
            Whereabouts::Elsewhere => {
                let revision = if revision.is_empty() { "HEAD" } else { &revision };
                let remote =
                    Remote::Git { url: url.into(), revision: revision.into(), path: "".into() };
                self.elsewhere(&remote, path, &place)
            }
        };
        Folder { at: below(&root, path), root }
    }

    /// The copy of another repository; where there is none but the path is here, it may be this one.
    fn elsewhere(&self, remote: &Remote, path: &str, place: &Place) -> SourceAt {
        let at = self.reader.lock.resolve(remote, place);
        let path = TreePath::parse(path).unwrap_or_default();
        let is_here =
            path != TreePath::root() && matches!(self.reader.tree.entry(&path), Ok(Some(_)));
        match at {
            SourceAt::Absent(unknown) if is_here => {
                let hint = format!(
                    "{path} is here too: if that is this repository, name its URL under \
                     `repository` in zij.yaml; otherwise `zij vendor` fetches it"
                );
                SourceAt::Absent(Unknown { hint: Some(hint), ..unknown })
            }
            at => at,
        }
    }

    /// The files and the path that a place stands for.
    pub(super) fn files(
        &self,
        at: &SourceAt,
        node: &Node,
    ) -> Result<(Files<'a>, TreePath), Refusal> {
        match at {
            SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => {
                Ok((Files::Here(self.reader.tree), path.clone()))
            }
            SourceAt::Pinned(pinned) => match self.reader.tree.at(&pinned.revision) {
                Ok(Some(tree)) => Ok((Files::There(tree), pinned.path.clone())),
                Ok(None) => Err(Refusal::Unknown(Unknown {
                    kind: UnknownKind::Revision,
                    message: format!("revision `{}` is not in this repository", pinned.revision),
                    place: Some(self.object.place_of(node)),
                    hint: Some(format!("fetch it (`git fetch origin {}`)", pinned.revision)),
                })),
                Err(error) => Err(self.mistake(node, error.to_string())),
            },
            SourceAt::Absent(unknown) => Err(Refusal::Unknown(unknown.clone())),
        }
    }

    fn check_folder(&self, tree: &dyn Tree, path: &TreePath, node: &Node) -> Result<(), Refusal> {
        if *path == TreePath::root() || path.name().ends_with(".tgz") {
            return Ok(());
        }
        match tree.entry(path) {
            Ok(Some(entry)) if entry.kind == EntryKind::Folder => Ok(()),
            Ok(Some(entry)) if entry.kind == EntryKind::Submodule => {
                Err(Refusal::Unknown(Unknown {
                    kind: UnknownKind::Repository,
                    message: format!("{path} is a submodule, whose content is not here"),
                    place: Some(self.object.place_of(node)),
                    hint: None,
                }))
            }
            Ok(Some(_)) => Err(self.mistake(node, format!("{path}: app path is not a directory"))),
            Ok(None) => Err(self.mistake(node, format!("{path}: app path does not exist"))),
            Err(error) => Err(self.mistake(node, error.to_string())),
        }
    }

    /// The source with the overrides that lie in its folder; where it lies is not theirs to say.
    fn overridden(&self, tree: &dyn Tree, path: &TreePath, node: &Node) -> Result<Node, Refusal> {
        let own = format!(".argocd-source-{}.yaml", self.names.instance);
        let mut merged = node.clone();
        for name in [".argocd-source.yaml", &own] {
            let file = path.child(name);
            let Ok(Some(bytes)) = tree.read(&file) else { continue };
            let patch = zij_goyaml::parse(&bytes, &Limits::default());
            let patch = patch.map_err(|error| error.message().to_owned()).and_then(|patch| {
                patch.as_mapping().is_some().then_some(patch).ok_or("Invalid JSON Patch".to_owned())
            });
            let patch = patch.map_err(|message| {
                let message = format!("error while parsing source parameters: {file}: {message}");
                self.mistake(node, message)
            })?;
            merged = merge_patch(&merged, &without_lines(&patch));
        }
        if let NodeKind::Mapping(mapping) = &mut merged.kind {
            for key in ["chart", "path", "repoURL", "targetRevision"] {
                match node.as_mapping().and_then(|old| old.get_entry(key)) {
                    Some(entry) => mapping.insert(entry.clone()),
                    None => drop(mapping.remove(key)),
                }
            }
        }
        Ok(merged)
    }

    fn source_type(
        &self,
        tree: &dyn Tree,
        path: &TreePath,
        node: &Node,
    ) -> Result<SourceType, Refusal> {
        const TYPES: [(&str, SourceType); 4] = [
            ("kustomize", SourceType::Kustomize),
            ("helm", SourceType::Helm),
            ("directory", SourceType::Directory),
            ("plugin", SourceType::Plugin),
        ];
        let disabled = &self.reader.settings.disabled;
        let explicit: Vec<SourceType> = TYPES
            .iter()
            .filter(|(key, _)| at(node, &[key]).is_some())
            .map(|(_, kind)| *kind)
            .collect();
        match &explicit[..] {
            [] => Ok(discover(tree, path, disabled)),
            [kind] if disabled.contains(&kind.name()) => Ok(SourceType::Directory),
            [kind] => Ok(*kind),
            several => {
                let names: Vec<&str> = several.iter().map(|kind| kind.name()).collect();
                let names = names.join(",");
                let message = format!("multiple application sources defined: {names}");
                Err(self.mistake(node, message))
            }
        }
    }

    /// The text with Argo CD's variables replaced. The revision differs with every commit and is
    /// masked.
    pub(super) fn expand(&self, value: &str, node: &Node) -> String {
        const REVISION: &str = "REVISION";
        let field = |key: &str| text(node, &[key]).unwrap_or_default();
        let variables = BTreeMap::from([
            ("ARGOCD_APP_NAME", &*self.names.instance),
            (
                "ARGOCD_APP_NAMESPACE",
                text(self.spec, &["destination", "namespace"]).unwrap_or_default(),
            ),
            ("ARGOCD_APP_PROJECT_NAME", text(self.spec, &["project"]).unwrap_or_default()),
            ("ARGOCD_APP_REVISION", REVISION),
            ("ARGOCD_APP_REVISION_SHORT", REVISION),
            ("ARGOCD_APP_REVISION_SHORT_8", REVISION),
            ("ARGOCD_APP_SOURCE_REPO_URL", field("repoURL")),
            ("ARGOCD_APP_SOURCE_PATH", field("path")),
            ("ARGOCD_APP_SOURCE_TARGET_REVISION", field("targetRevision")),
        ]);
        expand(value, &variables)
    }

    pub(super) fn place(&self, node: &Node) -> Place {
        self.object.place_of(node)
    }
}

fn directory(node: &Node) -> DirectoryRender {
    let glob = |key| filled(node, &["directory", key]).map(Arc::from);
    DirectoryRender {
        recurse: is_true(node, &["directory", "recurse"]),
        include: glob("include"),
        exclude: glob("exclude"),
    }
}
