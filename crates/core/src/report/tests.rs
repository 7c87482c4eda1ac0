//! One fleet, as each reader shows it.

use super::{
    hook, json, junit,
    model::*,
    sarif,
    terminal::{self, Options, Rows},
};

fn revision(name: &str, commit: &str) -> RevisionName {
    RevisionName {
        name: name.to_owned(),
        commit: Some(commit.to_owned()),
        tree: "4b825dc".to_owned(),
    }
}

fn place(file: &str, line: usize) -> Option<Place> {
    Some(Place { file: file.to_owned(), line: Some(line), column: None })
}

fn cell(application: usize, cluster: usize, state: CellState, group: Option<usize>) -> Cell {
    let differs = group.is_some();
    Cell {
        application,
        cluster,
        state,
        causes: if differs { vec![Cause::Values] } else { Vec::new() },
        values_differ: differs,
        manifests_differ: differs && state != CellState::ValuesOnly,
        group,
        findings: Vec::new(),
        problem: None,
        presence: None,
        rollouts: Vec::new(),
        plan: None,
        rollback: None,
    }
}

fn line(kind: LineKind, pieces: &[(&str, bool)]) -> Line {
    let segments = pieces
        .iter()
        .map(|(text, emphasised)| Segment { text: (*text).to_owned(), emphasised: *emphasised });
    Line { kind, segments: segments.collect() }
}

fn deployment(name: &str) -> ResourceName {
    ResourceName {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    }
}

fn side(value: &str, file: &str, line: usize) -> Option<ValueSide> {
    Some(ValueSide { value: value.to_owned(), place: place(file, line) })
}

fn image_group(cells: Vec<usize>) -> Group {
    Group {
        cells,
        values: vec![
            ValueChange {
                path: "image.tag".to_owned(),
                old: side("1.4.2", "apps/payments/values.yaml", 3),
                new: side("1.5.0", "apps/payments/values.yaml", 3),
            },
            ValueChange {
                path: "resources.limits.memory".to_owned(),
                old: None,
                new: side("512Mi", "apps/payments/values.yaml", 9),
            },
        ],
        resources: vec![ResourceChange {
            resource: deployment("payments"),
            action: Action::Update,
            template: place("charts/web/templates/deployment.yaml", 1),
            rolls: vec!["spec.template.spec.containers[name=web].image".to_owned()],
            fields: Vec::new(),
            hunks: vec![Hunk {
                old_start: 17,
                new_start: 17,
                lines: vec![
                    line(LineKind::Context, &[("      containers:", false)]),
                    line(
                        LineKind::Removed,
                        &[("      - image: registry.example/web:", false), ("1.4.2", true)],
                    ),
                    line(
                        LineKind::Added,
                        &[("      - image: registry.example/web:", false), ("1.5.0", true)],
                    ),
                    line(LineKind::Context, &[("        name: \u{1b}[2Jweb", false)]),
                ],
            }],
        }],
    }
}

