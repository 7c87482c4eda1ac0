//! What undoing a commit of the past would do, as it is told.

mod foreword;

use serde::Serialize;

use super::{
    foreword::Tone,
    model::{Report, Rollback, RollbackVerdict},
    paper::{Label, Paper},
    sums::counted,
    terminal::{self, Options},
};

/// The form of [`Undoing`]; another one has another name.
pub const ROLLBACK_SCHEMA: &str = "zij.rollback/1";

/// What reverting a commit on the present tip would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Undoing {
    /// [`ROLLBACK_SCHEMA`].
    pub schema: &'static str,
    /// The commit.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// What it is reverted on.
    pub tip: String,
    /// Whether `git revert` applies without a conflict.
    pub applies: bool,
    /// Files that do not fit, with what is wrong.
    pub conflicts: Vec<(String, String)>,
    /// What the fleet is afterwards, compared with what it was before the commit.
    pub result: UndoingResult,
    /// Later commits that touch the same files, the newest first.
    pub later: Vec<LaterCommit>,
    /// How it is undone: of all cells the worst.
    pub rollback: Option<Rollback>,
    /// What the revert changes; absent where it does not apply.
    pub report: Option<Report>,
}

/// What the fleet is after a revert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UndoingResult {
    /// The revert does not apply.
    Conflict,
    /// The revert changes nothing that is deployed.
    NoOp,
    /// Everything is as it was before the commit.
    AsBefore,
    /// Later commits make it differ from what was before.
    Differs,
}

/// A commit that came after the one to undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaterCommit {
    /// Its id.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// Files that both change.
    pub files: Vec<String>,
}

impl Rollback {
    /// The sum of what is told of several cells.
    pub fn sum<'r>(all: impl IntoIterator<Item = &'r Self>) -> Option<Self> {
        let mut all = all.into_iter();
        let mut sum = all.next()?.clone();
        for one in all {
            sum.verdict = sum.verdict.max(one.verdict);
            sum.workloads += one.workloads;
            for (list, more) in [
                (&mut sum.reasons, &one.reasons),
                (&mut sum.steps, &one.steps),
                (&mut sum.not_undone, &one.not_undone),
            ] {
                for line in more {
                    if !list.contains(line) {
                        list.push(line.clone());
                    }
                }
            }
        }
        Some(sum)
    }
}

impl Undoing {
    /// The answer over several lines of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The answer for people, then what the revert changes.
    pub fn to_text(&self, options: &Options) -> String {
        let mut paper = Paper::new(options.color, options.width.max(40));
        let short = |id: &str| id.get(..9).unwrap_or(id).to_owned();
        paper.put(Label::Heading, "Undo").plain("  ").put(Label::Name, &short(&self.commit));
        paper.plain(&format!(" {}", self.subject)).end();
        self.applies_to(&mut paper);
        if let Some(rollback) = &self.rollback {
            let label = match rollback.verdict {
                RollbackVerdict::Clean | RollbackVerdict::Rolls => Label::Good,
                RollbackVerdict::Partial => Label::Doubtful,
                RollbackVerdict::OneWay => Label::Bad,
            };
            paper.spaces(2).put(label, &rollback.words()).end();
            for reason in &rollback.reasons {
                paper.spaces(4).prose(Label::Plain, reason, 4);
            }
            for step in &rollback.steps {
                paper.spaces(4).plain("do   ").prose(Label::Plain, step, 9);
            }
            for rest in &rollback.not_undone {
                paper.spaces(4).plain("note ").prose(Label::Dim, rest, 9);
            }
        }
        self.later_to(&mut paper);
        let mut text = paper.finish();
        if let Some(report) = self.report.as_ref().filter(|_| self.result != UndoingResult::NoOp) {
            text += "\n";
            text += &terminal::write(report, options);
        }
        text
    }

    fn applies_to(&self, paper: &mut Paper) {
        let (tone, text) = self.answer();
        let label = match tone {
            Tone::Good => Label::Good,
            Tone::Doubtful => Label::Doubtful,
            Tone::Bad => Label::Bad,
            Tone::Plain => Label::Plain,
        };
        paper.spaces(2).put(label, &text).end();
        for (file, what) in &self.conflicts {
            paper.spaces(4).put(Label::Place, file).plain("  ").plain(what).end();
        }
    }

    fn later_commits(&self) -> String {
        let verb = if self.later.len() == 1 { "touches" } else { "touch" };
        format!("{} {verb} the same files", counted(self.later.len(), "later commit"))
    }

    fn later_to(&self, paper: &mut Paper) {
        if self.later.is_empty() {
            return;
        }
        paper.spaces(2).plain(&self.later_commits()).end();
        for commit in self.later.iter().take(10) {
            let id = commit.commit.get(..9).unwrap_or(&commit.commit);
            paper.spaces(4).put(Label::Name, id).plain(" ").plain(&commit.subject);
            paper.plain("  ").put(Label::Dim, &commit.files.join(", ")).end();
        }
    }
}
