//! What an error says of the values and names that led to it.

mod support;

use std::fmt::Write as _;

use zij_gotmpl::{Clue, Dialect, Error, Evidence, Trail};

const VALUES: &str = r#"{
    "service": {"https": 443, "name": "web", "type": null},
    "image": "nginx",
    "hosts": [{"name": "a"}, {"nome": "b"}],
    "template": "{{ .Values.service.htp.port }} is the port of the service"
}"#;

fn trail(told: &mut String, trail: &Trail) {
    let Trail { expression, fields, found, is_null, held, .. } = trail;
    let path = held.path.as_ref().map_or("elsewhere".to_owned(), |path| path.join("/"));
    let _ = write!(told, "`{expression}` {found} of {} fields at {path}", fields.len());
    if *is_null {
        told.push_str(", then null");
    }
    match &held.text {
        Some(text) => _ = write!(told, " = {text:?}"),
        None if held.keys.is_empty() => _ = write!(told, ": {}", held.go_type),
        None => _ = write!(told, " with {}", held.keys.join(" ")),
    }
    told.push('\n');
}

fn evidence(told: &mut String, evidence: &Evidence) {
    evidence.operands.iter().for_each(|operand| trail(told, operand));
    for condition in &evidence.conditions {
        let side = if condition.otherwise { "else of " } else { "" };
        let _ = writeln!(
            told,
            "in {side}{} {} (line {})",
            condition.word, condition.expression, condition.line
        );
        condition.operands.iter().for_each(|operand| trail(told, operand));
    }
}

fn told(error: &Error) -> String {
    let mut told = String::new();
    for error in error.chain() {
        if let Some(place) = error.place() {
            let shown = String::from_utf8_lossy(&place.text[place.span.clone()]).into_owned();
            let _ = writeln!(told, "{}:{}: [{shown}]", place.file, place.line);
        }
        error.evidence().into_iter().for_each(|own| evidence(&mut told, own));
        match error.clue() {
            Some(Clue::Unknown { kind, name, known }) => {
                let known: Vec<_> =
                    known.iter().filter(|own| own.starts_with(&name[..2])).collect();
                let _ = writeln!(told, "no {kind:?} {name}, but {known:?}");
            }
            Some(clue) => _ = writeln!(told, "{clue:?}"),
            None => {}
        }
    }
    told
}

#[track_caller]
fn check(template: &str, want: &str) {
    let error = support::render(VALUES, template, Dialect::default()).expect_err("a failure");
    let want: String = want.lines().map(|line| format!("{}\n", line.trim())).collect();
    assert_eq!(told(&error), want, "{error}");
}

#[test]
fn the_field_that_is_missing_and_its_neighbours() {
    check(
        "x: {{ .Values.service.http.port | print }}",
        "gotpl:1: [.Values.service.http.port]
         `.Values.service.http.port` 2 of 4 fields at Values/service with https name type",
    );
    check(
        "x: {{ with .Values.service }}\n{{ .type.name }}{{ end }}",
        "gotpl:2: [.type.name]
         `.type.name` 0 of 2 fields at Values/service, then null with https name type
         in with .Values.service (line 1)
         `.Values.service` 2 of 2 fields at Values/service with https name type",
    );
    check(
        "{{ range $i, $h := .Values.hosts }}{{ $h.name.first }}{{ end }}",
        "gotpl:1: [$h.name.first]
         `$h.name.first` 1 of 2 fields at Values/hosts/0/name = \"a\"
         in range $i, $h := .Values.hosts (line 1)
         `.Values.hosts` 2 of 2 fields at Values/hosts: []interface {}",
    );
    check(
        "{{ define \"d\" }}{{ $.own.image.tag }}{{ end }}{{ include \"d\" (dict \"own\" .Values) }}",
        "gotpl:1: [include \"d\" (dict \"own\" .Values)]
         gotpl:1: [$.own.image.tag]
         `$.own.image.tag` 2 of 3 fields at Values/image = \"nginx\"",
    );
    check(
        "{{ .Capabilities.KubeVersion.Mayor }}",
        "gotpl:1: [.Capabilities.KubeVersion.Mayor]
         `.Capabilities.KubeVersion.Mayor` 2 of 3 fields at Capabilities/KubeVersion with Version normalized Major Minor String GitVersion",
    );
}

#[test]
fn what_a_function_was_given_and_why_it_was_called() {
    check(
        "{{ if not .Values.service.type }}{{ else }}{{ end }}\n{{ if .Values.service.https }}\n  {{- if eq .Values.image \"x\" }}{{ else }}{{ fail \"no\" }}{{ end }}{{ end }}",
        "gotpl:3: [fail \"no\"]
         in else of if eq .Values.image \"x\" (line 3)
         `.Values.image` 2 of 2 fields at Values/image = \"nginx\"
         in if .Values.service.https (line 2)
         `.Values.service.https` 3 of 3 fields at Values/service/https = \"443\"",
    );
    check(
        "{{ .Values.image | int | trunc .Values.image }}",
        "gotpl:1: [.Values.image]
         `.Values.image` 2 of 2 fields at Values/image = \"nginx\"",
    );
    check(
        "{{ $t := .Values.template }}{{ tpl $t . }}",
        "gotpl:1: [tpl $t .]
         `$t` 0 of 0 fields at Values/template = \"{{ .Values.service.htp.port }} is the port of the service\"
         `.` 0 of 0 fields at  with Capabilities Files Values
         gotpl:1: [.Values.service.htp.port]
         `.Values.service.htp.port` 2 of 4 fields at Values/service with https name type",
    );
}

#[test]
fn names_that_do_not_exist_and_what_is_open() {
    check("\n{{ repaet 2 \"x\" }}", "gotpl:2: [repaet]\nno Function repaet, but [\"repeat\"]");
    check("{{ $name := 1 }}{{ $nane }}", "gotpl:1: [$nane]\nno Variable $nane, but [\"$name\"]");
    check(
        "{{ define \"web.name\" }}{{ end }}{{ template \"web.nam\" }}",
        "gotpl:1: [\"web.nam\"]\nno Template web.nam, but [\"web.name\"]",
    );
    check(
        "{{ define \"web.name\" }}{{ end }}{{ include \"web.nam\" . }}",
        "gotpl:1: [include \"web.nam\" .]
         `.` 0 of 0 fields at  with Capabilities Files Values
         no Template web.nam, but [\"web.name\"]",
    );
    check(
        "{{ if true }}\n{{ range .Values.hosts }}\n{{ else }}\n{{ end }}\n",
        "gotpl:5: []\nUnclosed { word: \"if\", line: 1 }",
    );
    check("{{ define \"a\" }}x", "gotpl:1: []\nUnclosed { word: \"define\", line: 1 }");
}
