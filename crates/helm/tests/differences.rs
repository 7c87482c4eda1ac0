//! What is known to differ from Helm, row by row of COMPATIBILITY.md, so that a row goes when its
//! difference does. Each case tells what Helm says in its place.

use std::sync::Arc;

use zij_gotmpl::DataMap;
use zij_helm::{
    Capabilities, Chart, Engine, Inputs, Profile, Release, RenderOptions,
    host::Surroundings,
    load::{LoadLimits, MemoryFolder},
    profile::{HELM_3_17, HELM_4_2},
};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\nmaintainers: [{name: a}]\n";

/// The only document of a chart, or the end of the error.
fn outcome(profile: &'static Profile, (path, text): (&str, &str)) -> String {
    let files = [
        ("Chart.yaml", CHART),
        ("values.yaml", "a: '{x'\n"),
        ("templates/a.yaml", "a: 1"),
        (path, text),
    ];
    let folder: MemoryFolder = files.into_iter().collect();
    let chart = Chart::load(&folder, "", profile, &LoadLimits::default()).expect("a valid chart");
    let inputs = Inputs {
        chart: &Arc::new(chart),
        release: &Release::new("rel", "ns"),
        values: &DataMap::default(),
        capabilities: &Capabilities::default_for(profile),
        options: &RenderOptions::default(),
    };
    match Engine::new(profile).render(&inputs, Surroundings::seeded("differences")) {
        Ok(rendered) => rendered.manifests[0].text.to_string(),
        Err(error) => error.to_string().trim_end().lines().last().unwrap_or_default().to_owned(),
    }
}

fn check(profile: &'static Profile, file: (&str, &str), own: &str, helms: &str) {
    assert_eq!(outcome(profile, file), own, "{file:?}");
    assert_ne!(own, helms, "{file:?} is no difference any more");
}

/// The Helm of each case: 4.2.3, or 3.17.3 where the profile is that.
#[test]
fn templates_that_helm_renders_otherwise() {
    for (profile, template, own, helms) in [
        (
            &HELM_4_2,
            r#"a: {{ printf "%d" (toDate "2006-01-02" "2026-01-01") }}"#,
            "a: {}",
            "a: {0 63902822400 68502112}",
        ),
        (&HELM_4_2, r#"a: {{ regexMatch "^.$" "\xff" }}"#, "a: false", "a: true"),
        (&HELM_4_2, r#"a: {{ (deepCopy (semver "1.2.3")).Major }}"#, "a: 1", "a: 0"),
        (
            &HELM_4_2,
            "a: {{ .Values.Encode 1 }}",
            "    Encode is not a method but has arguments",
            "    can't handle 1 for arg of type io.Writer",
        ),
        (&HELM_3_17, "a: {{ .Chart.Maintainers }}", "a: [0xc000000000]", "a: [0xc000a53260]"),
    ] {
        check(profile, ("templates/a.yaml", template), own, helms);
    }
}

#[test]
fn schemas_that_helm_refuses_in_other_words() {
    for (schema, own, helms) in [
        (
            r#"{"$ref": "https://example.com/s.json"}"#,
            "Resource 'https://example.com/s.json' is not present in a registry and retrieving it \
             failed: references to other files and to the network are not followed",
            "failing loading \"https://example.com/s.json\": HTTP request failed for \
             https://example.com/s.json: Get \"https://example.com/s.json\": no such host",
        ),
        (
            r#"{"$schema": "https://example.com/none"}"#,
            "Unknown meta-schema: 'https://example.com/none'. Custom meta-schemas must be \
             registered in the registry before use",
            "failing loading \"https://example.com/none\": HTTP request failed for \
             https://example.com/none: Get \"https://example.com/none\": no such host",
        ),
        (
            r#"{"$schema": "http://json-schema.org/draft-07/schema#",
                "properties": {"a": {"format": "uri-template"}}}"#,
            "- at '/a': '{x' is not valid uri-template",
            "- at '/a': '{x' is not valid uri-template: no matching closing brace",
        ),
    ] {
        check(&HELM_4_2, ("values.schema.json", schema), own, helms);
    }
}
