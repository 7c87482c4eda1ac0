//! The kustomization file that Flux makes for a folder that has none.
//!
//! (Source: fluxcd/pkg, `kustomize/kustomize_generator.go`, `sourceignore`.)

use zij_goyaml::{Mapping, MappingEntry, Node, NodeKind};

use crate::{
    inventory::Generation,
    source::{EntryKind, Glob, GlobStyle, SourceError, Tree, TreePath},
};

use super::edits::NAMES;

/// The file with the ignore rules of a folder.
const IGNORE_FILE: &str = ".sourceignore";
/// What no source has.
const IGNORED: &[&str] = &[
    ".git/",
    ".gitignore",
    ".gitmodules",
    ".gitattributes",
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];
/// Folders deeper than this are not entered.
const MAX_DEPTH: usize = 64;
/// The most resources of one folder.
const MAX_RESOURCES: usize = 100_000;

/// The kustomization of `folder`: every manifest below it, and every folder below it that has a
/// kustomization file of its own.
pub(super) fn generated(
    tree: &dyn Tree,
    folder: &TreePath,
    generation: &Generation,
) -> Result<Mapping, SourceError> {
    let mut walk =
        Walk { tree, folder, rules: Rules::of(tree, folder, generation)?, resources: Vec::new() };
    walk.folder(folder, 0)?;
    let mut file = Mapping::new();
    let mut set = |key: &str, value: Node| {
        file.insert(MappingEntry { key: key.into(), key_span: value.span, value });
    };
    set("apiVersion", text("kustomize.config.k8s.io/v1beta1"));
    set("kind", text("Kustomization"));
    match walk.resources.is_empty() {
        true => set("namespace", text("_placeholder")),
        false => {
            let resources = walk.resources.iter().map(|path| text(path)).collect();
            set("resources", NodeKind::Sequence(resources).into());
        }
    }
    Ok(file)
}

/// The files whose content decides what is ignored below `folder`, from the source's root on.
pub(super) fn ignore_files(folder: &TreePath, generation: &Generation) -> Vec<TreePath> {
    let mut files = vec![generation.root.child(IGNORE_FILE)];
    let mut at = generation.root.clone();
    for part in folder.below(&generation.root).unwrap_or_default().split('/') {
        if !part.is_empty() {
            at = at.child(part);
            files.push(at.child(IGNORE_FILE));
        }
    }
    files
}

fn text(text: &str) -> Node {
    NodeKind::String(text.into()).into()
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    folder: &'a TreePath,
    rules: Rules,
    resources: Vec<String>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &TreePath, depth: usize) -> Result<(), SourceError> {
        let Some(entries) = self.tree.list(path)? else { return Ok(()) };
        for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
            let child = path.child(&entry.name);
            if self.resources.len() >= MAX_RESOURCES {
                return Ok(());
            }
            match entry.kind {
                EntryKind::Folder if self.has_kustomization(&child) => self.add(&child),
                EntryKind::Folder if depth < MAX_DEPTH => {
                    let known = self.rules.read.len();
                    self.rules.read(self.tree, &child)?;
                    self.folder(&child, depth + 1)?;
                    self.rules.read.truncate(known);
                }
                EntryKind::File | EntryKind::Link
                    if is_manifest(&entry.name) && !self.rules.ignore(&child) =>
                {
                    self.add(&child);
                }
                EntryKind::Folder | EntryKind::File | EntryKind::Link | EntryKind::Submodule => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &TreePath) {
        let relative = path.below(self.folder).unwrap_or(path.as_str());
        self.resources.push(format!("./{relative}"));
    }

    /// Whether a folder has a kustomization file that is part of the source.
    fn has_kustomization(&self, folder: &TreePath) -> bool {
        NAMES.iter().map(|name| folder.child(name)).any(|file| {
            let entry = self.tree.entry(&file).ok().flatten();
            entry.is_some_and(|entry| entry.kind == EntryKind::File) && !self.rules.ignore(&file)
        })
    }
}

