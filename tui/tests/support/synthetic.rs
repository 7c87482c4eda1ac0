//! A made-up fleet of any size, the same at every run.

use std::sync::Arc;

use zij_core::report::model::{
    Action, Cause, Cell, CellState, FieldChange, Finding, Group, Hunk, Line, LineKind, Place,
    Problem, Report, ResourceChange, ResourceName, RevisionName, SCHEMA, Segment, Severity, Side,
    ValueChange, ValueSide, Verdict,
};

const TEAMS: [&str; 12] = [
    "payments",
    "ledger",
    "checkout",
    "catalog",
    "search",
    "결제",
    "identity",
    "media",
    "mail",
    "inventory",
    "pricing",
    "gateway",
];
const PARTS: [&str; 9] =
    ["api", "worker", "web", "cron", "cache", "proxy", "admin", "stream", "정산"];
const REGIONS: [&str; 10] = [
    "dev-seoul",
    "prod-eu-central",
    "prod-eu-west",
    "prod-seoul",
    "prod-tokyo",
    "prod-us-east",
    "prod-us-west",
    "stage-eu-west",
    "stage-seoul",
    "stage-us-east",
];

/// A report over so many applications and clusters; about one application in ten changes.
pub(crate) fn report(applications: usize, clusters: usize) -> Report {
    let mut names: Vec<String> = (0..applications)
        .map(|index| {
            let (team, rest) = (TEAMS[index % TEAMS.len()], index / TEAMS.len());
            let (part, round) = (PARTS[rest % PARTS.len()], rest / PARTS.len());
            if round == 0 { format!("{team}-{part}") } else { format!("{team}-{part}-{round}") }
        })
        .collect();
    names.sort();
    let mut places: Vec<String> = (0..clusters)
        .map(|index| format!("{}-{:02}", REGIONS[index % REGIONS.len()], index / REGIONS.len() + 1))
        .collect();
    places.sort();
    let mut report = Report {
        schema: SCHEMA.to_owned(),
        base: revision("main", "3f2a1b9c"),
        head: revision("feature/raise-limits", "9e8d7c6b"),
        clusters: places.iter().map(|name| Arc::from(name.as_str())).collect(),
        applications: names.iter().map(|name| Arc::from(name.as_str())).collect(),
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
    for (application, name) in names.iter().enumerate() {
        let changes = mix(application).is_multiple_of(10);
        let mut groups: Vec<(CellState, usize)> = Vec::new();
        for cluster in 0..clusters {
            let dice = mix(application * 7919 + cluster * 104_729);
            if dice % 100 < 4 {
                continue;
            }
            let state =
                if changes && dice % 10 < 6 { state(dice / 100) } else { CellState::Unchanged };
            add(&mut report, (application, name), cluster, state, &mut groups);
        }
    }
    report
}

fn revision(name: &str, commit: &str) -> RevisionName {
    let commit = commit.repeat(5);
    RevisionName {
        name: name.to_owned(),
        tree: commit.chars().rev().collect(),
        commit: Some(commit),
    }
}

/// Scatters numbers; good enough to look unplanned.
fn mix(seed: usize) -> usize {
    let mut value = seed as u64;
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        value = (value ^ (value >> 33)).wrapping_add(0x9e37).wrapping_mul(factor);
    }
    usize::try_from(value >> 34).unwrap_or_default()
}

fn state(dice: usize) -> CellState {
    match dice % 40 {
        0..18 => CellState::Rolls,
        18..26 => CellState::Changed,
        26..33 => CellState::ValuesOnly,
        33..35 => CellState::Added,
        35 => CellState::Removed,
        36 | 37 => CellState::Blocked,
        38 => CellState::Error,
        _ => CellState::Unknown,
    }
}

fn add(
    report: &mut Report,
    (application, name): (usize, &str),
    cluster: usize,
    state: CellState,
    groups: &mut Vec<(CellState, usize)>,
) {
    let index = report.cells.len();
    let has_group = !matches!(state, CellState::Unchanged | CellState::Error | CellState::Unknown);
    let group = has_group.then(|| match groups.iter().find(|(of, _)| *of == state) {
        Some((_, group)) => *group,
        None => {
            report.groups.push(change(name, state));
            groups.push((state, report.groups.len() - 1));
            report.groups.len() - 1
        }
    });
    if let Some(group) = group {
        report.groups[group].cells.push(index);
    }
    let mut findings = Vec::new();
    if state == CellState::Blocked {
        findings.push(report.findings.len());
        report.findings.push(finding(index, name));
    }
    report.cells.push(Cell {
        application,
        cluster,
        state,
        causes: match state {
            CellState::Unchanged => Vec::new(),
            CellState::ValuesOnly => vec![Cause::Values],
            CellState::Added | CellState::Removed => vec![Cause::Inventory],
            _ => vec![Cause::Values, Cause::Template],
        },
        values_differ: has_group,
        manifests_differ: has_group && state != CellState::ValuesOnly,
        group,
        findings,
        problem: matches!(state, CellState::Error | CellState::Unknown).then(|| problem(state)),
        presence: None,
        rollouts: Vec::new(),
        plan: None,
        rollback: None,
    });
}

fn place(file: &str, line: usize) -> Option<Place> {
    Some(Place { file: file.to_owned(), line: Some(line), column: None })
}

