//! The files of the first commit.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{arguments::Arguments, charts, stream::Files};

/// Applications of one team.
const TEAM: usize = 20;
const REGIONS: [&str; 5] = ["eu-west", "eu-north", "us-east", "us-west", "ap-south"];
pub(crate) const STAGES: [&str; 3] = ["dev", "staging", "prod"];

const SETTINGS: [&str; 8] =
    ["timeout", "workers", "level", "queue", "limit", "window", "cache", "batch"];

/// The fleet: what has which name, and which application is of which sort.
pub(crate) struct Layout {
    pub(crate) apps: Vec<App>,
    pub(crate) clusters: Vec<Cluster>,
    seed: u64,
}

/// An application.
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) team: String,
    /// The chart that it is made of; none for a kustomization.
    pub(crate) chart: Option<&'static str>,
}

/// A cluster.
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) region: &'static str,
    pub(crate) stage: &'static str,
}

impl App {
    /// Where its own files lie.
    pub(crate) fn folder(&self) -> String {
        let kind = if self.chart.is_some() { "apps" } else { "sites" };
        format!("{kind}/{}/{}", self.team, self.name)
    }
}

impl Layout {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let apps = (0..arguments.apps).map(|index| App {
            name: format!("app-{index:03}"),
            team: format!("team-{:02}", index / TEAM),
            chart: match index {
                0 => Some(charts::SOLO),
                _ => (index % 4 != 3).then(|| charts::NAMES[index % charts::NAMES.len()]),
            },
        });
        let clusters = (0..arguments.clusters).map(|index| {
            let (region, stage) = (REGIONS[index % REGIONS.len()], STAGES[index % STAGES.len()]);
            Cluster { name: format!("{stage}-{region}-{index:02}"), region, stage }
        });
        Self { apps: apps.collect(), clusters: clusters.collect(), seed: arguments.seed }
    }

    /// A number below `below` for a purpose, the same in every run.
    pub(crate) fn draw(&self, purpose: &[usize], below: usize) -> usize {
        let mut state = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        for part in purpose {
            state ^= *part as u64;
            state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            state ^= state >> 31;
        }
        (state % below.max(1) as u64) as usize
    }

    /// All files.
    pub(crate) fn files(&self) -> Files {
        let mut files = Files::new();
        for cluster in &self.clusters {
            files.insert(format!("clusters/{}.yaml", cluster.name), cluster.secret());
        }
        charts::add(&mut files);
        let teams: BTreeSet<&str> = self.apps.iter().map(|app| app.team.as_str()).collect();
        for team in teams {
            files.insert(format!("argocd/{team}.yaml"), set_of_charts(team));
            files.insert(format!("argocd/{team}-sites.yaml"), set_of_sites(team));
        }
        for (index, app) in self.apps.iter().enumerate() {
            match app.chart {
                Some(chart) => self.add_values(&mut files, index, app, chart),
                None => self.add_site(&mut files, index, app),
            }
        }
        files
    }

    fn add_values(&self, files: &mut Files, index: usize, app: &App, chart: &str) {
        let folder = app.folder();
        files.insert(
            format!("{folder}/app.yaml"),
            format!("chart: {chart}\nnamespace: {}\n", app.team),
        );
        files.insert(format!("{folder}/values.yaml"), self.values(index, 1));
        for (at, stage) in STAGES.iter().enumerate() {
            let replicas = 1 + self.draw(&[index, at], 4);
            let text = format!("replicas: {replicas}\nlabels:\n  stage: {stage}\n");
            files.insert(format!("{folder}/stages/{stage}.yaml"), text);
        }
        for (at, cluster) in self.clusters.iter().enumerate() {
            if self.draw(&[index, at, 7], 5) == 0 {
                let text = format!(
                    "resources:\n  memory: {}Mi\n",
                    64 * (1 + self.draw(&[index, at, 8], 16))
                );
                files.insert(format!("{folder}/clusters/{}.yaml", cluster.name), text);
            }
        }
    }

    /// An application's own values; each `version` differs in one of them.
    pub(crate) fn values(&self, index: usize, version: usize) -> String {
        let mut text = format!(
            "image:\n  repository: registry.example.org/{}\n  tag: 1.{version}.0\nport: {}\nconfig:\n",
            self.apps[index].name,
            8000 + self.draw(&[index], 1000)
        );
        for (key, name) in SETTINGS.iter().enumerate() {
            let value = self.draw(&[index, key, 9], 100_000);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {name}: {value}");
        }
        text
    }

    fn add_site(&self, files: &mut Files, index: usize, app: &App) {
        let folder = app.folder();
        let base = "resources:\n- deployment.yaml\n- service.yaml\nlabels:\n- pairs:\n    app.kubernetes.io/part-of: sites\n";
        files.insert(format!("{folder}/base/kustomization.yaml"), base.to_owned());
        files.insert(format!("{folder}/base/deployment.yaml"), charts::site_deployment(&app.name));
        files.insert(format!("{folder}/base/service.yaml"), charts::site_service(&app.name));
        for (at, stage) in STAGES.iter().enumerate() {
            let text = self.overlay(index, at, 1);
            files.insert(format!("{folder}/overlays/{stage}/kustomization.yaml"), text);
        }
    }

    /// The kustomization of a stage.
    pub(crate) fn overlay(&self, index: usize, stage: usize, version: usize) -> String {
        let replicas = 1 + self.draw(&[index, stage, 5], 4);
        let name = &self.apps[index].name;
        format!(
            "resources:\n- ../../base\nreplicas:\n- name: {name}\n  count: {replicas}\n\
             images:\n- name: registry.example.org/{name}\n  newTag: 1.{version}.0\n\
             configMapGenerator:\n- name: settings\n  literals:\n  - stage={}\n",
            STAGES[stage]
        )
    }
}

