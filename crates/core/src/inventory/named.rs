//! What the descriptions of cells name, each thing once.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use super::{
    Application, ChartRender, DefaultsFile, Inventory, KustomizeEdit, KustomizeRender, Lock,
    Render, SetKind, Source, SourceAt, ValuesSource,
};
use crate::source::TreePath;

/// Something that a render of a cell may look at because the cell's description names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// A chart or a folder of manifests, with all that belongs to it.
    Folder(TreePath),
    /// A file, in the folder at this position of [`Names::folders`].
    File(TreePath, u32),
    /// A kustomization, with all that it leads to.
    Kustomization(TreePath),
    /// A revision, such as a tag.
    Revision(Arc<str>),
    /// What cannot be told from the description alone.
    Anything,
}

/// What each cell of an inventory names.
#[derive(Debug, Default)]
pub struct Names {
    distinct: Vec<Named>,
    folders: Vec<TreePath>,
    /// Where in `of_cells` each cell begins, and where the last one ends.
    starts: Vec<u32>,
    of_cells: Vec<u32>,
}

impl Names {
    /// Everything that is named, each thing once.
    pub fn distinct(&self) -> &[Named] {
        &self.distinct
    }

    /// The folders of all files that are named.
    pub fn folders(&self) -> &[TreePath] {
        &self.folders
    }

    /// What a cell names, as positions in [`Names::distinct`]; `cell` is its position among the
    /// cells of the inventory, and nothing is given where it has none of that position.
    pub fn of_cell(&self, cell: usize) -> Option<&[u32]> {
        let (start, end) = (*self.starts.get(cell)?, *self.starts.get(cell + 1)?);
        self.of_cells.get(start as usize..end as usize)
    }

    fn of<'a>(cells: impl Iterator<Item = &'a Application>) -> Self {
        let mut collector = Collector::default();
        collector.names.starts.push(0);
        for cell in cells {
            for source in &cell.sources {
                collector.source(source);
            }
            collector.names.starts.push(collector.names.of_cells.len() as u32);
        }
        collector.names
    }
}

/// Something that follows from the rest of an inventory, made when it is asked for.
#[derive(Default)]
pub struct Derived<T>(OnceLock<Arc<T>>);

impl<T> Clone for Derived<T> {
    /// What is cloned may be changed, so that it follows no longer.
    fn clone(&self) -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for Derived<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Derived<T> {}

impl<T> fmt::Debug for Derived<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Derived")
    }
}

impl Inventory {
    /// What its cells name. They must not be changed afterwards, except in a clone.
    pub fn names(&self) -> &Names {
        self.names.0.get_or_init(|| Arc::new(Names::of(self.cells.values().map(|cell| &**cell))))
    }
}

#[derive(Default)]
struct Collector {
    names: Names,
    positions: HashMap<Named, u32>,
    folders: HashMap<TreePath, u32>,
}

impl Collector {
    fn add(&mut self, named: Named) {
        let distinct = &mut self.names.distinct;
        let at = self.positions.entry(named).or_insert_with_key(|named| {
            distinct.push(named.clone());
            distinct.len() as u32 - 1
        });
        self.names.of_cells.push(*at);
    }

    fn file(&mut self, path: &TreePath) {
        let folder = path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
        let known = self.folders.get(folder).copied();
        let folder = known.unwrap_or_else(|| {
            let (folder, at) = (path.parent().unwrap_or_default(), self.names.folders.len() as u32);
            self.names.folders.push(folder.clone());
            self.folders.insert(folder, at);
            at
        });
        self.add(Named::File(path.clone(), folder));
    }

    fn source(&mut self, source: &Source) {
        match &source.render {
            Render::Nothing | Render::Unread(_) | Render::Opaque(_) | Render::Refused(_) => {}
            Render::Kustomize(how) => match &source.at {
                SourceAt::Absent(_) => {}
                SourceAt::Tree(path) if is_told_by_files(how) => {
                    self.add(Named::Kustomization(path.clone()));
                }
                _ => self.add(Named::Anything),
            },
            Render::Directory(_) => self.folder(&source.at),
            Render::Chart(chart) => {
                self.folder(&source.at);
                self.values(chart);
            }
        }
    }

