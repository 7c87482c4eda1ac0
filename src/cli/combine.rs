//! `zij combine`: several branches merged together in memory.

use std::{collections::BTreeMap, path::Path};

use zij_core::{
    diff::{LineKind, hunks},
    predict::{
        Prediction,
        combine::{InteractionClass, flapping, interactions, restarts},
    },
    report::{
        Heading,
        combine::{
            COMBINE_SCHEMA, Combination, Conflict, Flapping, Head, HeadStatus, Interaction, Order,
        },
        model::{Report, ResourceName},
        terminal,
    },
    source::{Tree as _, TreePath},
};
use zij_git::{CommitId, GitTree, MergeOutcome, MergePoint, Merger, Repository};

use super::{
    format::{FormatArgs, Told},
    range::{RangeArgs, commit, predictor, repository},
};
use crate::{
    error::{CommandError, CommandResult},
    prediction::{Predictor, Progress, revision_name},
    ui::Ui,
};

/// Shows what several branches do when they are merged together, and where they interact although
/// git merges them.
///
/// Everything is merged in memory, in the order given; branches that are built on each other are
/// put in order. No work tree, index or ref is touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij combine main feature/a feature/b   both together, onto main
  zij combine origin/main --prs          all pull requests that were fetched
                                         (git fetch origin 'refs/pull/*/head:refs/pull/*/head')
  zij combine main feature/a feature/b --format markdown --output html=together.html")]
pub(crate) struct CombineArgs {
    /// What to merge onto
    #[arg(value_name = "BASE")]
    base: String,
    /// The branches or commits, in the order in which they will be merged
    #[arg(value_name = "HEAD")]
    heads: Vec<String>,
    /// Merge every pull request that a forge's refs name (refs/pull/*/head), by number
    #[arg(long)]
    prs: bool,
    /// Only the cells of this cluster (repeatable)
    #[arg(long, value_name = "CLUSTER")]
    cluster: Vec<String>,
    /// Only the cells of this application (repeatable)
    #[arg(long, value_name = "APPLICATION")]
    app: Vec<String>,
    #[command(flatten)]
    format: FormatArgs,
    /// Exit with 1 where something conflicts or interacts
    #[arg(long)]
    exit_code: bool,
}

/// More changes than this are not merged at once.
const MOST: usize = 50;
/// Of so many changes every order is tried, of more every pair.
const ALL_ORDERS: usize = 4;

/// A change to merge.
#[derive(Clone, Debug)]
struct Wanted {
    name: String,
    commit: CommitId,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &CombineArgs) -> CommandResult {
    let repository = repository(directory)?;
    let base = Wanted { name: args.base.clone(), commit: commit(&repository, &args.base)? };
    let wanted = in_order(&repository, base.commit, wanted(&repository, args)?)?;
    let range = RangeArgs {
        cluster: args.cluster.clone(),
        app: args.app.clone(),
        no_cache: true,
        ..RangeArgs::default()
    };
    let predictor = predictor(repository.clone(), &range)?;
    let progress = ui.progress("predicting cells");
    let work = Work { repository: &repository, predictor: &predictor, base, wanted };
    let combination = work.run(&|done, total| progress.update(done, total))?;
    drop(progress);
    let options = terminal::Options { color: ui.color, width: ui.width, ..Default::default() };
    let alone = combination.as_report();
    let told = Told::report(&combination.combined, || combination.to_text(&options));
    args.format.put(ui, &told.after(combination.foreword(), combination.to_json(), &alone))?;
    if args.exit_code && !combination.is_clean() { Err(CommandError::rejected()) } else { Ok(()) }
}

