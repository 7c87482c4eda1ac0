//! One run: what is wanted, what is there, what is fetched, until nothing new comes up.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use zij_core::{
    inventory::{Inventory, Lock, Locked, Problem, Wanted, content_digest, stale_locks, wanted},
    source::{OverlayTree, Place, Tree, TreePath},
};

use super::{
    copy::{Content, Copy},
    error::FetchError,
    fetch::Sources,
    folder::VendorFolder,
    worktree,
};
use crate::{
    error::{CommandError, CommandResult},
    prediction::Predictor,
};

/// Copies that need copies are followed this far.
const MAX_ROUNDS: usize = 10;
/// How many things are fetched at once.
const WORKERS: usize = 6;

/// How much to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Compare alone, without the network.
    Check,
    /// Fetch what is missing or damaged.
    Fetch,
    /// Choose versions and commits anew.
    Update,
}

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) mode: Mode,
    /// Whether to remove what nothing needs.
    pub(crate) prune: bool,
    /// Names to which all of this is confined; empty for no limit.
    pub(crate) only: Vec<String>,
    /// How long a server may say nothing.
    pub(crate) silence: Duration,
}

/// What became of one thing.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) wanted: Wanted,
    /// What names it.
    pub(crate) place: Option<Place>,
    pub(crate) state: State,
    /// The version or commit.
    pub(crate) resolved: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) path: Option<TreePath>,
}

/// What became of something.
#[derive(Debug)]
pub(crate) enum State {
    /// It was there.
    Kept,
    /// It was fetched.
    Fetched,
    /// It is not there.
    Missing,
    /// It is not what the lock file says.
    Damaged,
    /// It could not be fetched.
    Failed { message: String, hint: Option<String> },
    /// Nothing needs it.
    Unused,
    /// Nothing needed it.
    Removed,
}

/// What a run did.
#[derive(Debug)]
pub(crate) struct Report {
    /// In the order of what they are about.
    pub(crate) outcomes: Vec<Outcome>,
    /// Paths that were written and that git ignores.
    pub(crate) ignored: Vec<String>,
    /// Why nothing was removed although that was asked for.
    pub(crate) not_pruned: Option<String>,
    /// What is wrong with lock files of charts.
    pub(crate) stale: Vec<Problem>,
}

/// A run on one work tree.
pub(crate) struct Session<'a> {
    pub(crate) predictor: &'a Predictor,
    pub(crate) root: &'a Path,
    pub(crate) choice: &'a Choice,
    pub(crate) progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// What is known while the run goes on.
struct Work<'t> {
    tree: OverlayTree<'t>,
    lock: Lock,
    outcomes: BTreeMap<Wanted, Outcome>,
    written: Vec<(TreePath, Content)>,
}

