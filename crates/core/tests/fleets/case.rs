//! What all cases have in common: the files of a tree, the repository that they are, and what is
//! expected of them.
//!
//! A case begins with what it is about. Below a line `-- PATH --` stands a file, below
//! `-- @REVISION PATH --` one of another revision, `-- PATH -> TARGET --` is a link, and below `== NAME` another part, such as what is
//! wanted.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use zij_core::{
    inventory::{Checkout, Config, Context, Inventory, Memo, SourceAt},
    render::{FailureKind, RenderFailure, Renderer},
    source::{MemoryTree, Tree},
};

const REPOSITORY: &str = "https://example.org/org/fleet.git";

/// Paths with their texts.
pub(crate) type FileTexts = BTreeMap<String, String>;

/// The repository of all cases, on its main branch.
pub(crate) fn checkout() -> Checkout {
    Checkout {
        remotes: [Arc::from(REPOSITORY)].into(),
        branch: Some("main".into()),
        default_branch: Some("main".into()),
    }
}

/// The fleet of a tree of that repository.
pub(crate) fn inventory(tree: &dyn Tree, renderer: &Renderer, memo: &Memo) -> Arc<Inventory> {
    configured(tree, &Config::of(tree), renderer, memo)
}

/// The same as another configuration says.
pub(crate) fn configured(
    tree: &dyn Tree,
    config: &Config,
    renderer: &Renderer,
    memo: &Memo,
) -> Arc<Inventory> {
    let checkout = checkout();
    Inventory::read(tree, config, &Context { checkout: &checkout, roots: renderer, memo })
}

/// The files of a case, or of a part of one that begins after `== NAME`.
pub(crate) fn files(text: &str) -> FileTexts {
    let mut files: Vec<(String, String)> = Vec::new();
    let lines = text.split_inclusive('\n');
    for line in lines.take_while(|line| !line.starts_with("== ")) {
        let name = line.strip_prefix("-- ").and_then(|rest| rest.trim_end().strip_suffix(" --"));
        match (name, files.last_mut()) {
            (Some(name), _) => files.push((name.to_owned(), String::new())),
            // As git shows it.
            (None, Some((_, content))) if line.starts_with("\\ No newline") => {
                content.pop();
            }
            (None, Some((_, content))) => content.push_str(line),
            // What stands before the first file says what the case is about.
            (None, None) => {}
        }
    }
    files.into_iter().collect()
}

/// The tree, and beside it the revisions of the files that have one.
pub(crate) fn tree(files: &FileTexts) -> MemoryTree {
    let mut revisions: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    let mut links = Vec::new();
    for (path, content) in files {
        if let Some(link) = path.split_once(" -> ") {
            links.push(link);
            continue;
        }
        let named = path.strip_prefix('@').and_then(|rest| rest.split_once(' '));
        let (revision, path) = named.unwrap_or(("", path));
        revisions.entry(revision).or_default().push((path, content));
    }
    let own = MemoryTree::new(revisions.remove("").unwrap_or_default()).with_links(links);
    revisions
        .into_iter()
        .fold(own, |tree, (revision, files)| tree.with_revision(revision, MemoryTree::new(files)))
}

/// The texts of all cases of a folder of `testdata`, by their path.
pub(crate) fn texts(folder: &str) -> BTreeMap<String, String> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata")).join(folder);
    let entries = fs::read_dir(folder).expect("the cases are in git");
    let paths = entries.map(|entry| entry.expect("a folder can be listed").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let texts = paths.map(|path| {
        let text = fs::read_to_string(&path).expect("a case is a text");
        (path.display().to_string(), text)
    });
    let texts: BTreeMap<String, String> = texts.collect();
    assert!(!texts.is_empty(), "no case found");
    texts
}

/// Has `show` say what comes of each case of a folder, and compares it with all that stands below
/// `== want`.
pub(crate) fn check(folder: &str, show: &dyn Fn(&str) -> String) {
    let mut wrong = Vec::new();
    for (path, text) in texts(folder) {
        let (_, want) = text.split_once("== want\n").unwrap_or((&text, ""));
        let got = show(&text);
        if got != want {
            wrong.push(format!("{path}\n-- got --\n{got}-- want --\n{want}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Where a source lies.
pub(crate) fn place(at: &SourceAt) -> String {
    match at {
        SourceAt::Tree(path) => path.to_string(),
        SourceAt::Pinned(at) => format!("{}@{}", at.path, at.revision),
        SourceAt::Vendored { path, .. } => format!("{path} (vendored)"),
        SourceAt::Absent(unknown) => format!("? {}", unknown.message),
    }
}

/// What is wrong with the description of a fleet, a line each.
pub(crate) fn problems(inventory: &Inventory) -> String {
    let line = |problem: &zij_core::inventory::Problem| {
        let place = problem.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        format!("{:?}: {place}{}\n", problem.severity, problem.message)
    };
    inventory.problems.iter().map(line).collect()
}

/// Whether something is wrong or missing.
pub(crate) fn outcome(failure: &RenderFailure) -> &'static str {
    match failure.kind {
        FailureKind::Error => "Error",
        FailureKind::Unknown(_) => "Unknown",
    }
}
