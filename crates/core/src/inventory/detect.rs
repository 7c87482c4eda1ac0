//! Layouts that are known without a configuration.

use std::{collections::BTreeSet, ptr, sync::Arc};

use zij_goyaml::Limits;

use crate::source::{Place, Tree, TreePath};

use super::{
    Application, ApplicationName, ApplicationRule, Layer, Problem, Rule, RuleMatch, Severity,
    cells::{Cells, cells},
    pattern::Pattern,
};

/// A layout of folders that many repositories have.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) rule: Rule,
    pub(super) find: &'static str,
    /// The cluster, where the path has none.
    pub(super) cluster: Option<&'static str>,
    pub(super) charts: &'static [&'static str],
    /// Layers below the matched files; they may be absent.
    pub(super) shared: &'static [&'static str],
    demands: Demands,
}

/// What a layout asks for beyond charts for nearly all of its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Demands {
    Nothing,
    /// At least two applications and two clusters: a literal folder name would prove little.
    TwoOfEach,
    /// As [`Demands::TwoOfEach`], and an application that is on two clusters: only that tells a
    /// folder per cluster from folders by topic.
    SharedApplication,
}

const CHARTS: &[&str] = &["charts/{app}", "apps/{app}", "applications/{app}", "{app}"];

const fn cluster_layout(find: &'static str, charts: &'static [&'static str], rule: Rule) -> Layout {
    Layout { rule, find, cluster: None, charts, shared: &[], demands: Demands::Nothing }
}

const fn application_layout(
    find: &'static str,
    charts: &'static [&'static str],
    shared: &'static [&'static str],
    demands: Demands,
) -> Layout {
    Layout { rule: Rule::ApplicationFolders, find, cluster: None, charts, shared, demands }
}

const fn chart_layout(find: &'static str, charts: &'static [&'static str]) -> Layout {
    Layout {
        rule: Rule::ChartFolders,
        find,
        cluster: Some("default"),
        charts,
        shared: &[],
        demands: Demands::Nothing,
    }
}

/// Every layout, in the order they are tried.
pub(super) static LAYOUTS: &[Layout] = &[
    cluster_layout("clusters/{cluster}/{app}/values*.yaml", CHARTS, Rule::ClusterFolders),
    cluster_layout("environments/{cluster}/{app}/values*.yaml", CHARTS, Rule::ClusterFolders),
    cluster_layout("envs/{cluster}/{app}/values*.yaml", CHARTS, Rule::ClusterFolders),
    cluster_layout("clusters/{cluster}/{app}.yaml", CHARTS, Rule::ClusterFiles),
    cluster_layout("environments/{cluster}/{app}.yaml", CHARTS, Rule::ClusterFiles),
    cluster_layout("envs/{cluster}/{app}.yaml", CHARTS, Rule::ClusterFiles),
    application_layout(
        "applications/{app}/values-{cluster}.yaml",
        &["applications/{app}"],
        &[],
        Demands::Nothing,
    ),
    application_layout(
        "applications/{app}/values-{cluster}.yaml",
        &["charts/{app}"],
        &["applications/{app}/values.yaml"],
        Demands::Nothing,
    ),
    application_layout("apps/{app}/values-{cluster}.yaml", &["apps/{app}"], &[], Demands::Nothing),
    application_layout(
        "apps/{app}/values-{cluster}.yaml",
        &["charts/{app}"],
        &["apps/{app}/values.yaml"],
        Demands::Nothing,
    ),
    application_layout(
        "charts/{app}/values-{cluster}.yaml",
        &["charts/{app}"],
        &[],
        Demands::TwoOfEach,
    ),
    application_layout("{app}/values-{cluster}.yaml", &["{app}"], &[], Demands::TwoOfEach),
    Layout {
        rule: Rule::ChartFolders,
        find: "{cluster}/{app}/Chart.yaml",
        cluster: None,
        charts: &["{cluster}/{app}"],
        shared: &[],
        demands: Demands::SharedApplication,
    },
    chart_layout("charts/{app}/Chart.yaml", &["charts/{app}"]),
    chart_layout("{app}/Chart.yaml", &["{app}"]),
];

impl Layout {
    /// Whether the matched file is a values layer rather than the chart's own description.
    pub(super) fn matches_values(&self) -> bool {
        self.rule != Rule::ChartFolders
    }

    fn to_rule(&self) -> Option<ApplicationRule> {
        let pattern = |text: &&'static str| Pattern::parse(text).ok();
        let shared = self.shared.iter().filter_map(pattern);
        let shared = shared.map(|path| Layer::File { path, optional: true });
        let standard = ApplicationRule::default();
        Some(ApplicationRule {
            find: Some(Pattern::parse(self.find).ok()?),
            cluster: self.cluster.map_or(standard.cluster, Pattern::literal),
            charts: self.charts.iter().filter_map(pattern).collect(),
            values: shared.chain(self.matches_values().then_some(Layer::Matched)).collect(),
            ..ApplicationRule::default()
        })
    }
}

/// What detection found.
#[derive(Debug, Default)]
pub(super) struct Detection {
    /// The cells of the first layout that fits.
    pub(super) applications: Vec<Arc<Application>>,
    pub(super) rules: Vec<RuleMatch>,
    pub(super) problems: Vec<Problem>,
    known: Known,
}

/// How a revision that this one is compared with was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// The layout that was used.
    pub(super) layout: Option<&'static Layout>,
    /// The application, where the repository is one chart.
    pub(super) root_chart: Option<ApplicationName>,
    /// Whether objects of a deployment tool described it.
    pub(super) is_of_objects: bool,
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        let of = |known: &Self| known.layout.map(ptr::from_ref);
        of(self) == of(other)
            && self.root_chart == other.root_chart
            && self.is_of_objects == other.is_of_objects
    }
}

