//! Small fleets from their files to the text of the report.

use std::collections::BTreeMap;

use super::{
    Heading,
    model::{Report, RevisionName},
    terminal::{self, Options},
};
use crate::{
    inventory::{Config, Inventory},
    predict::{self, Revision, predict},
    render::Renderer,
    source::{MemoryTree, Tree as _},
};

const CONFIG: &str = "
apps:
  - match: \"clusters/{cluster}/{app}.yaml\"
    chart: \"charts/{app}\"
    values: [\"{match}\"]
    namespace: shop
";

const HELPERS: &str = "{{- define \"web.labels\" -}}
app: web
{{- with .Values.instance }}
example.com/instance: {{ . }}
{{- end }}
{{- end }}
";

const DEPLOYMENT: &str = "{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    {{- include \"web.labels\" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: \"registry.example/web:{{ .Values.image.tag }}\"
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  level: {{ .Values.level }}
---
apiVersion: v1
kind: Secret
metadata:
  name: web
stringData:
  password: {{ .Values.password }}
{{- end }}
";

const VALUES: &str = "enabled: true
replicas: 2
image:
  tag: 1.4.2
level: info
password: hunter2
unused: 1
";

/// The instance's name is short everywhere but on `c11`.
const FILES: [(&str, &str); 10] = [
    ("zij.yaml", CONFIG),
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("charts/web/values.yaml", VALUES),
    ("charts/web/templates/_helpers.tpl", HELPERS),
    ("charts/web/templates/all.yaml", DEPLOYMENT),
    ("charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
    (
        "charts/db/templates/claim.yaml",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec:\n  resources: {requests: {storage: 1Gi}}\n",
    ),
    ("clusters/c10/web.yaml", "instance: web-c10\n"),
    (
        "clusters/c11/web.yaml",
        "instance: web-with-a-name-that-was-just-about-short-enough-until-now\n",
    ),
    ("clusters/c11/db.yaml", "{}\n"),
];

/// A file of head, `None` where it is removed.
type Edit<'a> = (&'a str, Option<&'a str>);

fn tree(edits: &[Edit<'_>]) -> MemoryTree {
    let mut files: BTreeMap<&str, &str> = FILES.into();
    for (path, content) in edits {
        match content {
            Some(content) => drop(files.insert(path, content)),
            None => drop(files.remove(path)),
        }
    }
    MemoryTree::new(files)
}

fn report(base: &[Edit<'_>], head: &[Edit<'_>]) -> Report {
    let (base, head) = (tree(base), tree(head));
    let inventory = |tree: &MemoryTree| Inventory::of(tree, &Config::of(tree));
    let (old, new) = (inventory(&base), inventory(&head));
    let prediction = predict(
        Some(Revision { tree: &base, inventory: &old }),
        Revision { tree: &head, inventory: &new },
        &Renderer::default(),
        &predict::Options::default(),
        &|done, total| assert!(done <= total),
    );
    let name = |name: &str, tree: &MemoryTree| RevisionName {
        name: name.to_owned(),
        commit: None,
        tree: tree.id().to_string(),
    };
    Report::new(Heading { base: name("main", &base), head: name("topic", &head) }, &prediction)
}

/// The report of an edit, without the hints at its end.
fn shown(edits: &[Edit<'_>]) -> String {
    let report = report(&[], edits);
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/reference/report.schema.json"))
            .unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert!(jsonschema::is_valid(&schema, &json));
    let text = terminal::write(&report, &Options::default());
    assert!(!text.contains("hunter") && !json.to_string().contains("hunter3\\n"));
    text.split("\n  zij tui").next().unwrap_or_default().to_owned()
}

#[test]
fn equal_inputs_are_unchanged() {
    assert_eq!(shown(&[]), shown(&[("README.md", Some("words"))]));
    insta::assert_snapshot!(shown(&[("clusters/c10/web.yaml", Some("# why\ninstance: web-c10\n"))]), @r"
    main → topic
    2 applications × 2 clusters: 3 unchanged

    CLEAN  nothing would deploy
    ");
}

#[test]
fn a_value_that_nothing_uses_deploys_nothing() {
    insta::assert_snapshot!(shown(&[("clusters/c10/web.yaml", Some("instance: web-c10\nunused: 2\n"))]), @r"
    main → topic
    2 applications × 2 clusters: 1 values only, 2 unchanged

           c10
      web   v

      unchanged and not shown: 1 application, 1 cluster
      . unchanged   v values only: nothing deploys

    Change 1  web on c10
      cause: values

      values
        unused  1 → 2  clusters/c10/web.yaml:2

    CLEAN  nothing would deploy
    ");
}

#[test]
fn an_image_rolls_and_a_config_map_does_not() {
    insta::assert_snapshot!(
        shown(&[
            ("clusters/c10/web.yaml", Some("instance: web-c10\nimage: {tag: 1.5.0}\n")),
            ("clusters/c11/web.yaml", Some("instance: web-with-a-name-that-was-just-about-short-enough-until-now\nlevel: debug\n")),
        ]),
        @r"
        main → topic
        2 applications × 2 clusters: 1 restarting pods, 1 changed, 1 unchanged

               c10  c11
          web   R    ~

          unchanged and not shown: 1 application
          . unchanged   ~ changes, no pod restarts   R rolls pods

        Pods  1 workload in 1 cluster restarts 2 pods, worst: web 2/2 available for ~40
              s in c10
          Deployment shop/web rolls  web on c10
            2/2 available, up to 3 pods, 2 waves, ~40 s (at most 20 min)
            why: spec.template.spec.containers[name=web].image
            no readiness probe: available means started, not healthy
            never ready: 2 of 2 stay up; it stops there and says so after 600 s
            (ProgressDeadlineExceeded); nothing rolls it back
          assumed: a pod needs 20 s to start and 5 s to stop; the nodes have room for
          the pods on top

        Undo  clean, rolls 1 workload

        Change 1  web on c10
          1 other cell changes differently; cause: values

          values
            image.tag  1.4.2 → 1.5.0  clusters/c10/web.yaml:2

          ~ Deployment shop/web  charts/web/templates/all.yaml
            restarts pods: spec.template.spec.containers[name=web].image
            @@ -17 +17 @@
                      app: web
                  spec:
                    containers:
            -       - image: registry.example/web:1.4.2
            +       - image: registry.example/web:1.5.0
                      name: web

        Change 2  web on c11
          1 other cell changes differently; cause: values

          values
            level  info → debug  clusters/c11/web.yaml:2

          ~ ConfigMap shop/web  charts/web/templates/all.yaml
            @@ -1 +1 @@
              apiVersion: v1
              data:
            -   level: info
            +   level: debug
              kind: ConfigMap
              metadata:
                name: web

        CLEAN  2 cells would deploy, pods restart in 1
        "
    );
}

#[test]
fn a_longer_label_breaks_the_one_cluster_where_it_is_too_long() {
    let helpers = HELPERS.replace("instance: {{ . }}", "instance: production-{{ . }}");
    insta::assert_snapshot!(shown(&[("charts/web/templates/_helpers.tpl", Some(&helpers))]), @r#"
    main → topic
    2 applications × 2 clusters: 1 blocked, 1 changed, 1 unchanged

           c10  c11
      web   ~    !

      unchanged and not shown: 1 application
      . unchanged   ~ changes, no pod restarts   ! blocked

    Pods  no running pod restarts
      Deployment shop/web cannot be applied  web on c11
        why: metadata.labels["example.com/instance"]
        the API server refuses it (ZIJ-F001)

    Undo  clean: a revert brings everything back and restarts nothing

    Change 1  web on c10, c11
      alike in 2 cells; cause: template
      each with its own values; shown is web on c11

      ~ Deployment shop/web  charts/web/templates/all.yaml
        @@ -3 +3 @@
          metadata:
            labels:
              app: web
        -     example.com/instance: web-with-a-name-that-was-just-about-short-enough-until-now
        +     example.com/instance: production-web-with-a-name-that-was-just-about-short-enough-until-now
            name: web
            namespace: shop
          spec:

    ! blocks  ZIJ-F001 label-value  web on c11
      Deployment shop/web  metadata.labels["example.com/instance"]
      label `example.com/instance` has 69 characters, the limit is 63:
      `production-web-with-a-name-that-was-just-about-short-enough-until-now`
      at   charts/web/templates/_helpers.tpl:4
      fix  shorten the value, such as with `trunc 63 | trimSuffix "-"`

    BLOCKED  1 rule broken in 1 cell; 2 cells would deploy, no pod restarts
    "#);
}

#[test]
fn a_value_at_fault_is_found_where_it_is_set() {
    let long = format!("instance: {}\n", "long-".repeat(13) + "x");
    insta::assert_snapshot!(shown(&[("clusters/c11/web.yaml", Some(&long))]), @r#"
    main → topic
    2 applications × 2 clusters: 1 blocked, 2 unchanged

           c11
      web   !

      unchanged and not shown: 1 application, 1 cluster
      . unchanged   ! blocked

    Pods  no running pod restarts
      Deployment shop/web cannot be applied  web on c11
        why: metadata.labels["example.com/instance"]
        the API server refuses it (ZIJ-F001)

    Undo  clean: a revert brings everything back and restarts nothing

    Change 1  web on c11
      cause: values

      values
        instance  web-with-a-name…nough-until-now → long-long-long-…ong-long-long-x
                  clusters/c11/web.yaml:1

      ~ Deployment shop/web  charts/web/templates/all.yaml
        @@ -3 +3 @@
          metadata:
            labels:
              app: web
        -     example.com/instance: web-with-a-name-that-was-just-about-short-enough-until-now
        +     example.com/instance: long-long-long-long-long-long-long-long-long-long-long-long-long-x
            name: web
            namespace: shop
          spec:

    ! blocks  ZIJ-F001 label-value  web on c11
      Deployment shop/web  metadata.labels["example.com/instance"]
      label `example.com/instance` has 66 characters, the limit is 63:
      `long-long-long-long-long-long-long-long-long-long-long-long-long-x`
      at   clusters/c11/web.yaml:1
      fix  shorten the value, such as with `trunc 63 | trimSuffix "-"`

    BLOCKED  1 rule broken in 1 cell; 1 cell would deploy, no pod restarts
    "#);
}

#[test]
fn a_broken_template_is_not_a_deletion() {
    let broken = DEPLOYMENT.replace(".Values.image.tag", ".Values.image.tag.nothing");
    insta::assert_snapshot!(shown(&[("charts/web/templates/all.yaml", Some(&broken))]), @r#"
    main → topic
    2 applications × 2 clusters: 2 cannot render, 1 unchanged

           c10  c11
      web   E    E

      unchanged and not shown: 1 application
      . unchanged   E cannot render

    ! blocks  ZIJ-E001 render-broken  web on c10, c11
      `.Values.image.tag` is a string ("1.4.2"), so it has no field `.nothing`
        --> charts/web/templates/all.yaml:20:43
         |
      20 |           image: "registry.example/web:{{ .Values.image.tag.nothing }}"
         |                                           ^^^^^^^^^^^^^^^^^^^^^^^^^
         | can't evaluate field nothing in type interface {}
         |
         = note: `.Values.image.tag` is the default of charts/web/values.yaml:4

    BLOCKED  1 rule broken in 2 cells; nothing would deploy
    "#);
    let report = report(&[("charts/web/templates/all.yaml", Some(&broken))], &[]);
    insta::assert_snapshot!(terminal::write(&report, &Options::default()), @r#"
    main → topic
    2 applications × 2 clusters: 2 cannot render, 1 unchanged

           c10  c11
      web   E    E

      unchanged and not shown: 1 application
      . unchanged   E cannot render

    Cannot render  web on c10, c11
      on base, so that nothing is known of what changes
      `.Values.image.tag` is a string ("1.4.2"), so it has no field `.nothing`
        --> charts/web/templates/all.yaml:20:43
         |
      20 |           image: "registry.example/web:{{ .Values.image.tag.nothing }}"
         |                                           ^^^^^^^^^^^^^^^^^^^^^^^^^
         | can't evaluate field nothing in type interface {}
         |
         = note: `.Values.image.tag` is the default of charts/web/values.yaml:4

    NOT EVALUATED  2 cells could not be rendered; elsewhere nothing would deploy
      zij tui    browse all of it
      zij diff --cluster c10 --app web
    "#);
}

#[test]
fn what_goes_away_is_judged() {
    insta::assert_snapshot!(shown(&[("clusters/c11/db.yaml", None)]), @r"
    main → topic
    2 applications × 2 clusters: 1 blocked, 2 unchanged

          c11
      db   !

      unchanged and not shown: 1 application, 1 cluster
      . unchanged   ! blocked

    New and gone
      - db on c11
        file clusters/c11/db.yaml is gone

    Undo  not by a revert alone
      one-way  db on c11
        the data of PersistentVolumeClaim/data is gone: a revert makes it anew,
        empty

    Change 1  db on c11
      cause: inventory

      - PersistentVolumeClaim shop/data  charts/db/templates/claim.yaml  9 lines

    ! blocks  ZIJ-D001 storage-lost  db on c11
      PersistentVolumeClaim shop/data
      PersistentVolumeClaim/data is deleted, and with it the data of its volume
      unless the volume's reclaim policy is Retain
      at   charts/db/templates/claim.yaml
      fix  keep the object, or annotate it with `helm.sh/resource-policy: keep`
           first

    BLOCKED  1 rule broken in 1 cell; 1 cell would deploy, no pod restarts
    ");
    insta::assert_snapshot!(shown(&[("clusters/c10/web.yaml", Some("enabled: false\n"))]), @r"
    main → topic
    2 applications × 2 clusters: 1 blocked, 2 unchanged

           c10
      web   !

      unchanged and not shown: 1 application, 1 cluster
      . unchanged   ! blocked

    Pods  no running pod restarts
      Deployment shop/web goes away with its pods  web on c10
        its pods stop

    Undo  clean: a revert brings everything back and restarts nothing

    Change 1  web on c10
      cause: values

      values
        enabled   true → false  clusters/c10/web.yaml:1
        instance  - web-c10     clusters/c10/web.yaml:1

      - Secret shop/web  charts/web/templates/all.yaml  7 lines
      - ConfigMap shop/web  charts/web/templates/all.yaml  7 lines
      - Deployment shop/web  charts/web/templates/all.yaml  21 lines

    ! blocks  ZIJ-D006 cell-emptied  web on c10
      renders nothing any more: all 3 objects would be deleted
      at   clusters/c10/web.yaml
      fix  look for a mistyped values path or an `enabled: false`; remove the
           application itself if it is meant to go

    BLOCKED  1 rule broken in 1 cell; 1 cell would deploy, no pod restarts
    ");
}

#[test]
fn a_renamed_cluster_is_an_emptied_one() {
    let renamed = [
        ("clusters/c11/db.yaml", None),
        ("clusters/c11/web.yaml", None),
        ("clusters/c12/db.yaml", Some("{}\n")),
        ("clusters/c12/web.yaml", Some("instance: web-c12\n")),
    ];
    insta::assert_snapshot!(shown(&renamed), @r"
    main → topic
    2 applications × 3 clusters: 2 blocked, 2 new, 1 unchanged

           c11  c12
      db    !    +
      web   !    +

      unchanged and not shown: 1 cluster
      . unchanged   + new   ! blocked

    New and gone
      - db on c11
        renamed to c12/db: file clusters/c11/db.yaml is gone
      - web on c11
        renamed to c12/web: file clusters/c11/web.yaml is gone
      + db on c12
        renamed from c11/db: file clusters/c12/db.yaml is new
      + web on c12
        renamed from c11/web: file clusters/c12/web.yaml is new

    Pods  no running pod restarts
      Deployment shop/web goes away with its pods  web on c11
        its pods stop
      Deployment shop/web is new  web on c12
        ~20 s (at most 10 min)
      assumed: a pod needs 20 s to start and 5 s to stop

    Undo  not by a revert alone
      one-way  db on c11
        the data of PersistentVolumeClaim/data is gone: a revert makes it anew,
        empty
      partial: manual steps  db on c12
        a revert deletes PersistentVolumeClaim/data and what has been written to it
        do   copy the data of PersistentVolumeClaim/data, or annotate it with
             `helm.sh/resource-policy: keep` first

    Change 1  db on c11
      cause: inventory

      - PersistentVolumeClaim shop/data  charts/db/templates/claim.yaml  9 lines

    Change 2  db on c12
      cause: inventory

      + PersistentVolumeClaim shop/data  charts/db/templates/claim.yaml  9 lines

    Change 3  web on c11
      cause: inventory

      - Secret shop/web  charts/web/templates/all.yaml  7 lines
      - ConfigMap shop/web  charts/web/templates/all.yaml  7 lines
      - Deployment shop/web  charts/web/templates/all.yaml  21 lines

    Change 4  web on c12
      cause: inventory

      + Secret shop/web  charts/web/templates/all.yaml  7 lines
      + ConfigMap shop/web  charts/web/templates/all.yaml  7 lines
      + Deployment shop/web  charts/web/templates/all.yaml  21 lines

    ! blocks  ZIJ-D001 storage-lost  db on c11
      PersistentVolumeClaim shop/data
      PersistentVolumeClaim/data is deleted, and with it the data of its volume
      unless the volume's reclaim policy is Retain
      at   charts/db/templates/claim.yaml
      fix  keep the object, or annotate it with `helm.sh/resource-policy: keep`
           first

    ! blocks  ZIJ-D005 cluster-emptied  db, web on c11
      all 2 applications of cluster c11 are removed
      at   clusters/c11/db.yaml
      fix  if the cluster was renamed, keep its old name or move its applications
           one by one

    ? warns  ZIJ-H012 plain-secret  web on c12
      Secret shop/web  stringData.password
      the content of `password` can be read in the repository
      at   charts/web/templates/all.yaml:34
      fix  use a SealedSecret, an ExternalSecret or SOPS

    1 finding on base too or only worth knowing, not shown

    BLOCKED  2 rules broken in 2 cells; 4 cells would deploy, no pod restarts
    ");
}

#[test]
fn secrets_stay_secret() {
    let values = VALUES.replace("hunter2", "hunter3");
    let report = report(&[], &[("charts/web/values.yaml", Some(&values))]);
    let resources = serde_json::to_string(&report.groups[0].resources).unwrap();
    assert!(resources.contains("masked 7 bytes") && !resources.contains("hunter"), "{resources}");
}
