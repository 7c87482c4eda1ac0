//! Rules that look at several objects, or several cells of a cluster, together.
//!
//! Cells that a change does not touch are looked up only where a changed cell's facts ask for it:
//! each rule goes from what is new in the changed cells, and most changes bring nothing that other
//! cells could contradict.

mod claims;
mod customs;
mod disruption;
mod index;
mod limits;
mod needs;
mod order;
mod scaling;
mod security;
mod storage;
mod traffic;
mod webhooks;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

pub(crate) use claims::{host_port, node_port, owner, route};
pub(crate) use customs::{frozen, invalid};
pub(crate) use disruption::budgets;
pub(crate) use limits::outside_limits;
pub(crate) use needs::{lost, namespace, unknown_kind, unmet};
pub(crate) use order::{early_needs, late_definition};
pub(crate) use scaling::{quota, replicas_dropped, replicas_fought, unscaled};
pub(crate) use security::refused_pods;
pub(crate) use storage::{host_surge, shared_volume};
pub(crate) use traffic::{closed_in, dangling, relabelled};
pub(crate) use webhooks::admission;

use index::Index;

use super::{
    facts::{Claim, Definition, Enforced, Facts},
    rule::Hit,
};
use crate::{
    inventory::{Application, CellId},
    resource::{FieldPath, ResourceId},
};

/// A cell whose facts a change alters; a side that does not exist has no facts.
#[derive(Debug)]
pub struct ChangedCell<'a> {
    /// Which cell.
    pub id: &'a CellId,
    /// The application on head, or on base where it is gone.
    pub application: &'a Application,
    /// Before.
    pub base: Arc<Facts>,
    /// After.
    pub head: Arc<Facts>,
    /// Whether head has the cell.
    pub stays: bool,
}

/// A cell that the change does not touch.
#[derive(Clone, Debug)]
pub struct Peer<'a> {
    /// Which cell.
    pub id: &'a CellId,
    /// Its facts; `None` where it cannot be rendered.
    pub facts: Option<Arc<Facts>>,
}

/// Gives the untouched cells of a cluster: those that deploy to a namespace, or all.
pub trait Peers<'a>: Sync {
    /// The cells that deploy to `namespace`; every one without it.
    fn peers(&self, namespace: Option<&str>) -> Vec<Peer<'a>>;

    /// How many cells there are.
    fn count(&self) -> usize;
}

/// The changed cells of one cluster and a way to its other cells.
pub struct Scene<'a, 's> {
    pub(crate) changed: &'s [ChangedCell<'a>],
    pub(crate) peers: &'s dyn Peers<'a>,
    base: OnceLock<Index<'s>>,
    head: OnceLock<Index<'s>>,
}

/// What a rule found, and where.
#[derive(Debug)]
pub(crate) struct CrossHit {
    /// Position of the changed cell.
    pub(crate) cell: usize,
    /// The object at fault.
    pub(crate) subject: ResourceId,
    pub(crate) hit: Hit,
}

/// One side of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Base,
    Head,
}

impl ChangedCell<'_> {
    pub(crate) fn side(&self, side: Side) -> &Facts {
        match side {
            Side::Base => &self.base,
            Side::Head => &self.head,
        }
    }
}

