//! The values that a chart's Secrets are made of, read off its templates.
//!
//! A chart that fails has no Secrets to look into, and its message may quote what one would hold.

use std::collections::BTreeSet;

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
    for template in &chart.templates {
        let source = String::from_utf8_lossy(&template.data);
        for own in named(&source) {
            found.insert(root.iter().cloned().chain(own).collect());
        }
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

/// The paths that one template names in what its Secrets hold.
fn named(source: &str) -> Vec<ValuesPath> {
    let mut found = Vec::new();
    for document in source.split("\n---") {
        let is_secret = |line: &str| line.trim_end() == "kind: Secret";
        if !document.lines().any(is_secret) {
            continue;
        }
        let mut is_held = false;
        for line in document.lines() {
            // An action at the line's start belongs to whatever it stands in.
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                is_held = line.starts_with("data:") || line.starts_with("stringData:");
            }
            if is_held {
                found.extend(in_line(line));
            }
        }
    }
    found
}

fn in_line(line: &str) -> impl Iterator<Item = ValuesPath> {
    line.split(".Values.").skip(1).filter_map(|rest| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let path = rest[..end].split('.').filter(|part| !part.is_empty());
        let path: ValuesPath = path.map(str::to_owned).collect();
        (!path.is_empty()).then_some(path)
    })
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
        let found: Vec<String> = named(source).iter().map(|path| path.join(".")).collect();
        assert_eq!(found, ["auth.keys", "one.two", "three"]);
    }
}
