//! What pods go through and what undoing it takes, as the page reads it: texts are told once.

use std::collections::HashMap;

use super::{compact::Compact, data::ids};
use crate::report::{
    foreword::{Foreword, Item, Part},
    impact::{self, Affected},
    model::{Report, Rollback, RollbackVerdict, Rollout, RolloutVerdict, SyncStep},
};

/// The sums, which are shown at once.
pub(crate) fn summary(json: &mut Compact, report: &Report) {
    let (rollouts, undo) = (impact::rollouts(report), impact::rollbacks(report));
    json.raw(",").key("impact").raw("{").key("rollouts").position(Some(rollouts.len()));
    json.raw(",").key("undo").position(Some(undo.len()));
    json.raw(",").key("headline").text(&impact::pods_headline(report));
    json.raw(",").key("lengths").optional(impact::lengths(report).as_deref());
    json.raw(",").key("path").optional(impact::critical_path(report).as_deref());
    json.raw(",").key("undone").optional(impact::undo_headline(&undo).as_deref()).raw("}");
}

/// What is told before the report.
pub(crate) fn foreword(json: &mut Compact, foreword: Option<&Foreword>) {
    json.raw(",").key("foreword");
    let Some(foreword) = foreword else {
        json.raw("null");
        return;
    };
    json.raw("{").key("title").text(foreword.title).raw(",").key("lead").text(&foreword.lead);
    json.raw(",").key("parts").list(&foreword.parts, part).raw("}");
}

fn part(json: &mut Compact, part: &Part) {
    json.raw("[").text(part.heading).raw(",").text(part.tone.word()).raw(",").text(&part.text);
    json.raw(",").list(&part.items, item).raw(",").position(Some(part.more)).raw("]");
}

fn item(json: &mut Compact, item: &Item) {
    json.raw("[").text(item.tone.word()).raw(",").text(item.label).raw(",").text(&item.name);
    json.raw(",").text(&item.text).raw(",");
    json.list(&item.lines, |json, line| {
        json.text(line);
    })
    .raw("]");
}

/// All of it, for the block that is read when it is looked at.
pub(crate) fn block(report: &Report) -> String {
    let mut texts = Texts::default();
    let mut json = Compact::default();
    json.raw("{").key("rollouts").list(impact::rollouts(report), |json, one| {
        rollout(json, &mut texts, report, &one);
    });
    json.raw(",").key("plans").list(impact::plans(report), |json, one| {
        json.raw("{").key("steps").list(one.own, step).raw(",").key("cells");
        ids(json, report, &one.cells);
        json.raw("}");
    });
    json.raw(",").key("undo").list(impact::rollbacks(report), |json, one| {
        rollback(json, &mut texts, report, &one);
    });
    json.raw(",").key("texts").list(&texts.order, |json, text| {
        json.text(text);
    });
    json.raw("}");
    json.finish()
}

/// Texts that many workloads share, by position.
#[derive(Default)]
struct Texts<'r> {
    known: HashMap<&'r str, usize>,
    order: Vec<&'r str>,
}

impl<'r> Texts<'r> {
    fn at(&mut self, text: &'r str) -> usize {
        *self.known.entry(text).or_insert_with(|| {
            self.order.push(text);
            self.order.len() - 1
        })
    }

    fn list(&mut self, json: &mut Compact, key: &str, texts: impl IntoIterator<Item = &'r String>) {
        json.raw(",").key(key).list(texts, |json, text| {
            json.position(Some(self.at(text)));
        });
    }
}

