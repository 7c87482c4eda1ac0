//! What the change of a cell's objects does, told once for all cells with the same objects.

use std::{
    hash::{BuildHasher as _, Hash, Hasher},
    sync::Arc,
};

use foldhash::fast::FixedState;

use super::{
    Rollback, Rollout, RolloutVerdict, SyncPlan,
    groups::{Digest, Masked, digest_of},
    neighbours::Known,
    rollback::rollback,
    rollout::{self, RolloutCell, broken_promises, rollouts, unseen_configs},
    unstable::unstable_templates,
};
use crate::{
    diff::{Change, Changes, resources},
    inventory::{Application, PostStep},
    policy::{Facts, Finding, Found, How, Locator, findings},
    render::{Cache, Document},
    resource::{FieldPath, Mask, ResourceSet, SecretTexts, Server, Value},
};

/// Bytes that kept outcomes may take, by a rough guess: cells with the same objects are mostly
/// next to each other.
const OUTCOMES: usize = 48 << 20;
/// The same for facts.
const FACTS: usize = 24 << 20;
/// How much more memory objects take than their text.
const TREE: usize = 8;

/// A side of a cell: what it renders and the application that says how that is applied.
#[derive(Clone)]
pub(crate) struct Side<'a> {
    documents: Arc<[Document]>,
    application: &'a Application,
    fingerprint: u64,
}

/// What an outcome depends on besides the objects of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Circumstances {
    /// What findings depend on.
    pub(crate) how: How,
    /// The API server that gets the objects.
    pub(crate) server: Server,
    /// How many nodes the cluster has.
    pub(crate) nodes: Option<u32>,
}

/// Outcomes and facts that were found before.
pub(crate) struct Outcomes<'a> {
    mask: &'a Mask,
    /// Whether anybody asks what cells do to each other.
    has_neighbours: bool,
    outcomes: Cache<Key<'a>, Arc<Outcome<'a>>>,
    facts: Cache<Side<'a>, Arc<Facts>>,
}

/// What happens to the objects of a cell.
pub(crate) struct Outcome<'a> {
    old: ResourceSet,
    new: ResourceSet,
    /// What rules find, without what only the cell knows.
    pub(crate) found: Vec<Found>,
    /// What else is found, in the order in which it is told.
    pub(crate) unstable: Vec<Finding>,
    /// Whether any object differs.
    pub(crate) differs: bool,
    /// What happens to pods, where any object differs.
    pub(crate) pods: Option<Pods>,
    /// Objects that are gone.
    pub(crate) gone: Vec<String>,
    /// What the objects keep secret.
    pub(crate) secrets: SecretTexts<'a>,
    /// What tells the changes of objects apart.
    pub(crate) digest: Digest,
    /// What other cells may need to know, where anybody asks.
    pub(crate) known: Option<Known>,
    rolls: Vec<Vec<FieldPath>>,
}

/// What happens to running pods, and what undoing it would do.
pub(crate) struct Pods {
    pub(crate) rollouts: Vec<Rollout>,
    pub(crate) plan: Option<SyncPlan>,
    pub(crate) rollback: Rollback,
    /// What is found on the way.
    pub(crate) findings: Vec<Finding>,
}

#[derive(Clone, PartialEq, Eq)]
struct Key<'a> {
    base: Option<Side<'a>>,
    head: Option<Side<'a>>,
    circumstances: Circumstances,
}

impl<'a> Side<'a> {
    /// The side of an application that renders `documents`.
    pub(crate) fn new(documents: &Arc<[Document]>, application: &'a Application) -> Self {
        let mut hasher = FixedState::default().build_hasher();
        for document in &**documents {
            if document.is_crd {
                // They are long and not rendered: all cells of a chart share them.
                document.bytes.as_ptr().hash(&mut hasher);
            } else {
                document.bytes.hash(&mut hasher);
            }
        }
        Self { documents: Arc::clone(documents), application, fingerprint: hasher.finish() }
    }

    /// The objects.
    pub(crate) fn set(&self) -> ResourceSet {
        ResourceSet::of(self.documents.iter(), self.application)
    }

    /// The length of the texts; that of a chart's definitions lies with the chart.
    fn len(&self) -> usize {
        self.documents.iter().map(|document| document.bytes.len()).sum()
    }
}

impl PartialEq for Side<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (self.application, other.application);
        // A namespace that no manifest makes comes from where the application is described.
        let is_made = |step: &PostStep| matches!(step, PostStep::CreateNamespace { .. });
        self.fingerprint == other.fingerprint
            && own.namespace == others.namespace
            && own.post == others.post
            && (own.origin.place.file == others.origin.place.file || !own.post.iter().any(is_made))
            && self.documents == other.documents
    }
}

impl Eq for Side<'_> {}

impl Hash for Side<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.fingerprint);
    }
}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.base.hash(state);
        self.head.hash(state);
    }
}

impl<'a> Outcomes<'a> {
    /// Nothing found yet.
    pub(crate) fn new(mask: &'a Mask, has_neighbours: bool) -> Self {
        let (outcomes, facts) = (Cache::new(OUTCOMES), Cache::new(FACTS));
        Self { mask, has_neighbours, outcomes, facts }
    }

