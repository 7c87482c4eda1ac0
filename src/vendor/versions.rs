//! Which of the versions there are a range stands for, as Helm chooses.
//!
//! Source of the rules: Helm, `pkg/repo/v1/index.go` (`Get`) and `pkg/registry/tag.go`.

use std::cmp::Ordering;

use zij_helm::{
    profile::SemverLibrary,
    semver::{Constraint, Version},
};

/// How many versions a message names.
const NAMED: usize = 4;

/// The place in `versions` of the one that `range` stands for: that text itself, else the newest
/// that satisfies it; releases before pre-releases, unless the range names one.
pub(super) fn choose(versions: &[String], range: &str) -> Option<usize> {
    if let Some(exact) = versions.iter().position(|version| version == range) {
        return Some(exact);
    }
    let constraint = Constraint::parse(if range.is_empty() { "*" } else { range }).ok()?;
    let mut fitting: Vec<(usize, Version)> = versions
        .iter()
        .enumerate()
        .filter_map(|(index, text)| Some((index, Version::parse(text).ok()?)))
        .filter(|(_, version)| constraint.check(version, SemverLibrary::V3_5))
        .collect();
    fitting.sort_by(|a, b| b.1.precedence(&a.1).then(a.0.cmp(&b.0)));
    fitting.first().map(|(index, _)| *index)
}

/// Whether a text is one version and no range.
pub(super) fn is_exact(range: &str) -> bool {
    let digits = range.trim_start_matches('v').split(['-', '+']).next().unwrap_or(range);
    digits.split('.').count() == 3 && Version::parse(range).is_ok()
}

/// The versions that lie nearest to what was asked for, the newest first.
pub(super) fn nearest(versions: &[String], range: &str) -> Vec<String> {
    let mut known: Vec<Version> =
        versions.iter().filter_map(|text| Version::parse(text).ok()).collect();
    known.sort_by(|a, b| b.precedence(a));
    known.dedup_by(|a, b| a.original == b.original);
    let digits = |c: char| !c.is_ascii_digit();
    let wanted = range.split([' ', ',', '|']).find_map(|part| {
        let part = part.trim_start_matches(digits).replace(".x", ".0").replace(".*", ".0");
        Version::parse(&part).ok()
    });
    let at = wanted.map_or(0, |wanted| {
        known.partition_point(|known| known.precedence(&wanted) == Ordering::Greater)
    });
    let start = at.saturating_sub(NAMED / 2).min(known.len().saturating_sub(NAMED));
    known.into_iter().skip(start).take(NAMED).map(|version| version.original).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_that_fits_is_chosen() {
        let versions = ["1.2.3", "2.0.0-rc.1", "1.10.0", "1.2.9", "v3.0.0", "latest", "1.2.9+b"];
        let versions = versions.map(str::to_owned);
        for (range, want) in [
            ("~1.2", Some("1.2.9")),
            ("^1", Some("1.10.0")),
            ("*", Some("v3.0.0")),
            ("", Some("v3.0.0")),
            ("3.0.0", Some("v3.0.0")),
            (">=2.0.0-0 <3", Some("2.0.0-rc.1")),
            ("<2", Some("1.10.0")),
            ("2.x", None),
            ("latest", Some("latest")),
            ("1.2.9+b", Some("1.2.9+b")),
            ("main", None),
        ] {
            let chosen = choose(&versions, range).map(|index| versions[index].as_str());
            assert_eq!(chosen, want, "{range}");
        }
    }

    #[test]
    fn near_versions_are_named() {
        let versions = ["1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0", "3.0.0"].map(str::to_owned);
        for (range, want) in [
            ("1.3.0", ["2.1.0", "2.0.0", "1.2.0", "1.1.0"]),
            ("9.9.9", ["3.0.0", "2.1.0", "2.0.0", "1.2.0"]),
            ("0.1.0", ["2.0.0", "1.2.0", "1.1.0", "1.0.0"]),
            ("^1.5", ["2.1.0", "2.0.0", "1.2.0", "1.1.0"]),
            ("main", ["3.0.0", "2.1.0", "2.0.0", "1.2.0"]),
        ] {
            assert_eq!(nearest(&versions, range), want, "{range}");
        }
        assert!(
            is_exact("1.2.3") && is_exact("v1.2.3-rc.1") && !is_exact("1.2") && !is_exact("~1.2.3")
        );
    }
}