fn rollout<'r>(
    json: &mut Compact,
    texts: &mut Texts<'r>,
    report: &Report,
    one: &Affected<'r, Rollout>,
) {
    let own = one.own;
    let is_whole = matches!(own.verdict, RolloutVerdict::Create | RolloutVerdict::Delete);
    let count = |json: &mut Compact, key: &str, value: Option<u32>| {
        json.raw(",").key(key).position(value.map(|value| value as usize));
    };
    json.raw("{").key("name").text(&own.resource.to_string());
    json.raw(",").key("verdict").text(verdict(own.verdict));
    json.raw(",").key("words").text(own.verdict.words());
    json.raw(",").key("restarts").number(own.verdict.restarts());
    json.raw(",").key("whole").number(is_whole);
    count(json, "replicas", own.replicas);
    count(json, "lowest", own.lowest);
    count(json, "peak", own.peak);
    count(json, "waves", own.waves);
    let seconds = |seconds: Option<u64>| seconds.and_then(|own| usize::try_from(own).ok());
    json.raw(",").key("outage").position(seconds(own.outage));
    json.raw(",").key("duration");
    match own.duration {
        Some(span) => {
            json.list([Some(span.lower), Some(span.expected), span.upper], |json, own| {
                json.position(seconds(own));
            });
        }
        None => {
            json.raw("null");
        }
    }
    let unknown = own.why_unknown.as_deref().map(|text| texts.at(text));
    json.raw(",").key("unknown").position(unknown);
    json.raw(",").key("triggers").list(&own.triggers, |json, trigger| match &trigger.of {
        Some(config) => {
            json.text(&format!("{} of {config}", trigger.path));
        }
        None => {
            json.position(Some(texts.at(&trigger.path)));
        }
    });
    json.raw(",").key("stall");
    match own.stall.as_ref().filter(|_| own.verdict.restarts()) {
        Some(stall) => {
            json.raw("[").text(&impact::stays_up(own, stall)).raw(",");
            json.position(Some(texts.at(&stall.message))).raw("]");
        }
        None => {
            json.raw("null");
        }
    }
    texts.list(json, "notes", &own.notes);
    texts.list(json, "assumptions", &own.assumptions);
    json.raw(",").key("cells");
    ids(json, report, &one.cells);
    json.raw("}");
}

fn verdict(verdict: RolloutVerdict) -> &'static str {
    match verdict {
        RolloutVerdict::Blocked => "blocked",
        RolloutVerdict::RecreatePods => "recreate-pods",
        RolloutVerdict::DeleteCreate => "delete-create",
        RolloutVerdict::Delete => "delete",
        RolloutVerdict::Roll => "roll",
        RolloutVerdict::Reload => "reload",
        RolloutVerdict::Deferred => "deferred",
        RolloutVerdict::StaleConfig => "stale-config",
        RolloutVerdict::Scale => "scale",
        RolloutVerdict::Create => "create",
        RolloutVerdict::NextRunOnly => "next-run-only",
        RolloutVerdict::None => "none",
    }
}

fn step(json: &mut Compact, step: &SyncStep) {
    let seconds = usize::try_from(step.expected).ok();
    json.raw("[").text(&step.phase).raw(",").number(step.wave).raw(",");
    json.position(Some(step.changes)).raw(",");
    json.list(&step.hooks, |json, hook| {
        json.text(hook);
    })
    .raw(",");
    json.list(&step.workloads, |json, name| {
        json.text(&name.to_string());
    });
    json.raw(",").position(Some(seconds.unwrap_or_default())).raw("]");
}

fn rollback<'r>(
    json: &mut Compact,
    texts: &mut Texts<'r>,
    report: &Report,
    one: &Affected<'r, Rollback>,
) {
    let verdict = match one.own.verdict {
        RollbackVerdict::Clean => "clean",
        RollbackVerdict::Rolls => "rolls",
        RollbackVerdict::Partial => "partial",
        RollbackVerdict::OneWay => "one-way",
    };
    json.raw("{").key("verdict").text(verdict).raw(",").key("words").text(&one.own.words());
    texts.list(json, "reasons", &one.own.reasons);
    texts.list(json, "steps", &one.own.steps);
    texts.list(json, "rest", &one.own.not_undone);
    json.raw(",").key("cells");
    ids(json, report, &one.cells);
    json.raw("}");
}
