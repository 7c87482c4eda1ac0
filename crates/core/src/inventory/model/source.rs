//! What renders an application, and where that lies.

use std::{collections::BTreeSet, fmt, sync::Arc};

use super::{Problem, Severity};
use crate::source::{Place, TreePath};

/// One source of an application's manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it lies.
    pub at: SourceAt,
    /// What turns it into manifests.
    pub render: Render,
}

/// Where a source lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceAt {
    /// In the tree under test.
    Tree(TreePath),
    /// In the same repository at a tag, a commit or another branch.
    Pinned(Pinned),
    /// Elsewhere, with a copy in the tree that the lock file names.
    Vendored {
        /// What the copy is of.
        remote: Remote,
        /// The copy.
        path: TreePath,
    },
    /// Elsewhere, with no copy in the tree.
    Absent(Unknown),
}

impl SourceAt {
    /// The folder of the tree under test; `None` for what comes from elsewhere.
    pub(in crate::inventory) fn own_folder(&self) -> Option<&TreePath> {
        match self {
            Self::Tree(path) => Some(path),
            _ => None,
        }
    }
}

/// A path of the same repository at another revision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pinned {
    /// The revision as written, such as `v1.2.0`; [`crate::source::Tree::at`] finds it.
    pub revision: Arc<str>,
    /// The path there.
    pub path: TreePath,
}

/// A source that lies outside the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remote {
    /// A chart of a chart repository, or of an OCI registry where the URL begins with `oci://`.
    Chart {
        /// The repository's URL as written.
        repository: Arc<str>,
        /// The chart's name.
        name: Arc<str>,
        /// The version or range as written.
        version: Arc<str>,
    },
    /// A folder of another git repository.
    Git {
        /// The repository's URL as written.
        url: Arc<str>,
        /// The revision as written; `HEAD` where none is.
        revision: Arc<str>,
        /// The folder in it.
        path: Arc<str>,
    },
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chart { repository, name, version } => {
                write!(f, "chart {name} {version} of {repository}")
            }
            Self::Git { url, revision, path } if path.is_empty() => {
                write!(f, "{url} at {revision}")
            }
            Self::Git { url, revision, path } => write!(f, "{path} of {url} at {revision}"),
        }
    }
}

/// What turns a source into manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Render {
    /// A Helm chart.
    Chart(ChartRender),
    /// A kustomization.
    Kustomize(KustomizeRender),
    /// A folder of manifests.
    Directory(DirectoryRender),
    /// Nothing: the source only lends its files to others.
    Nothing,
    /// What lies elsewhere: a hash of all that is said of it here, values files too. Where that
    /// differs, what it makes may differ.
    Unread(Arc<str>),
    /// What cannot be known from the repository.
    Opaque(Unknown),
    /// Nothing: the tool refuses the description.
    Refused(Problem),
}

/// A Helm chart with its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartRender {
    /// Values layers over the chart's defaults; a later one wins.
    pub values: Vec<ValuesSource>,
    /// The release's name.
    pub release: Arc<str>,
    /// The release's namespace, where it is not the application's.
    pub namespace: Option<Arc<str>>,
    /// What is left out or in.
    pub flags: ChartFlags,
    /// What the templates are told instead of what the cluster is.
    pub capabilities: Option<Capabilities>,
    /// What stands for the chart's own `values.yaml`, where something does.
    pub defaults: Option<ChartDefaults>,
    /// The build metadata that the chart's version is given, in place of its own.
    pub build: Option<Arc<str>>,
}

/// Values files that stand for a chart's own `values.yaml`, as in a Flux `HelmChart`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartDefaults {
    /// The files; a later one wins.
    pub files: Vec<DefaultsFile>,
    /// Whether files may be absent.
    pub optional: bool,
}

/// A file that a chart's defaults are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultsFile {
    /// A file of the source that the chart lies in.
    Source(SourceAt),
    /// A file of the chart, by its path inside it.
    Chart(Arc<str>),
}

/// What is left out of a chart or left in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the tool")]
pub struct ChartFlags {
    /// Whether the `crds` folders belong to the result.
    pub include_crds: bool,
    /// Whether test hooks are left out.
    pub skip_tests: bool,
    /// Whether all hooks are left out.
    pub skip_hooks: bool,
    /// Whether values are not checked against the chart's schema.
    pub skip_schema: bool,
}

impl Default for ChartFlags {
    fn default() -> Self {
        Self { include_crds: true, skip_tests: false, skip_hooks: false, skip_schema: false }
    }
}

/// A Kubernetes version and API list that an application sets for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The version; the cluster's where absent.
    pub kube: Option<Arc<str>>,
    /// The API versions; the cluster's where absent.
    pub apis: Option<BTreeSet<Arc<str>>>,
}

/// One values layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValuesSource {
    /// A file that must be there.
    File(TreePath),
    /// A file that may be absent.
    OptionalFile(TreePath),
    /// A file of the same repository at another revision.
    Pinned {
        /// The file.
        at: Pinned,
        /// Whether it may be absent.
        optional: bool,
    },
    /// Values written in the description of the application itself.
    Inline {
        /// The values as YAML.
        text: Arc<str>,
        /// Where the text begins.
        place: Place,
    },
    /// One value, over all files wherever it stands.
    Set {
        /// How it is read.
        kind: SetKind,
        /// The text after the flag, such as `image.tag=1.2`.
        text: Arc<str>,
        /// Where it stands.
        place: Place,
    },
}

