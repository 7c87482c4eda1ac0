//! Compiling and running a template of the usual shape: a definition, conditions, loops over a
//! list and a map, quoting.

#[expect(dead_code, reason = "shared with the tests")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use zij_gotmpl::{Dialect, Limits, Machine, Str, Template, TemplateSet};

const TEMPLATE: &str = r#"{{- define "name" -}}{{ .Values.name }}-{{ .Values.suffix }}{{- end -}}
{{ template "name" . }}
{{ if eq .Values.kind "a" }}first{{ else if and .Values.on (ne .Values.kind "c") }}second{{ else }}third{{ end }}
{{ range .Values.ports }}
- name: {{ .name }}
  port: {{ .port }}
  protocol: {{ .protocol }}
{{- end }}
{{ with .Values.resources }}{{ .limits.cpu }} {{ .limits.memory }}{{ end }}
{{ range $key, $value := .Values.labels }}
{{ $key }}: {{ printf "%q" $value }}
{{- end }}
{{ include "name" . | len }}
"#;

fn values() -> String {
    let ports: Vec<String> = (0..8)
        .map(|n| format!(r#"{{"name": "port-{n}", "port": {}, "protocol": "TCP"}}"#, 8000 + n))
        .collect();
    let labels: Vec<String> = (0..10).map(|n| format!(r#""label-{n}": "value {n}""#)).collect();
    format!(
        r#"{{"name": "app", "suffix": "web", "kind": "b", "on": true, "ports": [{}],
            "resources": {{"limits": {{"cpu": "100m", "memory": "128Mi"}}}},
            "labels": {{{}}}}}"#,
        ports.join(", "),
        labels.join(", ")
    )
}

fn engine(criterion: &mut Criterion) {
    let environment = support::environment(Dialect::default());
    let text = Str::from(TEMPLATE);
    criterion.bench_function("compile", |bencher| {
        bencher.iter(|| Template::compile(&environment, "gotpl", black_box(&text)));
    });
    let template = Template::compile(&environment, "gotpl", &text).expect("it compiles");
    let mut set = TemplateSet::new("gotpl");
    set.add(&Arc::new(template));
    let set = Arc::new(set);
    let data = support::data(&values());
    criterion.bench_function("render", |bencher| {
        bencher.iter(|| {
            let mut host = ();
            let root = support::root_of(data.clone());
            let mut machine =
                Machine::new(&environment, Arc::clone(&set), Limits::default(), &mut host);
            machine.execute(b"gotpl", black_box(root))
        });
    });
}

criterion_group!(benches, engine);
criterion_main!(benches);
