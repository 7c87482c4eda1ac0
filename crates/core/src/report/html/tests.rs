//! The page as a file; `.ci/browser` opens it in a real browser.

use super::write;
use crate::report::tests::{fleet, large};

#[test]
fn the_page_is_whole_and_asks_for_nothing() {
    for report in [fleet(), large()] {
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
    let mut report = fleet();
    let plain = write(&report).matches('<').count();
    let hostile = "</script><img src=x onerror=alert(1)>\u{202e}<!--";
    report.applications[0] = hostile.into();
    report.clusters[0] = hostile.into();
    report.head.name = hostile.to_owned();
    report.findings[0].message = hostile.to_owned();
    report.groups[0].resources[0].hunks[0].lines[0].segments[0].text = hostile.to_owned();
    let page = write(&report);
    assert_eq!(page.matches('<').count(), plain);
    assert!(!page.contains('\u{202e}'));
}