fn problem(state: CellState) -> Problem {
    let (message, hint) = if state == CellState::Error {
        (
            "`.Values.ingress.host` is nil\ncalled from templates/ingress.yaml:14",
            "set `ingress.host`",
        )
    } else {
        ("the chart `redis` 19.1.0 is not in the repository", "run `zij vendor`")
    };
    Problem {
        side: Some(Side::Head),
        message: message.to_owned(),
        place: place("charts/service/templates/ingress.yaml", 14),
        hint: Some(hint.to_owned()),
        evidence: None,
    }
}

fn finding(cell: usize, name: &str) -> Finding {
    Finding {
        rule: "ZIJ-F001".to_owned(),
        title: "label-value".to_owned(),
        severity: Severity::Block,
        cell,
        resource: Some(resource("Deployment", name)),
        path: Some("metadata.labels.release".to_owned()),
        message: format!(
            "`{name}-with-a-very-long-prefix-that-the-new-template-puts-in-front` has 71 characters; \
             a label's value may have 63"
        ),
        fix: "shorten the prefix, or cut the value with `trunc 63 | trimSuffix \"-\"`".to_owned(),
        place: place("charts/service/templates/_helpers.tpl", 21),
        waiver: None,
    }
}

fn resource(kind: &str, name: &str) -> ResourceName {
    ResourceName {
        api_version: if kind == "Deployment" { "apps/v1" } else { "v1" }.to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    }
}

fn change(name: &str, state: CellState) -> Group {
    let side = |value: &str, line| {
        Some(ValueSide { value: value.to_owned(), place: place("clusters/prod/values.yaml", line) })
    };
    let values = vec![
        ValueChange {
            path: "image.tag".to_owned(),
            old: side("\"1.27.0\"", 12),
            new: side("\"1.27.3\"", 12),
        },
        ValueChange {
            path: "resources.limits.memory".to_owned(),
            old: None,
            new: side("512Mi", 31),
        },
    ];
    let resources = match state {
        CellState::ValuesOnly => Vec::new(),
        CellState::Added => vec![whole(name, Action::Create, LineKind::Added)],
        CellState::Removed => vec![whole(name, Action::Delete, LineKind::Removed)],
        CellState::Changed => vec![config(name)],
        _ => vec![config(name), deployment(name)],
    };
    Group { cells: Vec::new(), values, resources }
}

fn line(kind: LineKind, parts: &[&str]) -> Line {
    // Every second part is what differs.
    let segments = parts
        .iter()
        .enumerate()
        .map(|(index, text)| Segment { text: (*text).to_owned(), emphasised: index % 2 == 1 });
    Line { kind, segments: segments.collect() }
}

fn whole(name: &str, action: Action, kind: LineKind) -> ResourceChange {
    let named = format!("  name: {name}");
    let lines = [
        "apiVersion: v1",
        "kind: Service",
        "metadata:",
        &named,
        "  namespace: shop",
        "spec:",
        "  ports:",
        "  - port: 80",
    ];
    ResourceChange {
        resource: resource("Service", name),
        action,
        template: place("charts/service/templates/service.yaml", 1),
        rolls: Vec::new(),
        fields: Vec::new(),
        hunks: vec![Hunk {
            old_start: 1,
            new_start: 1,
            lines: lines.iter().map(|text| line(kind, &[text])).collect(),
        }],
    }
}

fn config(name: &str) -> ResourceChange {
    use LineKind::{Added, Context, Removed};
    ResourceChange {
        resource: resource("ConfigMap", name),
        action: Action::Update,
        template: place("charts/service/templates/config.yaml", 1),
        rolls: Vec::new(),
        fields: vec![FieldChange {
            path: "data.LOG_LEVEL".to_owned(),
            old: Some("info".to_owned()),
            new: Some("debug".to_owned()),
        }],
        hunks: vec![Hunk {
            old_start: 3,
            new_start: 3,
            lines: vec![
                line(Context, &["data:"]),
                line(Context, &["  GREETING: 안녕하세요"]),
                line(Removed, &["  LOG_LEVEL: ", "info"]),
                line(Added, &["  LOG_LEVEL: ", "debug"]),
                line(Context, &["  PORT: \"8080\""]),
            ],
        }],
    }
}

fn deployment(name: &str) -> ResourceChange {
    use LineKind::{Added, Context, Removed};
    let image = |tag: &'static str| ["        image: registry.example/shop/service:", tag];
    ResourceChange {
        resource: resource("Deployment", name),
        action: Action::Update,
        template: place("charts/service/templates/deployment.yaml", 1),
        rolls: vec!["spec.template.spec.containers[0].image".to_owned()],
        fields: vec![FieldChange {
            path: "spec.template.spec.containers[0].image".to_owned(),
            old: Some("registry.example/shop/service:1.27.0".to_owned()),
            new: Some("registry.example/shop/service:1.27.3".to_owned()),
        }],
        hunks: vec![
            Hunk {
                old_start: 28,
                new_start: 28,
                lines: vec![
                    line(Context, &["    spec:"]),
                    line(Context, &["      containers:"]),
                    line(Context, &["      - name: service"]),
                    line(Removed, &image("1.27.0")),
                    line(Added, &image("1.27.3")),
                    line(Context, &["        ports:"]),
                    line(Context, &["        - containerPort: 8080"]),
                    line(Context, &["          name: http"]),
                ],
            },
            Hunk {
                old_start: 51,
                new_start: 51,
                lines: vec![
                    line(Context, &["        resources:"]),
                    line(Context, &["          requests:"]),
                    line(Context, &["            memory: 256Mi"]),
                    line(Added, &["", "          limits:"]),
                    line(Added, &["", "            memory: 512Mi"]),
                    line(Context, &["      terminationGracePeriodSeconds: 30"]),
                ],
            },
        ],
    }
}
