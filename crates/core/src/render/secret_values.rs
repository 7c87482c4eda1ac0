//! The values that a chart's Secrets are made of, read off its templates.
//!
//! A chart that fails has no Secrets to look into, and its message may quote what one would hold.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use zij_helm::Chart;

/// A path of values, key by key from the root of the chart that is installed.
pub type ValuesPath = Vec<String>;

/// Charts inside of each other that are looked into.
const DEEPEST: usize = 16;

/// The paths that templates of Secrets name in `data` and `stringData`; of a path to a map all
/// below it is meant.
pub(super) fn paths(chart: &Chart) -> BTreeSet<ValuesPath> {
    let mut found = BTreeSet::new();
    add(chart, &mut Vec::new(), &mut found);
    found
}

fn add(chart: &Chart, root: &mut ValuesPath, found: &mut BTreeSet<ValuesPath>) {
    let sources: Vec<Cow<'_, str>> =
        chart.templates.iter().map(|own| String::from_utf8_lossy(&own.data)).collect();
    for own in named(&sources) {
        found.insert(root.iter().cloned().chain(own).collect());
    }
    if root.len() >= DEEPEST {
        return;
    }
    for dependency in &chart.dependencies {
        let name = dependency.name();
        let declared = chart.metadata.dependencies.iter().flatten();
        let aliases = declared.filter(|own| own.name == name).map(|own| own.alias.as_str());
        for key in aliases.filter(|alias| !alias.is_empty()).chain([name]) {
            root.push(key.to_owned());
            add(dependency, root, found);
            root.pop();
        }
    }
}

/// The paths that templates name in what their Secrets hold: there, in variables, in blocks around
/// them and in templates that are included.
fn named(sources: &[Cow<'_, str>]) -> BTreeSet<ValuesPath> {
    let mut found = BTreeSet::new();
    let mut wanted: Vec<&str> = Vec::new();
    // Few templates make Secrets.
    for source in sources.iter().filter(|source| is_secret(source)) {
        let assigned = assignments(source);
        for document in source.split("\n---").filter(|document| is_secret(document)) {
            let lines = held(document);
            let used: BTreeSet<&str> = lines.iter().flat_map(|line| variables(line)).collect();
            let values = used.iter().filter_map(|name| assigned.get(name)).flatten();
            for text in lines.iter().chain(values) {
                found.extend(in_line(text));
                wanted.extend(included(text));
            }
        }
    }
    if wanted.is_empty() {
        return found;
    }
    let defined: BTreeMap<&str, &str> = sources.iter().flat_map(|own| definitions(own)).collect();
    let mut known = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        let Some(body) = defined.get(name).filter(|_| known.insert(name)) else { continue };
        found.extend(body.lines().flat_map(in_line));
        wanted.extend(body.lines().flat_map(included));
    }
    found
}

fn is_secret(document: &str) -> bool {
    // Most documents are told by this alone.
    document.contains("Secret")
        && document
            .lines()
            .any(|line| matches!(line.trim_end(), "kind: Secret" | "kind: \"Secret\""))
}

/// The lines of a document that stand in `data` and `stringData`, and the blocks around all of it.
fn held(document: &str) -> Vec<&str> {
    let mut is_held = false;
    let lines = document.lines().filter(|line| {
        // An action at the line's start belongs to whatever it stands in.
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            is_held = line.starts_with("data:") || line.starts_with("stringData:");
        }
        let action = line.trim_start_matches(['{', '-', ' ']);
        let is_around =
            line.starts_with("{{") && (action.starts_with("with ") || action.starts_with("range "));
        is_held || is_around
    });
    lines.collect()
}

/// The text up to the first character that is no part of a name.
fn name(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    &text[..text.find(|c| !is_part(c)).unwrap_or(text.len())]
}

/// The variables that a text names.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(name).filter(|name| !name.is_empty())
}

/// What the variables of a source are set to.
fn assignments(source: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (names, value) in source.lines().filter_map(|line| line.split_once(":=")) {
        for name in variables(names) {
            found.entry(name).or_default().push(value);
        }
    }
    found
}

/// What stands in quotes after each of some words.
fn quoted<'t>(text: &'t str, word: &'static str) -> impl Iterator<Item = &'t str> {
    let parts = text.split(word).skip(1);
    parts.filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split_once('"')?.0))
}

/// The names of the templates that a line includes.
fn included(line: &str) -> impl Iterator<Item = &str> {
    quoted(line, "include ").chain(quoted(line, "template "))
}

/// The templates that a source defines, each up to the next one.
fn definitions(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source
        .split("define ")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
}

fn in_line(line: &str) -> impl Iterator<Item = ValuesPath> {
    let dotted = line.split(".Values.").skip(1).filter_map(|rest| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let path = rest[..end].split('.').filter(|part| !part.is_empty());
        let path: ValuesPath = path.map(str::to_owned).collect();
        (!path.is_empty()).then_some(path)
    });
    dotted.chain(quoted(line, ".Values ").map(|key| vec![key.to_owned()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_secrets_are_made_of_is_read_off_their_templates() {
        let source = "kind: ConfigMap\ndata:\n  a: {{ .Values.plain }}\n---\nkind: Secret\n\
                      metadata:\n  name: {{ .Values.name }}\n{{- if .Values.on }}\nstringData:\n\
                      {{- range $key, $value := $.Values.auth.keys }}\n  {{ $key }}: x\n{{- end }}\n  \
                      b: \"{{ .Values.one.two | quote }}{{ index .Values.three \"k\" }}\"\n{{- end }}\n\
                      type: {{ .Values.kind }}\n";
        assert_eq!(paths_of(source), ["auth.keys", "one.two", "three"]);
    }

    #[test]
    fn what_secrets_take_by_another_name_is_found() {
        for (source, found) in [
            (
                "{{- $a := .Values.a.b }}\nkind: Secret\ndata:\n  x: {{ $a | b64enc }}\n",
                vec!["a.b"],
            ),
            ("{{- $a := .Values.a }}\nkind: Secret\nmetadata: {name: {{ $a }}}\n", vec![]),
            (
                "{{ range $k, $v := .Values.all }}\nkind: Secret\ndata:\n  x: {{ $v.y }}\n",
                vec!["all"],
            ),
            ("{{- with .Values.a }}\nkind: \"Secret\"\ndata:\n  x: {{ .y }}\n", vec!["a"]),
            ("kind: Secret\ndata:\n  x: {{ index .Values \"a-b\" }}\n", vec!["a-b"]),
            (
                "kind: Secret\ndata:\n  x: {{ include \"p\" . }}\n---\n{{ define \"p\" }}\n\
                 {{ template \"q\" . }}\n{{ end }}{{ define \"q\" }}{{ .Values.c }}{{ end }}\
                 {{ define \"r\" }}{{ .Values.d }}{{ end }}",
                vec!["c"],
            ),
        ] {
            assert_eq!(paths_of(source), found, "{source}");
        }
    }

    fn paths_of(source: &str) -> Vec<String> {
        named(&[source.into()]).iter().map(|path| path.join(".")).collect()
    }
}
