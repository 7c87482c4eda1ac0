//! The comment for the shared fleet, in full and in less and less room.

use super::{MARKER, Options, write};
use crate::report::{
    fixture::rolling,
    model::{Report, RollbackVerdict, Severity},
    tests::{fleet, large},
};

fn in_room(report: &Report, limit: usize) -> String {
    write(report, &Options { limit })
}

#[test]
fn the_whole_comment() {
    insta::assert_snapshot!(in_room(&fleet(), 65_536));
}

#[test]
fn many_clusters_become_sums() {
    insta::assert_snapshot!(in_room(&large(), 65_536));
}

#[test]
fn pods_and_undoing_have_a_section_each() {
    let text = in_room(&rolling(), 65_536);
    let from = text.find("### Pods").unwrap();
    let to = text.find("### Changes").unwrap();
    insta::assert_snapshot!(text[from..to].trim_end());
}

/// A fleet with a rollout and a rollback of its own in each of hundreds of cells.
fn restarting() -> Report {
    let mut report = large();
    let own = rolling();
    report.rollout = own.rollout;
    for at in 0..500 {
        let mut rollout = own.rollouts[at % 2].clone();
        rollout.resource.name = format!("web-{at}");
        report.rollouts.push(rollout);
        let mut rollback = own.rollbacks[at % 2].clone();
        rollback.reasons.push(format!("reason {at}"));
        report.rollbacks.push(rollback);
        report.cells[at].rollouts = vec![at];
        report.cells[at].rollback = Some(at);
    }
    report
}

#[test]
fn a_large_fleet_is_summed_up_section_by_section() {
    let report = restarting();
    let headline = "4 workloads in 2 clusters restart 14 pods, worst: web-1 2/3 available";
    let mut told = usize::MAX;
    for limit in [1_000_000, 65_536, 20_000, 8_000, 5_000] {
        let text = in_room(&report, limit);
        assert!(text.len() <= limit, "{} > {limit}", text.len());
        assert!(text.contains(headline), "the sum outlives the table at {limit}: {text}");
        assert!(text.contains("critical path: "), "{limit}");
        assert!(text.contains("not by a revert alone"), "{limit}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        let rows: Vec<&str> = text.lines().filter(|line| line.contains("<code>")).collect();
        let rows = rows.iter().filter(|line| line.starts_with("| <code>"));
        assert!(rows.clone().all(|row| row.ends_with(" |")), "no row is cut at {limit}");
        assert!(rows.clone().count() <= told);
        told = rows.count();
        assert!(text.contains("more workload") || told == 0, "the rest is counted at {limit}");
        // The worst answer is told as long as any is.
        let first = text.find(" one-way").or(text.find("**one-way**"));
        assert!(first.is_none_or(|at| text.find("**partial").is_none_or(|other| at < other)));
    }
    assert!(report.rollbacks.iter().any(|own| own.verdict == RollbackVerdict::OneWay));
}

/// A fleet with hundreds of distinct changes and findings.
fn crowded() -> Report {
    let mut report = large();
    let (group, finding) = (fleet().groups[0].clone(), fleet().findings[0].clone());
    for index in 0..400 {
        let mut own = group.clone();
        own.cells = vec![index];
        own.values[0].path = format!("image.tag{index}");
        own.resources[0].fields.clear();
        report.groups.push(own);
        report.cells[index].group = Some(index);
        let mut own = finding.clone();
        own.cell = index;
        own.path = Some(format!("spec.x{index}"));
        own.severity = if index % 2 == 0 { Severity::Block } else { Severity::Warn };
        report.findings.push(own);
    }
    report
}

#[test]
fn every_limit_is_kept_and_the_gravest_stays() {
    let report = crowded();
    let full = in_room(&report, usize::MAX);
    assert!(full.len() > 200_000, "{}", full.len());
    for limit in [2_500, 4_000, 10_000, 32_768, 65_536, 150_000] {
        let text = in_room(&report, limit);
        assert!(text.len() <= limit, "{} > {limit}", text.len());
        assert!(text.starts_with(MARKER));
        assert!(text.contains("All of it: "), "{limit}");
        assert!(text.contains("do not fit here") || text.contains("fewer words"), "{limit}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        assert_eq!(text.lines().filter(|line| line.starts_with("```")).count() % 2, 0);
        if limit >= 10_000 {
            assert!(text.contains("ZIJ-F001"), "findings outlive changes at {limit}");
        }
    }
}

#[test]
fn nothing_of_the_repository_is_markup() {
    let mut report = fleet();
    let hostile = "</details><img src=x onerror=a>\n```\n@octocat [x](https://e.com) | # `@team`";
    report.applications[0] = hostile.into();
    report.head.name = hostile.to_owned();
    report.findings[0].message = hostile.to_owned();
    report.groups[0].values[0].path = hostile.to_owned();
    report.groups[0].resources[0].hunks[0].lines[0].segments =
        [crate::diff::Segment { text: hostile.to_owned(), emphasised: false }].into();
    let text = in_room(&report, 65_536);
    let mut outside = String::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => outside.extend([line, "\n"]),
        }
    }
    assert_eq!(fence, None);
    for word in ["<img", "@octocat", "@team", "[x]", "https://"] {
        assert!(!outside.contains(word), "{word} in {outside}");
    }
    let closed = fleet();
    assert_eq!(text.matches("</details>").count(), {
        let plain = in_room(&closed, 65_536);
        // One more stands inside a fence, where it is text.
        plain.matches("</details>").count() + text.matches("</details><img").count()
    });
}
