//! Predicts ranges of one repository.

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use zij_core::{
    inventory::{
        Application, Checkout, Cluster, Config, Context, Inventory, Memo, RootDocument,
        RootFailure, RootRenderer,
    },
    policy::{Date, Policy},
    predict::{self, Only, Prediction},
    render::{RenderFailure, Renderer, Rendering},
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
    recent::Recent,
    store::{Inputs, Kept, ReportKey, ReportStore},
};
use crate::{
    clock,
    error::{CommandError, CommandResult},
    secret_key::mask_of_user,
    shared::SharedCache,
};

/// Predicts ranges of a repository; everything rendered once is kept for the next range.
pub(crate) struct Predictor {
    repository: Repository,
    renderer: Renderer,
    memo: Memo,
    config: Option<ConfigFile>,
    only: Only,
    kube: Option<String>,
    kept: Option<KeptReports>,
    mask: Mask,
    inventories: Times,
}

/// How often something was done, and how long that took.
#[derive(Debug, Default)]
struct Times {
    count: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Times {
    fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let started = clock::since_epoch();
        let result = work();
        let took = clock::since_epoch().saturating_sub(started).as_nanos();
        self.count.fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(took).unwrap_or(0), Ordering::Relaxed);
        result
    }
}

/// Where reports are kept.
struct KeptReports {
    recent: Recent,
    store: Mutex<ReportStore>,
    shared: Option<SharedCache>,
}