impl Cluster {
    fn secret(&self) -> String {
        let Self { name, region, stage } = self;
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: argocd\n  labels:\n    \
             argocd.argoproj.io/secret-type: cluster\n    region: {region}\n    stage: {stage}\n\
             type: Opaque\nstringData:\n  name: {name}\n  server: https://{name}.example.org\n"
        )
    }
}

/// Every application of a team that is made of a chart, on every cluster.
fn set_of_charts(team: &str) -> String {
    let source = format!(
        "        path: charts/{{{{ .chart }}}}\n        helm:\n          releaseName: '{{{{ .path.basename }}}}'\n          \
         ignoreMissingValueFiles: true\n          valueFiles:\n          \
         - /apps/{team}/{{{{ .path.basename }}}}/values.yaml\n          \
         - /apps/{team}/{{{{ .path.basename }}}}/stages/{{{{ .metadata.labels.stage }}}}.yaml\n          \
         - /apps/{team}/{{{{ .path.basename }}}}/clusters/{{{{ .name }}}}.yaml\n          \
         valuesObject:\n            cluster:\n              name: '{{{{ .name }}}}'\n              \
         region: '{{{{ .metadata.labels.region }}}}'\n"
    );
    set(
        team,
        &format!("files:\n          - path: apps/{team}/*/app.yaml"),
        "'{{ .namespace }}'",
        &source,
    )
}

/// Every kustomization of a team, on every cluster.
fn set_of_sites(team: &str) -> String {
    let source = "        path: '{{ .path.path }}/overlays/{{ .metadata.labels.stage }}'\n        \
                  kustomize:\n          commonAnnotations:\n            cluster: '{{ .name }}'\n";
    let name = format!("{team}-sites");
    set(&name, &format!("directories:\n          - path: sites/{team}/*"), team, source)
}

fn set(name: &str, git: &str, namespace: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: {name}
  namespace: argocd
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - matrix:
      generators:
      - git:
          repoURL: https://git.example.org/platform/fleet.git
          revision: HEAD
          {git}
      - clusters:
          selector:
            matchExpressions:
            - {{key: stage, operator: Exists}}
  template:
    metadata:
      name: '{{{{ .path.basename }}}}-{{{{ .name }}}}'
    spec:
      project: default
      destination:
        name: '{{{{ .name }}}}'
        namespace: {namespace}
      source:
        repoURL: https://git.example.org/platform/fleet.git
        targetRevision: HEAD
{source}"
    )
}
