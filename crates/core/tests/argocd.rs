//! `testdata/argocd`: what each repository would deploy through Argo CD, one file a case.
//!
//! A case is the files of a tree, each below a line `-- PATH --`, and below `== want` what is
//! expected of them. The expectations follow Argo CD's documentation and source (3.4).

use std::{fmt::Write as _, fs, sync::Arc};

use zij_core::{
    inventory::{
        Application, Checkout, Config, Context, Inventory, LinkKind, Memo, Render, SetKind, Source,
        SourceAt, ValuesSource,
    },
    render::Renderer,
    source::MemoryTree,
};

const REPOSITORY: &str = "https://example.org/org/fleet.git";

/// The files of a case, and what is expected of them.
fn read(text: &str) -> (Vec<(String, String)>, String) {
    let (files, want) = text.split_once("== want\n").unwrap_or((text, ""));
    let mut read: Vec<(String, String)> = Vec::new();
    for line in files.split_inclusive('\n') {
        let name = line.strip_prefix("-- ").and_then(|rest| rest.trim_end().strip_suffix(" --"));
        match (name, read.last_mut()) {
            (Some(name), _) => read.push((name.to_owned(), String::new())),
            (None, Some((_, content))) => content.push_str(line),
            // What stands before the first file says what the case is about.
            (None, None) => {}
        }
    }
    (read, want.to_owned())
}

fn place(at: &SourceAt) -> String {
    match at {
        SourceAt::Tree(path) => path.to_string(),
        SourceAt::Pinned(at) => format!("{}@{}", at.path, at.revision),
        SourceAt::Vendored { path, .. } => format!("{path} (vendored)"),
        SourceAt::Absent(unknown) => format!("? {}", unknown.message),
    }
}

fn source(source: &Source) -> String {
    let at = place(&source.at);
    match &source.render {
        Render::Chart(chart) => {
            let mut text = format!("helm {at} as {}", chart.release);
            for layer in &chart.values {
                let _ = match layer {
                    ValuesSource::File(path) => write!(text, " {path}"),
                    ValuesSource::OptionalFile(path) => write!(text, " {path}?"),
                    ValuesSource::Pinned { at, .. } => write!(text, " {}@{}", at.path, at.revision),
                    ValuesSource::Inline { text: values, place } => {
                        write!(text, " {place}{{{}}}", values.trim_end().replace('\n', "; "))
                    }
                    ValuesSource::Set { kind: SetKind::Typed, text: value, .. } => {
                        write!(text, " set:{value}")
                    }
                    ValuesSource::Set { kind: SetKind::Text, text: value, .. } => {
                        write!(text, " set-string:{value}")
                    }
                    ValuesSource::Set { kind: SetKind::File(path), .. } => {
                        write!(text, " set-file:{path}")
                    }
                };
            }
            text
        }
        Render::Kustomize(kustomize) => format!("kustomize {at} {:?}", kustomize.edits),
        Render::Directory(_) => format!("directory {at}"),
        Render::Nothing => format!("nothing {at}"),
        Render::Opaque(unknown) => format!("? {}", unknown.message),
        Render::Refused(problem) => format!("refused: {}", problem.message),
    }
}

fn cell(application: &Application) -> String {
    let mut text = format!("{} in {}\n", application.id, application.namespace);
    for link in &application.origin.chain {
        let what = match &link.kind {
            LinkKind::Set { name, parameters, .. } => format!("set {name} {parameters}"),
            other => other.to_string(),
        };
        let _ = writeln!(text, "  by {what} ({})", link.place);
    }
    for one in &application.sources {
        let _ = writeln!(text, "  {}", source(one));
    }
    text
}

fn shown(inventory: &Inventory) -> String {
    let mut text: String = inventory.cells.values().map(cell).collect();
    for problem in &inventory.problems {
        let place = problem.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let _ = writeln!(text, "{:?}: {place}{}", problem.severity, problem.message);
    }
    text
}

#[test]
fn every_case_gives_what_argo_cd_would_deploy() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/argocd");
    let mut wrong = Vec::new();
    let mut cases = 0;
    for entry in fs::read_dir(folder).expect("the cases are in git") {
        let path = entry.expect("a folder can be listed").path();
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        cases += 1;
        let text = fs::read_to_string(&path).expect("a case is a text");
        let (files, want) = read(&text);
        let tree = MemoryTree::new(files.iter().map(|(path, content)| (path, content)));
        let checkout = Checkout {
            remotes: [Arc::from(REPOSITORY)].into(),
            branch: Some("main".into()),
            default_branch: Some("main".into()),
        };
        let renderer = Renderer::with_threads(1);
        let memo = Memo::default();
        let context = Context { checkout: &checkout, roots: &renderer, memo: &memo };
        let inventory = Inventory::read(&tree, &Config::of(&tree), &context);
        let got = shown(&inventory);
        if got != want {
            wrong.push(format!("{}\n-- got --\n{got}-- want --\n{want}", path.display()));
        }
        let again = Inventory::read(&tree, &Config::of(&tree), &context);
        assert_eq!(shown(&again), got, "{} is not the same twice", path.display());
    }
    assert!(cases > 0, "no case found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
