//! The shared fleet explained, with the files that its places name.

use super::{EXPLANATION_SCHEMA, Explanation, Explanations, Question, Sources, Touch, explain};
use crate::{
    report::{
        model::{FieldChange, Report},
        tests::fleet,
    },
    source::{MemoryTree, TreePath},
};

/// The fleet with the field that its image is in.
fn report() -> Report {
    let mut report = fleet();
    for group in &mut report.groups {
        for resource in &mut group.resources {
            resource.fields.push(FieldChange {
                path: "spec.template.spec.containers[name=web].image".to_owned(),
                old: Some("registry.example/web:1.4.2".to_owned()),
                new: Some("registry.example/web:1.5.0".to_owned()),
            });
        }
    }
    report
}

fn told(cell: usize, question: Question<'_>) -> Explanation {
    let files = |tag: &str| {
        let values = format!("name: web\nimage:\n  tag: {tag}\n");
        let template = "kind: Deployment\nspec:\n  image: web:{{ .Values.image.tag }}\n".to_owned();
        MemoryTree::new([
            ("apps/payments/values.yaml", values),
            ("charts/web/templates/deployment.yaml", template),
        ])
    };
    let (base, head) = (files("1.4.2"), files("1.5.0"));
    let touched = |file: &TreePath, line: Option<&str>| {
        Some(Touch {
            id: "14c2ad8f001b2c3d4e5f60718293a4b5c6d7e8f9".to_owned(),
            subject: format!("{file}: {}", line.unwrap_or("whole")),
            author: "Ada Author".to_owned(),
            time: 0,
            in_range: line.is_some_and(|line| line.contains("1.5.0")),
        })
    };
    let report = report();
    let sources = Sources { base: &base, head: &head, touched: &touched };
    explain(&report, &report.cells[cell], question, &sources)
}

#[test]
fn a_field_leads_to_its_line_its_value_and_their_commits() {
    let all = told(1, Question::default());
    insta::assert_snapshot!(all.to_text(false, 100));
    let schema = include_str!("../../../../../docs/reference/explanation.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let cells = (0..report().cells.len()).map(|cell| told(cell, Question::default())).collect();
    let json = Explanations { schema: EXPLANATION_SCHEMA, cells }.to_json();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn questions_choose_objects_and_fields() {
    let count = |object: &str, path: Option<&str>| {
        let told = told(1, Question { object: Some(object), path });
        told.objects.iter().map(|object| object.fields.len()).sum::<usize>()
    };
    for object in ["Deployment", "payments", "deployment/payments", "ZIJ-F001", "label-value"] {
        assert_eq!(count(object, None), 1, "{object}");
    }
    assert_eq!(count("ConfigMap", None), 0);
    assert_eq!(count("payments", Some("spec.template")), 1);
    assert_eq!(count("payments", Some("spec.temp")), 0);
}

#[test]
fn what_is_masked_shows_no_line() {
    let mut own = report();
    let value = &mut own.groups[1].values[0];
    for side in [&mut value.old, &mut value.new] {
        side.as_mut().unwrap().value = "<masked 5 bytes #00000000>".to_owned();
    }
    let tree = MemoryTree::new([("apps/payments/values.yaml", "a: 1\nb: 2\nneutral: canary\n")]);
    let touched = |_: &TreePath, _: Option<&str>| None;
    let sources = Sources { base: &tree, head: &tree, touched: &touched };
    let told = explain(&own, &own.cells[1], Question::default(), &sources);
    assert!(!told.to_text(false, 100).contains("canary"));
}
