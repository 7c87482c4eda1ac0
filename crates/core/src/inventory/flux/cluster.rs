//! The objects of one cluster, as far as they have come up.

use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
};

use super::item::{Item, Key};
use crate::inventory::ClusterName;

/// The feature that makes variables which are not set errors.
const STRICT: &str = "StrictPostBuildSubstitutions";
/// The version of kustomize-controller that has it unless it is told otherwise.
const STRICT_SINCE: (u64, u64) = (1, 9);

/// What is known of a cluster.
#[derive(Debug)]
pub(super) struct ClusterState {
    pub(super) name: ClusterName,
    /// Objects that others refer to.
    objects: BTreeMap<Key, Item>,
    /// Those that stand in git and that nothing deploys, as far as is known.
    loose: BTreeMap<Key, Item>,
    /// Objects to read.
    pub(super) queue: VecDeque<Item>,
    /// Objects that refer to what has not come up yet.
    pub(super) waiting: VecDeque<Item>,
    /// The source that the root follows: this repository, where nothing in git says otherwise.
    pub(super) own_source: Option<Key>,
    /// Whether variables that are not set are errors, where something in git says so.
    pub(super) strict: Option<bool>,
    /// Whether what has not come up yet is absent.
    pub(super) is_settled: bool,
    /// Whether something was looked for in vain.
    missed: Cell<bool>,
    /// How many objects have come up.
    pub(super) met: usize,
}

impl ClusterState {
    pub(super) fn new(name: ClusterName, loose: BTreeMap<Key, Item>) -> Self {
        Self {
            name,
            objects: BTreeMap::new(),
            loose,
            queue: VecDeque::new(),
            waiting: VecDeque::new(),
            own_source: None,
            strict: None,
            is_settled: false,
            missed: Cell::new(false),
            met: 0,
        }
    }

    /// Takes up an object that others may refer to; the first of two counts.
    pub(super) fn meet(&mut self, item: Item) {
        let key = item.key();
        if !self.objects.contains_key(&key) {
            self.met += 1;
            self.objects.insert(key, item);
        }
    }

    /// An object by its name; one that nothing deploys only where nothing else will come up.
    pub(super) fn object(&self, key: &Key) -> Option<&Item> {
        if let Some(item) = self.objects.get(key) {
            return Some(item);
        }
        self.missed.set(true);
        self.loose.get(key).filter(|_| self.is_settled)
    }

    /// The objects of a kind in a namespace.
    pub(super) fn of_kind<'a>(
        &'a self,
        kind: &'a str,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Item> {
        let all = self.objects.iter().chain(self.loose.iter().filter(|_| self.is_settled));
        all.filter(move |(key, _)| &*key.kind == kind && &*key.namespace == namespace)
            .map(|(_, item)| item)
    }

    /// Notes that something may come up yet.
    pub(super) fn miss(&self) {
        self.missed.set(true);
    }

    /// Whether something was looked for in vain since the last call.
    pub(super) fn take_missed(&self) -> bool {
        self.missed.take()
    }
}

/// Whether a text that sets up controllers says what the feature of strict variables is; it is on
/// since a version of kustomize-controller. (Source: fluxcd/kustomize-controller,
/// `internal/features`.)
pub(super) fn strict_by(text: &str) -> Option<bool> {
    for (value, is_strict) in [("true", true), ("false", false)] {
        if text.contains(&format!("{STRICT}={value}")) {
            return Some(is_strict);
        }
    }
    let (_, version) = text.split_once("kustomize-controller:v")?;
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?) >= STRICT_SINCE)
}
