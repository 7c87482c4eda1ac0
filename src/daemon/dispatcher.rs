//! What the daemon decides, as a pure state machine: events in, effects out.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use zij_core::report::model::{CellState, Report, Verdict};

/// A commit as the dispatcher needs it; ids are hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commit {
    pub(super) id: String,
    /// The first parent; absent for a first commit.
    pub(super) parent: Option<String>,
    pub(super) subject: String,
}

/// A branch with its newest commits, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Branch {
    pub(super) name: String,
    pub(super) commits: Vec<Commit>,
    /// What a review would compare the tip with.
    pub(super) base: Option<String>,
}

/// What to predict: one commit against another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Job {
    /// Compared from; absent for a first commit.
    pub(super) base: Option<String>,
    pub(super) head: String,
}

/// What happened outside.
#[derive(Debug)]
pub(super) enum Event {
    /// The branches as they are now, the most recently committed first.
    Scanned(Vec<Branch>),
    /// A prediction ended: with its sums, or with the reason why there is none.
    Finished { job: Job, result: Result<Sums, String> },
}

/// What to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Predict this; the answer is a [`Event::Finished`].
    Predict(Job),
}

/// A report in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sums {
    pub(crate) verdict: Verdict,
    /// Cells by the letter of their state.
    pub(crate) cells: BTreeMap<char, usize>,
    pub(crate) findings: usize,
}

impl Sums {
    pub(super) fn of(report: &Report) -> Self {
        let mut cells = BTreeMap::new();
        for cell in &report.cells {
            *cells.entry(cell.state.letter()).or_default() += 1;
        }
        Self { verdict: report.verdict, cells, findings: report.findings.len() }
    }

    /// Cells that are not unchanged.
    pub(crate) fn changed(&self) -> usize {
        let all: usize = self.cells.values().sum();
        all - self.cells.get(&CellState::Unchanged.letter()).copied().unwrap_or_default()
    }
}

/// What is known of a branch, for `zij status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BranchStatus {
    pub(crate) name: String,
    pub(crate) commit: String,
    pub(crate) subject: String,
    /// What the tip is compared with.
    pub(crate) base: Option<String>,
    pub(crate) state: Predicted,
}

/// How far the prediction of a commit is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Predicted {
    /// Waiting or being worked on.
    Pending,
    Done(Sums),
    /// It could not be predicted, and why.
    Failed(String),
}

/// Everything the daemon remembers while it runs.
///
/// It holds nothing that a restart could lose: reports are in the store, branches in git.
#[derive(Debug, Default)]
pub(super) struct Dispatcher {
    branches: Vec<Branch>,
    results: BTreeMap<Job, Predicted>,
    queue: VecDeque<Job>,
    running: Option<Job>,
}

impl Dispatcher {
    pub(super) fn handle(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Scanned(branches) => self.scanned(branches),
            Event::Finished { job, result } => {
                let outcome = result.map_or_else(Predicted::Failed, Predicted::Done);
                self.results.insert(job, outcome);
                self.running = None;
            }
        }
        self.start_next()
    }

    /// Queues what is not predicted yet: tips before older commits, recent branches first; what no
    /// branch holds any more is dropped.
    fn scanned(&mut self, branches: Vec<Branch>) {
        let reviews = branches.iter().filter_map(Branch::review);
        let tips = branches.iter().filter_map(|branch| branch.commits.first());
        let older = branches.iter().flat_map(|branch| branch.commits.iter().skip(1));
        let mut wanted = Vec::new();
        for job in reviews.chain(tips.chain(older).map(Commit::step)) {
            if !wanted.contains(&job) {
                wanted.push(job);
            }
        }
        self.results.retain(|job, _| wanted.contains(job));
        wanted.retain(|job| !self.results.contains_key(job) && self.running.as_ref() != Some(job));
        self.queue = wanted.into();
        self.branches = branches;
    }

    fn start_next(&mut self) -> Vec<Effect> {
        if self.running.is_some() {
            return Vec::new();
        }
        self.running = self.queue.pop_front();
        self.running.clone().map(Effect::Predict).into_iter().collect()
    }

    /// Predictions that are not done yet.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len() + usize::from(self.running.is_some())
    }

    /// Every branch with what is known of its tip.
    pub(super) fn status(&self) -> Vec<BranchStatus> {
        let status = |branch: &Branch| {
            let tip = branch.commits.first()?;
            let job = branch.review().unwrap_or_else(|| tip.step());
            Some(BranchStatus {
                name: branch.name.clone(),
                commit: tip.id.clone(),
                subject: tip.subject.clone(),
                base: job.base.clone(),
                state: self.results.get(&job).cloned().unwrap_or(Predicted::Pending),
            })
        };
        self.branches.iter().filter_map(status).collect()
    }
}

