//! Why cells appear and vanish.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    CellPrediction, Presence, RevisionSide,
    fleet::{Pair, Revision},
    renames::renames,
};
use crate::{
    inventory::{
        Application, ClusterName, Fact, FactKind, Inventory, Link, LinkKind, Maker, Owner, Rule,
    },
    source::{Place, Tree, TreePath},
};

/// Says of every cell that only one side has why that is so.
pub(crate) fn presences(
    base: Revision<'_>,
    head: Revision<'_>,
    pairs: &[Pair<'_>],
    cells: &mut [CellPrediction],
) {
    let is_known = |cell: &CellPrediction| cell.failure.is_none();
    let lone: Vec<&Pair<'_>> = pairs
        .iter()
        .zip(&*cells)
        .filter(|(pair, cell)| pair.base.is_some() != pair.head.is_some() && is_known(cell))
        .map(|(pair, _)| pair)
        .collect();
    if lone.is_empty() {
        return;
    }
    let renames = renames(base, head, &lone);
    for (pair, cell) in pairs.iter().zip(cells) {
        let (placed, side) = match (pair.base, pair.head) {
            (Some(placed), None) => (placed, Side { here: base, other: head, is_gone: true }),
            (None, Some(placed)) => (placed, Side { here: head, other: base, is_gone: false }),
            _ => continue,
        };
        if is_known(cell) {
            let mut presence = side.presence(placed.application);
            presence.renamed = renames.get(pair.id).cloned();
            cell.presence = Some(presence);
        }
    }
}

/// The side that has a cell, and the other.
struct Side<'a> {
    here: Revision<'a>,
    other: Revision<'a>,
    is_gone: bool,
}

