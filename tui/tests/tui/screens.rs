//! What the screens look like.

use zij_tui::{Glyphs, Options, Palette};

use crate::screen::{draw, open, press, text};
use crate::synthetic;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn check(name: &str, keys: &str, options: Options) {
    for size in SIZES {
        let mut state = open(synthetic::report(120, 24), size, options);
        press(&mut state, keys);
        let name = format!("{name}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, text(&draw(&state, size)));
    }
}

#[test]
fn matrix() {
    check("matrix", "jjll", Options::default());
}

#[test]
fn manifests() {
    check("manifests", "/state:R<Enter>n<Enter>", Options::default());
}

#[test]
fn findings() {
    check("findings", "/state:!<Enter>n<Enter><Tab><Tab>", Options::default());
}

#[test]
fn overlays_in_ascii() {
    let options = Options { glyphs: Glyphs::Ascii, palette: Palette::Plain };
    for (name, keys) in [("why", "/state:!<Enter>nw"), ("help", "?"), ("copy", "ny")] {
        let mut state = open(synthetic::report(120, 24), (80, 24), options);
        press(&mut state, keys);
        let screen = text(&draw(&state, (80, 24)));
        let foreign = |c: char| !c.is_ascii() && !('가'..='힣').contains(&c);
        assert!(!screen.contains(foreign), "{screen}");
        insta::assert_snapshot!(name, screen);
    }
}

#[test]
fn without_colour_nothing_is_coloured() {
    use ratatui::style::Color;
    let options = Options { glyphs: Glyphs::Unicode, palette: Palette::Plain };
    for keys in ["", "n<Enter>", "n<Enter>w", "?"] {
        let mut state = open(synthetic::report(120, 24), (120, 40), options);
        press(&mut state, keys);
        let buffer = draw(&state, (120, 40));
        let coloured =
            |cell: &ratatui::buffer::Cell| cell.fg != Color::Reset || cell.bg != Color::Reset;
        assert!(!buffer.content().iter().any(coloured), "{keys}");
    }
}

#[test]
fn every_size_can_be_drawn() {
    for keys in ["", "n<Enter>", "n<Enter>s", "w", "?", "/x", "y"] {
        for columns in (1..=7).chain([39, 40, 41, 109, 110, 159, 160]) {
            for lines in (1..=5).chain([9, 10, 11, 15, 16, 18, 32]) {
                let mut state =
                    open(synthetic::report(40, 9), (columns, lines), Options::default());
                press(&mut state, keys);
                draw(&state, (columns, lines));
                // The screen may be smaller than the last message said.
                draw(&state, (columns.min(3), 1));
            }
        }
    }
}

#[test]
fn korean_names_keep_columns_aligned() {
    let mut state = open(synthetic::report(120, 24), (120, 40), Options::default());
    press(&mut state, "f");
    let buffer = draw(&state, (120, 40));
    let lines: Vec<u16> = (4..20)
        .filter_map(|y| (0..120).find(|x| matches!(buffer[(*x, y)].symbol(), "│" | "┼")))
        .collect();
    assert!(lines.len() > 10 && lines.iter().all(|x| *x == lines[0]), "{lines:?}");
}
