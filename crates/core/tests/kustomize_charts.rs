//! Charts of kustomizations: in Argo CD's cells, and against the real tool
//! (`.ci/record-kustomizations`).

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use zij_core::{
    inventory::{Checkout, Config, Context, Inventory, Memo},
    render::{FailureKind, InflationFlags, Renderer, inflate},
    source::{MemoryTree, Tree},
};
use zij_helm::{Chart, Engine, Profile, host::Surroundings, load::LoadLimits};
use zij_kustomize::{ChartRenderer, ChartRequest, Options, build};

const APP: &str = r#"
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: site, namespace: argocd}
spec:
  destination: {name: in-cluster, namespace: site}
  source: {repoURL: "https://example.org/org/fleet.git", path: site}
"#;
const ENABLED: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\n\
                       data: {kustomize.buildOptions: --enable-helm}\n";
const SITE: &str =
    "namespace: shop\nhelmCharts:\n- name: web\n  releaseName: rel\n  valuesInline: {size: 2}\n";
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: {{ .Release.Namespace }}}\n\
                        data: {size: \"{{ .Values.size }}\", kube: {{ .Capabilities.KubeVersion.Minor | quote }}}\n";

fn tree(files: &[(&str, &str)]) -> MemoryTree {
    let sound = [
        ("apps.yaml", APP),
        ("site/kustomization.yaml", SITE),
        ("site/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("site/charts/web/values.yaml", "size: 1\n"),
        ("site/charts/web/templates/c.yaml", TEMPLATE),
    ];
    MemoryTree::new(sound.iter().chain(files).copied())
}

/// The text of the cell, or why there is none.
fn shown(tree: &dyn Tree, renderer: &Renderer) -> String {
    let checkout = Checkout {
        remotes: ["https://example.org/org/fleet.git".into()].into(),
        branch: Some("main".into()),
        default_branch: Some("main".into()),
    };
    let context = Context { checkout: &checkout, roots: renderer, memo: &Memo::default() };
    let inventory = Inventory::read(tree, &Config::of(tree), &context);
    assert_eq!(inventory.cells.len(), 1);
    let (id, application) = inventory.cells.first_key_value().expect("one cell");
    match renderer.render(tree, application, &inventory.clusters[&id.cluster]) {
        Ok(rendering) => rendering.documents.iter().map(|document| document.text()).collect(),
        Err(failure) => {
            let state = if failure.kind == FailureKind::Error { "E" } else { "?" };
            let hint = failure.hint.as_deref().unwrap_or_default();
            let place = failure.place.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{state} {} at {place}; {hint}", failure.message)
        }
    }
}

#[test]
fn local_charts_are_rendered_where_argo_cd_allows_it() {
    let renderer = Renderer::with_threads(1);
    let text = shown(&tree(&[("cm.yaml", ENABLED)]), &renderer);
    assert!(text.contains("size: \"2\"") && text.contains("namespace: shop"), "{text}");
    let text = shown(&tree(&[]), &renderer);
    assert!(text.starts_with("? chart web: must specify --enable-helm"), "{text}");
}

#[test]
fn a_change_of_a_template_is_seen() {
    let renderer = Renderer::with_threads(1);
    let before = shown(&tree(&[("cm.yaml", ENABLED)]), &renderer);
    let changed = TEMPLATE.replace("size: ", "breadth: ");
    let changed = tree(&[("cm.yaml", ENABLED), ("site/charts/web/templates/c.yaml", &changed)]);
    let after = shown(&changed, &renderer);
    assert_ne!(before, after);
    assert!(after.contains("breadth: \"2\""), "{after}");
}

#[test]
fn a_chart_that_is_not_in_the_repository_is_named() {
    let remote =
        "helmCharts:\n- name: redis\n  version: 1.2.3\n  repo: https://charts.example.org\n";
    let files = [("cm.yaml", ENABLED), ("site/kustomization.yaml", remote)];
    let text = shown(&tree(&files), &Renderer::with_threads(1));
    assert!(
        text.starts_with("? chart redis 1.2.3 from https://charts.example.org is not"),
        "{text}"
    );
    let lock = "version: 1\ncharts:\n- repository: https://charts.example.org\n  name: redis\n  \
                version: 1.2.3\n  resolved: 1.2.3\n  path: vendor/charts/redis\n";
    let vendored = [
        ("vendor/zij.lock.yaml", lock),
        ("vendor/charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.2.3\n"),
        ("vendor/charts/redis/values.yaml", "size: 7\n"),
        ("vendor/charts/redis/templates/c.yaml", TEMPLATE),
    ];
    let files: Vec<_> = files.into_iter().chain(vendored).collect();
    let text = shown(&tree(&files), &Renderer::with_threads(1));
    assert!(text.contains("size: \"7\""), "{text}");
}

#[test]
fn what_a_template_refuses_has_its_place() {
    let broken = ("site/charts/web/templates/c.yaml", "a: {{ fail \"no\" }}\n");
    let text = shown(&tree(&[("cm.yaml", ENABLED), broken]), &Renderer::with_threads(1));
    assert!(
        text.starts_with("E ") && text.contains("site/charts/web/templates/c.yaml:1"),
        "{text}"
    );
}

/// The versions that the cases were recorded with, and the Helm beside each.
const RECORDED: [(&str, &str); 3] = [("5.8.1", "4.2.3"), ("5.7.1", "3.17.3"), ("5.4.2", "3.17.3")];

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/kustomizations/charts")
}

/// The sections `-- PATH --` of a case.
fn unpack(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --\n")) {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => files.last_mut().expect("a path first").1.push_str(line),
        }
    }
    files
}