impl Side<'_> {
    fn presence(&self, cell: &Application) -> Presence {
        let chain = &cell.origin.chain;
        let of_chain = chain.iter().enumerate().find_map(|(index, link)| {
            let owner = (index + 1 == chain.len()).then_some(&cell.id.owner);
            self.of_link(link, owner)
        });
        let (message, place) = of_chain.unwrap_or_else(|| self.of_file(cell));
        let side = if self.is_gone { RevisionSide::Base } else { RevisionSide::Head };
        Presence { side, message, place, renamed: None }
    }

    fn verb(&self) -> &'static str {
        if self.is_gone { "is gone" } else { "is new" }
    }

    /// What a link says of the cell's being here only.
    fn of_link(&self, link: &Link, owner: Option<&Owner>) -> Option<(String, Place)> {
        let maker = Maker::from(link);
        let knows = |inventory: &Inventory| {
            inventory.makers.iter().any(|(of, one)| *one == maker && owner.is_none_or(|o| o == of))
        };
        let is_missing = knows(self.here.inventory) && !knows(self.other.inventory);
        match &link.kind {
            LinkKind::Root => None,
            _ if is_missing => Some((format!("{} {}", link.kind, self.verb()), link.place.clone())),
            LinkKind::Application(_) => None,
            LinkKind::Set { name, facts, parameters } => {
                let of_other = self.sets_of_other(name, owner);
                let known: BTreeSet<(FactKind, &str)> =
                    of_other.iter().flat_map(|(_, facts)| *facts).map(key).collect();
                let unknown = facts.iter().find(|fact| !known.contains(&key(fact)));
                if let Some(fact) = unknown {
                    return Some(self.of_fact(name, fact));
                }
                let is_there = of_other.iter().any(|(other, _)| *other == parameters);
                let message = match (is_there, self.is_gone) {
                    (true, _) => format!("the template of set {name} changed"),
                    (false, true) => format!("set {name} no longer gives its parameters"),
                    (false, false) => format!("set {name} gives new parameters"),
                };
                Some((message, link.place.clone()))
            }
        }
    }

    /// The parameters and facts of what the set makes on the other side.
    fn sets_of_other(&self, set: &str, owner: Option<&Owner>) -> Vec<(&Arc<str>, &[Fact])> {
        let cells = self.other.inventory.cells.values();
        let cells = cells.filter(|cell| owner.is_none_or(|owner| cell.id.owner == *owner));
        let links = cells.flat_map(|cell| &cell.origin.chain);
        links
            .filter_map(|link| match &link.kind {
                LinkKind::Set { name, parameters, facts } if **name == *set => {
                    Some((parameters, &**facts))
                }
                _ => None,
            })
            .collect()
    }

    fn of_fact(&self, set: &str, fact: &Fact) -> (String, Place) {
        let name = &fact.name;
        let selects = if self.is_gone { "no longer selects" } else { "now selects" };
        let gives = if self.is_gone { "no longer gives" } else { "now gives" };
        let message = match fact.kind {
            FactKind::Element => format!("set {set} {gives} {name} of its list"),
            FactKind::Snapshot => format!("set {set} {gives} {name} of its snapshot"),
            FactKind::File | FactKind::Folder => {
                let what = if fact.kind == FactKind::File { "file" } else { "folder" };
                match self.is_in_other(&fact.place.file) {
                    false => format!("{what} {name} {}", self.verb()),
                    true => format!("set {set} {selects} {what} {name}"),
                }
            }
            FactKind::Cluster => self.of_cluster(set, &(&**name).into(), selects),
        };
        (message, fact.place.clone())
    }

    fn of_cluster(&self, set: &str, name: &ClusterName, selects: &str) -> String {
        let cluster = |revision: &Revision<'_>| revision.inventory.clusters.get(name).cloned();
        match (cluster(&self.here), cluster(&self.other)) {
            (Some(here), Some(other)) if here.labels != other.labels => {
                let (old, new) = if self.is_gone { (here, other) } else { (other, here) };
                let keys: BTreeSet<&Arc<str>> =
                    old.labels.keys().chain(new.labels.keys()).collect();
                let label =
                    |value: Option<&Arc<str>>| value.map_or("none", |value| value).to_owned();
                let changes: Vec<String> = keys
                    .into_iter()
                    .map(|key| (key, old.labels.get(key), new.labels.get(key)))
                    .filter(|(_, before, after)| before != after)
                    .map(|(key, before, after)| {
                        format!("{key}: {} → {}", label(before), label(after))
                    })
                    .collect();
                format!("labels of cluster {name} changed ({})", changes.join(", "))
            }
            (Some(_), Some(_)) => format!("set {set} {selects} cluster {name}"),
            _ => format!("cluster {name} {}", self.verb()),
        }
    }

    /// What the file that describes a cell says of its being here only.
    fn of_file(&self, cell: &Application) -> (String, Place) {
        let place = cell.origin.place.clone();
        let file = &place.file;
        let parent = cell.origin.chain.iter().rev().find_map(|link| match &link.kind {
            LinkKind::Application(name) => Some(name),
            _ => None,
        });
        let message = if !self.is_in_other(file) {
            format!("file {file} {}", self.verb())
        } else if let Some(parent) = parent {
            let contains = if self.is_gone { "no longer contains it" } else { "now contains it" };
            format!("application {parent} {contains}")
        } else {
            let is_object = matches!(cell.origin.rule, Rule::ArgoCd | Rule::Flux);
            match (is_object, self.is_gone) {
                (true, true) => format!("{file} no longer describes it"),
                (true, false) => format!("{file} now describes it"),
                (false, true) => format!("{file} no longer stands for it"),
                (false, false) => format!("{file} now stands for it"),
            }
        };
        (message, place)
    }

    fn is_in_other(&self, file: &str) -> bool {
        let tree: &dyn Tree = self.other.tree;
        TreePath::parse(file).is_ok_and(|path| matches!(tree.entry(&path), Ok(Some(_))))
    }
}

fn key(fact: &Fact) -> (FactKind, &str) {
    (fact.kind, &fact.name)
}
