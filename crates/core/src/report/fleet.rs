//! The fleet at one revision: every application with its cluster, sources and reasons.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{model::Place, printable::printable};
use crate::{
    inventory::{
        Application, Inventory, Link, LinkKind, Owner, Problem, Render, Rule, Severity, Source,
        SourceAt, SyncPolicy, Unknown,
    },
    render::{FailureKind, RenderFailure},
};

/// The form of [`Fleet`]; another one has another name.
pub const FLEET_SCHEMA: &str = "zij.fleet/1";

/// Every application at a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fleet {
    /// [`FLEET_SCHEMA`].
    pub schema: &'static str,
    /// The revision as it was named.
    pub revision: String,
    /// The clusters, sorted by name.
    pub clusters: Vec<FleetCluster>,
    /// The applications, sorted by name, then cluster.
    pub applications: Vec<FleetApplication>,
    /// What is wrong with the description of the fleet.
    pub problems: Vec<FleetProblem>,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FleetCluster {
    /// Its name.
    pub name: String,
    /// The URL of its API server, where the repository says it.
    pub server: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// How many applications it has.
    pub applications: usize,
}

/// An application on a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FleetApplication {
    /// Its name.
    pub application: String,
    /// Where it is deployed.
    pub cluster: String,
    /// The namespace that it is deployed to.
    pub namespace: String,
    /// What found it, such as `argo-cd`.
    pub rule: &'static str,
    /// The cluster whose Argo CD deploys it, where one does.
    pub owner: Option<String>,
    /// Its project.
    pub project: Option<String>,
    /// When it is applied among its siblings.
    pub wave: i64,
    /// Whether changes are applied without being asked.
    pub automatic: bool,
    /// What renders it.
    pub sources: Vec<FleetSource>,
    /// What made it, the root first.
    pub chain: Vec<FleetLink>,
    /// Where it is described.
    pub place: Place,
    /// What came of rendering it, where that was asked for.
    pub rendered: Option<Rendered>,
}

/// What came of rendering an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Rendered {
    /// It gives so many documents.
    Documents {
        /// How many.
        count: usize,
    },
    /// The real tool would fail too.
    Error(FleetProblem),
    /// Something outside the repository would be needed.
    Unknown(FleetProblem),
}

/// What renders an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FleetSource {
    /// `helm`, `kustomize`, `directory`, `reference`, `unknown` or `refused`.
    pub kind: &'static str,
    /// `tree`, `pinned`, `vendored` or `absent`.
    pub at: &'static str,
    /// The folder, where it is in the repository.
    pub path: Option<String>,
    /// The revision, where it is not the one under test.
    pub revision: Option<String>,
    /// What it is a copy of, where it is vendored.
    pub remote: Option<String>,
    /// What is missing or wrong.
    pub problem: Option<FleetProblem>,
}

/// A step of the way from the repository to an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FleetLink {
    /// `root`, `application` or `set`.
    pub kind: &'static str,
    /// Its name; empty for a root.
    pub name: String,
    /// What the set's generator gave, as JSON.
    pub parameters: Option<String>,
    /// Where it is described.
    pub place: Place,
}

/// Something that is wrong or missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FleetProblem {
    /// `error`, `warning`, `info`, or what sort of thing is missing, such as `chart`.
    pub kind: &'static str,
    /// What.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// What to do.
    pub hint: Option<String>,
}

