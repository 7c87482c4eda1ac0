//! Clusters, applications and cells.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use super::{ChartRender, Gap, Maker, Meta, Origin, PostStep, Render, Rule, Source, SourceAt};
use crate::{
    inventory::{Derived, Names, RootKind, Wanted},
    source::{Place, TreePath},
};

/// The fleet at one revision: every cell, and what is wrong with the description of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The clusters that are configured or named by a cell.
    pub clusters: BTreeMap<ClusterName, Cluster>,
    /// Every application on every cluster.
    pub cells: BTreeMap<CellId, Arc<Application>>,
    /// The rules that matched this tree, in the order they are tried; the first one is used.
    pub rules: Vec<RuleMatch>,
    /// What applications name that lies outside the repository, with the first place that does.
    pub remotes: BTreeMap<Wanted, Place>,
    /// What could not be read or is doubtful, in the order it was met.
    pub problems: Vec<Problem>,
    /// Which cells may be missing for that, where it is not all of them.
    pub gaps: Vec<Gap>,
    /// The sets and applications that make others, even where they make none.
    pub makers: BTreeSet<(Owner, Maker)>,
    /// What was taken for granted, since nothing says it.
    pub assumed: Assumptions,
    /// What its cells name.
    pub(in crate::inventory) names: Derived<Names>,
}

/// What a configuration could say and nothing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assumptions {
    /// The URL that was taken for this repository.
    pub repository: Option<Arc<str>>,
    /// What was taken for a root of applications, in the order it was met.
    pub roots: Vec<AssumedRoot>,
}

/// A folder that makes applications of Argo CD and that no application renders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumedRoot {
    /// The folder.
    pub path: TreePath,
    /// What it is.
    pub kind: RootKind,
    /// A chart's values files, below its folder: a pattern with the variable `cluster`, of which
    /// each value is a root.
    pub values: Option<&'static str>,
    /// The cluster whose Argo CD applies it, `{cluster}` with `values`.
    pub cluster: ClusterName,
}

impl Inventory {
    /// Why any cell may be missing; one that is absent here cannot be called removed then.
    pub fn fault(&self) -> Option<&Problem> {
        let is_of_some = |problem: &Problem| self.gaps.iter().any(|gap| gap.problem == *problem);
        let mut errors = self.problems.iter().filter(|one| one.severity == Severity::Error);
        errors.find(|problem| !is_of_some(problem))
    }

    /// Why this cell of another revision may be missing here.
    pub fn gap(&self, application: &Application) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.of.covers(application))
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

name!(
    /// The name of a cluster, as the repository gives it.
    ClusterName
);
name!(
    /// The name of an application, the same on every cluster that has it.
    ApplicationName
);
name!(
    /// The name of a profile such as `helm-4.2`: the exact tool versions a cell is rendered as.
    ProfileName
);

impl ProfileName {
    /// The profile of a cluster that names none.
    pub const DEFAULT: &str = "helm-4.2";
}

impl Default for ProfileName {
    fn default() -> Self {
        Self::DEFAULT.into()
    }
}

/// One application on one cluster: the key of every comparison between revisions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId {
    /// The matrix's row.
    pub application: ApplicationName,
    /// The matrix's column.
    pub cluster: ClusterName,
    /// Who keeps applications of that name apart.
    pub owner: Owner,
}

/// Who an application belongs to: two owners may each have one of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The repository itself.
    #[default]
    Plain,
    /// An Argo CD, by the cluster that it runs on.
    Argo(ClusterName),
    /// Flux, by the kind of object: `Kustomization` or `HelmRelease`.
    Flux(Arc<str>),
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.cluster, self.application)
    }
}

/// A cluster, as far as rendering depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: ClusterName,
    /// The URL of its API server, where the repository says it.
    pub server: Option<Arc<str>>,
    /// The Kubernetes version as written; absent where the profile's own default applies.
    pub kube: Option<Arc<str>>,
    /// API versions it serves beyond the profile's own list, such as
    /// `monitoring.coreos.com/v1/ServiceMonitor`.
    pub apis: Arc<BTreeSet<Arc<str>>>,
    /// The tool versions its cells are rendered as.
    pub profile: ProfileName,
    /// Labels for grouping and for policies.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Where it is described; absent where only the names of its applications tell of it.
    pub place: Option<Place>,
    /// Why its capabilities are unknown; its cells cannot be predicted then.
    pub fault: Option<Problem>,
}

impl Cluster {
    /// A cluster of which nothing but the name is known.
    pub fn named(name: ClusterName) -> Self {
        Self {
            name,
            server: None,
            kube: None,
            apis: Arc::default(),
            profile: ProfileName::default(),
            labels: BTreeMap::new(),
            place: None,
            fault: None,
        }
    }
}

/// An application on one cluster: what is rendered and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Which cell this is.
    pub id: CellId,
    /// The namespace that it is deployed to.
    pub namespace: Arc<str>,
    /// What renders its manifests, in the order of their documents.
    pub sources: Vec<Source>,
    /// What is done to the rendered objects.
    pub post: Vec<PostStep>,
    /// How it is applied.
    pub meta: Meta,
    /// Why it exists.
    pub origin: Origin,
}

impl Application {
    /// The folder of its chart in the tree under test, where it is nothing but one chart there.
    pub fn chart(&self) -> Option<(&TreePath, &ChartRender)> {
        match &self.sources[..] {
            [Source { at: SourceAt::Tree(path), render: Render::Chart(chart) }] => {
                Some((path, chart))
            }
            _ => None,
        }
    }
}

/// A rule that finds cells in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleMatch {
    /// The rule.
    pub rule: Rule,
    /// The pattern that matched, such as `clusters/{cluster}/{app}/values*.yaml`.
    pub pattern: Arc<str>,
    /// How many cells it finds.
    pub cells: usize,
    /// Library charts that it matched and left out, since they render nothing on their own.
    pub left_out: Vec<ApplicationName>,
}

/// A fault of the repository's description, with the place to mend; the gravest come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to do.
    pub hint: Option<String>,
}

/// How grave a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Cells may be missing or wrong.
    Error,
    /// Something is ignored that was probably meant.
    Warning,
    /// Worth knowing.
    Info,
}
