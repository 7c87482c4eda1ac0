//! Combinations and undoings in every form.

use std::fmt::Debug;

use serde::Serialize;

use super::{
    combine::{
        COMBINE_SCHEMA, Combination, Conflict, Flapping, Head, HeadStatus, Interaction, Order,
        Restarts,
    },
    fixture::rolling,
    html, junit,
    markdown::{self, MARKER, Options},
    model::{ResourceName, Rollback, Verdict},
    rollback::{LaterCommit, ROLLBACK_SCHEMA, Undoing, UndoingResult},
    sarif,
};

fn head(name: &str, status: HeadStatus) -> Head {
    Head {
        name: name.to_owned(),
        commit: "14c2ad8f001b2c3d4e5f60718293a4b5c6d7e8f9".to_owned(),
        status,
        diverged: false,
        stacked_on: None,
        adds: (status == HeadStatus::Merged).then(|| "1 restarting pods, 6 unchanged".to_owned()),
        conflicts: Vec::new(),
    }
}

fn payments() -> ResourceName {
    rolling().rollouts[0].resource.clone()
}

/// Three branches: the second is built on the first, the third does not fit.
fn combination() -> Combination {
    let mut third = head("clash", HeadStatus::Conflict);
    third.conflicts.push(Conflict {
        file: "clusters/one/values.yaml".to_owned(),
        what: "both change it".to_owned(),
        lines: vec!["3-4".to_owned()],
        with: Some(0),
    });
    let second = Head { stacked_on: Some(0), diverged: true, ..head("team", HeadStatus::Merged) };
    let interaction = |class, level, path: Option<&str>| Interaction {
        class,
        level,
        cell: "prod-eu-1/payments".to_owned(),
        resource: Some(payments()),
        path: path.map(str::to_owned),
        heads: vec![0, 1],
        message: "changes as in neither of them: `3`".to_owned(),
    };
    Combination {
        schema: COMBINE_SCHEMA,
        base: rolling().base,
        heads: vec![head("tag", HeadStatus::Merged), second, third],
        prefix: 2,
        order: Order { tried: 2, differing: vec![vec![1, 0]] },
        interactions: vec![
            interaction("rule-broken", "error", None),
            interaction("emergent", "review", Some("spec.replicas")),
        ],
        restarts: Restarts { one_by_one: 7, together: 4, saved: 3 },
        flapping: vec![Flapping {
            cell: "prod-eu-1/payments".to_owned(),
            resource: payments(),
            heads: vec![0, 1],
        }],
        combined: rolling(),
    }
}

fn undoing(result: UndoingResult) -> Undoing {
    let applies = result != UndoingResult::Conflict;
    let conflicts = [("clusters/one/values.yaml".to_owned(), "both change it".to_owned())];
    Undoing {
        schema: ROLLBACK_SCHEMA,
        commit: "14c2ad8f001b2c3d4e5f60718293a4b5c6d7e8f9".to_owned(),
        subject: "a newer tag".to_owned(),
        tip: "HEAD".to_owned(),
        applies,
        conflicts: conflicts.into_iter().filter(|_| !applies).collect(),
        result,
        later: vec![LaterCommit {
            commit: "1139826aa01b2c3d4e5f60718293a4b5c6d7e8f9".to_owned(),
            subject: "another tag".to_owned(),
            files: vec!["clusters/one/values.yaml".to_owned()],
        }],
        rollback: Rollback::sum(&rolling().rollbacks),
        report: applies.then(rolling),
    }
}

/// Checks JSON against a schema that refers to that of reports.
fn check(schema: &str, value: &(impl Serialize + Debug)) {
    let report = include_str!("../../../../docs/reference/report.schema.json");
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let registry = jsonschema::Registry::new()
        .add("urn:zij:report:v1", parsed(report))
        .unwrap()
        .prepare()
        .unwrap();
    let schema = parsed(schema);
    let validator = jsonschema::options().with_registry(&registry).build(&schema).unwrap();
    let value = serde_json::to_value(value).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut later = value;
    later["schema"] = "zij.other/9".into();
    assert!(!validator.is_valid(&later), "another form has another name");
}

#[test]
fn json_fits_its_schemas() {
    check(include_str!("../../../../docs/reference/combine.schema.json"), &combination());
    let schema = include_str!("../../../../docs/reference/rollback.schema.json");
    for result in [UndoingResult::AsBefore, UndoingResult::Differs, UndoingResult::Conflict] {
        check(schema, &undoing(result));
    }
}

fn comment(foreword: &super::foreword::Foreword, limit: usize) -> String {
    markdown::write_after(foreword, &rolling(), &Options { limit })
}

#[test]
fn comments_begin_with_what_was_merged_or_undone() {
    for (name, foreword) in [
        ("merged", combination().foreword()),
        ("undone", undoing(UndoingResult::Differs).foreword()),
    ] {
        let text = comment(&foreword, 65_536);
        assert!(text.starts_with(MARKER));
        let from = text.find("### ").unwrap();
        insta::assert_snapshot!(name, text[from..text.find("### Findings").unwrap()].trim_end());
    }
    let foreword = combination().foreword();
    for limit in [65_536, 8_000, 5_000, 3_000] {
        let text = comment(&foreword, limit);
        assert!(text.len() <= limit, "{} > {limit}", text.len());
        assert!(text.contains("2 of 3 changes onto main"), "the answer stays at {limit}: {text}");
        assert!(text.contains("**together** 1 error, 1 review"), "{limit}");
    }
}

#[test]
fn a_combination_with_hundreds_of_interactions_fits() {
    let mut many = combination();
    many.interactions = vec![many.interactions[0].clone(); 900];
    let text = comment(&many.foreword(), 20_000);
    assert!(text.len() <= 20_000);
    assert!(text.contains("**together** 900 error") && text.contains("890 more"), "{text}");
}

#[test]
fn readers_of_findings_are_told_what_does_not_merge() {
    let log = sarif::write(&combination().as_report(), "0.0.0");
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    let place = &told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "clusters/one/values.yaml");
    assert!(told["message"]["text"].as_str().unwrap().contains("clash cannot be merged"));
    let conflict = undoing(UndoingResult::Conflict).as_report();
    assert_eq!(conflict.verdict, Verdict::Unevaluated);
    assert!(junit::write(&conflict).contains("the revert does not apply: both change it"));
    let page = html::write_after(&undoing(UndoingResult::Conflict).foreword(), &conflict);
    assert!(page.contains("not evaluated"));
}