impl Session<'_> {
    /// Does it.
    pub(crate) fn run(&self, base: &dyn Tree) -> CommandResult<Report> {
        let tree = OverlayTree::new(base, worktree::changes(self.root)?);
        let lock = Lock::of(&tree);
        let before = lock.clone();
        let mut work = Work { tree, lock, outcomes: BTreeMap::new(), written: Vec::new() };
        let inventory = self.rounds(&mut work)?;
        let not_pruned = self.unused(&mut work, &inventory);
        let ignored = match work.lock == before && work.written.is_empty() {
            true => Vec::new(),
            false => self.write(&work, &before)?,
        };
        let stale = stale_locks(&work.tree, &inventory);
        Ok(Report { outcomes: work.outcomes.into_values().collect(), ignored, not_pruned, stale })
    }

    fn rounds(&self, work: &mut Work<'_>) -> CommandResult<Arc<Inventory>> {
        let sources = Sources::new(self.choice.silence);
        let mut inventory = self.predictor.inventory(&work.tree);
        for _ in 0..MAX_ROUNDS {
            let missing = self.missing(work, &inventory);
            if self.choice.mode == Mode::Check || missing.is_empty() {
                break;
            }
            let fetched = self.fetch(&sources, &missing);
            let mut any = false;
            for (need, copy) in missing.into_iter().zip(fetched) {
                any |= work.take(need, copy)?;
            }
            if !any {
                break;
            }
            inventory = self.predictor.inventory(&work.tree);
        }
        Ok(inventory)
    }

    /// What has to be fetched; what is there already is noted as kept.
    fn missing(&self, work: &mut Work<'_>, inventory: &Inventory) -> Vec<Need> {
        let mut missing: BTreeMap<Wanted, Need> = BTreeMap::new();
        for (wanted, place) in wanted(&work.tree, inventory) {
            if work.outcomes.contains_key(&wanted) {
                continue;
            }
            let is_chosen = self.choice.only.is_empty()
                || self.choice.only.iter().any(|name| name == wanted.name());
            let locked = work.lock.find(&wanted);
            let state = work.state(locked);
            let is_new = work
                .written
                .iter()
                .any(|(path, _)| locked.is_some_and(|locked| locked.path == *path));
            let fetches = match state {
                State::Kept => self.choice.mode == Mode::Update && !is_new,
                _ => true,
            };
            if is_chosen && fetches && self.choice.mode != Mode::Check {
                let locked = locked.filter(|_| self.choice.mode != Mode::Update).cloned();
                missing.entry(wanted.key()).or_insert(Need { wanted, place, locked });
            } else if is_chosen {
                let outcome = Outcome::of(wanted.clone(), Some(place), state, locked);
                work.outcomes.insert(wanted, outcome);
            }
        }
        missing.into_values().collect()
    }

    fn fetch(&self, sources: &Sources, needs: &[Need]) -> Vec<Result<Copy, FetchError>> {
        let next = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let results: Mutex<BTreeMap<usize, Result<Copy, FetchError>>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..WORKERS.min(needs.len()) {
                scope.spawn(|| {
                    while let Some((index, need)) = {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        needs.get(index).map(|need| (index, need))
                    } {
                        let result = sources.fetch(&need.wanted, need.locked.as_ref());
                        let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                        results.insert(index, result);
                        (self.progress)(done.fetch_add(1, Ordering::Relaxed) + 1, needs.len());
                    }
                });
            }
        });
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    /// Notes what nothing needs, and forgets it where that was asked for and is certain; otherwise
    /// gives what makes it doubtful.
    fn unused(&self, work: &mut Work<'_>, inventory: &Inventory) -> Option<String> {
        if !self.choice.only.is_empty() {
            return None;
        }
        let used: BTreeSet<Wanted> =
            wanted(&work.tree, inventory).keys().map(Wanted::key).collect();
        let is_unused = |locked: &&Locked| !used.contains(&locked.wanted.key());
        let unused: Vec<Locked> = work.lock.iter().filter(is_unused).cloned().collect();
        let gap = || inventory.gaps.first().map(|gap| &gap.problem);
        let doubt = inventory.fault().or_else(gap).filter(|_| self.choice.prune);
        let doubt = doubt.filter(|_| !unused.is_empty()).map(|problem| problem.message.clone());
        let removes = self.choice.prune && doubt.is_none();
        for locked in &unused {
            let state = if removes { State::Removed } else { State::Unused };
            let wanted = locked.wanted.clone();
            work.outcomes.insert(wanted.clone(), Outcome::of(wanted, None, state, Some(locked)));
        }
        if removes {
            work.lock.retain(|locked| used.contains(&locked.wanted.key()));
        }
        doubt
    }

    /// Writes copies, then the lock file that names them, then removes what it no longer names;
    /// gives the written paths that git ignores.
    fn write(&self, work: &Work<'_>, before: &Lock) -> CommandResult<Vec<String>> {
        let mut folder = VendorFolder::open(self.root)?;
        let mut paths = vec![TreePath::parse(Lock::FILE).unwrap_or_default()];
        for (path, content) in &work.written {
            folder.put(path, content)?;
            match content {
                Content::File(_) => paths.push(path.clone()),
                Content::Folder(files) => {
                    paths.extend(files.keys().filter_map(|name| path.join(name.as_str()).ok()));
                }
            }
        }
        let text = work.lock.to_text();
        let text = text.map_err(|error| FetchError::Address(error.message().to_owned()))?;
        folder.write_lock(&text)?;
        for Locked { path, .. } in before.iter().filter(|locked| is_ours(&locked.path)) {
            if !work.lock.iter().any(|kept| kept.path == *path) {
                folder.remove(path)?;
            }
        }
        Ok(worktree::ignored(self.root, &paths))
    }
}