/// How far a prediction is: so many of so many cells.
pub(crate) type Progress<'p> = dyn Fn(usize, usize) + Sync + 'p;

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
            kept: None,
            mask: mask_of_user(),
            inventories: Times::default(),
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

    /// The same, with reports kept in `folder`; without them if the folder cannot be used. `warn` is
    /// told once when what is kept is damaged.
    pub(crate) fn with_store(mut self, folder: &Path, warn: Box<dyn Fn(&str) + Send>) -> Self {
        let is_there = fs::create_dir_all(folder).is_ok();
        self.kept = is_there.then(|| KeptReports {
            recent: Recent::default(),
            store: Mutex::new(ReportStore::at(folder, warn)),
            shared: None,
        });
        self
    }

    /// The same, with what is not kept here looked for where the team shares it, and left there.
    pub(crate) fn with_shared(mut self, shared: Option<SharedCache>) -> Self {
        if let Some(kept) = &mut self.kept {
            kept.shared = shared;
        }
        self
    }

    pub(crate) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The report between two commits given by their full ids; nothing where `stop` was set before
    /// it was made.
    pub(crate) fn between(
        &self,
        base: Option<&str>,
        head: &str,
        stop: &Arc<AtomicBool>,
    ) -> CommandResult<Option<Report>> {
        let made = self.made(&commits(base, head)?, &|_, _| {}, stop)?;
        Ok(if stop.load(Ordering::Relaxed) { None } else { made.report() })
    }

    /// The same as one line of JSON, with the revisions named as they were asked for.
    pub(crate) fn json_between(&self, base: Option<&str>, head: &str) -> CommandResult<Vec<u8>> {
        let report = self.range(&commits(base, head)?, &|_, _| {})?;
        // A report is plain data, which always has a form in JSON.
        Ok(serde_json::to_vec(&report).unwrap_or_default())
    }

    /// The same as other processes of this build read it, with the revisions unnamed.
    pub(crate) fn packed_between(
        &self,
        base: Option<&str>,
        head: &str,
    ) -> CommandResult<Arc<[u8]>> {
        let made = self.made(&commits(base, head)?, &|_, _| {}, &Arc::default())?;
        Ok(match made {
            Made::Before(kept) => kept.report,
            Made::Now { packed: Some(packed), .. } => packed,
            Made::Now { report, packed: None } => report.packed().0.into(),
        })
    }

    /// The report of a range, from the store if it is there.
    pub(crate) fn range(&self, range: &Range, progress: &Progress<'_>) -> CommandResult<Report> {
        let report = self.made(range, progress, &Arc::default())?.report();
        let report =
            report.ok_or_else(|| CommandError::unevaluated("a kept report is unreadable"))?;
        Ok(named(report, range))
    }

    fn made(
        &self,
        range: &Range,
        progress: &Progress<'_>,
        stop: &Arc<AtomicBool>,
    ) -> CommandResult<Made> {
        // A planned upgrade is what the same revision does on another version.
        let from = if self.kube.is_some() { &range.head } else { &range.base };
        let (base, head) = (self.tree(from)?, self.tree(&range.head)?);
        let Some(kept) = &self.kept else {
            let report = self.report(&base, &head, progress, stop).into();
            return Ok(Made::Now { report, packed: None });
        };
        let id = |tree: &GitTree| tree.id().to_string();
        let config = self.config.as_ref().map(|config| config.text.as_str());
        let day = Policy::of(&self.config(&head)).depends_on_day().then(today);
        // Fingerprints of another key would not compare with those of now.
        let around = format!("{:?} {} {day:?} {:?}", self.checkout(), self.mask.id(), self.kube);
        let (base_id, head_id) = (id(&base), id(&head));
        let inputs = Inputs { base: &base_id, head: &head_id, config, around: &around };
        let key = ReportKey::new(&inputs);
        let still_is = |kept: &Kept| self.repository.still_is(&kept.looked_up);
        kept.recent.one_at_a_time(&key, || {
            if let Some(kept) = kept.get(&key).filter(still_is) {
                return Ok(Made::Before(kept));
            }
            let shared = kept
                .shared
                .as_ref()
                .and_then(|shared| Some((shared, ReportKey::of_build(shared.build()?, &inputs))));
            let theirs = shared.and_then(|(shared, key)| shared.get(key.bytes()));
            let theirs = theirs.and_then(|packed| Kept::unpacked(&packed));
            if let Some(theirs) = theirs.filter(still_is) {
                kept.put(&key, theirs.clone());
                return Ok(Made::Before(theirs));
            }
            let (packed, report) = self.report(&base, &head, progress, stop).packed();
            let (packed, report) = (Arc::<[u8]>::from(packed), Box::new(report));
            // What is missing now, such as an object of a partial clone, may be there next time.
            if !self.repository.has_missed_objects() && !stop.load(Ordering::Relaxed) {
                let looked_up = self.repository.looked_up();
                let made = Kept { looked_up, report: Arc::clone(&packed) };
                if let Some((shared, key)) = shared
                    && let Some(packed) = made.packed()
                {
                    shared.put(key.bytes(), &packed);
                }
                kept.put(&key, made);
            }
            Ok(Made::Now { report, packed: Some(packed) })
        })
    }

    fn report(
        &self,
        base: &GitTree,
        head: &GitTree,
        progress: &Progress<'_>,
        stop: &Arc<AtomicBool>,
    ) -> Report {
        let heading = Heading { base: revision_name(base), head: revision_name(head) };
        Report::new(heading, &self.predict(base, head, progress, stop))
    }

    /// What changes between two trees, wherever they come from.
    pub(crate) fn prediction(
        &self,
        base: &GitTree,
        head: &GitTree,
        progress: &Progress<'_>,
    ) -> Prediction {
        self.predict(base, head, progress, &Arc::default())
    }

    fn predict(
        &self,
        base: &GitTree,
        head: &GitTree,
        progress: &Progress<'_>,
        stop: &Arc<AtomicBool>,
    ) -> Prediction {
        let policy = Policy::of(&self.config(head));
        // Templates of sets may nest deeply too.
        let sides = || self.renderer.install(|| self.sides(base, head));
        let (base, mut head) = self.inventories.measure(sides);
        if !policy.problems.is_empty() {
            let inventory = Arc::make_mut(&mut head.inventory);
            inventory.problems.extend(policy.problems.iter().cloned());
        }
        if let Some(kube) = &self.kube {
            for cluster in Arc::make_mut(&mut head.inventory).clusters.values_mut() {
                cluster.kube = Some(kube.as_str().into());
            }
        }
        let options = predict::Options {
            only: self.only.clone(),
            policy,
            today: Some(today()),
            mask: self.mask.clone(),
            stop: Arc::clone(stop),
            ..predict::Options::default()
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

    fn tree(&self, revision: &Revision) -> CommandResult<GitTree> {
        Ok(self.repository.tree(revision)?)
    }

    /// How often the fleets of two revisions were read, and how long that took.
    pub(crate) fn inventories(&self) -> (u64, Duration) {
        let Times { count, nanoseconds } = &self.inventories;
        let took = Duration::from_nanos(nanoseconds.load(Ordering::Relaxed));
        (count.load(Ordering::Relaxed), took)
    }

    /// Lets go of what the next prediction can do without, for a process that waits.
    pub(crate) fn rest(&self) {
        if let Some(kept) = &self.kept {
            kept.recent.clear();
        }
        self.memo.rest();
        self.renderer.rest();
    }

    /// The configuration that counts for a tree.
    pub(crate) fn config(&self, tree: &dyn Tree) -> Config {
        match &self.config {
            Some(file) => Config::parse(&file.name, file.text.as_bytes()),
            None => Config::of(tree),
        }
    }

    /// The fleet at a revision.
    pub(crate) fn inventory(&self, tree: &dyn Tree) -> Arc<Inventory> {
        let checkout = self.checkout();
        Inventory::read(tree, &self.config(tree), &self.context(&checkout))
    }

    /// The fleet at a revision as it would be without a configuration.
    pub(crate) fn detected(&self, tree: &dyn Tree) -> Arc<Inventory> {
        let checkout = self.checkout();
        Inventory::read(tree, &Config::default(), &self.context(&checkout))
    }

    fn context<'a>(&'a self, checkout: &'a Checkout) -> Context<'a> {
        Context { checkout, roots: self, memo: &self.memo }
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

    /// Renders a cell; the reason why it cannot be rendered is told without what its Secrets would hold.
    pub(crate) fn render(
        &self,
        tree: &GitTree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<Arc<Rendering>, RenderFailure> {
        let cell = (tree as &dyn Tree, application, cluster);
        self.renderer
            .render(tree, application, cluster)
            .map_err(|failure| predict::shown_failure(&failure, cell, &self.renderer, &self.mask))
    }
}

impl RootRenderer for Predictor {
    fn render_root(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<Vec<RootDocument>, RootFailure> {
        let cell = (tree, application, cluster);
        self.renderer.render_root(tree, application, cluster).map_err(|failure| {
            predict::shown_root_failure(failure, cell, &self.renderer, &self.mask)
        })
    }

    fn root_key(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Option<[u8; 32]> {
        self.renderer.root_key(tree, application, cluster)
    }
}

/// A report, and whether it had to be made.
enum Made {
    Before(Kept),
    Now {
        report: Box<Report>,
        /// Its packed form, where it has been made.
        packed: Option<Arc<[u8]>>,
    },
}

impl Made {
    fn report(self) -> Option<Report> {
        match self {
            Self::Before(kept) => Report::unpacked(&kept.report),
            Self::Now { report, .. } => Some(*report),
        }
    }
}

impl KeptReports {
    fn get(&self, key: &ReportKey) -> Option<Kept> {
        let recent = self.recent.get(key);
        recent.or_else(|| {
            let stored = self.store().get(key)?;
            self.recent.put(key, stored.clone());
            Some(stored)
        })
    }

    fn put(&self, key: &ReportKey, kept: Kept) {
        self.store().put(key, &kept);
        self.recent.put(key, kept);
    }

    fn store(&self) -> MutexGuard<'_, ReportStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One revision with its cells.
struct Side<'t> {
    tree: &'t GitTree,
    inventory: Arc<Inventory>,
}

impl Side<'_> {
    fn revision(&self) -> predict::Revision<'_> {
        predict::Revision { tree: self.tree, inventory: &self.inventory }
    }
}

/// The day on which waivers are looked at.
pub(crate) fn today() -> Date {
    Date::of_seconds(clock::since_epoch().as_secs())
}

/// What is known of a tree before anybody has named it.
pub(crate) fn revision_name(tree: &GitTree) -> RevisionName {
    let tree = tree.id().to_string();
    RevisionName { name: tree.clone(), commit: None, tree }
}

/// The range between two commits given by their full ids.
fn commits(base: Option<&str>, head: &str) -> CommandResult<Range> {
    let commit = |id: &str| -> CommandResult<Revision> {
        let id: CommitId =
            id.parse().map_err(|error: InvalidId| CommandError::usage(error.to_string()))?;
        Ok(Revision::Commit { name: id.short(), id })
    };
    let base = base.map_or(Ok(Revision::Empty), commit)?;
    Ok(Range { base, head: commit(head)?, choice: BaseChoice::Given })
}

/// The report with its revisions named as this range names them: equal trees give equal reports,
/// whatever they are called.
pub(crate) fn named(mut report: Report, range: &Range) -> Report {
    report.base = name(report.base, &range.base);
    report.head = name(report.head, &range.head);
    report
}

fn name(known: RevisionName, revision: &Revision) -> RevisionName {
    let name = match revision {
        Revision::Commit { name, .. } => name.clone(),
        Revision::Staged | Revision::Empty => revision.to_string(),
    };
    RevisionName { name, commit: revision.commit().map(|id| id.to_string()), ..known }
}
