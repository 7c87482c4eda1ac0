//! The shared fleet with what its pods go through and what undoing it takes.

use super::{model::*, tests::fleet};

fn workload(kind: &str, name: &str) -> ResourceName {
    ResourceName {
        api_version: "apps/v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    }
}

fn rollout(kind: &str, name: &str, verdict: RolloutVerdict, figures: [u32; 4]) -> Rollout {
    let [replicas, lowest, peak, waves] = figures;
    Rollout {
        resource: workload(kind, name),
        verdict,
        answer: Answer::Yes,
        why_unknown: None,
        triggers: vec![Trigger {
            kind: TriggerKind::Image,
            path: "spec.template.spec.containers[name=web].image".to_owned(),
            of: None,
        }],
        replicas: Some(replicas),
        lowest: Some(lowest),
        unavailable: Some(replicas - lowest),
        peak: Some(peak),
        waves: Some(waves),
        duration: Some(Duration {
            lower: 0,
            expected: 20 * u64::from(waves),
            upper: Some(600 * u64::from(waves)),
        }),
        outage: Some(7),
        stall: Some(Stall {
            available: Some(lowest),
            message: "it stops there and says so after 600 s".to_owned(),
        }),
        assumptions: vec!["a pod needs 20 s to start and 5 s to stop".to_owned()],
        notes: Vec::new(),
    }
}

fn step(phase: &str, wave: i64, workloads: &[(&str, &str)], expected: u64) -> SyncStep {
    SyncStep {
        phase: phase.to_owned(),
        wave,
        changes: workloads.len(),
        hooks: if phase == "pre-sync" { vec!["Job/migrate".to_owned()] } else { Vec::new() },
        workloads: workloads.iter().map(|(kind, name)| workload(kind, name)).collect(),
        expected,
    }
}

fn rollback(verdict: RollbackVerdict, workloads: usize) -> Rollback {
    Rollback { verdict, workloads, reasons: Vec::new(), steps: Vec::new(), not_undone: Vec::new() }
}

/// [`fleet()`] whose first application restarts a Deployment and, a wave later, a StatefulSet.
pub(crate) fn rolling() -> Report {
    let mut report = fleet();
    let mut stateful = rollout("StatefulSet", "ledger", RolloutVerdict::Roll, [3, 2, 3, 3]);
    stateful.duration = Some(Duration { lower: 0, expected: 75, upper: None });
    stateful.notes.push("no readiness probe: available means started, not healthy".to_owned());
    let mut blocked = rollout("Deployment", "payments", RolloutVerdict::Blocked, [4, 4, 4, 0]);
    blocked.duration = None;
    report.rollouts = vec![
        rollout("Deployment", "payments", RolloutVerdict::Roll, [4, 3, 5, 2]),
        stateful,
        blocked,
    ];
    report.plans = vec![vec![
        step("pre-sync", 0, &[], 0),
        step("sync", 0, &[("Deployment", "payments")], 40),
        step("sync", 1, &[("StatefulSet", "ledger")], 75),
    ]];
    let mut partial = rollback(RollbackVerdict::Partial, 2);
    partial.reasons.push("the hook Job/migrate has run: a revert does not undo it".to_owned());
    partial.steps.push("undo what `Job/migrate` did to the data".to_owned());
    let mut lost = rollback(RollbackVerdict::OneWay, 0);
    lost.reasons.push("PersistentVolumeClaim/data has grown: it cannot shrink".to_owned());
    lost.not_undone.push("custom resources that an operator has changed".to_owned());
    report.rollbacks = vec![partial, lost];
    for at in [0, 2] {
        report.cells[at].rollouts = vec![1, 0];
        report.cells[at].plan = Some(0);
        report.cells[at].rollback = Some(0);
    }
    report.cells[1].rollouts = vec![2];
    report.cells[1].rollback = Some(1);
    report.rollout = Some(FleetRollout {
        workloads: 4,
        cells: 2,
        clusters: 2,
        pods: 14,
        worst_cell: Some(0),
        worst: Some(1),
        together: 115,
        in_turn: 230,
    });
    report
}
