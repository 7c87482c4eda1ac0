//! What keys and data do to the state.

use std::sync::Arc;

use zij_core::report::model::{Problem, Report};
use zij_tui::{Effect, Epoch, Message, Options, Progress, State, update};

use crate::screen::{draw, open, press, text};
use crate::synthetic;

const SIZE: (u16, u16) = (120, 40);

fn state() -> State {
    open(synthetic::report(60, 12), SIZE, Options::default())
}

fn screen(state: &State) -> String {
    text(&draw(state, SIZE))
}

fn selected(state: &State) -> (String, String) {
    let (application, cluster) = state.selected().expect("something is visible");
    (application.to_owned(), cluster.to_owned())
}

/// Presses keys and expects a text on the screen.
fn check(keys: &str, want: &str) {
    let mut state = state();
    press(&mut state, keys);
    let screen = screen(&state);
    assert!(screen.contains(want), "{keys:?} shows no {want:?}:\n{screen}");
}

#[test]
fn keys_show_what_they_promise() {
    for (keys, want) in [
        ("", "only changed"),
        ("f", "60 applications"),
        ("o", "by risk"),
        ("t", "cluster  "),
        ("jl", "row 2/"),
        ("G$", "column 12/12"),
        ("G$g0", "column 1/12"),
        ("<C-d><C-u>j", "row 2/"),
        ("/state:R", "state:  cause:"),
        ("/state:R<Enter>", "/state:R"),
        ("/nobody<Enter>", "No cell fits the filter."),
        ("/nobody<Enter><Esc>", "only changed"),
        ("nw", "Why"),
        ("?", "next hunk"),
        ("?/side by", "side by side or unified"),
        ("n<Enter>", "[manifests"),
        ("n<Enter><Tab>", "[values"),
        ("n<Enter><Tab><Tab>", "[findings"),
        ("n<Enter>@", "--cluster"),
        ("ny", "name"),
        (" *", "marked"),
        ("n<Enter>-", "row"),
        ("n<Enter>]", "] c hunk"),
    ] {
        check(keys, want);
    }
}

#[test]
fn effects_are_asked_for_and_not_done() {
    for (keys, want) in [
        ("q", vec![Effect::Quit]),
        ("n<Enter>q", vec![]),
        ("n<Enter>qq", vec![Effect::Quit]),
        ("?q", vec![]),
        ("/q", vec![]),
        ("/<C-c>", vec![Effect::Quit]),
        ("<C-z>", vec![Effect::Suspend]),
    ] {
        assert_eq!(press(&mut state(), keys), want, "{keys}");
    }
}

#[test]
fn copying_is_capped() {
    let mut state = state();
    let effects = press(&mut state, "nyn");
    assert!(matches!(&effects[..], [Effect::Copy(name)] if name.contains(" on ")), "{effects:?}");
    let mut report = synthetic::report(60, 12);
    let line = report.groups[0].resources[0].hunks[0].lines[0].clone();
    for group in &mut report.groups {
        for change in &mut group.resources {
            change.hunks[0].lines = vec![line.clone(); 20_000];
        }
    }
    let mut state = open(report, SIZE, Options::default());
    press(&mut state, "/state:R<Enter>n");
    assert_eq!(press(&mut state, "yp"), []);
    assert!(screen(&state).contains("too long to copy"), "{}", screen(&state));
}

#[test]
fn answers_to_old_questions_are_dropped() {
    let mut state = state();
    let effects = press(&mut state, "<C-r>");
    let [Effect::Refresh(epoch)] = effects[..] else { panic!("no refresh in {effects:?}") };
    assert!(state.is_busy());
    let old = Arc::new(synthetic::report(5, 5));
    update(&mut state, Message::Report(Epoch::default(), old));
    assert!(screen(&state).contains("of 60 applications"));
    let progress = Progress { what: "rendering".to_owned(), done: 1, total: Some(2) };
    update(&mut state, Message::Progress(epoch, progress));
    update(&mut state, Message::Report(epoch, Arc::new(synthetic::report(50, 12))));
    assert!(!state.is_busy());
    assert!(screen(&state).contains("of 50 applications"));
}

#[test]
fn the_cursor_stays_on_its_names() {
    let mut state = state();
    press(&mut state, "jjlll");
    let before = selected(&state);
    for keys in ["o", "t", "t", "f", "/state:", "<Esc>"] {
        press(&mut state, keys);
        assert_eq!(selected(&state), before, "after {keys}");
    }
    update(&mut state, Message::Report(Epoch::default(), Arc::new(synthetic::report(80, 12))));
    assert_eq!(selected(&state), before, "after a new report");
}

#[test]
fn a_failure_keeps_the_last_report() {
    let problem = Problem {
        side: None,
        message: "`main` is not a revision".to_owned(),
        place: None,
        hint: Some("fetch it".to_owned()),
        evidence: None,
    };
    let mut fresh = State::new(Options::default(), SIZE.0, SIZE.1);
    update(&mut fresh, Message::Failed(Epoch::default(), problem.clone()));
    assert!(screen(&fresh).contains("`main` is not a revision"));
    let mut state = state();
    update(&mut state, Message::Failed(Epoch::default(), problem));
    assert!(screen(&state).contains("stale"));
    assert!(screen(&state).contains("of 60 applications"));
}

#[test]
fn control_characters_never_reach_the_screen() {
    let mut report: Report = synthetic::report(30, 5);
    report.head.name = "evil\x1b]52;c;aGk=\x07\u{202e}".to_owned();
    report.applications[0] = "a\x1b[2J\u{9b}".into();
    for group in &mut report.groups {
        group.values[0].path = "x\r\n\x1b[31m".to_owned();
    }
    let mut state = open(report, SIZE, Options::default());
    for keys in ["", "f", "n<Enter>", "<Tab>", "w", "<Esc>@", "<Esc>"] {
        press(&mut state, keys);
        let screen = screen(&state).replace('\n', "");
        let hidden = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!screen.contains(hidden), "{keys}: {screen:?}");
    }
}

#[test]
fn walking_through_marked_cells_skips_the_others() {
    let mut state = state();
    press(&mut state, "n nn ");
    let marked = selected(&state);
    press(&mut state, "<Enter>J");
    let first = selected(&state);
    assert_ne!(first, marked);
    press(&mut state, "J");
    assert_eq!(selected(&state), marked);
}
