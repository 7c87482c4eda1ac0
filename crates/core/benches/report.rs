//! How long a report of 1000 applications on 50 clusters takes in each form:
//! `cargo bench -p zij-core --bench report -- FOLDER` prints milliseconds and bytes and leaves the
//! files in the folder, for `.ci/browser`.
//!
//! Some names and texts are hostile: they must show as text wherever they come up.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use std::{env, fs, io, path::Path, time::Instant};

use zij_core::report::{
    html, json, junit, markdown,
    model::{
        Action, Answer, Cause, Cell, CellState, Duration, Finding, FleetRollout, Group, Hunk, Line,
        LineKind, Place, Report, ResourceChange, ResourceName, RevisionName, Rollback,
        RollbackVerdict, Rollout, RolloutVerdict, SCHEMA, Segment, Severity, Stall, SyncStep,
        Trigger, TriggerKind, ValueChange, ValueSide, Verdict,
    },
    sarif,
};

const APPLICATIONS: usize = 1000;
const CLUSTERS: usize = 50;
/// Texts that would be markup, end a script, or reorder what stands beside them.
const HOSTILE: [&str; 3] = [
    "</script><script>window.broken=1</script>",
    "<img src=x onerror=window.broken=1>",
    "user\u{202e}nimda",
];

fn main() -> io::Result<()> {
    let Some(folder) = env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        // `cargo test --benches` runs it without one.
        return Ok(());
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let report = report();
    let options = markdown::Options::default();
    measure(folder, "report.json", || json::write(&report))?;
    measure(folder, "report.html", || html::write(&report))?;
    measure(folder, "report.md", || markdown::write(&report, &options))?;
    measure(folder, "report.sarif", || sarif::write(&report, "0.0.0"))?;
    measure(folder, "report.xml", || junit::write(&report))
}

fn measure(folder: &Path, name: &str, write: impl Fn() -> String) -> io::Result<()> {
    let start = Instant::now();
    let text = write();
    println!("{name}\t{:.1} ms\t{} bytes", start.elapsed().as_secs_f64() * 1e3, text.len());
    fs::write(folder.join(name), text)
}

fn report() -> Report {
    let mut report = Report {
        schema: SCHEMA.to_owned(),
        base: revision("main", "1139826aa01b2c3d4e5f60718293a4b5c6d7e8f9"),
        head: revision("topic", "14c2ad8f001b2c3d4e5f60718293a4b5c6d7e8f9"),
        clusters: (0..CLUSTERS).map(|n| cluster(n).into()).collect(),
        applications: (0..APPLICATIONS).map(|n| application(n).into()).collect(),
        cells: Vec::new(),
        untouched: 0,
        groups: Vec::new(),
        findings: Vec::new(),
        problems: Vec::new(),
        rollouts: Vec::new(),
        plans: Vec::new(),
        rollbacks: Vec::new(),
        rollout: None,
        verdict: Verdict::Blocked,
        reviewers: Vec::new(),
    };
    for index in 0..APPLICATIONS * CLUSTERS {
        let (row, column) = (index / CLUSTERS, index % CLUSTERS);
        let mut cell = cell(&mut report, row, column);
        pods(&mut report, row, column, &mut cell);
        report.cells.push(cell);
    }
    report.rollout = Some(sum(&report));
    report
}

fn sum(report: &Report) -> FleetRollout {
    let rolling = || report.cells.iter().filter(|cell| cell.state == CellState::Rolls);
    FleetRollout {
        workloads: rolling().count(),
        cells: rolling().count(),
        clusters: CLUSTERS,
        pods: 4 * rolling().count() as u64,
        worst_cell: report.cells.iter().position(|cell| !cell.rollouts.is_empty()),
        worst: report.cells.iter().find_map(|cell| cell.rollouts.first().copied()),
        together: 150,
        in_turn: 60 * rolling().count() as u64,
    }
}

