//! A push judged within a deadline: the work on a thread, the clock here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use zij_core::source::Tree as _;
use zij_git::{Repository, Revision};
use zij_hooks::RefUpdate;

use super::{
    comparison::{Comparison, Effect, Receiver, branch},
    message::{self, Judgement},
};
use crate::{
    cli::range::{RangeArgs, ask_daemon, predictor},
    error::{CommandError, CommandResult},
    prediction::Predictor,
    ui::Ui,
};

/// Work shorter than this says nothing before its result.
const SILENCE: Duration = Duration::from_millis(500);
/// Charts may nest deeply; as much as the main thread has.
pub(super) const STACK: usize = 8 << 20;

/// A push that waits for its verdict.
pub(super) struct Push {
    pub(super) repository: Repository,
    pub(super) receiver: Receiver,
    pub(super) updates: Vec<RefUpdate>,
    /// Whether a daemon can see all objects of the push.
    pub(super) ask_daemon: bool,
    pub(super) started: Instant,
    pub(super) deadline: Duration,
}

/// How many cells are done, of how many.
#[derive(Debug, Default)]
struct Cells {
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Push {
    /// A judgement for each branch that is pushed, in git's order; those without one when the
    /// deadline comes say so.
    pub(super) fn judge(self, ui: &Ui) -> Vec<Judgement> {
        let branches: Vec<Option<String>> = self.updates.iter().map(branch).collect();
        let (end, deadline) = (self.started + self.deadline, self.deadline);
        let mut shown = self.started + SILENCE;
        let mut judged: Vec<Option<Judgement>> = branches.iter().map(|_| None).collect();
        let cells = Arc::new(Cells::default());
        let (sender, receiver) = mpsc::channel();
        let work = {
            let cells = Arc::clone(&cells);
            move || self.work(&cells, &sender)
        };
        // Left alone when the deadline comes, it ends with the process.
        let started = thread::Builder::new().name("push".to_owned()).stack_size(STACK).spawn(work);
        let mut reason = match started {
            Ok(_) => message::Missing::Stopped,
            Err(_) => message::Missing::NotStarted,
        };
        loop {
            let now = Instant::now();
            if now >= end {
                reason = message::Missing::Late { deadline, cells: cells.now() };
                break;
            }
            if now >= shown {
                ui.status(&message::progress(cells.now()));
                shown = end;
            }
            match receiver.recv_timeout(end.min(shown) - now) {
                Ok((index, judgement)) => {
                    if let Some(place) = judged.get_mut(index) {
                        *place = Some(judgement);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let all = branches.into_iter().zip(judged);
        all.filter_map(|(branch, judged)| {
            let branch = branch?;
            let what = format!("push to {branch}");
            Some(judged.unwrap_or_else(|| Judgement::missing(&what, reason)))
        })
        .filter(|judgement| !judgement.is_silent())
        .collect()
    }

    fn work(self, cells: &Cells, results: &mpsc::Sender<(usize, Judgement)>) {
        let predictor = predictor(self.repository.clone(), &RangeArgs::default());
        for (index, update) in self.updates.iter().enumerate() {
            let Some(branch) = branch(update) else { continue };
            let judged = match &predictor {
                Ok(predictor) => self.judge_one(predictor, &branch, update, cells),
                Err(error) => Ok(Judgement::failed(&branch, error)),
            };
            let judgement = judged.unwrap_or_else(|error| Judgement::failed(&branch, &error));
            if results.send((index, judgement)).is_err() {
                return;
            }
        }
    }

    fn judge_one(
        &self,
        predictor: &Predictor,
        branch: &str,
        update: &RefUpdate,
        cells: &Cells,
    ) -> CommandResult<Judgement> {
        match self.receiver.effect(&self.repository, update)? {
            Effect::None => Ok(Judgement::silent(branch)),
            Effect::Deletes { tip, default: true } => {
                let cells = tip.map(|tip| count_cells(predictor, &tip)).transpose()?;
                Ok(Judgement::deletes_default(branch, cells))
            }
            Effect::Deletes { default: false, .. } => Ok(Judgement::deletes(branch)),
            Effect::Changes(comparison) => self.compare(predictor, branch, &comparison, cells),
        }
    }

    fn compare(
        &self,
        predictor: &Predictor,
        branch: &str,
        comparison: &Comparison,
        cells: &Cells,
    ) -> CommandResult<Judgement> {
        let range = &comparison.range;
        let tree = |revision| self.repository.tree(revision);
        if tree(&range.base)?.id() == tree(&range.head)?.id() {
            return Ok(Judgement::same_files(branch, comparison));
        }
        let left = self.deadline.saturating_sub(self.started.elapsed());
        if self.ask_daemon
            && let Some(report) = ask_daemon(&self.repository, range, left)?
        {
            return Ok(Judgement::of(branch, comparison, &report, self.started.elapsed()));
        }
        let report = predictor.range(range, &|done, total| cells.set(done, total))?;
        Ok(Judgement::of(branch, comparison, &report, self.started.elapsed()))
    }
}

fn count_cells(predictor: &Predictor, revision: &Revision) -> Result<usize, CommandError> {
    let tree = predictor.repository().tree(revision)?;
    Ok(predictor.inventory(&tree).cells.len())
}

impl Cells {
    fn set(&self, done: usize, total: usize) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    fn now(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}
