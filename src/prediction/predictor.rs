//! Predicts ranges of one repository.

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use zij_core::{
    inventory::{Checkout, Config, Context, Inventory, Memo},
    policy::{Date, Policy},
    predict::{self, Only, Prediction},
    render::Renderer,
    report::{
        Heading,
        model::{Report, RevisionName},
    },
    resource::Mask,
    source::Tree,
};
use zij_git::{BaseChoice, CommitId, GitTree, InvalidId, Range, Repository, Revision};

use super::{
    ConfigFile,
    store::{Kept, ReportKey, ReportStore},
};
use crate::{
    clock,
    error::{CommandError, CommandResult},
    secret_key::mask_of_user,
};

/// Predicts ranges of a repository; everything rendered once is kept for the next range.
pub(crate) struct Predictor {
    repository: Repository,
    renderer: Renderer,
    memo: Memo,
    config: Option<ConfigFile>,
    only: Only,
    kube: Option<String>,
    store: Option<Mutex<ReportStore>>,
    mask: Mask,
}

impl Predictor {
    /// A predictor that keeps nothing between runs.
    pub(crate) fn new(repository: Repository, config: Option<ConfigFile>) -> Self {
        Self {
            repository,
            renderer: Renderer::default(),
            memo: Memo::default(),
            config,
            only: Only::default(),
            kube: None,
            store: None,
            mask: mask_of_user(),
        }
    }

    /// The same for a choice of cells.
    pub(crate) fn only(self, only: Only) -> Self {
        Self { only, ..self }
    }

    /// The same as if every cluster ran another Kubernetes version.
    pub(crate) fn upgraded_to(self, kube: Option<String>) -> Self {
        Self { kube, ..self }
    }

    /// The same, with reports kept in `folder`; without them if the folder cannot be used.
    pub(crate) fn with_store(mut self, folder: &Path) -> Self {
        let store = fs::create_dir_all(folder).ok().and_then(|()| ReportStore::open(folder).ok());
        self.store = store.map(Mutex::new);
        self
    }