/// What pods go through where they restart: two workloads a cell, those of every seventh
/// application in waves.
fn pods(report: &mut Report, row: usize, column: usize, cell: &mut Cell) {
    if cell.state.deploys() {
        cell.rollback = Some(position(&mut report.rollbacks, rollback(row, column)));
    }
    if cell.state != CellState::Rolls {
        return;
    }
    for own in [rollout("Deployment", row, column), rollout("StatefulSet", row, column)] {
        cell.rollouts.push(position(&mut report.rollouts, own));
    }
    if row.is_multiple_of(7) {
        let step = |phase: &str, wave, kind, expected| SyncStep {
            phase: phase.into(),
            wave,
            changes: 2,
            hooks: if wave < 0 { vec![format!("Job/{}", application(row))] } else { Vec::new() },
            workloads: if wave < 0 { Vec::new() } else { vec![workload(kind, row)] },
            expected,
        };
        let steps = vec![
            step("pre-sync", -1, "", 0),
            step("sync", 0, "Deployment", 40),
            step("sync", 5, "StatefulSet", 75),
        ];
        cell.plan = Some(position(&mut report.plans, steps));
    }
}

/// Where a thing stands among distinct ones of neighbours.
fn position<T: PartialEq>(known: &mut Vec<T>, own: T) -> usize {
    let back = known.iter().rev().take(40).position(|one| *one == own);
    let last = known.len();
    match back {
        Some(back) => last - 1 - back,
        None => {
            known.push(own);
            last
        }
    }
}

fn workload(kind: &str, row: usize) -> ResourceName {
    ResourceName { kind: kind.into(), ..name(row) }
}

fn rollout(kind: &str, row: usize, column: usize) -> Rollout {
    let waves = 1 + (row + column / 10) as u32 % 6;
    let is_stateful = kind == "StatefulSet";
    let replicas = 2 + waves;
    let lowest = if row.is_multiple_of(9) { 0 } else { replicas - 1 };
    let verdict = match row % 9 {
        0 => RolloutVerdict::RecreatePods,
        1 if is_stateful => RolloutVerdict::StaleConfig,
        _ => RolloutVerdict::Roll,
    };
    let expected = u64::from(waves) * if is_stateful { 25 } else { 20 };
    Rollout {
        resource: workload(kind, row),
        verdict,
        answer: Answer::Yes,
        why_unknown: None,
        triggers: vec![Trigger {
            kind: TriggerKind::Image,
            path: "spec.template.spec.containers[name=web].image".into(),
            of: None,
        }],
        replicas: Some(replicas),
        lowest: Some(lowest),
        unavailable: Some(replicas - lowest),
        peak: Some(replicas + u32::from(!is_stateful)),
        waves: Some(waves),
        duration: (verdict != RolloutVerdict::StaleConfig).then_some(Duration {
            lower: 0,
            expected,
            upper: (!is_stateful).then_some(u64::from(waves) * 600),
        }),
        outage: Some(7),
        stall: Some(Stall {
            available: Some(lowest),
            message: "it stops there and says so after 600 s (ProgressDeadlineExceeded)".into(),
        }),
        assumptions: vec![
            "a pod needs 20 s to start and 5 s to stop".into(),
            "the nodes have room for the pods on top".into(),
        ],
        notes: if row < 3 { vec![HOSTILE[row].into()] } else { Vec::new() },
    }
}

fn rollback(row: usize, column: usize) -> Rollback {
    let (verdict, reasons, steps) = match row % 20 {
        0 => (
            RollbackVerdict::OneWay,
            vec![format!("PersistentVolumeClaim/{} has grown: it cannot shrink", application(row))],
            Vec::new(),
        ),
        1 => (
            RollbackVerdict::Partial,
            vec![format!("the hook Job/{} has run", application(row))],
            vec![format!("undo by hand what `Job/{}` did to the data", application(row))],
        ),
        _ => (RollbackVerdict::Rolls, Vec::new(), Vec::new()),
    };
    let not_undone = match (row % 20, column % 10) {
        (0, 0) => vec!["custom resources that an operator has changed meanwhile".into()],
        _ => Vec::new(),
    };
    Rollback { verdict, workloads: 2, reasons, steps, not_undone }
}

fn revision(name: &str, commit: &str) -> RevisionName {
    RevisionName { name: name.into(), commit: Some(commit.into()), tree: "4b825dc".into() }
}

