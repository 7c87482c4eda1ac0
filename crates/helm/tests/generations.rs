//! What templates see of a chart under Helm 3, where `.Chart` is a Go struct.

use std::sync::Arc;

use zij_gotmpl::DataMap;
use zij_helm::{
    Capabilities, Chart, Engine, Inputs, Release, RenderOptions,
    host::Surroundings,
    load::{LoadLimits, MemoryFolder},
    profile::HELM_3_17,
};

/// The output is that of Helm 3.17.3 for the same files (`helm template rel .`).
#[test]
fn the_chart_of_helm_3_is_a_struct() {
    let files = [
        ("Chart.yaml", CHART),
        ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
        ("templates/a.yaml", TEMPLATE),
    ];
    let folder: MemoryFolder = files.into_iter().collect();
    let chart = Chart::load(&folder, "", &HELM_3_17, &LoadLimits::default()).unwrap();
    let inputs = Inputs {
        chart: &Arc::new(chart),
        release: &Release::new("rel", "default"),
        values: &DataMap::default(),
        capabilities: &Capabilities::default_for(&HELM_3_17),
        options: &RenderOptions::default(),
    };
    let rendered = Engine::new(&HELM_3_17).render(&inputs, Surroundings::seeded("test")).unwrap();
    let text = String::from_utf8(rendered.to_text()).unwrap();
    assert_eq!(text.strip_prefix("---\n# Source: t/templates/a.yaml\n"), Some(WANT));
}

const CHART: &str = r#"apiVersion: v2
name: t
version: 1.0.0
keywords: [b, a]
maintainers:
- name: Ada
  email: a@b
dependencies:
- name: sub
  version: 1.0.0
  tags: [t]
  import-values: [{child: a, parent: b}]
"#;

const TEMPLATE: &str = r#"# {{ toJson .Chart }}
# {{ toYaml .Chart.Dependencies | quote }}
# {{ toYamlPretty .Chart | quote }}
# {{ typeOf .Chart.Keywords }} {{ typeOf .Chart.Maintainers }} {{ kindOf (first .Chart.Dependencies) }}
# {{ (first .Chart.Maintainers).Email }} {{ printf "%v" (first .Chart.Maintainers) }} {{ toJson .Chart.Sources }}
# {{ toJson .Capabilities.KubeVersion }} {{ toJson .Capabilities.HelmVersion }}
"#;

const WANT: &str = r##"# {"name":"t","version":"1.0.0","keywords":["b","a"],"maintainers":[{"name":"Ada","email":"a@b"}],"apiVersion":"v2","dependencies":[{"name":"sub","version":"1.0.0","repository":"","tags":["t"],"enabled":true,"import-values":[{"child":"a","parent":"b"}]}],"IsRoot":true}
# "- enabled: true\n  import-values:\n  - child: a\n    parent: b\n  name: sub\n  repository: \"\"\n  tags:\n  - t\n  version: 1.0.0"
# "metadata:\n  name: t\n  home: \"\"\n  sources: []\n  version: 1.0.0\n  description: \"\"\n  keywords:\n    - b\n    - a\n  maintainers:\n    - name: Ada\n      email: a@b\n      url: \"\"\n  icon: \"\"\n  apiversion: v2\n  condition: \"\"\n  tags: \"\"\n  appversion: \"\"\n  deprecated: false\n  annotations: {}\n  kubeversion: \"\"\n  dependencies:\n    - name: sub\n      version: 1.0.0\n      repository: \"\"\n      tags:\n        - t\n      enabled: true\n      import-values:\n        - child: a\n          parent: b\n  type: \"\"\nisroot: true"
# []string []*chart.Maintainer ptr
# a@b &{Ada a@b } null
# {"Version":"v1.32.0","Major":"1","Minor":"32"} {"version":"v3.17.3","git_commit":"e4da49785aa6e6ee2b86efd5dd9e43400318262b","git_tree_state":"clean","go_version":"go1.23.7"}
"##;