    fn folder(&mut self, at: &SourceAt) {
        match at {
            SourceAt::Vendored { path, .. } if !is_among_copies(path) => {
                self.add(Named::Anything);
            }
            SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => {
                self.add(Named::Folder(path.clone()));
            }
            SourceAt::Pinned(at) => self.add(Named::Revision(Arc::clone(&at.revision))),
            SourceAt::Absent(_) => {}
        }
    }

    fn values(&mut self, chart: &ChartRender) {
        for layer in &chart.values {
            match layer {
                ValuesSource::File(path)
                | ValuesSource::OptionalFile(path)
                | ValuesSource::Set { kind: SetKind::File(path), .. } => self.file(path),
                ValuesSource::Pinned { at, .. }
                | ValuesSource::Set { kind: SetKind::PinnedFile(at), .. } => {
                    self.add(Named::Revision(Arc::clone(&at.revision)));
                }
                ValuesSource::Inline { .. } | ValuesSource::Set { .. } => {}
            }
        }
        for file in chart.defaults.iter().flat_map(|defaults| &defaults.files) {
            match file {
                DefaultsFile::Chart(_) | DefaultsFile::Source(SourceAt::Absent(_)) => {}
                DefaultsFile::Source(SourceAt::Vendored { path, .. }) if !is_among_copies(path) => {
                    self.add(Named::Anything);
                }
                DefaultsFile::Source(SourceAt::Tree(path) | SourceAt::Vendored { path, .. }) => {
                    self.file(path);
                }
                DefaultsFile::Source(SourceAt::Pinned(at)) => {
                    self.add(Named::Revision(Arc::clone(&at.revision)));
                }
            }
        }
    }
}

/// Whether a copy of what lies elsewhere is where copies usually are; the lock file may list others,
/// and what is checked of them lies anywhere then.
fn is_among_copies(path: &TreePath) -> bool {
    path.parts().next() == Some(Lock::FOLDER)
}

/// Whether the files of a kustomization tell all that a build can look at.
fn is_told_by_files(how: &KustomizeRender) -> bool {
    let is_plain = |edit: &KustomizeEdit| match edit {
        KustomizeEdit::NamePrefix(_)
        | KustomizeEdit::NameSuffix(_)
        | KustomizeEdit::Image(_)
        | KustomizeEdit::MergeImage(_)
        | KustomizeEdit::Replicas { .. }
        | KustomizeEdit::Label { .. }
        | KustomizeEdit::Annotation { .. }
        | KustomizeEdit::Namespace(_) => true,
        // They may name files.
        KustomizeEdit::Patch { .. }
        | KustomizeEdit::Component { .. }
        | KustomizeEdit::Append { .. }
        | KustomizeEdit::Set { .. } => false,
    };
    !how.unrestricted
        && !how.enable_helm
        && how.generate.is_none()
        && how.edits.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use crate::{inventory::Config, source::MemoryTree};

    use super::*;

    #[test]
    fn what_cells_share_is_named_once() {
        let tree = MemoryTree::new([
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("clusters/eu/web/values.yaml", ""),
            ("clusters/eu/web/values-more.yaml", ""),
            ("clusters/us/web/values.yaml", ""),
        ]);
        let inventory = Inventory::of(&tree, &Config::default());
        let names = inventory.names();
        let of_cell = |cell: usize| -> Option<Vec<String>> {
            let named = names.of_cell(cell)?.iter().map(|at| &names.distinct()[*at as usize]);
            Some(named.map(|named| format!("{named:?}")).collect())
        };
        let folder = "Folder(charts/web)".to_owned();
        let file = |path: &str, folder: u32| format!("File(clusters/{path}, {folder})");
        let eu =
            vec![folder.clone(), file("eu/web/values.yaml", 0), file("eu/web/values-more.yaml", 0)];
        assert_eq!(of_cell(0), Some(eu));
        assert_eq!(of_cell(1), Some(vec![folder, file("us/web/values.yaml", 1)]));
        assert_eq!(of_cell(2), None);
        assert_eq!(names.distinct().len(), 4);
    }
}