fn cluster(n: usize) -> String {
    let region = ["prod-eu-west", "prod-us-east", "staging-ap", "dev"][n % 4];
    if n == 3 { HOSTILE[2].to_owned() } else { format!("{region}-{n:02}") }
}

fn application(n: usize) -> String {
    let name = ["payments", "search", "checkout", "ledger", "mail", "stock"][n % 6];
    if n < 2 { HOSTILE[n].to_owned() } else { format!("{name}-{n:03}") }
}

/// A cell in one of all states; half of them differ, each fourth with values of its own.
fn cell(report: &mut Report, row: usize, column: usize) -> Cell {
    let at = (row * 31 + column * 17 + row * column) % 40;
    let state = match at {
        0..20 => CellState::Unchanged,
        20..26 => CellState::ValuesOnly,
        26..32 => CellState::Changed,
        32..37 => CellState::Rolls,
        37 => CellState::Added,
        38 => CellState::Removed,
        _ if row.is_multiple_of(25) => CellState::Blocked,
        _ => CellState::Rolls,
    };
    let index = report.cells.len();
    let differs = state != CellState::Unchanged;
    if differs && (column.is_multiple_of(4) || report.groups.is_empty()) {
        report.groups.push(group(row, column));
    }
    let group = differs.then(|| report.groups.len() - 1);
    if let Some(own) = group.and_then(|at| report.groups.get_mut(at)) {
        own.cells.push(index);
    }
    let mut findings = Vec::new();
    if state == CellState::Blocked {
        findings.push(report.findings.len());
        report.findings.push(finding(row, index));
    }
    Cell {
        application: row,
        cluster: column,
        state,
        causes: if differs { vec![Cause::Values] } else { Vec::new() },
        values_differ: differs,
        manifests_differ: differs && state != CellState::ValuesOnly,
        group,
        findings,
        problem: None,
        presence: None,
        rollouts: Vec::new(),
        plan: None,
        rollback: None,
    }
}

fn name(row: usize) -> ResourceName {
    ResourceName {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        namespace: Some(format!("team-{}", row % 40)),
        name: application(row),
    }
}

fn place(file: String, line: usize) -> Option<Place> {
    Some(Place { file, line: Some(line), column: None })
}

fn group(row: usize, column: usize) -> Group {
    let side = |tag: String| {
        let place = place(format!("clusters/{}/values-{row}.yaml", cluster(column)), 7);
        Some(ValueSide { value: tag, place })
    };
    let (old, new) = (format!("1.{row}.{column}"), format!("1.{row}.{}", column + 1));
    let line = |kind, text: &str, word: &str| {
        let segment = |text: &str, emphasised| Segment { text: text.to_owned(), emphasised };
        Line { kind, segments: [segment(text, false), segment(word, !word.is_empty())].into() }
    };
    let image = "        - image: registry.example/web:";
    let hunk = Hunk {
        old_start: 21,
        new_start: 21,
        lines: vec![
            line(LineKind::Context, "    spec:", ""),
            line(LineKind::Context, HOSTILE[row % 3], ""),
            line(LineKind::Context, "      containers:", ""),
            line(LineKind::Removed, image, &old),
            line(LineKind::Added, image, &new),
            line(LineKind::Context, "          name: web", ""),
        ],
    };
    Group {
        cells: Vec::new(),
        values: vec![ValueChange { path: "image.tag".into(), old: side(old), new: side(new) }],
        resources: vec![ResourceChange {
            resource: name(row),
            action: Action::Update,
            template: place("charts/web/templates/deployment.yaml".into(), 1),
            rolls: vec!["spec.template.spec.containers[name=web].image".into()],
            fields: Vec::new(),
            hunks: vec![hunk],
        }],
    }
}

fn finding(row: usize, cell: usize) -> Finding {
    Finding {
        rule: "ZIJ-F001".into(),
        title: "label-value".into(),
        severity: Severity::Block,
        cell,
        resource: Some(name(row)),
        path: Some("spec.template.metadata.labels.app".into()),
        message: format!("label `app` has 67 characters, the limit is 63: `{}`", HOSTILE[row % 3]),
        fix: "shorten the value".into(),
        place: place(format!("charts/web-{row}/templates/_helpers.tpl"), 12),
        waiver: None,
    }
}
