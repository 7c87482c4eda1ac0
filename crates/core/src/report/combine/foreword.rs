//! What is told of a combination before its report, where that is no text for a terminal.

use super::{Combination, Conflict, Flapping, Head, HeadStatus, Interaction, Order, Restarts};
use crate::report::{
    foreword::{Foreword, Item, Part, Tone},
    model::{Place, Problem, Report},
    sums::counted,
};

/// Items of one part that are told.
const SHOWN: usize = 200;

impl Combination {
    /// What was merged, whether the order matters, what interacts, and what restarts.
    pub fn foreword(&self) -> Foreword {
        let merged = self.heads.iter().filter(|head| head.status == HeadStatus::Merged).count();
        let lead =
            format!("{merged} of {} onto {}", counted(self.heads.len(), "change"), self.base.name);
        let parts =
            [Some(self.merged()), self.in_order(), Some(self.together()), self.restarting()];
        Foreword { title: "Merged", lead, parts: parts.into_iter().flatten().collect() }
    }

    /// The report of all changes that merge, with those that do not as its problems: for readers
    /// that know of no other changes, such as code scanning.
    pub fn as_report(&self) -> Report {
        let mut report = self.combined.clone();
        for head in &self.heads {
            for conflict in &head.conflicts {
                report.problems.push(Problem {
                    side: None,
                    message: format!("{} cannot be merged: {}", head.name, self.conflict(conflict)),
                    place: Some(Place { file: conflict.file.clone(), line: None, column: None }),
                    hint: None,
                    evidence: None,
                });
            }
        }
        report
    }

    fn merged(&self) -> Part {
        let left_out = self.heads.iter().filter(|head| head.status == HeadStatus::Conflict).count();
        let (tone, text) = match left_out {
            0 => (Tone::Good, "all of them merge".to_owned()),
            count => {
                let prefix = self.prefix;
                let text = format!(
                    "{} left out; the first {prefix} merge in this order",
                    counted(count, "change")
                );
                (Tone::Bad, text)
            }
        };
        let items = self.heads.iter().map(|head| self.head(head));
        part("changes", tone, text, items.collect())
    }

    fn head(&self, head: &Head) -> Item {
        let (tone, label) = match head.status {
            HeadStatus::Merged => (Tone::Good, "merged"),
            HeadStatus::Conflict => (Tone::Bad, "conflict"),
            HeadStatus::Included => (Tone::Plain, "already there"),
        };
        let mut facts: Vec<String> = Vec::new();
        facts.extend(head.stacked_on.map(|at| format!("on top of {}", self.name(at))));
        facts.extend(head.diverged.then(|| format!("behind {}", self.base.name)));
        facts.extend(head.adds.clone().filter(|_| head.status == HeadStatus::Merged));
        let lines = head.conflicts.iter().map(|conflict| self.conflict(conflict));
        Item {
            tone,
            label,
            name: head.name.clone(),
            text: facts.join("; "),
            lines: lines.collect(),
        }
    }

    /// `values.yaml:3-4: both change it, with topic`.
    fn conflict(&self, conflict: &Conflict) -> String {
        let lines = match conflict.lines.as_slice() {
            [] => String::new(),
            lines => format!(":{}", lines.join(",")),
        };
        let with = conflict.with.map_or(&*self.base.name, |at| self.name(at));
        format!("{}{lines}: {}, with {with}", conflict.file, conflict.what)
    }

    fn in_order(&self) -> Option<Part> {
        let Order { tried, differing } = &self.order;
        if *tried < 2 {
            return None;
        }
        let (tone, text) = match differing.len() {
            0 => (Tone::Good, format!("does not matter: {tried} orders give the same files")),
            count => (Tone::Doubtful, format!("matters: {count} of {tried} orders end elsewhere")),
        };
        let item = |order: &Vec<usize>| {
            let names: Vec<&str> = order.iter().map(|at| self.name(*at)).collect();
            plain(String::new(), names.join(" → "))
        };
        Some(part("order", tone, text, differing.iter().map(item).collect()))
    }

    fn together(&self) -> Part {
        let count = |level: &str| self.interactions.iter().filter(|one| one.level == level).count();
        let (errors, reviews, infos) = (count("error"), count("review"), count("info"));
        let parts: Vec<String> = [(errors, "error"), (reviews, "review"), (infos, "info")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, level)| format!("{count} {level}"))
            .collect();
        let (tone, text) = match (errors, reviews, infos) {
            (0, 0, 0) => (Tone::Good, "the changes do not meet".to_owned()),
            (0, 0, _) => (Tone::Plain, parts.join(", ")),
            (0, _, _) => (Tone::Doubtful, parts.join(", ")),
            _ => (Tone::Bad, parts.join(", ")),
        };
        let items = self.interactions.iter().map(|one| self.interaction(one));
        part("together", tone, text, items.collect())
    }

    fn interaction(&self, one: &Interaction) -> Item {
        let tone = match one.level {
            "error" => Tone::Bad,
            "review" => Tone::Doubtful,
            _ => Tone::Plain,
        };
        let about = one.resource.as_ref().map(ToString::to_string);
        let about: Vec<&str> =
            [about.as_deref(), one.path.as_deref()].into_iter().flatten().collect();
        let by = format!("by {}", self.names(&one.heads));
        Item {
            tone,
            label: one.class,
            name: one.cell.clone(),
            text: about.join(" "),
            lines: vec![one.message.clone(), by],
        }
    }

    fn restarting(&self) -> Option<Part> {
        let Restarts { one_by_one, together, saved } = self.restarts;
        if one_by_one == 0 {
            return None;
        }
        let text = match saved {
            0 => format!("{together}, in one go or one by one"),
            _ => format!(
                "merging together saves {}: {together} instead of {one_by_one}",
                counted(saved, "restart")
            ),
        };
        let item = |one: &Flapping| {
            let text = format!("{} changes {} times on the way", one.resource, one.heads.len());
            plain(one.cell.clone(), text)
        };
        Some(part("restarts", Tone::Plain, text, self.flapping.iter().map(item).collect()))
    }
}

fn plain(name: String, text: String) -> Item {
    Item { tone: Tone::Plain, label: "", name, text, lines: Vec::new() }
}

fn part(heading: &'static str, tone: Tone, text: String, mut items: Vec<Item>) -> Part {
    let more = items.len().saturating_sub(SHOWN);
    items.truncate(SHOWN);
    Part { heading, tone, text, items, more }
}