impl Fleet {
    /// The fleet of an inventory; `rendered` says what came of rendering each application, in
    /// their order, or is empty.
    pub fn new(revision: &str, inventory: &Inventory, rendered: Vec<Rendered>) -> Self {
        let mut rendered = rendered.into_iter();
        let applications = inventory.cells.values().map(|cell| FleetApplication {
            rendered: rendered.next(),
            ..FleetApplication::from(&**cell)
        });
        let counts = inventory.cells.keys().fold(BTreeMap::new(), |mut counts, id| {
            *counts.entry(&id.cluster).or_insert(0) += 1;
            counts
        });
        let clusters = inventory.clusters.values().map(|cluster| FleetCluster {
            name: cluster.name.to_string(),
            server: cluster.server.as_deref().map(str::to_owned),
            labels: cluster
                .labels
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_string()))
                .collect(),
            applications: counts.get(&cluster.name).copied().unwrap_or(0),
        });
        Self {
            schema: FLEET_SCHEMA,
            revision: revision.to_owned(),
            clusters: clusters.collect(),
            applications: applications.collect(),
            problems: inventory.problems.iter().map(FleetProblem::from).collect(),
        }
    }

    /// The fleet over several lines of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The fleet as a table for people.
    pub fn to_text(&self) -> String {
        let width = |text: &dyn Fn(&FleetApplication) -> String| {
            self.applications.iter().map(|cell| text(cell).chars().count()).max().unwrap_or(0)
        };
        let of_name = width(&|cell| cell.application.clone());
        let of_cluster = width(&|cell| cell.cluster.clone());
        let mut lines = Vec::new();
        for cell in &self.applications {
            let state = match &cell.rendered {
                Some(Rendered::Documents { count }) => format!("  {count:4} documents"),
                Some(Rendered::Error(problem)) => format!("  E {}", first_line(&problem.message)),
                Some(Rendered::Unknown(problem)) => format!("  ? {}", first_line(&problem.message)),
                None => String::new(),
            };
            let sources: Vec<String> = cell.sources.iter().map(FleetSource::to_text).collect();
            lines.push(format!(
                "{:of_name$}  {:of_cluster$}  {}{state}",
                cell.application,
                cell.cluster,
                sources.join(", ")
            ));
        }
        lines.push(String::new());
        lines.push(self.sums());
        lines.extend(self.problems.iter().map(FleetProblem::to_text));
        let lines = lines.iter().flat_map(|text| text.split('\n'));
        let lines: Vec<String> = lines.map(|line| printable(line).into_owned()).collect();
        lines.join("\n") + "\n"
    }

    fn sums(&self) -> String {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rendered = 0;
        for cell in &self.applications {
            match &cell.rendered {
                Some(Rendered::Documents { .. }) => rendered += 1,
                Some(Rendered::Error(_)) => *reasons.entry("E").or_default() += 1,
                Some(Rendered::Unknown(problem)) => {
                    *reasons.entry(problem.kind).or_default() += 1;
                }
                None => {}
            }
        }
        let clusters = self.clusters.iter().filter(|cluster| cluster.applications > 0).count();
        let mut parts =
            vec![format!("{} applications on {clusters} clusters", self.applications.len())];
        if rendered > 0 || !reasons.is_empty() {
            parts.push(format!("{rendered} rendered"));
        }
        parts.extend(reasons.iter().map(|(reason, count)| match *reason {
            "E" => format!("{count} E"),
            reason => format!("{count} ? ({reason})"),
        }));
        parts.join(", ")
    }
}

impl FleetApplication {
    /// Why the application exists, and what it is rendered from, for people.
    pub fn to_text(&self) -> String {
        let mut lines = vec![format!("{}/{}", self.cluster, self.application)];
        for (depth, link) in self.chain.iter().enumerate() {
            let indent = "  ".repeat(depth + 1);
            lines.push(format!("{indent}{}: {} {}", at(&link.place), link.kind, link.name));
            if let Some(parameters) = &link.parameters {
                lines.push(format!("{indent}  with {parameters}"));
            }
        }
        let indent = "  ".repeat(self.chain.len() + 1);
        lines.push(format!("{indent}{}: application {}", at(&self.place), self.application));
        for source in &self.sources {
            lines.push(format!("{indent}  {}", source.to_text()));
        }
        let lines: Vec<String> = lines.iter().map(|line| printable(line).into_owned()).collect();
        lines.join("\n") + "\n"
    }
}