/// The changes that the arguments name.
fn wanted(repository: &Repository, args: &CombineArgs) -> CommandResult<Vec<Wanted>> {
    let mut wanted = Vec::new();
    for name in &args.heads {
        wanted.push(Wanted { name: name.clone(), commit: commit(repository, name)? });
    }
    if args.prs {
        let mut pulls: Vec<(u64, CommitId)> = Vec::new();
        for prefix in ["refs/pull/", "refs/remotes/origin/pull/", "refs/merge-requests/"] {
            for branch in repository.branches_below(prefix)? {
                let number = branch.name.strip_suffix("/head").and_then(|n| n.parse().ok());
                pulls.extend(number.map(|number| (number, branch.id)));
            }
        }
        pulls.sort_unstable();
        pulls.dedup_by_key(|(number, _)| *number);
        wanted.extend(
            pulls.into_iter().map(|(number, commit)| Wanted { name: format!("#{number}"), commit }),
        );
    }
    match wanted.len() {
        0 if args.prs => Err(CommandError::usage("no pull request was fetched")
            .hint("git fetch origin 'refs/pull/*/head:refs/pull/*/head'")),
        0 => Err(CommandError::usage("no branch to merge: name one, or --prs")),
        count if count > MOST => Err(CommandError::usage(format!(
            "{count} changes are too many, at most {MOST} are merged at once"
        ))),
        _ => Ok(wanted),
    }
}

/// Puts changes behind those that they are built on; otherwise they stay as they were given.
fn in_order(
    repository: &Repository,
    base: CommitId,
    wanted: Vec<Wanted>,
) -> CommandResult<Vec<Wanted>> {
    let mut ordered: Vec<Wanted> = Vec::new();
    for one in wanted {
        let mut at = ordered.len();
        let is_included = repository.is_ancestor(one.commit, base)?;
        for (index, other) in ordered.iter().enumerate() {
            if !is_included
                && one.commit != other.commit
                && repository.is_ancestor(one.commit, other.commit)?
            {
                at = at.min(index);
            }
        }
        ordered.insert(at, one);
    }
    Ok(ordered)
}

struct Work<'w> {
    repository: &'w Repository,
    predictor: &'w Predictor,
    base: Wanted,
    wanted: Vec<Wanted>,
}

/// What merging in order gives.
struct Merged {
    /// For each change what it was merged to, where it fits.
    points: Vec<Option<MergePoint>>,
    /// For each change its conflicts.
    conflicts: Vec<Vec<zij_git::MergeConflict>>,
    end: MergePoint,
}

