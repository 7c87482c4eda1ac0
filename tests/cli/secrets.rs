//! No text of a Secret reaches a report, a cache or a message, whatever its form.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zij_testkit::TestRepository;

use crate::fleet::{told, zij};

/// What must not turn up: each text is in the Secret below, before or after the change.
const CANARIES: [&str; 6] = [
    "canary-one-before",
    "canary-one-after",
    "canary-two-before",
    "canary-two-after",
    "canary-in-a-url-before",
    "canary-in-a-url-after",
];

const TEMPLATE: &str = r#"apiVersion: v1
kind: Secret
metadata:
  name: web
stringData:
  one: {{ .Values.one }}
  url: postgres://web:{{ .Values.dsn }}@db/web
data:
  two: {{ .Values.two | b64enc }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  copy: {{ .Values.one }}
  line: "user web, {{ .Values.two }} and more"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    wrong: "{{ .Values.one }}-{{ .Values.one }}-{{ .Values.one }}-{{ .Values.one }}"
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: example.com/web:1
          args: ["--key={{ .Values.two }}"]
          env:
            - name: DB_PASSWORD
              value: {{ .Values.dsn }}
"#;

fn fixture() -> TestRepository {
    let repository = TestRepository::new();
    repository.write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    repository.write("charts/web/templates/all.yaml", TEMPLATE);
    for side in ["before", "after"] {
        let values = format!(
            "one: canary-one-{side}\ntwo: canary-two-{side}\ndsn: canary-in-a-url-{side}\n"
        );
        repository.write("clusters/eu/web/values.yaml", &values);
        repository.commit(side);
    }
    repository
}

/// Every text that a file may hold: as it is, and what a page holds compressed.
fn texts(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    let blocks: Vec<Vec<u8>> = text
        .split("<script type=\"text/plain\"")
        .skip(1)
        .filter_map(|part| part.split_once('>')?.1.split_once('<'))
        .filter_map(|(block, _)| STANDARD.decode(block).ok())
        .collect();
    for block in blocks {
        let mut own = String::new();
        flate2::read::ZlibDecoder::new(block.as_slice()).read_to_string(&mut own).expect("zlib");
        text.push_str(&own);
    }
    text
}

fn no_canary(what: &str, bytes: &[u8]) {
    let text = texts(bytes);
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} has {canary}");
        let encoded = STANDARD.encode(canary);
        assert!(!text.contains(&encoded), "{what} has {canary} in base64");
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn no_canary_reaches_a_report_or_a_cache() {
    let repository = fixture();
    let out = repository.environment().work().join("out");
    fs::create_dir_all(&out).unwrap();
    let formats = ["terminal", "json", "markdown", "html", "sarif", "junit"];
    let outputs = formats.map(|format| format!("{format}={}", out.join(format).display()));
    let mut arguments = vec!["diff", "HEAD~1..HEAD"];
    for output in &outputs {
        arguments.extend(["--output", output]);
    }
    let diff = zij(&repository, &arguments);
    let check = zij(&repository, &["check", "HEAD~1..HEAD"]);
    let explain = |format| {
        let arguments = ["explain", "eu/web", "all", "--range", "HEAD~1..HEAD", "--format", format];
        zij(&repository, &arguments)
    };
    let (text, json) = (explain("terminal"), explain("json"));
    assert_eq!((text.code, json.code), (Some(0), Some(0)), "{}{}", text.stderr, json.stderr);
    for (what, outcome) in
        [("diff", &diff), ("check", &check), ("explain", &text), ("explain as JSON", &json)]
    {
        no_canary(what, told(&repository, outcome).as_bytes());
    }
    assert!(diff.stdout.contains("masked 16 bytes #"), "what changed shows: {}", diff.stdout);
    for format in formats {
        no_canary(format, &fs::read(out.join(format)).unwrap());
    }
    // Everything below the home folder: cache, state, logs.
    let home = repository.environment().path();
    let work = repository.environment().work();
    let kept: Vec<PathBuf> =
        files(&home).into_iter().filter(|file| !file.starts_with(&work)).collect();
    assert!(kept.iter().any(|file| file.ends_with("cache-1.sqlite")), "{kept:?}");
    assert!(kept.iter().any(|file| file.ends_with("mask.key")), "{kept:?}");
    for file in &kept {
        no_canary(&file.display().to_string(), &fs::read(file).unwrap());
    }
    let cache = kept.iter().find(|file| file.ends_with("cache-1.sqlite")).unwrap();
    let entries = entries(cache);
    assert!(entries.iter().any(|entry| entry.contains("masked 16 bytes #")), "{entries:?}");
    for entry in entries {
        no_canary("an entry of the cache", entry.as_bytes());
    }
}

/// What the cache keeps, unpacked.
fn entries(cache: &Path) -> Vec<String> {
    let cache = rusqlite::Connection::open(cache).expect("it is SQLite");
    let mut bodies = cache.prepare("SELECT body FROM entry").expect("it has entries");
    let bodies = bodies.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("they have bodies");
    let unpacked = bodies.map(|body| {
        let (mut text, body) = (String::new(), body.expect("it is readable"));
        flate2::read::ZlibDecoder::new(&*body).read_to_string(&mut text).expect("zlib");
        text
    });
    unpacked.collect()
}

#[test]
fn fingerprints_are_of_one_key() {
    let repository = fixture();
    let run = || zij(&repository, &["diff", "HEAD~1..HEAD", "--no-cache"]).stdout;
    let first = run();
    assert_eq!(first, run(), "the key is kept");
    let home = repository.environment().path();
    let key = files(&home).into_iter().find(|file| file.ends_with("mask.key")).unwrap();
    fs::write(key, "another key").unwrap();
    assert_ne!(first, run(), "another key, other fingerprints");
}

/// A chart whose message quotes what its Secret would hold.
const FAILING: &str = r#"{{- if .Values.strict }}
{{- fail (printf "%s is too weak, and so are %s and %s" .Values.one .Values.two (b64enc .Values.dsn)) }}
{{- end }}
apiVersion: v1
kind: Secret
metadata:
  name: web
stringData:
  one: {{ .Values.one }}
  {{- with .Values.two }}
  two: {{ . }}
  {{- end }}
  dsn: {{ .Values.dsn | quote }}
"#;

#[test]
fn what_a_chart_says_when_it_fails_has_no_canary() {
    let repository = fixture();
    repository.write("charts/web/templates/all.yaml", FAILING);
    repository.commit("another template");
    let values = |strict| {
        format!(
            "strict: {strict}\none: canary-one-after\ntwo: canary-two-after\n\
             dsn: canary-in-a-url-after\n"
        )
    };
    repository.write("clusters/eu/web/values.yaml", values(true));
    repository.commit("strict");
    // A cell that is new has no Secret on any side.
    repository.write("clusters/us/web/values.yaml", values(true));
    repository.commit("one more");
    let out = repository.environment().work().join("out");
    fs::create_dir_all(&out).unwrap();
    for range in ["HEAD~2..HEAD~1", "HEAD~1..HEAD", "HEAD~2..HEAD"] {
        let formats = ["terminal", "json", "markdown", "html", "sarif", "junit"];
        let outputs = formats.map(|format| format!("{format}={}", out.join(format).display()));
        let mut arguments = vec!["diff", range];
        for output in &outputs {
            arguments.extend(["--output", output]);
        }
        let outcome = zij(&repository, &arguments);
        assert!(outcome.stdout.contains("is too weak"), "{range}: {}", outcome.stdout);
        no_canary(range, told(&repository, &outcome).as_bytes());
        let check = zij(&repository, &["check", range]);
        no_canary("check", told(&repository, &check).as_bytes());
        for format in formats {
            no_canary(format, &fs::read(out.join(format)).unwrap());
        }
    }
    // Both sides fail; what shows one revision alone has no other side to look at.
    for arguments in
        [&["render", "HEAD"][..], &["apps", "--render"], &["apps", "--render", "--format", "json"]]
    {
        let outcome = zij(&repository, arguments);
        let told = told(&repository, &outcome);
        assert!(told.contains("is too weak"), "{arguments:?}: {told}");
        no_canary(&arguments.join(" "), told.as_bytes());
    }
}

#[test]
fn what_a_root_says_when_it_fails_has_no_canary() {
    let repository = TestRepository::new();
    let root = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: root, namespace: argocd}\n\
                spec:\n  destination: {server: https://kubernetes.default.svc, namespace: argocd}\n  \
                project: default\n  source: {repoURL: https://git.example.org/fleet.git, path: root, \
                targetRevision: HEAD}\n";
    let template = "{{ fail (printf \"not with %s\" .Values.password) }}\n\
                    apiVersion: argoproj.io/v1alpha1\nkind: Application\n";
    repository.git(&["remote", "add", "origin", "https://git.example.org/fleet.git"]);
    let files = [
        ("root.yaml", root),
        ("root/Chart.yaml", "apiVersion: v2\nname: root\nversion: 1.0.0\n"),
        ("root/values.yaml", "password: canary-one-before\n"),
        ("root/templates/all.yaml", template),
    ];
    repository.commit_files("a root", &files);
    repository.commit_files("more", &[("root/values.yaml", "password: canary-one-after\n")]);
    for arguments in [&["diff", "HEAD~1..HEAD"][..], &["apps"], &["apps", "--format", "json"]] {
        let outcome = zij(&repository, arguments);
        let told = told(&repository, &outcome);
        assert!(told.contains("not with"), "{arguments:?}: {told}");
        no_canary(&arguments.join(" "), told.as_bytes());
    }
}
