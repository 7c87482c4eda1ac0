//! `testdata/argocd-diff`, `testdata/flux-diff`: what a change of Argo CD's or Flux's objects does to
//! the matrix, one file a case.
//!
//! Below `== head` stand the files that differ on head, one without lines being removed; below `== want`
//! the cells that are not unchanged, with the reason for each, and the verdict.

use std::fmt::Write as _;

use zij_core::{
    inventory::{Config, Context, Inventory, Memo},
    predict::{self, Options, Prediction, Revision, predict},
    render::Renderer,
    report::model::CellState,
    source::MemoryTree,
};

use crate::case::{self, FileTexts, checkout, files};

/// The base and the head of a case.
fn read(text: &str) -> (FileTexts, FileTexts) {
    let (_, edits) = text.split_once("== head\n").expect("a case has a head");
    let base = files(text);
    let mut head = base.clone();
    for (path, content) in files(edits) {
        match content.is_empty() {
            true => drop(head.remove(&path)),
            false => drop(head.insert(path, content)),
        }
    }
    (base, head)
}

fn prediction(base: &FileTexts, head: &FileTexts) -> Prediction {
    let (base, head) = (MemoryTree::new(base), MemoryTree::new(head));
    let checkout = checkout();
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
    for folder in ["argocd-diff", "flux-diff"] {
        case::check(folder, &|text| {
            let (base, head) = read(text);
            shown(&prediction(&base, &head))
        });
    }
}
