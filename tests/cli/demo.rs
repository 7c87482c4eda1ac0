//! `zij demo` shows the main job, and leaves nothing behind unless asked to.

use std::fs;

use zij_testkit::TestRepository;

use crate::fleet::{told, zij, zij_in};

#[test]
fn the_demo_shows_one_blocked_cell_and_keeps_what_it_is_told_to() {
    let home = TestRepository::new();
    let folder = home.environment().work().join("fleet");
    let path = folder.display().to_string();
    let outcome = zij(&home, &["demo", "--dir", &path]);
    let text = told(&home, &outcome).replace(env!("CARGO_BIN_EXE_zij"), "zij");
    insta::assert_snapshot!("demo", text);

    let again = zij(&home, &["demo", "--dir", &path]);
    assert_eq!(again.code, Some(2), "a folder in use is refused: {}", again.stderr);

    let check = zij_in(&home, &folder, &["check", "main...HEAD", "--no-cache"]);
    assert_eq!(check.code, Some(1), "{}", check.stdout);
    insta::assert_snapshot!("demo-check", told(&home, &check));

    let rows = ["diff", "main...HEAD", "--no-cache", "--rows", "values,manifests"];
    insta::assert_snapshot!("demo-rows", told(&home, &zij_in(&home, &folder, &rows)));

    let rendered = home.environment().work().join("rendered");
    let output = rendered.display().to_string();
    let render = zij_in(&home, &folder, &["render", "--app", "ledger", "--output", &output]);
    assert_eq!(render.code, Some(0), "{}", render.stderr);
    assert_eq!(fs::read_dir(&rendered).unwrap().count(), 4);
}
