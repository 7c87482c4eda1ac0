//! The shared renderer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rayon::{ThreadPool, ThreadPoolBuilder};
use zij_helm::{Engine, Profile, profile::PROFILES, values::ValuesLayer};

use crate::{
    inventory::{Application, Cluster, UnknownKind},
    source::{ContentId, SourceError, Tree, TreePath},
};

use super::{
    Document, FailureKind, InputsKey, Reads, RenderFailure, Rendering,
    cache::Cache,
    chart::LoadedChart,
    inputs::{self, Known},
};

/// Bytes of stack of a rendering thread: what the engine's deepest nesting needs, and room to
/// spare for what runs around it.
const STACK: usize = 64 << 20;
/// Bytes of loaded charts that are kept.
const CHART_BYTES: usize = 256 << 20;
/// Bytes of read values files that are kept.
const LAYER_BYTES: usize = 128 << 20;
/// Bytes of rendered documents that are kept.
const DOCUMENT_BYTES: usize = 256 << 20;

/// Renders cells; what several cells or revisions have in common is done once.
///
/// It is shared by all threads. Templates may nest deeply, so it renders on threads of its own
/// that have the stack for it: a caller with many cells runs its loop in [`Renderer::install`], and
/// a call from any other thread moves there and back.
#[derive(Debug)]
pub struct Renderer {
    /// How many threads it renders on; 0 stands for one per processor.
    threads: usize,
    /// The threads, made when they are needed.
    pool: Mutex<Option<Arc<ThreadPool>>>,
    engines: [OnceLock<Engine>; PROFILES.len()],
    pub(super) known: Known,
    pub(super) charts: Cache<ChartId, Result<Arc<LoadedChart>, Arc<RenderFailure>>>,
    pub(super) layers: Cache<LayerId, Result<Arc<ValuesLayer>, Arc<RenderFailure>>>,
    pub(super) documents: Cache<InputsKey, Result<Arc<Documents>, Arc<RenderFailure>>>,
}

/// A chart by what its folder and its links hold; messages name the path.
type ChartId = (TreePath, [u8; 32], &'static str);
/// A values file by its content; places name the path.
type LayerId = (TreePath, ContentId, &'static str);

/// The part of a rendering that cells with equal inputs share.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) documents: Arc<[Document]>,
    pub(super) warnings: Arc<[String]>,
}

impl Default for Renderer {
    fn default() -> Self {
        Self::with_threads(0)
    }
}

impl Renderer {
    /// A renderer with so many threads; 0 stands for one per processor.
    pub fn with_threads(threads: usize) -> Self {
        Self {
            threads,
            pool: Mutex::default(),
            engines: std::array::from_fn(|_| OnceLock::new()),
            known: Known::default(),
            charts: Cache::new(CHART_BYTES),
            layers: Cache::new(LAYER_BYTES),
            documents: Cache::new(DOCUMENT_BYTES),
        }
    }

    /// Lets go of what was rendered, of values and of the threads; charts and templates that were
    /// read stay.
    ///
    /// For a process that waits: most of what comes next is not rendered at all. What threads have
    /// allocated and others have freed goes back to the system when they end.
    pub fn rest(&self) {
        self.documents.clear();
        self.layers.clear();
        self.known.builds.clear();
        *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What `work` gives, run on the threads that cells are rendered on; parallel iterators in it
    /// use all of them.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match self.pool() {
            Some(pool) if pool.current_thread_index().is_none() => pool.install(work),
            _ => work(),
        }
    }

    /// The threads; nothing where the system gives none.
    fn pool(&self) -> Option<Arc<ThreadPool>> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.is_none() {
            let threads = ThreadPoolBuilder::new()
                .num_threads(self.threads)
                .stack_size(STACK)
                .thread_name(|index| format!("render-{index}"));
            *pool = threads.build().ok().map(Arc::new);
        }
        pool.clone()
    }

    /// The documents and values of a cell.
    ///
    /// # Errors
    /// When the cell cannot be rendered, with the place to mend.
    pub fn render(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<Arc<Rendering>, Arc<RenderFailure>> {
        if self.pool().is_none() {
            return Err(Arc::new(unknown("the system gives no threads to render on")));
        }
        self.install(|| {
            // A fault of ours in one cell must not take the others along.
            catch_unwind(AssertUnwindSafe(|| self.cell(tree, application, cluster)))
                .unwrap_or_else(|_| Err(Arc::new(unknown("zij failed here; please report it"))))
        })
    }

    /// The hash of all inputs of a cell, without rendering it: equal keys mean equal documents
    /// and values.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn inputs_key(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<InputsKey, SourceError> {
        inputs::key(tree, self, application, cluster)
    }

    /// What a cell depends on, without rendering it.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn reads(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Result<Reads, SourceError> {
        inputs::inputs(tree, self, application, cluster).map(|inputs| inputs.reads)
    }

    /// The engine of a cluster's profile, with the templates that it has compiled so far.
    pub(super) fn engine(&self, cluster: &Cluster) -> Result<&Engine, Arc<RenderFailure>> {
        let profile = Profile::find(cluster.profile.as_str())
            .map_err(|error| Arc::new(unknown(&error.to_string())))?;
        let known = PROFILES.iter().zip(&self.engines);
        let mut slots = known.filter(|(known, _)| known.name == profile.name);
        let slot = slots.next().map(|(_, slot)| slot);
        let slot = slot.ok_or_else(|| Arc::new(unknown("the engine is not in the table")))?;
        Ok(slot.get_or_init(|| Engine::new(profile)))
    }
}

impl Documents {
    pub(super) fn weight(&self) -> usize {
        let weight = |document: &Document| {
            256 + document.bytes.len() + document.anew.as_ref().map_or(0, |anew| anew.bytes.len())
        };
        let bytes: usize = self.documents.iter().map(weight).sum();
        1024 + bytes
    }
}

pub(super) fn unknown(message: &str) -> RenderFailure {
    RenderFailure {
        kind: FailureKind::Unknown(UnknownKind::Unsupported),
        message: message.to_owned(),
        place: None,
        hint: None,
        diagnosis: None,
    }
}
