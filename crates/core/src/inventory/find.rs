//! Which paths of a tree a pattern matches.

use crate::source::{EntryKind, Place, SourceError, Tree, TreePath};

use super::{
    Problem, Severity,
    pattern::{Bindings, Part, Pattern},
};

/// The deepest folder that `**` goes into.
const MAX_DEPTH: usize = 64;
/// The most folders that one pattern may list.
const MAX_FOLDERS: usize = 200_000;

/// A path that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) path: TreePath,
    pub(super) bindings: Bindings,
    /// Another way to read the same path; the pattern is ambiguous then.
    pub(super) other: Option<Bindings>,
}

/// Why the matches of a pattern are not all known.
#[derive(Debug, thiserror::Error)]
pub(super) enum FindError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("`{0}` looks into more than {MAX_FOLDERS} folders")]
    TooManyFolders(Pattern),
}

/// The files that `pattern` matches (folders, where it ends in `/`), sorted by path; a variable
/// takes only values that `allowed` accepts.
pub(super) fn find(
    tree: &dyn Tree,
    pattern: &Pattern,
    allowed: &dyn Fn(&str, &str) -> bool,
) -> Result<Vec<Match>, FindError> {
    let mut walk = Walk { tree, pattern, allowed, folders: 0, found: Vec::new() };
    walk.step(&TreePath::root(), pattern.parts(), Step { bindings: Bindings::new(), other: None })?;
    walk.found.sort_by(|a, b| a.path.cmp(&b.path));
    walk.found.dedup_by(|later, first| later.path == first.path);
    Ok(walk.found)
}

/// What is said of an entry whose pattern, if it has one, matches nothing, with the plain folder
/// of the pattern that is not there.
pub(super) fn nothing_matched(
    tree: &dyn Tree,
    pattern: Option<&Pattern>,
    place: Option<Place>,
) -> Problem {
    let shown = pattern.map_or("for", Pattern::as_str);
    Problem {
        severity: Severity::Warning,
        message: format!("`{shown}` matches nothing"),
        place,
        hint: pattern.and_then(|pattern| missing_folder(tree, pattern)),
    }
}

fn missing_folder(tree: &dyn Tree, pattern: &Pattern) -> Option<String> {
    let mut path = TreePath::root();
    for name in pattern.literal_folder() {
        path = path.child(name);
        if tree.entry(&path).ok()?.is_none() {
            return Some(format!("there is no {path}"));
        }
    }
    None
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    pattern: &'a Pattern,
    allowed: &'a dyn Fn(&str, &str) -> bool,
    folders: usize,
    found: Vec<Match>,
}

#[derive(Clone)]
struct Step {
    bindings: Bindings,
    other: Option<Bindings>,
}