impl Branch {
    /// The comparison that a review of the branch would make.
    fn review(&self) -> Option<Job> {
        Some(Job { base: self.base.clone(), head: self.commits.first()?.id.clone() })
    }
}

impl Commit {
    /// What this commit alone does.
    fn step(&self) -> Job {
        Job { base: self.parent.clone(), head: self.id.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(name: &str, commits: &[&str], base: &str) -> Branch {
        let parents = commits.iter().skip(1).map(|id| Some((*id).to_owned())).chain([None]);
        let commits = commits.iter().zip(parents).map(|(id, parent)| Commit {
            id: (*id).to_owned(),
            parent,
            subject: String::new(),
        });
        Branch { name: name.into(), commits: commits.collect(), base: Some(base.to_owned()) }
    }

    fn job(base: &str, head: &str) -> Job {
        Job { base: (!base.is_empty()).then(|| base.to_owned()), head: head.to_owned() }
    }

    fn done() -> Result<Sums, String> {
        Ok(Sums { verdict: Verdict::Clean, cells: BTreeMap::new(), findings: 0 })
    }

    /// Finishes every job as it comes and gives their order.
    fn drain(dispatcher: &mut Dispatcher, mut effects: Vec<Effect>) -> Vec<Job> {
        let mut order = Vec::new();
        while let Some(Effect::Predict(job)) = effects.pop() {
            order.push(job.clone());
            effects = dispatcher.handle(Event::Finished { job, result: done() });
        }
        order
    }

    #[test]
    fn tips_come_before_older_commits_and_nothing_twice() {
        let mut dispatcher = Dispatcher::default();
        let branches = vec![branch("topic", &["c", "b", "a"], "a"), branch("main", &["a"], "a")];
        let effects = dispatcher.handle(Event::Scanned(branches.clone()));
        let order = drain(&mut dispatcher, effects);
        assert_eq!(
            order,
            [job("a", "c"), job("a", "a"), job("b", "c"), job("", "a"), job("a", "b")]
        );
        assert_eq!(dispatcher.handle(Event::Scanned(branches)), []);
        assert_eq!(dispatcher.waiting(), 0);
    }

    #[test]
    fn a_new_commit_goes_ahead_of_the_queue() {
        let mut dispatcher = Dispatcher::default();
        let effects = dispatcher.handle(Event::Scanned(vec![branch("topic", &["b", "a"], "")]));
        assert_eq!(effects.len(), 1);
        let effects =
            dispatcher.handle(Event::Scanned(vec![branch("topic", &["c", "b", "a"], "")]));
        assert_eq!(effects, [], "one prediction runs at a time");
        let job = dispatcher.running.clone().unwrap();
        let effects = dispatcher.handle(Event::Finished { job, result: done() });
        let [Effect::Predict(next)] = &effects[..] else { panic!("{effects:?}") };
        assert_eq!(next.head, "c");
    }

    #[test]
    fn a_deleted_branch_is_forgotten_and_its_work_dropped() {
        let mut dispatcher = Dispatcher::default();
        dispatcher.handle(Event::Scanned(vec![branch("topic", &["c", "b", "a"], "a")]));
        dispatcher.handle(Event::Scanned(vec![]));
        assert_eq!(dispatcher.status(), []);
        assert_eq!(dispatcher.waiting(), 1, "what runs is not interrupted");
    }

    #[test]
    fn a_failure_is_told_and_not_tried_again() {
        let mut dispatcher = Dispatcher::default();
        let branches = vec![branch("main", &["a"], "")];
        let Some(Effect::Predict(job)) = dispatcher.handle(Event::Scanned(branches.clone())).pop()
        else {
            panic!("nothing to predict")
        };
        dispatcher.handle(Event::Finished { job: job.clone(), result: Err("broken".into()) });
        dispatcher.handle(Event::Scanned(branches));
        let status = dispatcher.status();
        assert!(
            status.iter().any(|branch| branch.state == Predicted::Failed("broken".into())),
            "{status:?}"
        );
    }
}
