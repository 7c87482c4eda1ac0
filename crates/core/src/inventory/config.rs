//! What `zij.yaml` says about clusters and applications.

mod applications;
mod reader;
mod roots;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zij_goyaml::{Limits, Mapping, Node};

use crate::source::{Place, SourceError, Tree, TreePath};

use super::{ClusterName, Problem, ProfileName, Severity, pattern::Pattern};
use reader::Reader;
pub(super) use roots::RootInstance;
pub use roots::{RootKind, RootRule};

/// The configuration at one revision; everything in it is optional.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file that it was read from; absent where there is none.
    pub file: Option<Arc<str>>,
    /// What holds for every cluster that does not say otherwise.
    pub defaults: ClusterSettings,
    /// The clusters that are described by name.
    pub clusters: BTreeMap<ClusterName, ClusterSettings>,
    /// How cells are found; empty where that is left to detection.
    pub applications: Vec<ApplicationRule>,
    /// Where Argo CD begins; empty where that is left to detection.
    pub roots: Vec<RootRule>,
    /// URLs by which applications name this repository, besides those of its remotes.
    pub repositories: BTreeSet<Arc<str>>,
    /// Argo CD's settings, over those that are in git.
    pub argocd: Option<Node>,
    /// Files with what generators gave that ask others than git, by the generator's name.
    pub snapshots: BTreeMap<Arc<str>, TreePath>,
    /// What the repository makes of the rules; the policy reads it.
    pub policy: Option<Node>,
    /// What is wrong with it; an error means that cells may be missing.
    pub problems: Vec<Problem>,
}

/// How the cells of a cluster are rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterSettings {
    /// Where the cluster is described.
    pub place: Option<Place>,
    /// The tool versions.
    pub profile: Option<ProfileName>,
    /// The Kubernetes version.
    pub kube: Option<Arc<str>>,
    /// API versions, or files that list them.
    pub apis: Option<Vec<ApiEntry>>,
    /// Labels for grouping, for policies and for generators.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Annotations, which generators may use.
    pub annotations: BTreeMap<Arc<str>, Arc<str>>,
    /// The Argo CD that knows it, by the cluster that it runs on; every one where absent.
    pub argocd: Option<ClusterName>,
    /// The URL of the API server, as applications name it.
    pub server: Option<Arc<str>>,
    /// Why the settings cannot be relied on.
    pub fault: Option<Problem>,
}

/// An entry of `apis`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiEntry {
    /// An API version, or one with a kind: `batch/v1` or `batch/v1/CronJob`.
    Version(Arc<str>),
    /// A file with one API version a line.
    File {
        /// The file.
        path: TreePath,
        /// Where the entry stands.
        place: Place,
    },
}

/// Values by the name of the variable that has them.
pub type Lists = BTreeMap<Arc<str>, BTreeSet<Arc<str>>>;

/// A rule that finds cells: each set of values for its variables is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRule {
    /// Where it stands; absent for the built-in rules of detection.
    pub place: Option<Place>,
    /// The files that stand for cells; absent where `lists` gives every variable.
    pub find: Option<Pattern>,
    /// The values that a variable may have.
    pub lists: Lists,
    /// Values of variables that are left out.
    pub except: Lists,
    /// The application's name.
    pub application: Pattern,
    /// The cluster's name.
    pub cluster: Pattern,
    /// Where the chart may be; the first that exists is used.
    pub charts: Vec<Pattern>,
    /// The values layers, the weakest first.
    pub values: Vec<Layer>,
    /// The namespace.
    pub namespace: Pattern,
    /// The release's name.
    pub release: Pattern,
    /// Whether the `crds` folders belong to the result.
    pub include_crds: bool,
    /// Whether test hooks are left out.
    pub skip_tests: bool,
}

/// A values layer of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Every file that the rule's own pattern matched for the cell.
    Matched,
    /// A file, or every file that a pattern with wildcards matches.
    File {
        /// The path.
        path: Pattern,
        /// Whether it may be absent.
        optional: bool,
    },
    /// Values that stand in the configuration.
    Inline {
        /// The values as YAML; variables in braces are replaced.
        text: Arc<str>,
        /// Where the text begins.
        place: Place,
    },
}

impl Config {
    /// The name of the file at a repository's root.
    pub const FILE: &str = "zij.yaml";