/// How a single value is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// `--set`: with Helm's types.
    Typed,
    /// `--set-string`: as a text.
    Text,
    /// `--set-file`: as the content of a file in the tree.
    File(TreePath),
    /// The same of a file of another revision.
    PinnedFile(Pinned),
}

/// Edits of a kustomization file before it is built, in the order they are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KustomizeRender {
    /// The edits; empty for a plain build.
    pub edits: Vec<KustomizeEdit>,
    /// Whether charts may be rendered (`--enable-helm`).
    pub enable_helm: bool,
    /// Whether files above the kustomization may be read (`--load-restrictor LoadRestrictionsNone`).
    pub unrestricted: bool,
    /// How a folder without a kustomization file is given one with every manifest below it, as
    /// Flux does; it has to have one otherwise.
    pub generate: Option<Generation>,
    /// What the build is told instead of what the cluster is.
    pub capabilities: Option<Capabilities>,
}

/// How a kustomization file is made for a folder that has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generation {
    /// The root of the source, whose `.sourceignore` files count.
    pub root: TreePath,
    /// More ignore rules, of the source's description.
    pub ignore: Arc<str>,
    /// What the source has at all: paths that begin so; everything where there is none.
    pub only: Arc<[Arc<str>]>,
}

/// One edit of a kustomization file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KustomizeEdit {
    /// `namePrefix` is set.
    NamePrefix(Arc<str>),
    /// `nameSuffix` is set.
    NameSuffix(Arc<str>),
    /// An image is replaced: `[old=]new[:tag|@digest]`.
    Image(Arc<str>),
    /// A workload's replicas are set.
    Replicas {
        /// The workload's name.
        name: Arc<str>,
        /// How many.
        count: i64,
    },
    /// A label is added.
    Label {
        /// The key.
        key: Arc<str>,
        /// The value.
        value: Arc<str>,
        /// How.
        mode: LabelMode,
    },
    /// An annotation is added.
    Annotation {
        /// The key.
        key: Arc<str>,
        /// The value.
        value: Arc<str>,
        /// Whether one that is there is replaced; an error otherwise.
        force: bool,
    },
    /// `namespace` is set.
    Namespace(Arc<str>),
    /// An entry is appended to `patches`.
    Patch {
        /// The entry as YAML.
        text: Arc<str>,
        /// Where it stands.
        place: Place,
    },
    /// A component is added.
    Component {
        /// Its path relative to the kustomization.
        path: Arc<str>,
        /// Whether it may be absent.
        optional: bool,
    },
    /// An entry of `images` as YAML, merged into the one of that name: `newTag` and `digest` are
    /// one unit.
    MergeImage(Arc<str>),
    /// An entry is appended to the list under a key.
    Append {
        /// The key.
        key: Arc<str>,
        /// The entry as YAML.
        text: Arc<str>,
    },
    /// A key of the file is set to a value, for settings that have no edit of their own.
    Set {
        /// The key.
        key: Arc<str>,
        /// The value as YAML.
        text: Arc<str>,
    },
}

/// How a label is added to a kustomization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the tool")]
pub struct LabelMode {
    /// Whether one that is there is replaced; an error otherwise.
    pub force: bool,
    /// Whether selectors are left alone.
    pub without_selector: bool,
    /// Whether templates get it where selectors are left alone.
    pub include_templates: bool,
}

/// Which files of a folder are manifests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryRender {
    /// Whether folders below are entered.
    pub recurse: bool,
    /// A glob that files must match; `*` crosses `/`.
    pub include: Option<Arc<str>>,
    /// A glob of files that are left out.
    pub exclude: Option<Arc<str>>,
}

/// Something that is not in the repository and that a prediction would need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What sort of thing it is.
    pub kind: UnknownKind,
    /// What is missing, as a lower-case fragment.
    pub message: String,
    /// Where it is named.
    pub place: Option<Place>,
    /// What to do.
    pub hint: Option<String>,
}

impl From<Unknown> for Problem {
    fn from(unknown: Unknown) -> Self {
        let Unknown { message, place, hint, .. } = unknown;
        Self { severity: Severity::Warning, message, place, hint }
    }
}

/// What sort of thing is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnknownKind {
    /// A chart of a chart repository or registry.
    Chart,
    /// Another git repository.
    Repository,
    /// A revision of this repository.
    Revision,
    /// A program that Argo CD runs.
    Plugin,
    /// What only a generator's service knows.
    Generator,
    /// A file at a URL.
    File,
    /// An object of a cluster.
    Object,
    /// Something that this version does not do.
    Unsupported,
}

impl UnknownKind {
    /// The word for it in lists and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Repository => "repository",
            Self::Revision => "revision",
            Self::Plugin => "plugin",
            Self::Generator => "generator",
            Self::File => "file",
            Self::Object => "object",
            Self::Unsupported => "unsupported",
        }
    }
}