impl Work<'_> {
    fn run(&self, progress: &Progress<'_>) -> CommandResult<Combination> {
        let merger = self.repository.merger()?;
        let start = merger.at(self.base.commit)?;
        let order: Vec<usize> = (0..self.wanted.len()).collect();
        let merged = self.merge(&merger, start, &order)?;
        let fitting: Vec<usize> =
            order.iter().copied().filter(|at| merged.points[*at].is_some()).collect();
        let orders = self.orders(&merger, start, &fitting, merged.end)?;
        let mut alone = Vec::new();
        for at in &fitting {
            alone.push(match merger.merge(start, self.wanted[*at].commit)? {
                MergeOutcome::Clean(point) => point,
                // It fits only behind one that it is built on.
                MergeOutcome::Conflict(_) => merged.points[*at].unwrap_or(start),
            });
        }
        let mut points = vec![start];
        points.extend(fitting.iter().filter_map(|at| merged.points[*at]));
        let on_the_way = points.len();
        points.extend(&alone);
        let trees = merger.into_trees(&points);
        let (way, alone) = trees.split_at(on_the_way);
        let (Some(first), Some(last)) = (way.first(), way.last()) else {
            return Err(CommandError::unevaluated("nothing was merged"));
        };
        let steps: Vec<Prediction> = way
            .windows(2)
            .map(|pair| self.predictor.prediction(&pair[0], &pair[1], progress))
            .collect();
        let singles: Vec<Prediction> =
            alone.iter().map(|tree| self.predictor.prediction(first, tree, progress)).collect();
        let combined = self.predictor.prediction(first, last, progress);
        self.told(&merged, &fitting, orders, &steps, &singles, &combined, (first, last))
    }

    fn merge(&self, merger: &Merger, start: MergePoint, order: &[usize]) -> CommandResult<Merged> {
        let count = self.wanted.len();
        let mut merged =
            Merged { points: vec![None; count], conflicts: vec![Vec::new(); count], end: start };
        for at in order {
            match merger.merge(merged.end, self.wanted[*at].commit)? {
                MergeOutcome::Clean(point) => {
                    merged.points[*at] = Some(point);
                    merged.end = point;
                }
                MergeOutcome::Conflict(conflicts) => merged.conflicts[*at] = conflicts,
            }
        }
        Ok(merged)
    }

    /// Tries other orders of the changes that fit.
    fn orders(
        &self,
        merger: &Merger,
        start: MergePoint,
        fitting: &[usize],
        end: MergePoint,
    ) -> CommandResult<Order> {
        let mut differing = Vec::new();
        let orders =
            if fitting.len() <= ALL_ORDERS { permutations(fitting) } else { pairs(fitting) };
        let tried = orders.len();
        for order in orders {
            let merged = self.merge(merger, start, &order)?;
            let expected = if order.len() == fitting.len() {
                end
            } else {
                let back: Vec<usize> = order.iter().rev().copied().collect();
                self.merge(merger, start, &back)?.end
            };
            let is_whole = order.iter().all(|at| merged.points[*at].is_some());
            if !is_whole || merged.end.tree_id() != expected.tree_id() {
                differing.push(order);
            }
        }
        Ok(Order { tried, differing })
    }

    #[expect(clippy::too_many_arguments, reason = "all that was found out, told in one place")]
    fn told(
        &self,
        merged: &Merged,
        fitting: &[usize],
        order: Order,
        steps: &[Prediction],
        singles: &[Prediction],
        combined: &Prediction,
        (first, last): (&GitTree, &GitTree),
    ) -> CommandResult<Combination> {
        let named = |tree: &GitTree, name: &str| {
            let mut revision = revision_name(tree);
            name.clone_into(&mut revision.name);
            revision
        };
        let mut base = named(first, &self.base.name);
        base.commit = Some(self.base.commit.to_string());
        let names: Vec<&str> = fitting.iter().map(|at| &*self.wanted[*at].name).collect();
        let head = named(last, &names.join(" + "));
        let steps_of: Vec<&Prediction> = steps.iter().collect();
        let singles_of: Vec<&Prediction> = singles.iter().collect();
        let back = |heads: &[usize]| -> Vec<usize> {
            heads.iter().filter_map(|at| fitting.get(*at).copied()).collect()
        };
        let found = interactions(&singles_of, combined);
        let prefix = merged.points.iter().take_while(|point| point.is_some()).count();
        Ok(Combination {
            schema: COMBINE_SCHEMA,
            heads: self.heads(merged, fitting, steps)?,
            prefix,
            order,
            interactions: found
                .iter()
                .filter(|one| !self.is_stack(&back(&one.heads), one.class))
                .map(|one| Interaction { heads: back(&one.heads), ..Interaction::from(one) })
                .collect(),
            restarts: restarts(&steps_of, combined).into(),
            flapping: flapping(&steps_of)
                .iter()
                .map(|(cell, subject, steps)| Flapping {
                    cell: cell.to_string(),
                    resource: ResourceName::from(subject),
                    heads: back(steps),
                })
                .collect(),
            combined: Report::new(Heading { base: base.clone(), head }, combined),
            base,
        })
    }

    /// Whether changes that are built on each other merely have the same in them.
    fn is_stack(&self, heads: &[usize], class: InteractionClass) -> bool {
        let is_info = matches!(class, InteractionClass::SameValue | InteractionClass::SameObject);
        let is_built_on = |pair: &[usize]| {
            let (one, other) = (self.wanted[pair[0]].commit, self.wanted[pair[1]].commit);
            self.repository.is_ancestor(one, other).unwrap_or(false)
        };
        is_info && heads.windows(2).all(is_built_on)
    }

    fn heads(
        &self,
        merged: &Merged,
        fitting: &[usize],
        steps: &[Prediction],
    ) -> CommandResult<Vec<Head>> {
        let adds: BTreeMap<usize, String> = fitting
            .iter()
            .zip(steps)
            .map(|(at, step)| {
                let none = |name: &str| zij_core::report::model::RevisionName {
                    name: name.to_owned(),
                    commit: None,
                    tree: String::new(),
                };
                let heading = Heading { base: none(""), head: none("") };
                (*at, Report::new(heading, step).sums())
            })
            .collect();
        let mut heads = Vec::new();
        for (at, one) in self.wanted.iter().enumerate() {
            let is_included = self.repository.is_ancestor(one.commit, self.base.commit)?;
            let status = match merged.points[at] {
                _ if is_included => HeadStatus::Included,
                Some(_) => HeadStatus::Merged,
                None => HeadStatus::Conflict,
            };
            let mut stacked_on = None;
            for (index, other) in self.wanted.iter().enumerate().take(at) {
                if self.repository.is_ancestor(other.commit, one.commit)? {
                    stacked_on = Some(index);
                }
            }
            heads.push(Head {
                name: one.name.clone(),
                commit: one.commit.to_string(),
                status,
                diverged: !self.repository.is_ancestor(self.base.commit, one.commit)?
                    && !is_included,
                stacked_on: stacked_on.filter(|_| !is_included),
                adds: adds.get(&at).cloned(),
                conflicts: self.conflicts(merged, at)?,
            });
        }
        Ok(heads)
    }

    fn conflicts(&self, merged: &Merged, at: usize) -> CommandResult<Vec<Conflict>> {
        let mut told = Vec::new();
        for conflict in &merged.conflicts[at] {
            let own = self.changed_lines(at, &conflict.path)?;
            let (mut with, mut lines) = (None, Vec::new());
            for other in (0..at).filter(|other| merged.points[*other].is_some()) {
                let Some(theirs) = self.changed_lines(other, &conflict.path)? else { continue };
                let common = overlap(own.as_deref().unwrap_or_default(), &theirs);
                // One that is built on another has its lines too; the first one wrote them.
                if with.is_none() || (lines.is_empty() && !common.is_empty()) {
                    (with, lines) = (Some(other), common);
                }
            }
            told.push(Conflict {
                file: conflict.path.clone(),
                what: conflict.what.to_owned(),
                lines,
                with,
            });
        }
        Ok(told)
    }

    /// The lines of a file that a change touches, counted where it branched off; `None` where it
    /// leaves the file alone.
    fn changed_lines(&self, at: usize, path: &str) -> CommandResult<Option<Vec<(usize, usize)>>> {
        let commit = self.wanted[at].commit;
        let Ok(path) = TreePath::parse(path) else { return Ok(None) };
        let Some(start) = self.repository.merge_base(self.base.commit, commit)? else {
            return Ok(None);
        };
        let text = |commit: CommitId| -> CommandResult<String> {
            let tree = self.repository.tree_of(commit)?;
            let bytes = tree.read(&path).ok().flatten();
            Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default())
        };
        let (old, new) = (text(start)?, text(commit)?);
        if old == new {
            return Ok(None);
        }
        let mut ranges = Vec::new();
        for hunk in hunks(&old, &new) {
            let (mut line, mut is_replaced) = (hunk.old_start, false);
            for one in &hunk.lines {
                match one.kind {
                    LineKind::Context => line += 1,
                    LineKind::Removed => {
                        ranges.push((line, line));
                        line += 1;
                    }
                    LineKind::Added if is_replaced => {}
                    LineKind::Added => ranges.push((line.saturating_sub(1), line)),
                }
                is_replaced = one.kind != LineKind::Context;
            }
        }
        Ok(Some(ranges))
    }
}

