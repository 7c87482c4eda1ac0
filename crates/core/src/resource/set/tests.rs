use std::fmt::Write as _;

use super::*;
use crate::resource::{Mask, to_yaml};

fn document(text: &str) -> Document {
    Document {
        template: "charts/web/templates/all.yaml".into(),
        chart_path: "web/templates/all.yaml".into(),
        bytes: text.as_bytes().into(),
        line: None,
        hook: None,
        is_crd: false,
        anew: None,
    }
}

fn listed(texts: &[&str]) -> String {
    let documents: Vec<Document> = texts.iter().map(|text| document(text)).collect();
    let set = ResourceSet::read(&documents, &"shop".into());
    let mut out = String::new();
    for (id, resource) in &set.resources {
        let namespace = id.namespace.as_deref().unwrap_or("(cluster)");
        let ResourceId { group, kind, name, .. } = id;
        writeln!(out, "{group:?} {} {kind} {namespace}/{name}", resource.api_version).unwrap();
    }
    for problem in &set.problems {
        writeln!(out, "{}: {}: {}", problem.is_fatal, problem.place, problem.message).unwrap();
    }
    out
}

#[test]
fn namespaces_are_filled_in_and_cluster_wide_kinds_have_none() {
    let texts = [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: other}\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: b, namespace: x}\n",
        "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: c}\n",
        "apiVersion: example.com/v1\nkind: Wide\nmetadata: {name: d}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: wides.example.com}\n\
         spec: {group: example.com, scope: Cluster, names: {kind: Wide, plural: wides}}\n",
        "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: run-}\n",
    ];
    insta::assert_snapshot!(listed(&texts), @r#"
    "" v1 ConfigMap other/a
    "" v1 ConfigMap shop/a
    "apiextensions.k8s.io" apiextensions.k8s.io/v1 CustomResourceDefinition (cluster)/wides.example.com
    "apps" extensions/v1beta1 Deployment shop/c
    "batch" batch/v1 Job shop/run-*
    "example.com" example.com/v1 Wide (cluster)/d
    "rbac.authorization.k8s.io" rbac.authorization.k8s.io/v1 ClusterRole (cluster)/b
    "#);
}

#[test]
fn what_is_no_object_is_a_problem() {
    let texts = [
        "# only a comment\n",
        "",
        "null\n",
        "{}\n",
        "just text\n",
        "- a\n",
        "kind: ConfigMap\nmetadata: {name: a}\n",
        "apiVersion: v1\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: ConfigMap\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata: {a: b}\n",
    ];
    insta::assert_snapshot!(listed(&texts), @r#"
    "" v1 ConfigMap shop/twice
    true: charts/web/templates/all.yaml: the rendered document is no object: just text
    true: charts/web/templates/all.yaml: the rendered document is no object: [a]
    true: charts/web/templates/all.yaml: an object has no `apiVersion`
    true: charts/web/templates/all.yaml: an object has no `kind`
    true: charts/web/templates/all.yaml: a ConfigMap has no `metadata.name`
    false: charts/web/templates/all.yaml: ConfigMap/twice is rendered twice, by charts/web/templates/all.yaml and by charts/web/templates/all.yaml; only the last is applied
    "#);
}

#[test]
fn lists_are_taken_apart() {
    let text = "apiVersion: v1\nkind: List\nitems:\n\
                - {apiVersion: v1, kind: Secret, metadata: {name: a}}\n\
                - {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}\n";
    insta::assert_snapshot!(listed(&[text]), @r#"
    "" v1 ConfigMap shop/b
    "" v1 Secret shop/a
    "#);
}

#[test]
fn secrets_are_masked_and_keep_their_differences() {
    let shown = |text: &str| {
        let set = ResourceSet::read(&[document(text)], &"shop".into());
        let mask = Mask::new(b"key");
        set.resources.values().map(|secret| to_yaml(&mask.object(&secret.body))).collect::<String>()
    };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {p: hunter2, q: hunter2, n: 7}\ndata: {r: aHVudGVyMg==}\n";
    insta::assert_snapshot!(shown(secret), @r#"
    apiVersion: v1
    data:
      r: '<masked 12 bytes #411b106f>'
    kind: Secret
    metadata:
      name: a
      namespace: shop
    stringData:
      "false": '<masked 1 bytes #36c105e4>'
      p: '<masked 7 bytes #cc23bdb2>'
      q: '<masked 7 bytes #cc23bdb2>'
    "#);
    assert_ne!(shown(secret), shown(&secret.replace("p: hunter2", "p: hunter3")));
    assert!(!shown(secret).contains("hunter"));
    assert!(
        shown("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {p: hunter2}\n")
            .contains("hunter2")
    );
}