    /// What keeps the content of Secrets out of what is told.
    pub(crate) fn mask(&self) -> &'a Mask {
        self.mask
    }

    /// What the change from one side to the other does; the locators are those of any cell.
    pub(crate) fn of(
        &self,
        base: Option<Side<'a>>,
        head: Option<Side<'a>>,
        circumstances: Circumstances,
        locators: (Option<Locator<'_>>, Locator<'_>),
    ) -> Arc<Outcome<'a>> {
        let key = Key { base, head, circumstances };
        self.outcomes.get_or_make(&key, || {
            let outcome = self.find(&key, locators);
            let sides = [&key.base, &key.head].into_iter().flatten();
            let weight = sides.map(Side::len).sum::<usize>() * TREE + 4096;
            // One outcome is kept however large it is.
            (Arc::new(outcome), weight.min(OUTCOMES / 2))
        })
    }

    /// The facts of a side.
    pub(crate) fn facts(&self, side: &Side<'a>, set: impl FnOnce() -> Facts) -> Arc<Facts> {
        self.facts.get_or_make(side, || {
            let weight = side.len() + 1024;
            (Arc::new(set()), weight.min(FACTS / 4))
        })
    }

    fn find(&self, key: &Key<'a>, locators: (Option<Locator<'_>>, Locator<'_>)) -> Outcome<'a> {
        let (old, new) = sets(key.base.as_ref(), key.head.as_ref());
        let Circumstances { how, server, nodes } = key.circumstances;
        let changes = resources(&old, &new);
        let mut found = findings(&old, &new, &changes, locators.0, locators.1, how);
        let mut unstable = unstable_templates(&old, &new);
        let mut pods = (!changes.resources.is_empty()).then(|| {
            let known = found.iter().map(Found::finding).chain(&unstable);
            let known: Vec<Finding> = known.cloned().collect();
            Pods::of(RolloutCell { server, nodes, new: &new, changes: &changes, findings: &known })
        });
        let secrets = SecretTexts::of(self.mask, objects(&old).chain(objects(&new)));
        for found in &mut found {
            found.reword(|text| secrets.message(text));
        }
        let of_pods = pods.iter_mut().flat_map(|pods| &mut pods.findings);
        for finding in unstable.iter_mut().chain(of_pods) {
            finding.message = secrets.message(&finding.message);
        }
        for reason in pods.iter_mut().flat_map(|pods| &mut pods.rollback.reasons) {
            *reason = secrets.message(reason);
        }
        let is_gone = |change: &&Change<'_>| matches!(change, Change::Delete(_));
        let gone = changes.resources.iter().filter(is_gone);
        let rollouts = pods.as_ref().map(|pods| &*pods.rollouts).unwrap_or_default();
        Outcome {
            found,
            unstable,
            differs: !changes.resources.is_empty(),
            gone: gone.map(|change| change.id().to_string()).collect(),
            digest: digest_of(&Masked::all(&changes, &secrets)),
            known: self.known_of(key, &old, &new, &changes),
            rolls: changes.resources.iter().map(|change| rolls(rollouts, change)).collect(),
            pods,
            secrets,
            old,
            new,
        }
    }

    /// What other cells may need to know.
    fn known_of(
        &self,
        key: &Key<'a>,
        old: &ResourceSet,
        new: &ResourceSet,
        changes: &Changes<'_>,
    ) -> Option<Known> {
        if !self.has_neighbours {
            return None;
        }
        let head = match &key.head {
            Some(head) => self.facts(head, || Facts::of(new)),
            None => Arc::new(Facts::of(new)),
        };
        let base = (!changes.resources.is_empty()).then(|| Facts::of(old));
        Some(match base.filter(|base| *base != *head) {
            Some(base) => Known::Differs { base: Arc::new(base), head },
            None => Known::Same(head),
        })
    }
}

impl Outcome<'_> {
    /// How many objects are deleted, where none is left.
    pub(crate) fn emptied(&self) -> Option<usize> {
        let count = self.old.resources.len();
        (count > 0 && self.new.resources.is_empty()).then_some(count)
    }

    /// The changes of objects as they are told.
    pub(crate) fn resources(&self) -> Vec<super::ResourceChange> {
        let changes = resources(&self.old, &self.new);
        let masked = Masked::all(&changes, &self.secrets).into_iter().zip(&self.rolls);
        masked.map(|(masked, rolls)| masked.finish(rolls.clone())).collect()
    }
}

impl Pods {
    fn of(cell: RolloutCell<'_>) -> Self {
        let RolloutCell { new, changes, findings, .. } = cell;
        let rollouts = rollouts(cell);
        let mut found = broken_promises(new, &rollouts);
        found.extend(unseen_configs(new, &rollouts));
        Self {
            plan: rollout::plan(new, changes, &rollouts),
            rollback: rollback(new, changes, findings, &rollouts),
            findings: found,
            rollouts,
        }
    }
}

/// The objects of both sides; a side that does not exist has none.
fn sets(base: Option<&Side<'_>>, head: Option<&Side<'_>>) -> (ResourceSet, ResourceSet) {
    match (base, head) {
        (Some(base), Some(head)) => ResourceSet::of_both(
            (&base.documents, base.application),
            (&head.documents, head.application),
        ),
        (base, head) => {
            (base.map(Side::set).unwrap_or_default(), head.map(Side::set).unwrap_or_default())
        }
    }
}

pub(crate) fn objects(set: &ResourceSet) -> impl Iterator<Item = &Value> + Clone {
    set.resources.values().map(|resource| &*resource.body)
}

/// The fields of a changed workload that restart its pods.
fn rolls(rollouts: &[Rollout], change: &Change<'_>) -> Vec<FieldPath> {
    let own = rollouts.iter().find(|rollout| rollout.subject.id == *change.id());
    // What is refused would restart them all the same.
    let is_blocked = |rollout: &Rollout| rollout.verdict == RolloutVerdict::Blocked;
    let own = own.filter(|rollout| rollout.restarts() || is_blocked(rollout));
    let triggers = own.into_iter().flat_map(|rollout| &rollout.triggers);
    let of_pods = triggers
        .filter(|trigger| trigger.of.is_none() && trigger.path.starts_with(&["spec", "template"]));
    of_pods.map(|trigger| trigger.path.clone()).collect()
}
