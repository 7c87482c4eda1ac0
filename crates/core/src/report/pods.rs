//! From predicted rollouts and rollbacks to those of the report: equal ones are told once.

use std::{collections::HashMap, hash::Hash};

use super::model::{
    Answer, Duration, FleetRollout, Report, ResourceName, Rollback, RollbackVerdict, Rollout,
    RolloutVerdict, Stall, SyncStep, Trigger, TriggerKind,
};
use crate::predict::{self, CellPrediction, rollout};

/// Distinct things in the order in which they were met.
struct Distinct<T>(Vec<T>, HashMap<T, usize>);

impl<T: Clone + Eq + Hash> Distinct<T> {
    fn new() -> Self {
        Self(Vec::new(), HashMap::new())
    }

    fn index(&mut self, thing: T) -> usize {
        if let Some(index) = self.1.get(&thing) {
            return *index;
        }
        self.0.push(thing.clone());
        self.1.insert(thing, self.0.len() - 1);
        self.0.len() - 1
    }
}

impl Report {
    /// Takes over what happens to pods, cell by cell.
    pub(super) fn add_pods(
        &mut self,
        cells: &[CellPrediction],
        sum: Option<&predict::FleetRollout>,
    ) {
        let (mut rollouts, mut plans, mut rollbacks) =
            (Distinct::new(), Distinct::new(), Distinct::new());
        for (cell, predicted) in self.cells.iter_mut().zip(cells) {
            let own = predicted.rollouts.iter().map(Rollout::from);
            cell.rollouts = own.map(|rollout| rollouts.index(rollout)).collect();
            cell.plan = predicted.plan.as_ref().map(|plan| plans.index(steps(plan)));
            let back = predicted.rollback.as_ref();
            cell.rollback = back.map(|back| rollbacks.index(Rollback::from(back)));
        }
        (self.rollouts, self.plans, self.rollbacks) = (rollouts.0, plans.0, rollbacks.0);
        self.rollout = sum.map(|sum| self.fleet(sum));
    }

    fn fleet(&self, sum: &predict::FleetRollout) -> FleetRollout {
        let worst = sum.worst.and_then(|worst| {
            let rollout = self.cells.get(worst.cell)?.rollouts.get(worst.rollout)?;
            Some((worst.cell, *rollout))
        });
        FleetRollout {
            workloads: sum.workloads,
            cells: sum.cells,
            clusters: sum.clusters,
            pods: sum.pods,
            worst_cell: worst.map(|(cell, _)| cell),
            worst: worst.map(|(_, rollout)| rollout),
            together: sum.together,
            in_turn: sum.in_turn,
        }
    }
}

fn steps(plan: &predict::SyncPlan) -> Vec<SyncStep> {
    plan.steps
        .iter()
        .map(|step| SyncStep {
            phase: step.phase.to_owned(),
            wave: step.wave,
            changes: step.changes,
            hooks: step.hooks.clone(),
            workloads: step.workloads.iter().map(ResourceName::from).collect(),
            expected: step.expected,
        })
        .collect()
}

impl From<&predict::Rollout> for Rollout {
    fn from(rollout: &predict::Rollout) -> Self {
        let (answer, why_unknown) = match &rollout.answer {
            rollout::Answer::Yes => (Answer::Yes, None),
            rollout::Answer::No => (Answer::No, None),
            rollout::Answer::Unknown(why) => (Answer::Unknown, Some(why.clone())),
        };
        let trigger = |trigger: &predict::Trigger| Trigger {
            kind: trigger.kind.into(),
            path: trigger.path.to_string(),
            of: trigger.of.as_ref().map(ResourceName::from),
        };
        let stall = |stall: &rollout::Stall| Stall {
            available: stall.available,
            message: stall.message.clone(),
        };
        Self {
            resource: ResourceName::from(&rollout.subject),
            verdict: rollout.verdict.into(),
            answer,
            why_unknown,
            triggers: rollout.triggers.iter().map(trigger).collect(),
            replicas: rollout.replicas,
            lowest: rollout.lowest,
            unavailable: rollout.unavailable,
            peak: rollout.peak,
            waves: rollout.waves,
            duration: rollout.duration.map(|span| Duration {
                lower: span.lower,
                expected: span.expected,
                upper: span.upper,
            }),
            outage: rollout.outage,
            stall: rollout.stall.as_ref().map(stall),
            assumptions: rollout.assumptions.clone(),
            notes: rollout.notes.clone(),
        }
    }
}

