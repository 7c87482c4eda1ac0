//! The page as a file; `.ci/browser` opens it in a real browser.

use std::io::Read as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{write, write_after};
use crate::report::{
    fixture::rolling,
    foreword::{Foreword, Item, Part, Tone},
    tests::{fleet, large},
};

/// What a page holds compressed, by the id of its element.
fn block(page: &str, id: &str) -> serde_json::Value {
    let start = format!("id=\"{id}\">");
    let (text, _) = page.split_once(&start).unwrap().1.split_once('<').unwrap();
    let bytes = STANDARD.decode(text).unwrap();
    let mut json = String::new();
    flate2::read::ZlibDecoder::new(bytes.as_slice()).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

#[test]
fn rollouts_and_rollbacks_stand_in_a_block_of_their_own() {
    let own = block(&write(&rolling()), "impact");
    insta::assert_json_snapshot!(own);
    let none = block(&write(&fleet()), "impact");
    assert_eq!(none["rollouts"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_page_is_whole_and_asks_for_nothing() {
    for report in [fleet(), large(), rolling()] {
        let page = write(&report);
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        for word in ["http://", "https://", "src=", "url(", "@import", "fetch(", "innerHTML"] {
            assert!(!page.contains(word), "{word}");
        }
        let opened = page.matches("<script").count();
        assert_eq!(opened, page.matches("</script>").count());
        assert!(!page.contains("\u{1b}"), "no control character is passed on");
    }
}

#[test]
fn hostile_names_stay_inside_the_data() {
    let mut report = rolling();
    let plain = write_after(&told("x"), &report).matches('<').count();
    let hostile = "</script><img src=x onerror=alert(1)>\u{202e}<!--";
    report.applications[0] = hostile.into();
    report.clusters[0] = hostile.into();
    report.head.name = hostile.to_owned();
    report.findings[0].message = hostile.to_owned();
    report.groups[0].resources[0].hunks[0].lines[0].segments =
        [crate::diff::Segment { text: hostile.to_owned(), emphasised: false }].into();
    report.rollouts[0].resource.name = hostile.to_owned();
    report.rollouts[1].notes.push(hostile.to_owned());
    report.plans[0][0].hooks.push(hostile.to_owned());
    report.rollbacks[0].steps.push(hostile.to_owned());
    let page = write_after(&told(hostile), &report);
    assert_eq!(page.matches('<').count(), plain);
    assert!(!page.contains('\u{202e}'));
    for id in ["report", "impact", "groups-0"] {
        let inside = block(&page, id).to_string();
        assert!(inside.contains("onerror") && !inside.contains('\u{202e}'), "{id}");
    }
}

fn told(text: &str) -> Foreword {
    let item = Item {
        tone: Tone::Bad,
        label: "conflict",
        name: text.to_owned(),
        text: text.to_owned(),
        lines: vec![text.to_owned()],
    };
    let part = Part {
        heading: "merged",
        tone: Tone::Doubtful,
        text: text.to_owned(),
        items: vec![item],
        more: 3,
    };
    Foreword { title: "Merged", lead: text.to_owned(), parts: vec![part] }
}