fn is_manifest(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Ignore rules, the weakest first.
struct Rules {
    /// Those of files.
    read: Vec<Rule>,
    /// Those of the source's description, which are stronger.
    stated: Vec<Rule>,
}

/// A rule of a `.gitignore` file.
struct Rule {
    /// The folder whose content it is about.
    domain: TreePath,
    includes: bool,
    only_folders: bool,
    shape: Shape,
}

enum Shape {
    /// Any part of the path.
    Name(Glob),
    /// The path from the domain on, or a folder that it lies in.
    Path(Glob),
}

impl Rules {
    fn of(
        tree: &dyn Tree,
        folder: &TreePath,
        generation: &Generation,
    ) -> Result<Self, SourceError> {
        let root = &generation.root;
        let read = IGNORED.iter().map(|text| Rule::new(text, root)).collect();
        let mut rules = Self { read, stated: rules(&generation.ignore, root).collect() };
        for file in ignore_files(folder, generation) {
            rules.read(tree, &file.parent().unwrap_or_default())?;
        }
        Ok(rules)
    }

    fn read(&mut self, tree: &dyn Tree, folder: &TreePath) -> Result<(), SourceError> {
        if let Some(bytes) = tree.read(&folder.child(IGNORE_FILE))? {
            self.read.extend(rules(&String::from_utf8_lossy(&bytes), folder));
        }
        Ok(())
    }

    /// Whether a file is ignored: the last rule that fits decides.
    fn ignore(&self, file: &TreePath) -> bool {
        let mut rules = self.read.iter().chain(&self.stated).rev();
        rules.find(|rule| rule.fits(file)).is_some_and(|rule| !rule.includes)
    }
}

fn rules(text: &str, domain: &TreePath) -> impl Iterator<Item = Rule> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| Rule::new(line, domain))
}

impl Rule {
    fn new(line: &str, domain: &TreePath) -> Self {
        let (includes, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let line = line.trim_end_matches(' ');
        let (only_folders, line) = match line.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let shape = match line.contains('/') {
            true => Shape::Path(Glob::new(line.trim_start_matches('/'), GlobStyle::DoubleStar)),
            false => Shape::Name(Glob::new(line, GlobStyle::Parts)),
        };
        Self { domain: domain.clone(), includes, only_folders, shape }
    }

    fn fits(&self, file: &TreePath) -> bool {
        let Some(path) = file.below(&self.domain) else { return false };
        match &self.shape {
            Shape::Name(glob) => {
                let last = path.split('/').count();
                let mut parts = path.split('/').enumerate();
                parts.any(|(index, part)| {
                    (!self.only_folders || index + 1 < last) && glob.matches(part)
                })
            }
            Shape::Path(glob) => {
                let ends = path.match_indices('/').map(|(end, _)| end);
                let mut folders = ends.map(|end| &path[..end]);
                folders.any(|folder| glob.matches(folder))
                    || (!self.only_folders && glob.matches(path))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::source::MemoryTree;

    use super::*;

    #[test]
    fn files_are_taken_unless_a_rule_ignores_them() {
        let files = [
            "apps/web.yaml",
            "apps/web.yml",
            "apps/web.json",
            "apps/README.md",
            "apps/deep/er/x.yaml",
            "apps/own/kustomization.yaml",
            "apps/own/y.yaml",
            "apps/test/t.yaml",
            ".github/workflows/ci.yaml",
            "apps/.sops.yaml",
            "notes/n.yaml",
        ];
        // The rules of the root, of the folder, and of the description; the folder; what is left.
        for (root, inner, more, folder, want) in [
            ("", "", "", "apps", "deep/er/x.yaml own test/t.yaml web.yaml web.yml"),
            (
                "",
                "",
                "",
                "",
                "apps/deep/er/x.yaml apps/own apps/test/t.yaml apps/web.yaml apps/web.yml notes/n.yaml",
            ),
            ("test/\n", "", "", "apps", "deep/er/x.yaml own web.yaml web.yml"),
            ("# x\n/apps/test\n*.yml", "", "", "apps", "deep/er/x.yaml own web.yaml"),
            ("/test", "", "", "apps", "deep/er/x.yaml own test/t.yaml web.yaml web.yml"),
            ("", "/test", "", "apps", "deep/er/x.yaml own web.yaml web.yml"),
            ("/*\n!/notes/", "", "", "", "notes/n.yaml"),
            ("*.yaml", "", "!web.yaml", "apps", "web.yaml web.yml"),
            ("**/er/*.yaml", "", "", "apps", "own test/t.yaml web.yaml web.yml"),
            (
                "",
                "",
                "!.github/",
                "",
                ".github/workflows/ci.yaml apps/deep/er/x.yaml apps/own apps/test/t.yaml apps/web.yaml apps/web.yml notes/n.yaml",
            ),
            ("*", "", "", "apps", ""),
        ] {
            let all = files
                .iter()
                .map(|path| (*path, ""))
                .chain([(".sourceignore", root), ("apps/.sourceignore", inner)]);
            let tree = MemoryTree::new(all);
            let generation = Generation { root: TreePath::root(), ignore: more.into() };
            let folder = TreePath::parse(folder).unwrap();
            let made = generated(&tree, &folder, &generation).unwrap();
            let resources = made.get("resources").and_then(Node::as_sequence).unwrap_or_default();
            let got: Vec<&str> =
                resources.iter().filter_map(|node| node.as_str()?.strip_prefix("./")).collect();
            assert_eq!(got.join(" "), want, "{root:?} {inner:?} {more:?}");
        }
    }
}