/// Three applications on three clusters: a change that rolls, one that blocks, one that fails.
pub(crate) fn fleet() -> Report {
    let mut cells = vec![
        cell(0, 0, CellState::Rolls, Some(0)),
        cell(0, 1, CellState::Blocked, Some(1)),
        cell(0, 2, CellState::Rolls, Some(0)),
        cell(1, 0, CellState::Unchanged, None),
        cell(1, 1, CellState::ValuesOnly, Some(2)),
        cell(1, 2, CellState::Error, None),
        cell(2, 0, CellState::Unchanged, None),
    ];
    cells[1].findings = vec![0];
    cells[5].problem = Some(Problem {
        side: Some(Side::Head),
        message: "execution error at (web/templates/cm.yaml:4:8): a region is required\nin the call of `web.region`".to_owned(),
        place: place("charts/web/templates/cm.yaml", 4),
        hint: Some("set `region` in the values of this cluster".to_owned()), evidence: None });
    let mut other = image_group(vec![1]);
    other.values.truncate(1);
    let only_values = Group {
        cells: vec![4],
        values: vec![ValueChange {
            path: "unused".to_owned(),
            old: side("true", "clusters/b.yaml", 2),
            new: None,
        }],
        resources: Vec::new(),
    };
    Report {
        schema: SCHEMA.to_owned(),
        base: revision("main", "1139826aa01b2c3d4e5f60718293a4b5c6d7e8f9"),
        head: revision("HEAD", "14c2ad8f001b2c3d4e5f60718293a4b5c6d7e8f9"),
        clusters: vec!["prod-eu-1".into(), "prod-us-1".into(), "staging".into()],
        applications: vec!["payments".into(), "search".into(), "web".into()],
        cells,
        untouched: 0,
        groups: vec![image_group(vec![0, 2]), other, only_values],
        findings: vec![Finding {
            rule: "ZIJ-F001".to_owned(),
            title: "label-value".to_owned(),
            severity: Severity::Block,
            cell: 1,
            resource: Some(deployment("payments")),
            path: Some(r#"spec.template.metadata.labels["app.kubernetes.io/instance"]"#.to_owned()),
            message: format!(
                "label `app.kubernetes.io/instance` has 67 characters, the limit is 63: `{}`",
                "payments-production-united-states-".repeat(2).get(..67).unwrap()
            ),
            fix: "shorten the value, such as with `trunc 63 | trimSuffix \"-\"`".to_owned(),
            place: place("charts/web/templates/_helpers.tpl", 12),
            waiver: None,
        }],
        problems: Vec::new(),
        rollouts: Vec::new(),
        plans: Vec::new(),
        rollbacks: Vec::new(),
        rollout: None,
        verdict: Verdict::Blocked,
        reviewers: Vec::new(),
    }
}

/// Twelve applications on fifty clusters, with a change in every third cell.
pub(crate) fn large() -> Report {
    let mut report = fleet();
    report.clusters = (0..50)
        .map(|n| {
            format!("{}-{:02}", ["prod-eu-west", "prod-us-east", "staging-ap"][n % 3], n).into()
        })
        .collect();
    report.applications = (0..12).map(|n| format!("application-{n:02}").into()).collect();
    let state = |n: usize| match n % 7 {
        0 => CellState::Rolls,
        1 => CellState::Changed,
        _ => CellState::Unchanged,
    };
    report.cells = (0..600).map(|n| cell(n / 50, n % 50, state(n), None)).collect();
    report.untouched = 420;
    report.groups.clear();
    report.findings.clear();
    report.verdict = Verdict::Clean;
    report
}

fn plain(report: &Report, rows: Rows) -> String {
    terminal::write(report, &Options { rows, ..Options::default() })
}

#[test]
fn the_whole_report_at_80_columns() {
    insta::assert_snapshot!(plain(&fleet(), Rows::State));
}

#[test]
fn many_problems_that_were_there_before_are_counted() {
    let mut report = fleet();
    let sides = [Some(Side::Head), None, None, None, None, None];
    let problem = |(number, side)| Problem {
        side,
        message: format!("fault {number}"),
        place: None,
        hint: None,
        evidence: None,
    };
    report.problems = sides.into_iter().enumerate().map(problem).collect();
    let text = plain(&report, Rows::State);
    let shown: Vec<&str> = text.lines().filter(|line| line.contains("fault ")).collect();
    assert_eq!(shown, ["  fault 0", "  fault 1", "  fault 2", "  fault 3"]);
    assert!(text.contains("2 problems more on both sides: `zij apps` lists them"), "{text}");
}

#[test]
fn two_rows_for_each_application() {
    insta::assert_snapshot!(plain(&fleet(), Rows::ValuesAndManifests));
}

#[test]
fn many_clusters_are_written_downwards_and_in_blocks() {
    let text = plain(&large(), Rows::State);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn colour_only_adds_to_the_plain_text() {
    let options = Options { color: true, ..Options::default() };
    let coloured = terminal::write(&fleet(), &options);
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
    assert_eq!(trimmed.join("\n") + "\n", plain(&fleet(), Rows::State));
}

#[test]
fn hooks_get_few_short_lines() {
    let text = hook::text_for(&fleet(), "push to main");
    assert!(text.lines().all(|line| line.chars().count() <= 72), "{text}");
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(hook::text(&large()));
}

#[test]
fn json_is_read_back_and_fits_its_schema() {
    let schema = include_str!("../../../../docs/reference/report.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [fleet(), large()] {
        let text = json::write(&report);
        assert_eq!(json::read(&text).unwrap(), report);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    let later = json::write(&fleet()).replace(SCHEMA, "zij.report/v9");
    assert!(!validator.is_valid(&serde_json::from_str(&later).unwrap()));
    assert_eq!(
        json::read(&later).unwrap_err().to_string(),
        "the report has the form `zij.report/v9`, expected `zij.report/v1`"
    );
}

#[test]
fn code_scanning_gets_findings_with_their_rules() {
    let mut report = fleet();
    report.findings[0].place = place("charts/web/a b.tpl", 12);
    let text = sarif::write(&report, "0.0.0");
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_json_snapshot!(log["runs"][0]["results"]);
    insta::assert_json_snapshot!(log["runs"][0]["invocations"]);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let result = &log["runs"][0]["results"][0];
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
}

#[test]
fn a_moved_line_keeps_its_fingerprint() {
    let print = |report: &Report| {
        let log: serde_json::Value = serde_json::from_str(&sarif::write(report, "0.0.0")).unwrap();
        log["runs"][0]["results"][0]["partialFingerprints"]["zijFinding/v1"].clone()
    };
    let report = fleet();
    let mut moved = report.clone();
    moved.findings[0].place = place("charts/web/templates/_helpers.tpl", 99);
    moved.findings[0].message = "other words".to_owned();
    assert_eq!(print(&report), print(&moved));
    moved.findings[0].path = Some("spec.other".to_owned());
    assert_ne!(print(&report), print(&moved));
}

#[test]
fn every_cell_is_a_test_case() {
    let text = junit::write(&fleet());
    assert_eq!(text.matches("<testcase").count(), fleet().cells.len());
    insta::assert_snapshot!(text);
}