/// The lines that two changes have in common, as people write them.
fn overlap(own: &[(usize, usize)], theirs: &[(usize, usize)]) -> Vec<String> {
    let meets = |one: &&(usize, usize)| theirs.iter().any(|two| one.0 <= two.1 && two.0 <= one.1);
    let mut lines: Vec<(usize, usize)> = Vec::new();
    for (from, to) in own.iter().filter(meets) {
        match lines.last_mut() {
            Some((_, end)) if *from <= *end + 1 => *end = (*end).max(*to),
            _ => lines.push((*from, *to)),
        }
    }
    let text = |(from, to): &(usize, usize)| {
        if from == to { from.to_string() } else { format!("{from}-{to}") }
    };
    lines.iter().map(text).collect()
}

/// Every order but the given one.
fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in items {
        all = all
            .iter()
            .flat_map(|order: &Vec<usize>| {
                let left = items.iter().filter(|item| !order.contains(item));
                left.map(|item| [order.as_slice(), &[*item]].concat()).collect::<Vec<_>>()
            })
            .collect();
    }
    all.retain(|order| order != items);
    all
}

/// Every two of them the other way round.
fn pairs(items: &[usize]) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    for (at, one) in items.iter().enumerate() {
        all.extend(items[at + 1..].iter().map(|other| vec![*other, *one]));
    }
    all
}