fn at(place: &Place) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", place.file),
        None => place.file.clone(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

impl From<&Application> for FleetApplication {
    fn from(cell: &Application) -> Self {
        Self {
            application: cell.id.application.to_string(),
            cluster: cell.id.cluster.to_string(),
            namespace: cell.namespace.to_string(),
            rule: match cell.origin.rule {
                Rule::Configured => "zij.yaml",
                Rule::ArgoCd => "argo-cd",
                Rule::Flux => "flux",
                Rule::ClusterFolders
                | Rule::ClusterFiles
                | Rule::ApplicationFolders
                | Rule::ChartFolders
                | Rule::RootChart => "layout",
            },
            owner: match &cell.id.owner {
                Owner::Argo(cluster) => Some(cluster.to_string()),
                Owner::Flux(_) | Owner::Plain => None,
            },
            project: cell.meta.project.as_deref().map(str::to_owned),
            wave: cell.meta.wave,
            automatic: cell.meta.sync != SyncPolicy::Manual,
            sources: cell.sources.iter().map(FleetSource::from).collect(),
            chain: cell.origin.chain.iter().map(FleetLink::from).collect(),
            place: (&cell.origin.place).into(),
            rendered: None,
        }
    }
}

impl FleetSource {
    fn to_text(&self) -> String {
        match (&self.path, &self.problem) {
            (_, Some(problem)) => problem.message.clone(),
            (Some(path), None) => {
                let path = if path.is_empty() { "." } else { path };
                let revision = self.revision.as_ref().map(|at| format!(" at {at}"));
                format!("{} {path}{}", self.kind, revision.unwrap_or_default())
            }
            (None, None) => self.kind.to_owned(),
        }
    }
}

impl From<&Source> for FleetSource {
    fn from(source: &Source) -> Self {
        let (at, path, revision, remote) = match &source.at {
            SourceAt::Tree(path) => ("tree", Some(path), None, None),
            SourceAt::Pinned(at) => ("pinned", Some(&at.path), Some(&at.revision), None),
            SourceAt::Vendored { remote, path } => ("vendored", Some(path), None, Some(remote)),
            SourceAt::Absent(_) => ("absent", None, None, None),
        };
        let (kind, problem) = match &source.render {
            Render::Chart(_) => ("helm", None),
            Render::Kustomize(_) => ("kustomize", None),
            Render::Directory(_) => ("directory", None),
            Render::Nothing | Render::Unread(_) => ("reference", None),
            Render::Opaque(unknown) => ("unknown", Some(unknown.into())),
            Render::Refused(problem) => ("refused", Some(problem.into())),
        };
        let missing = match &source.at {
            SourceAt::Absent(unknown) => Some(FleetProblem::from(unknown)),
            _ => None,
        };
        Self {
            kind,
            at,
            path: path.map(|path| path.as_str().to_owned()),
            revision: revision.map(ToString::to_string),
            remote: remote.map(ToString::to_string),
            problem: missing.or(problem),
        }
    }
}

impl From<&Link> for FleetLink {
    fn from(link: &Link) -> Self {
        let (kind, name, parameters) = match &link.kind {
            LinkKind::Root => ("root", String::new(), None),
            LinkKind::Application(name) => ("application", name.to_string(), None),
            LinkKind::Set { name, parameters, .. } => {
                ("set", name.to_string(), Some(parameters.to_string()))
            }
        };
        Self { kind, name, parameters, place: (&link.place).into() }
    }
}

impl FleetProblem {
    fn to_text(&self) -> String {
        let place = self.place.as_ref().map(|place| format!("{}: ", at(place)));
        let hint = self.hint.as_ref().map(|hint| format!("\n  hint: {hint}"));
        format!(
            "{}: {}{}{}",
            self.kind,
            place.unwrap_or_default(),
            self.message,
            hint.unwrap_or_default()
        )
    }
}

impl From<&Problem> for FleetProblem {
    fn from(problem: &Problem) -> Self {
        Self {
            kind: match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            },
            message: problem.message.clone(),
            place: problem.place.as_ref().map(Place::from),
            hint: problem.hint.clone(),
        }
    }
}

impl From<&Unknown> for FleetProblem {
    fn from(unknown: &Unknown) -> Self {
        Self {
            kind: unknown.kind.name(),
            message: unknown.message.clone(),
            place: unknown.place.as_ref().map(Place::from),
            hint: unknown.hint.clone(),
        }
    }
}

impl Rendered {
    /// Why an application could not be rendered.
    pub fn failed(failure: &RenderFailure) -> Self {
        let problem = |kind| FleetProblem {
            kind,
            message: failure.message.clone(),
            place: failure.place.as_ref().map(Place::from),
            hint: failure.hint.clone(),
        };
        match failure.kind {
            FailureKind::Error => Self::Error(problem("error")),
            FailureKind::Unknown(kind) => Self::Unknown(problem(kind.name())),
        }
    }
}
