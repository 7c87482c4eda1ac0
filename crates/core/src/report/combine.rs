//! Several changes merged together, as they are told.

mod foreword;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    model::{Report, ResourceName, RevisionName},
    paper::{Label, Paper},
    sums::counted,
    terminal::{self, Options},
};
use crate::predict::combine;

/// The form of [`Combination`]; another one has another name.
pub const COMBINE_SCHEMA: &str = "zij.combine/1";

/// What several changes do together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Combination {
    /// [`COMBINE_SCHEMA`].
    pub schema: &'static str,
    /// What they are merged onto.
    pub base: RevisionName,
    /// The changes in the order in which they are merged.
    pub heads: Vec<Head>,
    /// How many of them, from the first on, merge without a conflict.
    pub prefix: usize,
    /// Whether another order gives other files, where that was tried.
    pub order: Order,
    /// What they have to do with each other, the gravest first.
    pub interactions: Vec<Interaction>,
    /// Restarts of workloads.
    pub restarts: Restarts,
    /// Objects that change more than once when each change is deployed before the next one.
    pub flapping: Vec<Flapping>,
    /// All changes that merge, together.
    pub combined: Report,
}

/// One of the changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The branch or commit, as it was asked for.
    pub name: String,
    /// Its commit.
    pub commit: String,
    /// What came of merging it.
    pub status: HeadStatus,
    /// Whether the base has moved on since it branched off.
    pub diverged: bool,
    /// The change that it is built on, by its position.
    pub stacked_on: Option<usize>,
    /// What it adds to those before it: the sum of its cells.
    pub adds: Option<String>,
    /// Files that do not fit.
    pub conflicts: Vec<Conflict>,
}

/// What came of merging a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadStatus {
    /// It is merged.
    Merged,
    /// It does not fit what was merged before it and is left out.
    Conflict,
    /// The base has it already.
    Included,
}

/// A file that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The file.
    pub file: String,
    /// What is wrong.
    pub what: String,
    /// The lines of the base that both sides change, as `from-to`.
    pub lines: Vec<String>,
    /// The change that touched it before; absent where the base did.
    pub with: Option<usize>,
}

/// Whether the order matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    /// How many orders were tried.
    pub tried: usize,
    /// Orders that end elsewhere or in a conflict, as positions; empty where none does.
    pub differing: Vec<Vec<usize>>,
}

/// Something that changes have to do with each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Interaction {
    /// `render-failure`, `rule-broken`, `emergent`, `different-value`, `same-value` or `same-object`.
    pub class: &'static str,
    /// `error`, `review` or `info`.
    pub level: &'static str,
    /// The cell, as `CLUSTER/APPLICATION`.
    pub cell: String,
    /// The object.
    pub resource: Option<ResourceName>,
    /// The field.
    pub path: Option<String>,
    /// The changes that take part.
    pub heads: Vec<usize>,
    /// What happens.
    pub message: String,
}

/// Restarts of workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Restarts {
    /// When each change is deployed before the next one.
    pub one_by_one: usize,
    /// When all are deployed together.
    pub together: usize,
    /// What merging together saves.
    pub saved: usize,
}

/// An object that changes more than once on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flapping {
    /// The cell, as `CLUSTER/APPLICATION`.
    pub cell: String,
    /// The object.
    pub resource: ResourceName,
    /// The changes after which it differs.
    pub heads: Vec<usize>,
}

impl From<combine::Restarts> for Restarts {
    fn from(restarts: combine::Restarts) -> Self {
        let combine::Restarts { one_by_one, together } = restarts;
        Self { one_by_one, together, saved: one_by_one.saturating_sub(together) }
    }
}

impl From<&combine::Interaction> for Interaction {
    fn from(one: &combine::Interaction) -> Self {
        use combine::InteractionClass as Class;
        let (class, level) = match one.class {
            Class::RenderFailure => ("render-failure", "error"),
            Class::RuleBroken => ("rule-broken", "error"),
            Class::Emergent => ("emergent", "review"),
            Class::DifferentValue => ("different-value", "review"),
            Class::SameValue => ("same-value", "info"),
            Class::SameObject => ("same-object", "info"),
        };
        Self {
            class,
            level,
            cell: one.cell.to_string(),
            resource: one.subject.as_ref().map(ResourceName::from),
            path: one.path.as_ref().map(ToString::to_string),
            heads: one.heads.clone(),
            message: one.message.clone(),
        }
    }
}

/// Interactions that are shown.
const SHOWN: usize = 20;

impl Combination {
    /// Whether something needs a second look or cannot be merged.
    pub fn is_clean(&self) -> bool {
        self.heads.iter().all(|head| head.status != HeadStatus::Conflict)
            && self.interactions.iter().all(|one| one.level == "info")
            && self.order.differing.is_empty()
    }

    /// The combination over several lines of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The combination for people: what was merged, what interacts, then the report of all.
    pub fn to_text(&self, options: &Options) -> String {
        let mut paper = Paper::new(options.color, options.width.max(40));
        self.heads_to(&mut paper);
        self.order_to(&mut paper);
        self.interactions_to(&mut paper);
        self.restarts_to(&mut paper);
        paper.end();
        paper.finish() + &terminal::write(&self.combined, options)
    }

    fn name(&self, at: usize) -> &str {
        self.heads.get(at).map_or("?", |head| &head.name)
    }

