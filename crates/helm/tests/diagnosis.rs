//! What people are told of charts that fail; `zij template` draws it.

use std::{fmt::Write as _, sync::Arc};

use zij_helm::{
    Capabilities, Chart, Engine, Error, Inputs, Place, Release, RenderOptions,
    diagnosis::{Diagnosis, Sources, diagnose},
    host::Surroundings,
    load::{LoadLimits, MemoryFolder},
    profile::HELM_4_2,
    values::{SetFlag, ValuesLayer, merge_layers},
};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const VALUES: &str = "\
service:
  https: 443
  name: web
image: nginx
replicas: \"2\"
hosts:
  - name: a
password: \"\"
template: '{{ .Values.service.htp.port }} is the port'
";

/// A case: files of a chart behind `-- NAME --`, and what the user gives under the names `-f FILE`,
/// `--set` and `NAME`.
fn sections(case: &str) -> Vec<(&str, String)> {
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in case.lines() {
        let name = line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --"));
        match (name, sections.last_mut()) {
            (Some(name), _) => sections.push((name, String::new())),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    sections
}

fn diagnosis(case: &str) -> Diagnosis {
    let mut folder: MemoryFolder =
        [("Chart.yaml", CHART), ("values.yaml", VALUES)].into_iter().collect();
    let mut layers = Vec::new();
    let mut release = "rel".to_owned();
    for (name, text) in sections(case) {
        if let Some(file) = name.strip_prefix("-f ") {
            match ValuesLayer::file(file, text.as_bytes(), &HELM_4_2) {
                Ok(layer) => layers.push(layer),
                Err(error) => return told_of(&error, &[], None),
            }
        } else if name == "--set" {
            layers.push(ValuesLayer::flag(SetFlag::Typed, text.trim()));
        } else if name == "NAME" {
            text.trim().clone_into(&mut release);
        } else {
            folder.insert(name, text);
        }
    }
    let chart = match Chart::load(&folder, "", &HELM_4_2, &LoadLimits::default()) {
        Ok(chart) => Arc::new(chart),
        Err(error) => return told_of(&error, &layers, None),
    };
    let inputs = Inputs {
        chart: &chart,
        release: &Release::new(&*release, "ns"),
        values: &merge_layers(&layers, &HELM_4_2).expect("readable flags"),
        capabilities: &Capabilities::default_for(&HELM_4_2),
        options: &RenderOptions::default(),
    };
    let error = Engine::new(&HELM_4_2).render(&inputs, Surroundings::seeded("test"));
    told_of(&error.expect_err("a chart that Helm refuses"), &layers, Some(&chart))
}

fn told_of(error: &Error, layers: &[ValuesLayer], chart: Option<&Chart>) -> Diagnosis {
    diagnose(
        error,
        &Sources { layers, chart, chart_name: "./web", profile: &HELM_4_2, takes_flags: true },
    )
}

fn at(place: &Place) -> String {
    let Some(excerpt) = &place.excerpt else { return place.file.clone() };
    let text: String = excerpt.text().chars().collect();
    let marked: String = text.chars().skip(excerpt.span.start).take(excerpt.span.len()).collect();
    format!("{}:{}:{} [{marked}]", place.file, excerpt.line, excerpt.column())
}

fn text(told: &Diagnosis) -> String {
    let mut text = format!("{}\n", told.headline);
    if let Some(place) = &told.place {
        let _ = writeln!(text, "at {}", at(place));
    }
    if !told.label.is_empty() {
        let _ = writeln!(text, "label: {}", told.label);
    }
    if told.calls_left_out > 0 {
        let _ = writeln!(text, "{} calls left out", told.calls_left_out);
    }
    for call in &told.calls {
        let _ = writeln!(text, "from {}", at(call));
    }
    for note in &told.notes {
        let _ = writeln!(text, "note: {note}");
    }
    for help in &told.helps {
        let _ = writeln!(text, "help: {help}");
    }
    text
}

#[test]
fn refused_charts() {
    insta::glob!("refused/*.txt", |path| {
        let case = std::fs::read_to_string(path).expect("a readable case");
        insta::assert_snapshot!(text(&diagnosis(&case)));
    });
}
