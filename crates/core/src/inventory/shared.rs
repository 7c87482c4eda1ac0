//! Texts that thousands of cells have in common, held once, and inventories that lie close together.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use super::{
    Application, CellId, ChartRender, Fact, Inventory, Link, LinkKind, Owner, PostStep, Render,
    SetKind, SourceAt, ValuesSource,
};
use crate::source::{Place, TreePath};

/// The texts and paths that were met so far.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<Met>);

#[derive(Debug, Default)]
struct Met {
    texts: HashSet<Arc<str>>,
    paths: HashSet<TreePath>,
    /// Whether what is new is copied rather than taken as it is.
    copies: bool,
}

impl Inventory {
    /// The same inventory in memory of its own, made on a thread of its own.
    ///
    /// While an inventory is read, much more is made than stays, and what stays lies scattered over
    /// memory that can not be given back. A new thread takes memory that nothing else is in.
    pub(super) fn compact(&self) -> Self {
        let copy = || {
            let shared = Shared(Mutex::new(Met { copies: true, ..Met::default() }));
            let cell = |(id, cell): (&CellId, &Arc<Application>)| {
                let mut copy = Application::clone(cell);
                shared.share(&mut copy);
                let id = if *id == copy.id { copy.id.clone() } else { id.clone() };
                (id, Arc::new(copy))
            };
            let copy = Self { cells: self.cells.iter().map(cell).collect(), ..self.clone() };
            // Asked for by the next comparison, and made of the same texts.
            copy.names();
            copy
        };
        let copied = thread::scope(|scope| {
            let thread = thread::Builder::new().name("compact".to_owned());
            thread.spawn_scoped(scope, copy).ok()?.join().ok()
        });
        copied.unwrap_or_else(|| self.clone())
    }
}

impl Shared {
    /// Lets an application hold what others before it hold too, and no room for more.
    pub(super) fn share(&self, application: &mut Application) {
        let Application { id, namespace, sources, post, meta, origin } = application;
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        met.id(id);
        met.text(namespace);
        if let Some(project) = &mut meta.project {
            met.text(project);
        }
        met.place(&mut origin.place);
        for link in &mut origin.chain {
            met.link(link);
        }
        origin.chain.shrink_to_fit();
        for step in &mut *post {
            met.step(step);
        }
        post.shrink_to_fit();
        for source in sources {
            if let SourceAt::Tree(path) | SourceAt::Vendored { path, .. } = &mut source.at {
                met.path(path);
            }
            match &mut source.render {
                Render::Chart(chart) => met.chart(chart),
                Render::Kustomize(kustomize) => kustomize.edits.shrink_to_fit(),
                _ => {}
            }
        }
    }
}

impl Met {
    fn id(&mut self, id: &mut CellId) {
        self.text(&mut id.application.0);
        self.text(&mut id.cluster.0);
        match &mut id.owner {
            Owner::Plain => {}
            Owner::Argo(cluster) => self.text(&mut cluster.0),
            Owner::Flux(kind) => self.text(kind),
        }
    }

    fn link(&mut self, link: &mut Link) {
        self.place(&mut link.place);
        match &mut link.kind {
            LinkKind::Root => {}
            LinkKind::Application(name) => self.text(&mut name.0),
            LinkKind::Set { name, parameters, facts } => {
                self.text(name);
                self.text(parameters);
                let mut own: Vec<Fact> = facts.to_vec();
                for fact in &mut own {
                    self.text(&mut fact.name);
                    self.place(&mut fact.place);
                }
                *facts = own.into();
            }
        }
    }

    fn step(&mut self, step: &mut PostStep) {
        if let PostStep::Track(tracking) = step {
            self.text(&mut tracking.instance);
            self.text(&mut tracking.label);
        }
    }

    fn chart(&mut self, chart: &mut ChartRender) {
        self.text(&mut chart.release);
        for layer in &mut chart.values {
            match layer {
                ValuesSource::File(path) | ValuesSource::OptionalFile(path) => self.path(path),
                ValuesSource::Pinned { .. } => {}
                ValuesSource::Inline { text, place } => {
                    self.text(text);
                    self.place(place);
                }
                ValuesSource::Set { kind, text, place } => {
                    self.text(text);
                    self.place(place);
                    if let SetKind::File(path) = kind {
                        self.path(path);
                    }
                }
            }
        }
        chart.values.shrink_to_fit();
    }

    fn place(&mut self, place: &mut Place) {
        self.text(&mut place.file);
    }

    fn text(&mut self, text: &mut Arc<str>) {
        match self.texts.get(text) {
            Some(known) => *text = Arc::clone(known),
            None => {
                if self.copies {
                    *text = Arc::from(&**text);
                }
                self.texts.insert(Arc::clone(text));
            }
        }
    }

    fn path(&mut self, path: &mut TreePath) {
        match self.paths.get(path) {
            Some(known) => *path = known.clone(),
            None => {
                if self.copies {
                    *path = path.copy();
                }
                self.paths.insert(path.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{inventory::Config, source::MemoryTree};

    use super::*;

    #[test]
    fn equal_texts_are_one_and_nothing_else_changes() {
        let tree = MemoryTree::new([
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("clusters/eu/web/values.yaml", ""),
            ("clusters/us/web/values.yaml", ""),
        ]);
        let cells = || -> Vec<Application> {
            let inventory = Inventory::of(&tree, &Config::default());
            inventory.cells.values().map(|cell| (**cell).clone()).collect()
        };
        let (plain, mut shared) = (cells(), cells());
        let all = Shared::default();
        for cell in &mut shared {
            all.share(cell);
        }
        assert_eq!(plain, shared);
        assert!(!Arc::ptr_eq(&plain[0].namespace, &plain[1].namespace));
        assert!(Arc::ptr_eq(&shared[0].namespace, &shared[1].namespace));
    }

    #[test]
    fn a_compact_inventory_is_the_same_with_texts_of_its_own() {
        let tree = MemoryTree::new([
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("clusters/eu/web/values.yaml", ""),
            ("clusters/us/web/values.yaml", ""),
        ]);
        let scattered = Inventory::of(&tree, &Config::default());
        let compact = scattered.compact();
        assert_eq!(scattered, compact);
        let namespaces = |inventory: &Inventory| -> Vec<Arc<str>> {
            inventory.cells.values().map(|cell| Arc::clone(&cell.namespace)).collect()
        };
        let (old, new) = (namespaces(&scattered), namespaces(&compact));
        assert!(Arc::ptr_eq(&new[0], &new[1]) && !Arc::ptr_eq(&old[0], &new[0]));
    }
}
