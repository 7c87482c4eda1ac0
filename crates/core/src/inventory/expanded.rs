//! What a reader of objects makes of a tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Application, Assumptions, Checkout, ClusterName, Config, Context, Gap, Maker, Owner, Problem,
    Wanted,
};
use crate::source::Place;

/// The server and the labels of a cluster.
pub(super) type Described = (Arc<str>, BTreeMap<Arc<str>, Arc<str>>);

/// What Argo CD or Flux would deploy.
#[derive(Clone, Debug, Default)]
pub(super) struct Expanded {
    pub(super) applications: Vec<Arc<Application>>,
    pub(super) problems: Vec<Problem>,
    /// Which cells may be missing.
    pub(super) gaps: Vec<Gap>,
    /// What makes applications, even where it makes none.
    pub(super) makers: BTreeSet<(Owner, Maker)>,
    /// What is known of clusters that no rule describes.
    pub(super) clusters: BTreeMap<ClusterName, Described>,
    /// What was asked for that lies outside the repository.
    pub(super) wanted: BTreeMap<Wanted, Place>,
    /// How many roots of Argo CD it began with.
    pub(super) roots: usize,
    /// What nothing says.
    pub(super) assumed: Assumptions,
}

impl Assumptions {
    /// What `checkout` takes for this repository beyond what is known of it.
    pub(super) fn of(checkout: &Checkout, context: &Context<'_>, config: &Config) -> Self {
        let known = |url: &&Arc<str>| {
            !context.checkout.remotes.contains(*url) && !config.repositories.contains(*url)
        };
        let repository = checkout.remotes.iter().find(known).cloned();
        Self { repository, roots: Vec::new() }
    }
}
