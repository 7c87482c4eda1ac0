//! Texts that thousands of cells have in common, held once.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Application, LinkKind, Render, SetKind, SourceAt, ValuesSource};
use crate::source::TreePath;

/// The texts and paths that were met so far.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<Met>);

#[derive(Debug, Default)]
struct Met {
    texts: HashSet<Arc<str>>,
    paths: HashSet<TreePath>,
}

impl Shared {
    /// Lets an application hold what others before it hold too.
    pub(super) fn share(&self, application: &mut Application) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        met.text(&mut application.id.cluster.0);
        met.text(&mut application.namespace);
        if let Some(project) = &mut application.meta.project {
            met.text(project);
        }
        for link in &mut application.origin.chain {
            if let LinkKind::Set { name, .. } = &mut link.kind {
                met.text(name);
            }
        }
        for source in &mut application.sources {
            if let SourceAt::Tree(path) | SourceAt::Vendored { path, .. } = &mut source.at {
                met.path(path);
            }
            let Render::Chart(chart) = &mut source.render else { continue };
            for layer in &mut chart.values {
                if let ValuesSource::File(path)
                | ValuesSource::OptionalFile(path)
                | ValuesSource::Set { kind: SetKind::File(path), .. } = layer
                {
                    met.path(path);
                }
            }
        }
    }
}

impl Met {
    fn text(&mut self, text: &mut Arc<str>) {
        match self.texts.get(text) {
            Some(known) => *text = Arc::clone(known),
            None => drop(self.texts.insert(Arc::clone(text))),
        }
    }

    fn path(&mut self, path: &mut TreePath) {
        match self.paths.get(path) {
            Some(known) => *path = known.clone(),
            None => drop(self.paths.insert(path.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        inventory::{Config, Inventory},
        source::MemoryTree,
    };

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
}
