//! Why an application exists.

use std::{fmt, sync::Arc};

use super::ApplicationName;
use crate::source::Place;

/// Why a cell exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The rule that found it.
    pub rule: Rule,
    /// The file or folder that describes it; of a generated application, the template's line.
    pub place: Place,
    /// What made it, the root first; empty where it stands in git as it is.
    pub chain: Vec<Link>,
}

impl Origin {
    /// The origin of what stands in git as it is.
    pub fn plain(rule: Rule, place: Place) -> Self {
        Self { rule, place, chain: Vec::new() }
    }
}

/// One step of the way from the repository to an application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// What the step is.
    pub kind: LinkKind,
    /// Where it is described.
    pub place: Place,
}

/// What made an application or the thing that made it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// A root: a chart or kustomization that is applied by hand, or an entry of `roots`.
    Root,
    /// An application whose manifests contain it.
    Application(ApplicationName),
    /// A set that generates it, with the parameters as one line of JSON.
    Set {
        /// The set's name.
        name: Arc<str>,
        /// What the generator gave.
        parameters: Arc<str>,
        /// Where the generator had it from.
        facts: Arc<[Fact]>,
    },
}

/// One thing in the repository that a generator read for one set of parameters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// What it is.
    pub kind: FactKind,
    /// Its name: an element as JSON, a path, or a cluster.
    pub name: Arc<str>,
    /// Where it is.
    pub place: Place,
}

/// What a [`Fact`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// An element of a list.
    Element,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A cluster.
    Cluster,
    /// A committed answer of something outside git.
    Snapshot,
}

impl fmt::Display for LinkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("root"),
            Self::Application(name) => write!(f, "application {name}"),
            Self::Set { name, .. } => write!(f, "set {name}"),
        }
    }
}

/// A way to find cells; the order is the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// `apps` of the configuration.
    Configured,
    /// Argo CD's `Application` and `ApplicationSet` objects.
    ArgoCd,
    /// Flux's `Kustomization` and `HelmRelease` objects.
    Flux,
    /// `clusters/{cluster}/{app}/values*.yaml` with a chart.
    ClusterFolders,
    /// `clusters/{cluster}/{app}.yaml` with a chart.
    ClusterFiles,
    /// `applications/{app}/values-{cluster}.yaml` with a chart.
    ApplicationFolders,
    /// `{folder}/{app}/Chart.yaml`: each chart with its own values.
    ChartFolders,
    /// `Chart.yaml` at the root: the repository is one chart.
    RootChart,
}