    pub(crate) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The report between two commits given by their full ids.
    pub(crate) fn between(
        &self,
        base: Option<&str>,
        head: &str,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> CommandResult<Report> {
        let commit = |id: &str| -> CommandResult<Revision> {
            let id: CommitId =
                id.parse().map_err(|error: InvalidId| CommandError::usage(error.to_string()))?;
            Ok(Revision::Commit { name: id.short(), id })
        };
        let base = base.map_or(Ok(Revision::Empty), commit)?;
        self.range(&Range { base, head: commit(head)?, choice: BaseChoice::Given }, progress)
    }

    /// The report of a range, from the store if it is there.
    pub(crate) fn range(
        &self,
        range: &Range,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> CommandResult<Report> {
        // A planned upgrade is what the same revision does on another version.
        let from = if self.kube.is_some() { &range.head } else { &range.base };
        let (base, head) = (self.tree(from)?, self.tree(&range.head)?);
        let policy = Policy::of(&self.config(&head));
        let id = |tree: &GitTree| tree.id().to_string();
        let config = self.config.as_ref().map(|config| config.text.as_str());
        let day = policy.depends_on_day().then(today);
        // Fingerprints of another key would not compare with those of now.
        let around = format!("{:?} {} {day:?}", self.checkout(), self.mask.id());
        let key = ReportKey::new(&id(&base), &id(&head), config, &around);
        if let Some(report) = self.stored(&key) {
            return Ok(named(report, range));
        }
        let heading = Heading { base: revision_name(&base), head: revision_name(&head) };
        let report = Report::new(heading, &self.prediction(&base, &head, progress));
        // What is missing now, such as an object of a partial clone, may be there next time.
        if !report.cells.iter().any(|cell| cell.problem.is_some()) {
            self.keep(&key, &report);
        }
        Ok(named(report, range))
    }

    /// What changes between two trees, wherever they come from.
    pub(crate) fn prediction(
        &self,
        base: &GitTree,
        head: &GitTree,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Prediction {
        let policy = Policy::of(&self.config(head));
        let (base, mut head) = self.sides(base, head);
        head.inventory.problems.extend(policy.problems.iter().cloned());
        if let Some(kube) = &self.kube {
            for cluster in head.inventory.clusters.values_mut() {
                cluster.kube = Some(kube.as_str().into());
            }
        }
        let options = predict::Options {
            only: self.only.clone(),
            policy,
            today: Some(today()),
            mask: self.mask.clone(),
        };
        predict::predict(Some(base.revision()), head.revision(), &self.renderer, &options, progress)
    }

    fn sides<'t>(&self, base: &'t GitTree, head: &'t GitTree) -> (Side<'t>, Side<'t>) {
        let (old, new) = (self.config(base), self.config(head));
        let checkout = self.checkout();
        let context = self.context(&checkout);
        let (mut base_cells, mut head_cells) =
            Inventory::of_both((base, &old), (head, &new), Some(&context));
        // Where only one side has a configuration, and detection finds another fleet on the other
        // side, that one is read with it too: adding the file alone deploys nothing.
        let sound = base_cells.fault().is_none() && head_cells.fault().is_none();
        let shared = base_cells.cells.keys().any(|id| head_cells.cells.contains_key(id));
        match (&old.file, &new.file) {
            (None, Some(_)) if sound && !shared => {
                base_cells = Inventory::read(base, &new, &context);
            }
            (Some(_), None) if sound && !shared => {
                head_cells = Inventory::read(head, &old, &context);
            }
            _ => {}
        }
        (Side { tree: base, inventory: base_cells }, Side { tree: head, inventory: head_cells })
    }

    fn stored(&self, key: &ReportKey) -> Option<Report> {
        let store = self.store.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = store.get(key)?;
        self.repository.still_is(&kept.looked_up).then_some(kept.report)
    }

    /// Keeps a report; a cache that cannot be written costs time later, not the answer now.
    fn keep(&self, key: &ReportKey, report: &Report) {
        if let Some(store) = &self.store {
            let looked_up = self.repository.looked_up();
            let kept = Kept { looked_up, report: report.clone() };
            drop(store.lock().unwrap_or_else(PoisonError::into_inner).put(key, &kept));
        }
    }

    fn tree(&self, revision: &Revision) -> CommandResult<GitTree> {
        Ok(self.repository.tree(revision)?)
    }

    /// The configuration that counts for a tree.
    pub(crate) fn config(&self, tree: &dyn Tree) -> Config {
        match &self.config {
            Some(file) => Config::parse(&file.name, file.text.as_bytes()),
            None => Config::of(tree),
        }
    }

    /// The fleet at a revision.
    pub(crate) fn inventory(&self, tree: &dyn Tree) -> Inventory {
        let checkout = self.checkout();
        Inventory::read(tree, &self.config(tree), &self.context(&checkout))
    }

    /// The fleet at a revision as it would be without a configuration.
    pub(crate) fn detected(&self, tree: &dyn Tree) -> Inventory {
        let checkout = self.checkout();
        Inventory::read(tree, &Config::default(), &self.context(&checkout))
    }

    fn context<'a>(&'a self, checkout: &'a Checkout) -> Context<'a> {
        Context { checkout, roots: &self.renderer, memo: &self.memo }
    }

    /// How others name this repository, and the branch that is deployed.
    fn checkout(&self) -> Checkout {
        let repository = &self.repository;
        let usual = || ["main", "master"].into_iter().find(|name| repository.resolve(name).is_ok());
        let default = repository.default_branch_of("origin");
        Checkout {
            remotes: repository.remote_urls().iter().map(|url| url.as_str().into()).collect(),
            branch: repository.current_branch().map(Into::into),
            default_branch: default.or_else(|| usual().map(str::to_owned)).map(Into::into),
        }
    }

    pub(crate) fn renderer(&self) -> &Renderer {
        &self.renderer
    }
}

/// One revision with its cells.
struct Side<'t> {
    tree: &'t GitTree,
    inventory: Inventory,
}

impl Side<'_> {
    fn revision(&self) -> predict::Revision<'_> {
        predict::Revision { tree: self.tree, inventory: &self.inventory }
    }
}

/// The day on which waivers are looked at.
fn today() -> Date {
    Date::of_seconds(clock::since_epoch().as_secs())
}

/// What is known of a tree before anybody has named it.
pub(crate) fn revision_name(tree: &GitTree) -> RevisionName {
    let tree = tree.id().to_string();
    RevisionName { name: tree.clone(), commit: None, tree }
}

/// The report with its revisions named as this range names them: equal trees give equal reports,
/// whatever they are called.
pub(crate) fn named(mut report: Report, range: &Range) -> Report {
    for (side, revision) in [(&mut report.base, &range.base), (&mut report.head, &range.head)] {
        side.name = match revision {
            Revision::Commit { name, .. } => name.clone(),
            Revision::Staged | Revision::Empty => revision.to_string(),
        };
        side.commit = revision.commit().map(|id| id.to_string());
    }
    report
}