/// Tries every layout; the first one that fits is used, the others that fit are told.
///
/// The known layout fits wherever it matches something: charts that break do not make it another.
pub(super) fn detect(tree: &dyn Tree, known: Known) -> Detection {
    let mut detection = Detection { known, ..Detection::default() };
    for layout in LAYOUTS {
        let Some(rule) = layout.to_rule() else { continue };
        let found = cells(tree, &rule, layout.rule);
        detection.consider(tree, layout, found);
    }
    detection.root_chart(tree);
    detection
}

impl Detection {
    fn consider(&mut self, tree: &dyn Tree, layout: &Layout, mut found: Cells) {
        let total = found.applications.len();
        if total == 0 && found.problems.is_empty() {
            return;
        }
        let first = self.rules.is_empty();
        let left_out = match layout.rule {
            Rule::ChartFolders => drop_libraries(tree, &mut found),
            _ => Vec::new(),
        };
        let is_known = self.known.layout.is_some_and(|known| ptr::eq(known, layout));
        let is_likely = is_known || layout.demands.hold(&found.applications);
        if !is_likely || found.applications.is_empty() {
            return;
        }
        // Four of five: below that the likeness to the layout is chance.
        if !is_known && found.with_chart * 5 < total * 4 {
            if first && found.with_chart > 0 {
                self.problems.push(too_few_charts(layout, found.with_chart, total));
            }
            return;
        }
        self.rules.push(RuleMatch {
            rule: layout.rule,
            pattern: layout.find.into(),
            cells: found.applications.len(),
            left_out,
        });
        if first {
            self.applications = found.applications;
            self.problems.append(&mut found.problems);
        }
    }

    /// A repository that is one chart.
    fn root_chart(&mut self, tree: &dyn Tree) {
        let known = || self.known.root_chart.as_ref().map(ToString::to_string);
        let named = chart_field(tree, &TreePath::root(), "name");
        let Some(name) = named.or_else(known) else { return };
        let find = Pattern::literal("Chart.yaml");
        let rule = ApplicationRule {
            find: Some(find),
            application: Pattern::literal(&name),
            release: Pattern::literal(&name),
            cluster: Pattern::literal("default"),
            charts: vec![Pattern::root()],
            values: Vec::new(),
            ..ApplicationRule::default()
        };
        let mut found = cells(tree, &rule, Rule::RootChart);
        let left_out = drop_libraries(tree, &mut found);
        if found.applications.is_empty() {
            return;
        }
        let first = self.rules.is_empty();
        let pattern = "Chart.yaml".into();
        self.rules.push(RuleMatch { rule: Rule::RootChart, pattern, cells: 1, left_out });
        if first {
            self.applications = found.applications;
            self.problems.append(&mut found.problems);
        }
    }
}

impl Demands {
    fn hold(self, applications: &[Arc<Application>]) -> bool {
        let names: BTreeSet<_> = applications.iter().map(|app| &app.id.application).collect();
        let clusters: BTreeSet<_> = applications.iter().map(|app| &app.id.cluster).collect();
        let two = names.len() >= 2 && clusters.len() >= 2;
        match self {
            Self::Nothing => true,
            Self::TwoOfEach => two,
            Self::SharedApplication => two && names.len() < applications.len(),
        }
    }
}

fn too_few_charts(layout: &Layout, with_chart: usize, total: usize) -> Problem {
    Problem {
        severity: Severity::Warning,
        message: format!(
            "`{}` matches {total} cells, but only {with_chart} of them have a chart ({}); \
             the layout is not used",
            layout.find,
            layout.charts.join(", "),
        ),
        place: None,
        hint: Some("describe the layout under `apps` in zij.yaml".to_owned()),
    }
}

/// Library charts render nothing on their own; that they are left out is told.
fn drop_libraries(tree: &dyn Tree, found: &mut Cells) -> Vec<ApplicationName> {
    let mut left_out = Vec::new();
    let problems = &mut found.problems;
    found.applications.retain(|application| {
        let Some((path, _)) = application.chart() else { return true };
        let is_library = chart_field(tree, path, "type").is_some_and(|kind| kind == "library");
        if is_library {
            left_out.push(application.id.application.clone());
            problems.push(Problem {
                severity: Severity::Info,
                message: format!("library chart {path} is no application"),
                place: Some(Place::from(&path.child("Chart.yaml"))),
                hint: None,
            });
        }
        !is_library
    });
    left_out
}

/// A text of a chart's `Chart.yaml`; a broken file has none, which a render reports.
fn chart_field(tree: &dyn Tree, chart: &TreePath, field: &str) -> Option<String> {
    let text = tree.read(&chart.child("Chart.yaml")).ok()??;
    let node = zij_goyaml::parse(&text, &Limits::default()).ok()?;
    node.get(field)?.as_str().map(str::to_owned)
}