impl From<&predict::Rollback> for Rollback {
    fn from(back: &predict::Rollback) -> Self {
        Self {
            verdict: back.verdict.into(),
            workloads: back.workloads,
            reasons: back.reasons.clone(),
            steps: back.steps.clone(),
            not_undone: back.not_undone.clone(),
        }
    }
}

impl From<predict::RolloutVerdict> for RolloutVerdict {
    fn from(verdict: predict::RolloutVerdict) -> Self {
        use predict::RolloutVerdict as From;
        match verdict {
            From::Blocked => Self::Blocked,
            From::RecreatePods => Self::RecreatePods,
            From::DeleteCreate => Self::DeleteCreate,
            From::Delete => Self::Delete,
            From::Roll => Self::Roll,
            From::Reload => Self::Reload,
            From::Deferred => Self::Deferred,
            From::StaleConfig => Self::StaleConfig,
            From::Scale => Self::Scale,
            From::Create => Self::Create,
            From::NextRunOnly => Self::NextRunOnly,
            From::None => Self::None,
        }
    }
}

impl From<predict::TriggerKind> for TriggerKind {
    fn from(kind: predict::TriggerKind) -> Self {
        use predict::TriggerKind as From;
        match kind {
            From::Image => Self::Image,
            From::Checksum => Self::Checksum,
            From::GeneratedName => Self::GeneratedName,
            From::Restart => Self::Restart,
            From::Label => Self::Label,
            From::MadeAnew => Self::MadeAnew,
            From::Config => Self::Config,
            From::Template => Self::Template,
        }
    }
}

impl From<predict::RollbackVerdict> for RollbackVerdict {
    fn from(verdict: predict::RollbackVerdict) -> Self {
        use predict::RollbackVerdict as From;
        match verdict {
            From::Clean => Self::Clean,
            From::Rolls => Self::Rolls,
            From::Partial => Self::Partial,
            From::OneWay => Self::OneWay,
        }
    }
}

impl RolloutVerdict {
    /// Whether running pods are replaced.
    pub fn restarts(self) -> bool {
        matches!(self, Self::Roll | Self::RecreatePods | Self::DeleteCreate | Self::Reload)
    }

    /// The verdict in few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Blocked => "cannot be applied",
            Self::RecreatePods => "stops all pods, then starts new ones",
            Self::DeleteCreate => "is deleted and made anew",
            Self::Delete => "goes away with its pods",
            Self::Roll => "rolls",
            Self::Reload => "is rolled by a reloader",
            Self::Deferred => "waits for somebody to act",
            Self::StaleConfig => "does not see its new configuration",
            Self::Scale => "is scaled",
            Self::Create => "is new",
            Self::NextRunOnly => "changes from its next run on",
            Self::None => "keeps its pods",
        }
    }
}

impl Rollback {
    /// The answer in few words: `clean, rolls 2 workloads`.
    pub fn words(&self) -> String {
        let things = if self.workloads == 1 { "workload" } else { "workloads" };
        match self.verdict {
            RollbackVerdict::Clean => "clean".to_owned(),
            RollbackVerdict::Rolls => format!("clean, rolls {} {things}", self.workloads),
            RollbackVerdict::Partial => "partial: manual steps".to_owned(),
            RollbackVerdict::OneWay => "one-way".to_owned(),
        }
    }
}

/// Seconds as people say them: `90 s`, `15 min`, `2 h 30 min`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        120..=599 => format!("{} min {} s", seconds / 60, seconds % 60),
        600..=7199 => format!("{} min", seconds.div_ceil(60)),
        _ if seconds % 3600 < 60 => format!("{} h", seconds / 3600),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
