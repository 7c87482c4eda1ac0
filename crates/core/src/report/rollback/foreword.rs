//! What is told of an undoing before its report, where that is no text for a terminal.

use super::{Undoing, UndoingResult};
use crate::report::{
    foreword::{Foreword, Item, Part, Tone},
    model::{Place, Problem, Report, RevisionName, Rollback, RollbackVerdict, SCHEMA, Verdict},
};

/// Later commits that are told.
const SHOWN: usize = 50;

impl Undoing {
    /// Whether the revert applies, what it takes, and what came after.
    pub fn foreword(&self) -> Foreword {
        let (tone, text) = self.answer();
        let item = |(file, what): &(String, String)| item(Tone::Bad, "conflict", file, what);
        let applies = Part {
            heading: "revert",
            tone,
            text,
            items: self.conflicts.iter().map(item).collect(),
            more: 0,
        };
        let parts = [Some(applies), self.rollback.as_ref().map(by_hand), self.after()]
            .into_iter()
            .flatten();
        let short = self.commit.get(..9).unwrap_or(&self.commit);
        let lead = format!("Undo of {short} {} on {}", self.subject, self.tip);
        Foreword { title: "Revert", lead, parts: parts.collect() }
    }

    /// The report of what the revert changes; where it does not apply, one without cells that says
    /// so, for readers that know of nothing else, such as code scanning.
    pub fn as_report(&self) -> Report {
        if let Some(report) = &self.report {
            return report.clone();
        }
        let named =
            |name: &str| RevisionName { name: name.to_owned(), commit: None, tree: String::new() };
        let problem = |(file, what): &(String, String)| Problem {
            side: None,
            message: format!("the revert does not apply: {what}"),
            place: Some(Place { file: file.clone(), line: None, column: None }),
            hint: None,
            evidence: None,
        };
        Report {
            schema: SCHEMA.to_owned(),
            base: named(&self.tip),
            head: named("after the revert"),
            clusters: Vec::new(),
            applications: Vec::new(),
            cells: Vec::new(),
            untouched: 0,
            groups: Vec::new(),
            findings: Vec::new(),
            problems: self.conflicts.iter().map(problem).collect(),
            rollouts: Vec::new(),
            plans: Vec::new(),
            rollbacks: Vec::new(),
            rollout: None,
            verdict: Verdict::Unevaluated,
            reviewers: Vec::new(),
        }
    }

    pub(super) fn answer(&self) -> (Tone, String) {
        match self.result {
            UndoingResult::Conflict => {
                (Tone::Bad, format!("git revert does not apply on {}", self.tip))
            }
            UndoingResult::NoOp => {
                (Tone::Doubtful, "a revert changes nothing that is deployed".to_owned())
            }
            UndoingResult::AsBefore => {
                (Tone::Good, "a revert brings everything back as it was before".to_owned())
            }
            UndoingResult::Differs => (
                Tone::Doubtful,
                "a revert applies; later commits make it differ from before".to_owned(),
            ),
        }
    }

    fn after(&self) -> Option<Part> {
        if self.later.is_empty() {
            return None;
        }
        let items = self.later.iter().take(SHOWN).map(|commit| Item {
            lines: vec![commit.files.join(", ")],
            ..item(
                Tone::Plain,
                "",
                commit.commit.get(..9).unwrap_or(&commit.commit),
                &commit.subject,
            )
        });
        Some(Part {
            heading: "later",
            tone: Tone::Doubtful,
            text: self.later_commits(),
            items: items.collect(),
            more: self.later.len().saturating_sub(SHOWN),
        })
    }
}

fn item(tone: Tone, label: &'static str, name: &str, text: &str) -> Item {
    Item { tone, label, name: name.to_owned(), text: text.to_owned(), lines: Vec::new() }
}

fn by_hand(rollback: &Rollback) -> Part {
    let tone = match rollback.verdict {
        RollbackVerdict::Clean | RollbackVerdict::Rolls => Tone::Good,
        RollbackVerdict::Partial => Tone::Doubtful,
        RollbackVerdict::OneWay => Tone::Bad,
    };
    let lines = |tone, label, texts: &[String]| -> Vec<Item> {
        texts.iter().map(|text| item(tone, label, "", text)).collect()
    };
    let mut items = lines(Tone::Plain, "", &rollback.reasons);
    items.extend(lines(Tone::Doubtful, "by hand", &rollback.steps));
    items.extend(lines(Tone::Plain, "not undone", &rollback.not_undone));
    Part { heading: "undo", tone, text: rollback.words(), items, more: 0 }
}