impl<'a, 's> Scene<'a, 's> {
    /// The changed cells of a cluster, and the others.
    pub fn new(changed: &'s [ChangedCell<'a>], peers: &'s dyn Peers<'a>) -> Self {
        Self { changed, peers, base: OnceLock::new(), head: OnceLock::new() }
    }

    /// Every changed cell with its position.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (usize, &ChangedCell<'_>)> {
        self.changed.iter().enumerate()
    }

    /// The facts of all changed cells on one side.
    pub(crate) fn side(&self, side: Side) -> impl Iterator<Item = &Facts> {
        self.changed.iter().map(move |cell| cell.side(side))
    }

    /// The facts of the changed cells with objects in a namespace; with objects of the cluster where
    /// there is none.
    pub(crate) fn in_namespace<'i>(
        &'i self,
        side: Side,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'s Facts> + use<'i, 'a, 's> {
        let positions = self.index(side).in_namespace(namespace).iter();
        positions.map(move |position| self.changed[*position].side(side))
    }

    /// The positions of the changed cells that have an object.
    pub(crate) fn owners(&self, side: Side, id: &ResourceId) -> &[usize] {
        self.index(side).owners(id)
    }

    /// The positions of the changed cells with an object that has a claim on head.
    pub(crate) fn holders(&self, claim: &Claim) -> &[usize] {
        self.index(Side::Head).holders(claim)
    }

    /// What changed cells let a namespace enforce.
    pub(crate) fn enforced(&self, side: Side, namespace: &str) -> Option<Enforced> {
        self.index(side).enforced(namespace)
    }

    /// The definition of a kind in the changed cells on head.
    pub(crate) fn definition(&self, group: &str, kind: &str) -> Option<&'s Definition> {
        self.index(Side::Head).definition(group, kind)
    }

    /// Whether no changed cell has an object on base.
    pub(crate) fn is_all_new(&self) -> bool {
        self.index(Side::Base).is_empty()
    }

    fn index(&self, side: Side) -> &Index<'s> {
        let index = match side {
            Side::Base => &self.base,
            Side::Head => &self.head,
        };
        index.get_or_init(|| Index::new(self.changed, side))
    }

    /// What the changed cells of a namespace, and then untouched cells, say; the untouched are looked
    /// up only where no changed cell has an answer. The second part says whether all could be asked.
    pub(crate) fn find<T>(
        &self,
        namespace: Option<&str>,
        mut ask: impl FnMut(&Facts) -> Option<T>,
    ) -> (Option<T>, bool) {
        if let Some(answer) = self.in_namespace(Side::Head, namespace).find_map(&mut ask) {
            return (Some(answer), true);
        }
        self.find_untouched(namespace, ask)
    }

    /// The same of the untouched cells alone: those that deploy to a namespace, or all.
    pub(crate) fn find_untouched<T>(
        &self,
        namespace: Option<&str>,
        ask: impl FnMut(&Facts) -> Option<T>,
    ) -> (Option<T>, bool) {
        let peers = self.peers.peers(namespace);
        let is_whole = peers.iter().all(|peer| peer.facts.is_some());
        let mut facts = peers.iter().filter_map(|peer| peer.facts.as_deref());
        (facts.find_map(ask), is_whole)
    }

    /// Objects that are new in a changed cell.
    pub(crate) fn created(&self) -> impl Iterator<Item = (usize, &ResourceId)> {
        self.cells().flat_map(|(index, cell)| {
            let is_new = move |id: &&ResourceId| !cell.base.objects.contains_key(*id);
            let new = cell.head.objects.keys().filter(is_new);
            new.map(move |id| (index, id))
        })
    }
}

impl CrossHit {
    pub(crate) fn new(cell: usize, subject: &ResourceId, hit: Hit) -> Self {
        Self { cell, subject: subject.clone(), hit }
    }

    /// A hit about an object as a whole.
    pub(crate) fn whole(cell: usize, subject: &ResourceId, message: String) -> Self {
        Self::new(cell, subject, Hit::new(FieldPath::root(), message))
    }

    pub(crate) fn at_most(self, severity: super::Severity) -> Self {
        Self { hit: self.hit.at_most(severity), ..self }
    }
}

/// Hits of a state that head has and base does not, told apart by cell, object and what is said.
pub(crate) fn news(
    scene: &Scene<'_, '_>,
    judge: impl Fn(&Facts, Side) -> Vec<(ResourceId, Hit)>,
) -> Vec<CrossHit> {
    let mut found = Vec::new();
    for (index, cell) in scene.cells() {
        let of = |side: Side| -> BTreeMap<(ResourceId, FieldPath), Hit> {
            let hits = judge(cell.side(side), side).into_iter();
            hits.map(|(id, hit)| ((id, hit.path.clone()), hit)).collect()
        };
        let before = of(Side::Base);
        let after = of(Side::Head).into_iter().filter(|(key, _)| !before.contains_key(key));
        found.extend(after.map(|((id, _), hit)| CrossHit::new(index, &id, hit)));
    }
    found
}