    fn names(&self, heads: &[usize]) -> String {
        let names: Vec<&str> = heads.iter().map(|at| self.name(*at)).collect();
        names.join(" and ")
    }

    fn heads_to(&self, paper: &mut Paper) {
        let merged = self.heads.iter().filter(|head| head.status == HeadStatus::Merged).count();
        let text =
            format!("{merged} of {} onto {}", counted(self.heads.len(), "change"), self.base.name);
        paper.put(Label::Heading, "Merged").plain("  ").plain(&text).end();
        for head in &self.heads {
            let (sign, label) = match head.status {
                HeadStatus::Merged => ("+", Label::Added),
                HeadStatus::Conflict => ("!", Label::Bad),
                HeadStatus::Included => (".", Label::Dim),
            };
            paper.spaces(2).put(label, sign).plain(" ").put(Label::Name, &head.name);
            let mut facts: Vec<String> = Vec::new();
            facts.extend(head.stacked_on.map(|at| format!("on top of {}", self.name(at))));
            facts.extend(head.diverged.then(|| format!("behind {}", self.base.name)));
            match head.status {
                HeadStatus::Merged => facts.extend(head.adds.clone()),
                HeadStatus::Conflict => facts.push("conflicts, left out".to_owned()),
                HeadStatus::Included => facts.push("already there".to_owned()),
            }
            if !facts.is_empty() {
                paper.plain("  ").put(Label::Dim, &facts.join("; "));
            }
            paper.end();
            for conflict in &head.conflicts {
                self.conflict_to(paper, conflict);
            }
        }
        if self.prefix < self.heads.len() {
            let text = format!("the first {} merge in this order", self.prefix);
            paper.spaces(2).put(Label::Dim, &text).end();
        }
    }

    fn conflict_to(&self, paper: &mut Paper, conflict: &Conflict) {
        let lines = match conflict.lines.as_slice() {
            [] => String::new(),
            lines => format!(":{}", lines.join(",")),
        };
        let with = conflict.with.map_or(&*self.base.name, |at| self.name(at));
        paper.spaces(4).put(Label::Place, &format!("{}{lines}", conflict.file)).plain("  ");
        paper.plain(&format!("{}, with {with}", conflict.what)).end();
    }

    fn order_to(&self, paper: &mut Paper) {
        let Order { tried, differing } = &self.order;
        if *tried < 2 {
            return;
        }
        paper.put(Label::Heading, "Order").plain("  ");
        if differing.is_empty() {
            let text = format!("does not matter: {tried} orders give the same files");
            paper.put(Label::Good, &text).end();
            return;
        }
        let text = format!("matters: {} of {tried} orders end elsewhere", differing.len());
        paper.put(Label::Doubtful, &text).end();
        for order in differing.iter().take(3) {
            let names: Vec<&str> = order.iter().map(|at| self.name(*at)).collect();
            paper.spaces(2).plain(&names.join(" → ")).end();
        }
    }

    fn interactions_to(&self, paper: &mut Paper) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for one in &self.interactions {
            *counts.entry(one.level).or_default() += 1;
        }
        paper.put(Label::Heading, "Together").plain("  ");
        if self.interactions.is_empty() {
            paper.put(Label::Good, "the changes do not meet").end();
            return;
        }
        let parts: Vec<String> = ["error", "review", "info"]
            .into_iter()
            .filter_map(|level| Some(format!("{} {level}", counts.get(level)?)))
            .collect();
        paper.plain(&parts.join(", ")).end();
        for one in self.interactions.iter().take(SHOWN) {
            self.interaction_to(paper, one);
        }
        if let Some(rest) = self.interactions.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
            paper.spaces(2).put(Label::Dim, &format!("and {rest} more")).end();
        }
    }

    fn interaction_to(&self, paper: &mut Paper, one: &Interaction) {
        let label = match one.level {
            "error" => Label::Bad,
            "review" => Label::Doubtful,
            _ => Label::Dim,
        };
        paper.spaces(2).put(label, one.class).plain("  ").put(Label::Name, &one.cell);
        if let Some(resource) = &one.resource {
            paper.plain(" ").plain(&resource.to_string());
        }
        paper.end();
        let path = one.path.as_ref().map(|path| format!("{path} ")).unwrap_or_default();
        let by = if one.heads.len() < self.heads.len() || self.heads.len() == 2 {
            format!(" ({})", self.names(&one.heads))
        } else {
            String::new()
        };
        paper.spaces(4).prose(Label::Plain, &format!("{path}{}{by}", one.message), 4);
    }

    fn restarts_to(&self, paper: &mut Paper) {
        let Restarts { one_by_one, together, saved } = self.restarts;
        if one_by_one == 0 {
            return;
        }
        paper.put(Label::Heading, "Restarts").plain("  ");
        let text = match saved {
            0 => format!("{together}, in one go or one by one"),
            _ => format!(
                "merging together saves {}: {together} instead of {one_by_one}",
                counted(saved, "restart")
            ),
        };
        paper.plain(&text).end();
        for flapping in self.flapping.iter().take(5) {
            let text = format!(
                "{} {} changes {} times on the way",
                flapping.cell,
                flapping.resource,
                flapping.heads.len()
            );
            paper.spaces(2).put(Label::Dim, &text).end();
        }
    }
}