/// The charts of a case.
struct Charts {
    engine: Engine,
    folder: zij_helm::load::MemoryFolder,
}

impl ChartRenderer for Charts {
    fn render(&self, request: &ChartRequest<'_>) -> Result<Vec<u8>, String> {
        let (profile, limits) = (self.engine.profile(), LoadLimits::default());
        let chart = Chart::load(&self.folder, request.directory, profile, &limits)
            .map_err(|error| error.to_string())?;
        let flags = InflationFlags::default();
        let rendered =
            inflate(&self.engine, &Arc::new(chart), request, &flags, || Surroundings::seeded(""));
        rendered.map(|rendered| rendered.to_text()).map_err(|error| error.to_string())
    }
}

/// What differs from the real tool, and why.
fn differs(case: &Path, version: &str, helm: &str) -> Option<String> {
    let name = case.file_stem()?.to_str()?;
    let own = cases().join(format!("{name}@{version}.yaml"));
    let want = if own.exists() { own } else { case.with_extension("yaml") };
    let want = fs::read_to_string(want).expect("the case is recorded");
    let files = unpack(&fs::read_to_string(case).expect("a case"));
    let folder: zij_kustomize::MemoryFolder =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut charts = Charts {
        engine: Engine::new(Profile::find(helm).expect("a known version")),
        folder: zij_helm::load::MemoryFolder::default(),
    };
    for (path, text) in &files {
        charts.folder.insert(path, text.as_bytes().to_vec());
    }
    let profile = zij_kustomize::Profile::find(version).expect("a known version");
    let options = Options { profile, charts: Some(&charts), ..Options::default() };
    let (got, why) = match build(&folder, "", &options).and_then(|build| build.to_yaml()) {
        Ok(text) => (text, String::new()),
        Err(error) => ("refused\n".to_owned(), error.to_string()),
    };
    (got != want).then(|| format!("{name} as {version}: {why}\n--- want\n{want}--- got\n{got}"))
}

#[test]
fn equal_to_the_real_tool() {
    let files =
        fs::read_dir(cases()).expect("the cases").map(|entry| entry.expect("a file").path());
    let files: BTreeSet<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "txt")).collect();
    assert!(files.len() >= 50);
    let all = RECORDED
        .iter()
        .flat_map(|(version, helm)| files.iter().filter_map(|case| differs(case, version, helm)));
    let wrong: Vec<String> = all.collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