    /// The configuration at the root of `tree`; empty where there is none.
    pub fn of(tree: &dyn Tree) -> Self {
        let found = TreePath::parse(Self::FILE)
            .map_err(|error| error.to_string())
            .and_then(|path| tree.read(&path).map_err(|error: SourceError| error.to_string()));
        match found {
            Ok(Some(text)) => Self::parse(Self::FILE, &text),
            Ok(None) => Self::default(),
            Err(message) => {
                let place = Some(Place::file(Self::FILE));
                let problem = Problem { severity: Severity::Error, message, place, hint: None };
                Self { file: Some(Self::FILE.into()), problems: vec![problem], ..Self::default() }
            }
        }
    }

    /// Reads a configuration; what is wrong with it is in its `problems`.
    ///
    /// `file` is the name that problems point at.
    pub fn parse(file: &str, text: &[u8]) -> Self {
        let mut reader = Reader::new(file, text);
        let mut config = Self { file: Some(file.into()), ..Self::default() };
        match zij_goyaml::parse(text, &Limits::default()) {
            Ok(node) if node.is_null() => {}
            Ok(node) => {
                if let Some(mapping) = reader.mapping(&node, "the configuration") {
                    config.read(mapping, &mut reader);
                }
            }
            Err(error) => reader.syntax_error(&error),
        }
        config.problems = reader.problems;
        config.problems.sort_by(|a, b| a.place.cmp(&b.place));
        config
    }

    fn read(&mut self, mapping: &Mapping, reader: &mut Reader<'_>) {
        const KEYS: &[&str] = &[
            "version",
            "engine",
            "kube",
            "apis",
            "clusters",
            "apps",
            "roots",
            "repository",
            "argocd",
            "snapshots",
            "policy",
        ];
        reader.known_keys(mapping, KEYS);
        if let Some(version) = mapping.get("version")
            && version.kind != zij_goyaml::NodeKind::Int(1)
        {
            reader.error(version.span, "this version of zij reads `version: 1` only");
        }
        self.defaults = reader.cluster_settings(mapping);
        for entry in mapping
            .get("clusters")
            .and_then(|node| reader.mapping(node, "`clusters`"))
            .into_iter()
            .flatten()
        {
            let settings = reader.cluster(entry);
            self.clusters.insert(ClusterName(Arc::clone(&entry.key)), settings);
        }
        let rules = mapping.get("apps").and_then(|node| reader.sequence(node, "`apps`"));
        self.applications =
            rules.unwrap_or_default().iter().filter_map(|rule| reader.rule(rule)).collect();
        self.policy = mapping.get("policy").cloned();
        self.read_argocd(mapping, reader);
    }

    /// What only repositories with Argo CD's objects need.
    fn read_argocd(&mut self, mapping: &Mapping, reader: &mut Reader<'_>) {
        const KEYS: &[&str] =
            &["tracking", "instanceLabel", "kustomizeBuildOptions", "fileGlobbing"];
        let roots = mapping.get("roots").and_then(|node| reader.sequence(node, "`roots`"));
        self.roots =
            roots.unwrap_or_default().iter().filter_map(|root| reader.root(root)).collect();
        let urls = mapping.get("repository").map(|node| reader.texts(node, "`repository`"));
        self.repositories = urls.unwrap_or_default().into_iter().map(|(url, _)| url).collect();
        if let Some(node) = mapping.get("argocd")
            && let Some(settings) = reader.mapping(node, "`argocd`")
        {
            reader.known_keys(settings, KEYS);
            self.argocd = Some(node.clone());
        }
        let files = mapping.get("snapshots").and_then(|node| reader.mapping(node, "`snapshots`"));
        for entry in files.into_iter().flatten() {
            let what = format!("`snapshots.{}`", entry.key);
            let Some(path) = reader.text_node(&entry.value, &what) else { continue };
            match TreePath::parse(&path) {
                Ok(path) => {
                    self.snapshots.insert(Arc::clone(&entry.key), path);
                }
                Err(error) => reader.error(entry.value.span, error.to_string()),
            }
        }
    }
}

impl Default for ApplicationRule {
    fn default() -> Self {
        Self {
            place: None,
            find: None,
            lists: Lists::new(),
            except: Lists::new(),
            application: Pattern::variable("app"),
            cluster: Pattern::variable("cluster"),
            charts: Vec::new(),
            values: vec![Layer::Matched],
            namespace: Pattern::literal("default"),
            release: Pattern::variable("app"),
            include_crds: true,
            skip_tests: false,
        }
    }
}