/// One thing that has to be fetched.
struct Need {
    wanted: Wanted,
    place: Place,
    /// What was chosen before and must come again.
    locked: Option<Locked>,
}

impl Work<'_> {
    /// Whether a copy is there and is what the lock file says.
    fn state(&self, locked: Option<&Locked>) -> State {
        let Some(locked) = locked else { return State::Missing };
        match content_digest(&self.tree, &locked.path) {
            Ok(None) => State::Missing,
            Ok(found) if found.as_deref() == locked.content.as_deref() => State::Kept,
            _ => State::Damaged,
        }
    }

    /// Takes a copy into the tree and the lock; says whether there is one.
    fn take(&mut self, need: Need, copy: Result<Copy, FetchError>) -> CommandResult<bool> {
        let Need { wanted, place, .. } = need;
        let copy = match copy {
            Ok(copy) => copy,
            Err(error) => {
                let state = State::Failed { message: error.to_string(), hint: error.hint() };
                let locked = self.lock.find(&wanted).cloned();
                let outcome = Outcome::of(wanted.clone(), Some(place), state, locked.as_ref());
                self.outcomes.insert(wanted, outcome);
                return Ok(false);
            }
        };
        let before = self.lock.find(&wanted).cloned();
        let was_whole = matches!(self.state(before.as_ref()), State::Kept);
        let path = copy.path(&wanted, &self.lock);
        let failed =
            |error: zij_core::source::SourceError| CommandError::unevaluated(error.to_string());
        copy.put(&mut self.tree, &path).map_err(failed)?;
        let content = content_digest(&self.tree, &path).map_err(failed)?;
        let locked = Locked {
            wanted: wanted.clone(),
            resolved: copy.resolved.map(Into::into),
            digest: copy.digest.map(Into::into),
            manifest: copy.manifest.map(Into::into),
            content: content.map(Into::into),
            path: path.clone(),
            line: None,
        };
        let is_same = before.is_some_and(|before| {
            was_whole && (&before.content, &before.path) == (&locked.content, &locked.path)
        });
        let was_written = self.written.iter().any(|(known, _)| *known == path);
        let state = if is_same { State::Kept } else { State::Fetched };
        let outcome = Outcome::of(wanted.clone(), Some(place), state, Some(&locked));
        self.outcomes.insert(wanted, outcome);
        self.lock.insert(locked);
        if let Ok(text) = self.lock.to_text()
            && let Ok(file) = TreePath::parse(Lock::FILE)
        {
            self.tree.set(file, Some(text.as_bytes().into()));
        }
        if !was_written {
            self.written.push((path, copy.content));
        }
        Ok(true)
    }
}

/// Whether a path is one that a run gives to a copy, and not one that somebody has written into the
/// lock file.
fn is_ours(path: &TreePath) -> bool {
    path.parts().next() == Some(Lock::FOLDER) && path.parts().count() == 3
}

impl Outcome {
    fn of(wanted: Wanted, place: Option<Place>, state: State, locked: Option<&Locked>) -> Self {
        let text = |text: Option<&Arc<str>>| text.map(ToString::to_string);
        Self {
            wanted,
            place,
            state,
            resolved: text(locked.and_then(|locked| locked.resolved.as_ref())),
            digest: text(locked.and_then(|locked| locked.digest.as_ref())),
            path: locked.map(|locked| locked.path.clone()),
        }
    }
}
