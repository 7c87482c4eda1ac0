//! `testdata/configs`: what each configuration finds, and what is said about the broken ones.

use std::fs;

use zij_core::{
    inventory::{Config, Inventory, Problem, ValuesSource},
    source::MemoryTree,
};

fn tree() -> MemoryTree {
    MemoryTree::new([
        ("apis/eu.txt", "# what the cluster serves\napps/v1\n\nbatch/v1 # jobs\n"),
        ("charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("charts/web/ci/full-values.yaml", "a: 1\n"),
        ("charts/web/ci/one-two-three.yaml", "a: 1\n"),
        ("charts/web/ci/small-values.yaml", "a: 2\n"),
        ("clusters/eu/db/values.yaml", "a: 1\n"),
        ("clusters/eu/defaults.yaml", "a: 1\n"),
        ("clusters/eu/web/values-secret.yaml", "a: 1\n"),
        ("clusters/eu/web/values.yaml", "a: 1\n"),
        ("clusters/us/web/values.yaml", "a: 1\n"),
    ])
}

fn problems(problems: &[Problem]) -> String {
    let mut lines = Vec::new();
    for problem in problems {
        let place = problem.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        lines.push(format!("{:?}: {place}{}", problem.severity, problem.message));
        if let Some(hint) = &problem.hint {
            lines.push(format!("    {hint}"));
        }
    }
    lines.join("\n")
}

fn cells(inventory: &Inventory) -> String {
    let mut lines = Vec::new();
    for rule in &inventory.rules {
        lines.push(format!("{:?} {} {}", rule.rule, rule.pattern, rule.cells));
    }
    for cluster in inventory.clusters.values() {
        let (kube, apis) = (&cluster.kube, &cluster.apis);
        lines.push(format!(
            "{} {} {kube:?} {apis:?} {:?}",
            cluster.name, cluster.profile, cluster.labels
        ));
    }
    for application in inventory.cells.values() {
        let (path, chart) = application.chart().expect("zij.yaml describes charts");
        lines.push(format!(
            "{}: {} as {} in {} (crds {}, tests {}), from {}",
            application.id,
            path,
            chart.release,
            application.namespace,
            chart.flags.include_crds,
            !chart.flags.skip_tests,
            application.origin.place,
        ));
        for layer in &chart.values {
            match layer {
                ValuesSource::File(path) => lines.push(format!("  {path}")),
                ValuesSource::OptionalFile(path) => lines.push(format!("  {path}?")),
                ValuesSource::Inline { text: values, place } => {
                    lines.push(format!("  {place} {values:?}"));
                }
                ValuesSource::Pinned { .. } | ValuesSource::Set { .. } => {}
            }
        }
    }
    lines.join("\n")
}

#[test]
fn valid_configurations_find_their_cells() {
    insta::glob!("../../../testdata/configs", "valid/*.yaml", |path| {
        let config = Config::parse("zij.yaml", &fs::read(path).unwrap());
        let inventory = Inventory::of(&tree(), &config);
        assert_eq!(problems(&inventory.problems), "", "{}", path.display());
        insta::assert_snapshot!(cells(&inventory));
    });
}

#[test]
fn broken_configurations_say_what_and_where() {
    insta::glob!("../../../testdata/configs", "invalid/*.yaml", |path| {
        let config = Config::parse("zij.yaml", &fs::read(path).unwrap());
        let inventory = Inventory::of(&tree(), &config);
        insta::assert_snapshot!(problems(&inventory.problems));
    });
}
