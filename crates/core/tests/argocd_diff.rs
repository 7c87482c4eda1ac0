//! `testdata/argocd-diff`, `testdata/flux-diff`: what a change of Argo CD's or Flux's objects does to
//! the matrix, one file a case.
//!
//! A case is the files of the base, each below a line `-- PATH --`; below `== head` the files that
//! differ on head, one without lines being removed; and below `== want` the cells that are not
//! unchanged, with the reason for each, and the verdict.

use std::{collections::BTreeMap, fmt::Write as _, fs, sync::Arc};

use zij_core::{
    inventory::{Checkout, Config, Context, Inventory, Memo},
    predict::{self, Options, Prediction, Revision, predict},
    render::Renderer,
    report::model::CellState,
    source::MemoryTree,
};

type FileTexts = BTreeMap<String, String>;

fn files(text: &str) -> FileTexts {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let name = line.strip_prefix("-- ").and_then(|rest| rest.trim_end().strip_suffix(" --"));
        match (name, files.last_mut()) {
            (Some(name), _) => files.push((name.to_owned(), String::new())),
            (None, Some((_, content))) => content.push_str(line),
            (None, None) => {}
        }
    }
    files.into_iter().collect()
}

/// The base and the head of a case, and what is expected.
fn read(text: &str) -> (FileTexts, FileTexts, &str) {
    let (base, rest) = text.split_once("== head\n").expect("a case has a head");
    let (edits, want) = rest.split_once("== want\n").unwrap_or((rest, ""));
    let base = files(base);
    let mut head = base.clone();
    for (path, content) in files(edits) {
        match content.is_empty() {
            true => drop(head.remove(&path)),
            false => drop(head.insert(path, content)),
        }
    }
    (base, head, want)
}

fn prediction(base: &FileTexts, head: &FileTexts) -> Prediction {
    let (base, head) = (MemoryTree::new(base), MemoryTree::new(head));
    let checkout = Checkout {
        remotes: [Arc::from("https://example.org/org/fleet.git")].into(),
        branch: Some("main".into()),
        default_branch: Some("main".into()),
    };
    let (renderer, memo) = (Renderer::with_threads(1), Memo::default());
    let context = Context { checkout: &checkout, roots: &renderer, memo: &memo };
    let (old, new) = (Config::of(&base), Config::of(&head));
    let (old, new) = Inventory::of_both((&base, &old), (&head, &new), Some(&context));
    let base = Revision { tree: &base, inventory: &old };
    let head = Revision { tree: &head, inventory: &new };
    predict(Some(base), head, &renderer, &Options::default(), &|_, _| {})
}

fn shown(prediction: &Prediction) -> String {
    let mut text = String::new();
    for cell in &prediction.cells {
        let state = CellState::from(cell.state);
        if cell.state == predict::CellState::Unchanged {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} {}", state.letter(), cell.id);
        if let Some(presence) = &cell.presence {
            let _ = writeln!(text, "    {} ({})", presence.message, presence.place);
            if let Some(other) = &presence.renamed {
                let _ = writeln!(text, "    renamed: {other}");
            }
        }
        if let Some(side) = &cell.failure {
            let _ = writeln!(text, "    {:?}: {}", side.side, side.failure.message);
        }
        for finding in &cell.findings {
            let _ = writeln!(text, "    {}: {}", finding.rule.id, finding.message);
        }
    }
    let _ = writeln!(text, "{:?}", prediction.verdict);
    text
}

#[test]
fn every_change_shows_what_appears_and_vanishes_and_why() {
    let folders = ["argocd-diff", "flux-diff"]
        .map(|name| format!("{}/../../testdata/{name}", env!("CARGO_MANIFEST_DIR")));
    let mut wrong = Vec::new();
    let mut cases = 0;
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("it is in git"));
    for entry in entries {
        let path = entry.expect("a folder can be listed").path();
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        cases += 1;
        let text = fs::read_to_string(&path).expect("a case is a text");
        let (base, head, want) = read(&text);
        let got = shown(&prediction(&base, &head));
        if got != want {
            wrong.push(format!("{}\n-- got --\n{got}-- want --\n{want}", path.display()));
        }
    }
    assert!(cases > 0, "no case found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