impl Walk<'_> {
    fn step(&mut self, path: &TreePath, parts: &[Part], step: Step) -> Result<(), FindError> {
        let Some((part, later)) = parts.split_first() else {
            self.found.push(Match {
                path: path.clone(),
                bindings: step.bindings,
                other: step.other,
            });
            return Ok(());
        };
        match part {
            Part::AnyFolders => {
                self.step(path, later, step.clone())?;
                self.any_folders(path, parts, &step)
            }
            Part::Name(name) => match name.literal() {
                Some(literal) => {
                    let child = path.child(literal);
                    let kind = self.kind(&child)?;
                    if self.fits(kind, later) { self.step(&child, later, step) } else { Ok(()) }
                }
                None => self.named_entries(path, name, later, &step),
            },
        }
    }

    fn any_folders(
        &mut self,
        path: &TreePath,
        parts: &[Part],
        step: &Step,
    ) -> Result<(), FindError> {
        if path.parts().count() >= MAX_DEPTH {
            return Ok(());
        }
        for entry in self.list(path)?.iter() {
            // Links are not followed here: a link to a folder above would lead round in a circle.
            if entry.kind == EntryKind::Folder && !entry.name.is_empty() {
                self.step(&path.child(&entry.name), parts, step.clone())?;
            }
        }
        Ok(())
    }

    fn named_entries(
        &mut self,
        path: &TreePath,
        name: &super::pattern::NamePattern,
        later: &[Part],
        step: &Step,
    ) -> Result<(), FindError> {
        for entry in self.list(path)?.iter() {
            let mut ways = name.matches(&entry.name, &step.bindings, self.allowed).into_iter();
            let Some(bindings) = ways.next() else { continue };
            let child = path.child(&entry.name);
            let kind = match entry.kind {
                EntryKind::Link => self.kind(&child)?.or(Some(EntryKind::Link)),
                kind => Some(kind),
            };
            if self.fits(kind, later) {
                let other = step.other.clone().or_else(|| ways.next());
                self.step(&child, later, Step { bindings, other })?;
            }
        }
        Ok(())
    }

    /// What lies at `path`; a link that cannot be followed stays a link.
    fn kind(&self, path: &TreePath) -> Result<Option<EntryKind>, FindError> {
        match self.tree.entry(path) {
            Ok(entry) => Ok(entry.map(|entry| entry.kind)),
            Err(SourceError::Link { .. } | SourceError::TooLarge { .. }) => {
                Ok(Some(EntryKind::Link))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether an entry of this kind may stand where `later` parts follow.
    fn fits(&self, kind: Option<EntryKind>, later: &[Part]) -> bool {
        match kind {
            Some(EntryKind::Folder) => !later.is_empty() || self.pattern.wants_folder(),
            Some(EntryKind::File) => later.is_empty() && !self.pattern.wants_folder(),
            // What is there and cannot be read is a match; the render that needs it says why.
            Some(EntryKind::Link | EntryKind::Submodule) => later.is_empty(),
            None => false,
        }
    }

    fn list(
        &mut self,
        path: &TreePath,
    ) -> Result<std::sync::Arc<[crate::source::Entry]>, FindError> {
        self.folders += 1;
        if self.folders > MAX_FOLDERS {
            return Err(FindError::TooManyFolders(self.pattern.clone()));
        }
        Ok(self.tree.list(path)?.unwrap_or_else(|| [].into()))
    }
}

#[cfg(test)]
mod tests {
    use crate::source::MemoryTree;

    use super::*;

    #[test]
    fn patterns_find_files_and_bind_their_variables() {
        let tree = MemoryTree::new(
            [
                "clusters/eu/web/values.yaml",
                "clusters/eu/web/values-secret.yaml",
                "clusters/eu/README.md",
                "clusters/us/db/values.yaml",
                "charts/web/ci/full-values.yaml",
                "charts/web/ci/deep/x-values.yaml",
            ]
            .map(|path| (path, "")),
        )
        .with_links([
            ("clusters/us/out/values.yaml", "../../../../etc/passwd"),
            ("clusters/us/self/values.yaml", "values.yaml"),
            ("clusters/us/none/values.yaml", "nothing"),
            ("clusters/us/dir/values.yaml", "../db"),
            ("clusters/us/far", "../../../far"),
            ("links/out.yaml", "/etc/passwd"),
        ]);
        for (pattern, want) in [
            (
                "clusters/{cluster}/{app}/values*.yaml",
                &[
                    "clusters/eu/web/values-secret.yaml app=web cluster=eu",
                    "clusters/eu/web/values.yaml app=web cluster=eu",
                    "clusters/us/db/values.yaml app=db cluster=us",
                    "clusters/us/none/values.yaml app=none cluster=us",
                    "clusters/us/out/values.yaml app=out cluster=us",
                    "clusters/us/self/values.yaml app=self cluster=us",
                ][..],
            ),
            ("links/out.yaml", &["links/out.yaml"]),
            ("clusters/us/far/values.yaml", &[]),
            (
                "charts/{app}/ci/{cluster}-values.yaml",
                &["charts/web/ci/full-values.yaml app=web cluster=full"],
            ),
            (
                "charts/**/{cluster}-values.yaml",
                &[
                    "charts/web/ci/deep/x-values.yaml cluster=x",
                    "charts/web/ci/full-values.yaml cluster=full",
                ],
            ),
            (
                "clusters/{cluster}/{app}/",
                &[
                    "clusters/eu/web app=web cluster=eu",
                    "clusters/us/db app=db cluster=us",
                    "clusters/us/dir app=dir cluster=us",
                    "clusters/us/far app=far cluster=us",
                    "clusters/us/none app=none cluster=us",
                    "clusters/us/out app=out cluster=us",
                    "clusters/us/self app=self cluster=us",
                ],
            ),
            ("clusters/{cluster}", &[]),
            ("nowhere/{cluster}", &[]),
        ] {
            let found = find(&tree, &Pattern::parse(pattern).unwrap(), &|_, _| true).unwrap();
            let shown = found.iter().map(|found| {
                let bindings = found.bindings.iter().map(|(k, v)| format!(" {k}={v}"));
                format!("{}{}", found.path, bindings.collect::<String>())
            });
            assert_eq!(shown.collect::<Vec<_>>(), want, "{pattern}");
        }
    }
}
