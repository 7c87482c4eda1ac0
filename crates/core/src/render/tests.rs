//! Cells of small trees: what they render to, why they cannot be rendered, what is done twice.

use std::sync::Arc;

use crate::{
    inventory::{CellId, Config, Inventory, Owner},
    source::{ContentId, Entry, MemoryTree, SourceError, Tree, TreePath},
};

use super::{FailureKind, InputsKey, RenderFailure, Renderer, Rendering};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const CONFIG: &str = "
apps:
  - match: \"clusters/{cluster}/{app}/values.yaml\"
    chart: \"charts/{app}\"
    values: [\"{match}\", { inline: { inline: { cluster: \"{cluster}\" } } }]
    namespace: shop
";

/// A tree with a sound cell `eu/web`; `files` come on top.
fn tree(files: &[(&str, &str)]) -> MemoryTree {
    let sound = [
        ("zij.yaml", CONFIG),
        ("charts/web/Chart.yaml", CHART),
        ("charts/web/values.yaml", "# defaults\nreplicas: 1\nimage:\n  tag: a\n"),
        ("charts/web/templates/web.yaml", "kind: Web\ntag: {{ .Values.image.tag }}\n"),
        ("clusters/eu/web/values.yaml", "image:\n  tag: b\n"),
    ];
    MemoryTree::new(sound.iter().chain(files).copied())
}

type Outcome = Result<Arc<Rendering>, Arc<RenderFailure>>;

fn render(renderer: &Renderer, tree: &dyn Tree, cell: &str) -> Outcome {
    let (inventory, id) = find(tree, cell);
    let application = &inventory.cells[&id];
    renderer.render(tree, application, &inventory.clusters[&id.cluster])
}

fn key(renderer: &Renderer, tree: &MemoryTree, cell: &str) -> InputsKey {
    let (inventory, id) = find(tree, cell);
    let application = &inventory.cells[&id];
    renderer.inputs_key(tree, application, &inventory.clusters[&id.cluster]).unwrap()
}

fn find(tree: &dyn Tree, cell: &str) -> (Inventory, CellId) {
    let inventory = Inventory::of(tree, &Config::of(tree));
    assert_eq!(inventory.problems, []);
    let (cluster, application) = cell.split_once('/').unwrap();
    (
        inventory,
        CellId { application: application.into(), cluster: cluster.into(), owner: Owner::Plain },
    )
}

fn texts(rendering: &Rendering) -> Vec<String> {
    let shown = rendering.documents.iter().map(|document| {
        format!("{} {} {}", document.template, document.chart_path, document.text().trim_end())
    });
    shown.collect()
}

#[test]
fn a_cell_renders_to_documents_with_their_templates() {
    let tree = tree(&[
        (
            "charts/web/templates/job.yaml",
            "kind: Job\nmetadata:\n  name: {{ .Release.Name }}-{{ .Release.Namespace }}\n  \
             annotations:\n    helm.sh/hook: pre-install,pre-upgrade\n    \
             helm.sh/hook-weight: \"5\"\n",
        ),
        ("charts/web/crds/thing.yaml", "kind: CustomResourceDefinition\n"),
    ]);
    let rendering = render(&Renderer::with_threads(1), &tree, "eu/web").unwrap();
    insta::assert_debug_snapshot!((texts(&rendering), &rendering.documents.last().unwrap().hook));
    let crds: Vec<bool> = rendering.documents.iter().map(|document| document.is_crd).collect();
    assert_eq!(crds, [true, false, false]);
}

#[test]
fn subcharts_lie_where_the_repository_has_them() {
    let chart = format!(
        "{CHART}dependencies:\n- name: cache\n  alias: fast\n  version: 1.0.0\n  repository: \"\"\n"
    );
    let tree = tree(&[
        ("charts/web/Chart.yaml", &chart),
        ("charts/web/charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n"),
        ("charts/web/charts/cache/values.yaml", "size: 1\nport: 6379\n"),
        ("charts/web/charts/cache/templates/cache.yaml", "kind: Cache\nsize: {{ .Values.size }}\n"),
        ("clusters/eu/web/values.yaml", "fast:\n  size: 2\n"),
    ]);
    let rendering = render(&Renderer::with_threads(1), &tree, "eu/web").unwrap();
    let cache = rendering.documents.iter().find(|d| d.text().contains("kind: Cache")).unwrap();
    assert_eq!(&*cache.template, "charts/web/charts/cache/templates/cache.yaml");
    assert_eq!(&*cache.chart_path, "web/charts/fast/templates/cache.yaml");
    let origin = |path: &[&str]| rendering.values.origin(path).map(|place| place.to_string());
    for (path, want) in [
        (&["fast", "size"][..], Some("clusters/eu/web/values.yaml:2")),
        (&["fast", "port"], Some("charts/web/charts/cache/values.yaml:2")),
        (&["image", "tag"], Some("charts/web/values.yaml:4")),
        (&["inline", "cluster"], Some("zij.yaml:5")),
        (&["nothing"], None),
    ] {
        assert_eq!(origin(path).as_deref(), want, "{path:?}");
    }
    let data = rendering.values.data();
    assert_eq!(data["fast"]["size"], 2);
    assert_eq!(data["inline"]["cluster"], "eu");
}

#[test]
fn equal_inputs_are_rendered_once() {
    let renderer = Renderer::with_threads(2);
    let base = tree(&[("clusters/us/web/values.yaml", "image:\n  tag: b\n"), ("README.md", "1")]);
    let head = tree(&[("clusters/us/web/values.yaml", "image:\n  tag: b\n"), ("README.md", "2")]);
    let config = CONFIG.replace("{ inline: { inline: { cluster: \"{cluster}\" } } }", "");
    let same = |tree: &MemoryTree| -> MemoryTree {
        let files = tree.files().map(|(path, bytes)| match path {
            "zij.yaml" => (path, config.as_bytes()),
            _ => (path, bytes),
        });
        MemoryTree::new(files)
    };
    let (base, head) = (same(&base), same(&head));
    let documents = |tree: &MemoryTree, cell| render(&renderer, tree, cell).unwrap();
    let (eu, us) = (documents(&base, "eu/web"), documents(&base, "us/web"));
    assert!(Arc::ptr_eq(&eu.documents, &us.documents));
    assert!(Arc::ptr_eq(&eu.documents, &documents(&head, "eu/web").documents));
    assert_eq!(key(&renderer, &base, "eu/web"), key(&renderer, &head, "us/web"));
}

#[test]
fn every_input_is_in_the_key() {
    let renderer = Renderer::with_threads(1);
    let links = [("charts/web/templates/_lib.tpl", "../../../lib/x.tpl")];
    let linked = |text| tree(&[("lib/x.tpl", text)]).with_links(links);
    let sound = key(&renderer, &linked("1"), "eu/web");
    assert_eq!(key(&renderer, &linked("1"), "eu/web"), sound);
    assert_ne!(key(&renderer, &linked("2"), "eu/web"), sound, "a linked file");

    let sound = key(&renderer, &tree(&[]), "eu/web");
    let config = |more: &str| format!("{CONFIG}{more}");
    let settings = [
        config("kube: \"1.30.0\"\n"),
        config("apis: [a/v1]\n"),
        config("engine: helm-3.17\n"),
        config("    release: other\n"),
        config("    includeCRDs: false\n"),
        config("    skipTests: true\n"),
        CONFIG.replace("shop", "store"),
        CONFIG.replace("inline: { cluster", "inline: { klus"),
    ];
    let changed = settings.iter().map(|text| ("zij.yaml", text.as_str())).chain([
        ("clusters/eu/web/values.yaml", ""),
        ("charts/web/templates/web.yaml", ""),
        ("charts/web/new", ""),
    ]);
    for file in changed {
        assert_ne!(key(&renderer, &tree(&[file]), "eu/web"), sound, "{file:?}");
    }
}

/// Why `eu/web` cannot be rendered.
#[track_caller]
fn check_failure(tree: &MemoryTree, kind: FailureKind, want: &str) {
    let failure = render(&Renderer::with_threads(1), tree, "eu/web").unwrap_err();
    assert_eq!((failure.kind, failure.to_string().as_str()), (kind, want));
}

#[test]
fn a_missing_values_file_names_the_cell() {
    let config = CONFIG.replace("[\"{match}\",", "[\"{match}\", secrets.yaml,");
    check_failure(
        &tree(&[("zij.yaml", &config)]),
        FailureKind::Error,
        "clusters/eu/web/values.yaml: open secrets.yaml: no such file or directory",
    );
}

#[test]
fn broken_values_name_file_and_line() {
    let (values, defaults) = ("clusters/eu/web/values.yaml", "charts/web/values.yaml");
    snapshot("values_syntax", &tree(&[(values, "a: 1\nb: [\nc: 2\n")]));
    snapshot("values_list", &tree(&[(values, "- a\n")]));
    snapshot("defaults_syntax", &tree(&[(defaults, "a: 1\nb: {\n")]));
}

#[test]
fn a_chart_that_is_none_says_so() {
    let chart = "charts/web/Chart.yaml";
    snapshot("chart_syntax", &tree(&[(chart, "name: [\n")]));
    snapshot("chart_without_version", &tree(&[(chart, "apiVersion: v2\nname: web\n")]));
    let files = [("zij.yaml", CONFIG), ("clusters/eu/web/values.yaml", "")];
    let beside = [("charts/web/README.md", "")];
    snapshot("no_chart", &MemoryTree::new(files));
    snapshot("no_chart_file", &MemoryTree::new(files.into_iter().chain(beside)));
}

#[test]
fn template_errors_name_file_and_line() {
    let template = "charts/web/templates/web.yaml";
    for (name, text) in [
        ("nil_pointer", "a: 1\nb: {{ .Values.no.such.thing }}\n"),
        ("template_syntax", "a: 1\nb: {{ if }}\n"),
        ("required", "{{ required \"tag is needed\" .Values.tag }}\n"),
        ("recursion", "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}\n{{ include \"x\" . }}\n"),
        ("memory", "{{ range until 1000000000 }}{{ end }}\n"),
        ("rendered_syntax", "a: 1\n  b: 2\n"),
    ] {
        snapshot(name, &tree(&[(template, text)]));
    }
}

#[test]
fn a_link_out_of_the_repository_is_refused() {
    let link = ("charts/web/templates/secret.yaml", "../../../../etc/passwd");
    snapshot("link_out", &tree(&[]).with_links([link]));
}

/// A tree in which one name is listed with replacement characters and cannot be read.
struct Misnamed(MemoryTree);

impl Tree for Misnamed {
    fn id(&self) -> ContentId {
        self.0.id()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        self.0.entry(path)
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        let entries = self.0.list(path)?;
        let renamed = |entry: &Entry| Entry {
            name: entry.name.replace('?', "\u{fffd}").into(),
            ..entry.clone()
        };
        Ok(entries.map(|entries| entries.iter().map(renamed).collect()))
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        self.0.read(path)
    }
}

#[test]
fn a_name_that_is_not_utf8_is_said_to_be_so() {
    let misnamed = |path| Misnamed(tree(&[(path, "kind: A\n")]));
    snapshot("misnamed_file", &misnamed("charts/web/templates/caf?.yaml"));
    snapshot("misnamed_folder", &misnamed("charts/web/templates/caf?/web.yaml"));
}

#[test]
fn a_chart_that_would_be_fetched_is_unknown() {
    let chart = format!(
        "{CHART}dependencies:\n- name: cache\n  version: 1.0.0\n  repository: https://example.com\n"
    );
    snapshot("not_vendored", &tree(&[("charts/web/Chart.yaml", &chart)]));
}

#[test]
fn a_cluster_that_is_not_known_is_not_guessed() {
    let tree = tree(&[]);
    let mut inventory = Inventory::of(&tree, &Config::parse("zij.yaml", b"engine: helm-1"));
    assert!(inventory.cells.is_empty() && inventory.fault().is_some());
    inventory = Inventory::of(&tree, &Config::of(&tree));
    let config = Config::parse("zij.yaml", format!("{CONFIG}kube: latest").as_bytes());
    let unknown = Inventory::of(&tree, &config);
    let (id, application) = inventory.cells.first_key_value().unwrap();
    let cluster = &unknown.clusters[&id.cluster];
    let failure = Renderer::with_threads(1).render(&tree, application, cluster).unwrap_err();
    assert!(matches!(failure.kind, FailureKind::Unknown(_)), "{failure:?}");
    assert_eq!(failure.place.as_ref().unwrap().to_string(), "zij.yaml:7:7");
}

/// Why `eu/web` cannot be rendered.
#[track_caller]
fn snapshot(name: &str, tree: &dyn Tree) {
    let failure = render(&Renderer::with_threads(1), tree, "eu/web").unwrap_err();
    let hint = failure.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    insta::assert_snapshot!(name, format!("{:?} {failure}{hint}", failure.kind));
}
