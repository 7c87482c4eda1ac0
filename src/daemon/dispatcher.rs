//! What the daemon decides, as a pure state machine: events in, effects out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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

/// So many of a branch's newest commits are remembered, more only while they wait.
const REMEMBERED: usize = 20;

/// A branch with its newest commits, the newest first.
///
/// A scan names those down to the first one that an earlier scan has named, and always the newest.
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
    /// End the job that runs: no branch holds its commit any more. The answer is the same.
    Stop,
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
    /// Whether the job that runs was told to end, so that its result says nothing.
    is_stopping: bool,
}

impl Dispatcher {
    pub(super) fn handle(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Scanned(branches) => {
                if !self.scanned(branches) {
                    self.is_stopping = true;
                    return vec![Effect::Stop];
                }
            }
            Event::Finished { job, result } => {
                let outcome = result.map_or_else(Predicted::Failed, Predicted::Done);
                if !std::mem::take(&mut self.is_stopping) {
                    self.results.insert(job, outcome);
                }
                self.running = None;
            }
        }
        self.start_next()
    }

    /// Another day is today, on which other waivers may hold: after the next scan the newest commits
    /// are predicted again. Older ones are history.
    pub(super) fn day_changed(&mut self) -> Vec<Effect> {
        let tips: BTreeSet<&str> =
            self.branches.iter().filter_map(|b| Some(&*b.commits.first()?.id)).collect();
        self.results.retain(|job, _| !tips.contains(&*job.head));
        let is_running = self.running.as_ref().is_some_and(|job| tips.contains(&*job.head));
        if is_running {
            self.is_stopping = true;
            return vec![Effect::Stop];
        }
        Vec::new()
    }

    /// Queues what is not predicted yet: tips before older commits, recent branches first; what no
    /// branch holds any more is dropped. Says whether the job that runs is still wanted.
    fn scanned(&mut self, branches: Vec<Branch>) -> bool {
        let branches: Vec<Branch> =
            branches.into_iter().map(|branch| self.continued(branch)).collect();
        let reviews = branches.iter().filter_map(Branch::review);
        let tips = branches.iter().filter_map(|branch| branch.commits.first());
        let older = branches.iter().flat_map(|branch| branch.commits.iter().skip(1));
        let mut wanted = BTreeSet::new();
        let jobs = reviews.chain(tips.chain(older).map(Commit::step));
        let queue: Vec<Job> = jobs.filter(|job| wanted.insert(job.clone())).collect();
        self.results.retain(|job, _| wanted.contains(job));
        let runs = |job: &Job| self.running.as_ref() == Some(job) && !self.is_stopping;
        let is_open = |job: &Job| !self.results.contains_key(job) && !runs(job);
        self.queue = queue.into_iter().filter(is_open).collect();
        self.branches = branches;
        self.running.as_ref().is_none_or(|job| wanted.contains(job))
    }

    /// The branch with the commits that were named before: some, and all that are not predicted.
    fn continued(&self, mut branch: Branch) -> Branch {
        let old = self.branches.iter().find(|old| old.name == branch.name);
        let next = branch.commits.last().and_then(|last| last.parent.clone());
        let joint = old.zip(next).and_then(|(old, next)| {
            let at = old.commits.iter().position(|commit| commit.id == next)?;
            Some(&old.commits[at..])
        });
        branch.commits.extend_from_slice(joint.unwrap_or_default());
        let is_open = |commit: &Commit| !self.results.contains_key(&commit.step());
        let open = branch.commits.iter().rposition(is_open).map_or(0, |at| at + 1);
        branch.commits.truncate(open.max(REMEMBERED));
        branch
    }

    /// The commits that a scan need not name again.
    pub(super) fn known(&self) -> BTreeSet<String> {
        let commits = self.branches.iter().flat_map(|branch| &branch.commits);
        commits.map(|commit| commit.id.clone()).collect()
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

    fn branch(name: &str, ids: &[&str], base: &str) -> Branch {
        let parents = ids.iter().skip(1).map(|id| Some((*id).to_owned())).chain([None]);
        let commits = ids.iter().zip(parents).map(|(id, parent)| Commit {
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
        assert_eq!(effects, [Effect::Stop], "nobody reviews up to `b` any more");
        let job = dispatcher.running.clone().unwrap();
        let effects = dispatcher.handle(Event::Finished { job, result: done() });
        let [Effect::Predict(next)] = &effects[..] else { panic!("{effects:?}") };
        assert_eq!(next.head, "c");
    }

    #[test]
    fn a_deleted_branch_is_forgotten_and_its_work_dropped() {
        let mut dispatcher = Dispatcher::default();
        dispatcher.handle(Event::Scanned(vec![branch("topic", &["c", "b", "a"], "a")]));
        assert_eq!(dispatcher.handle(Event::Scanned(vec![])), [Effect::Stop]);
        assert_eq!(dispatcher.status(), []);
        assert_eq!(dispatcher.waiting(), 1, "what runs has not ended yet");
    }

    #[test]
    fn all_commits_of_one_push_are_predicted_whatever_comes_meanwhile() {
        let id = |number: usize| number.to_string();
        let commits = |from: usize, to: usize| -> Vec<Commit> {
            let commit = |number| Commit {
                id: id(number),
                parent: Some(id(number - 1)),
                subject: String::new(),
            };
            (to..=from).rev().map(commit).collect()
        };
        let branch = |from, to| {
            let base = Some(id(0));
            vec![Branch { name: "main".into(), commits: commits(from, to), base }]
        };
        let mut dispatcher = Dispatcher::default();
        let effects = dispatcher.handle(Event::Scanned(branch(10, 1)));
        drain(&mut dispatcher, effects);
        let effects = dispatcher.handle(Event::Scanned(branch(1010, 11)));
        assert_eq!((effects.len(), dispatcher.waiting()), (1, 1001));
        // One more commit, and nothing new.
        dispatcher.handle(Event::Scanned(branch(1011, 1011)));
        dispatcher.handle(Event::Scanned(branch(1011, 1011)));
        assert_eq!(dispatcher.waiting(), 1003, "two tips were reviews of their own");
        let job = dispatcher.running.clone().unwrap();
        let effects = dispatcher.handle(Event::Finished { job, result: done() });
        let order = drain(&mut dispatcher, effects);
        assert_eq!(order.len(), 1002);
        assert_eq!(order[0].head, id(1011), "the newest first");
        assert_eq!(order[1001].head, id(11));
        dispatcher.handle(Event::Scanned(branch(1011, 1011)));
        assert_eq!((dispatcher.waiting(), dispatcher.known().len()), (0, REMEMBERED));
    }

    #[test]
    fn the_newest_commits_are_predicted_again_each_day() {
        let mut dispatcher = Dispatcher::default();
        let branches = vec![branch("main", &["c", "b", "a"], "b")];
        let effects = dispatcher.handle(Event::Scanned(branches.clone()));
        drain(&mut dispatcher, effects);
        assert_eq!(dispatcher.day_changed(), []);
        let effects = dispatcher.handle(Event::Scanned(branches.clone()));
        assert_eq!(drain(&mut dispatcher, effects), [job("b", "c")]);
        dispatcher.day_changed();
        let effects = dispatcher.handle(Event::Scanned(branches.clone()));
        assert_eq!(effects.len(), 1);
        // What was begun yesterday does not count today.
        assert_eq!(dispatcher.day_changed(), [Effect::Stop]);
        let effects = dispatcher.handle(Event::Finished { job: job("b", "c"), result: done() });
        assert_eq!(effects, []);
        let effects = dispatcher.handle(Event::Scanned(branches));
        assert_eq!(drain(&mut dispatcher, effects), [job("b", "c")]);
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
