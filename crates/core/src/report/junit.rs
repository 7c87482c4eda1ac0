//! The report as JUnit XML: a suite an application, a test case a cell.
//!
//! The form is what Jenkins, GitLab and others read: `testsuites`, `testsuite`, `testcase`,
//! `failure`, `error`, `system-out`.

use super::{
    model::{Cell, CellState, Finding, Problem, Report, Severity},
    printable::printable,
};

/// The report as XML; cells that could not be evaluated are errors, which is not failing.
pub fn write(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all: Vec<&Cell> = report.cells.iter().collect();
    start(&mut out, "testsuites", "zij", Counts::of(&all, report.problems.len()));
    if !report.problems.is_empty() {
        let counts = Counts::of(&[], report.problems.len());
        start(&mut out, "testsuite", "repository", counts);
        for problem in &report.problems {
            let name = problem.place.as_ref().map_or("repository", |place| &place.file);
            case(&mut out, "repository", name, |out| fault(out, problem));
        }
        out.push_str("</testsuite>\n");
    }
    let mut cells = report.cells.as_slice();
    while let Some(first) = cells.first() {
        let end = cells.iter().position(|cell| cell.application != first.application);
        let (own, rest) = cells.split_at(end.unwrap_or(cells.len()));
        suite(&mut out, report, own);
        cells = rest;
    }
    out.push_str("</testsuites>\n");
    out
}

#[derive(Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    fn of(cells: &[&Cell], problems: usize) -> Self {
        let failures = cells.iter().filter(|cell| cell.state == CellState::Blocked).count();
        let errors = cells.iter().filter(|cell| cell.state.is_open()).count();
        Self { tests: cells.len() + problems, failures, errors: errors + problems }
    }
}

fn start(out: &mut String, element: &str, name: &str, counts: Counts) {
    out.extend(["<", element]);
    attribute(out, "name", name);
    for (key, count) in
        [("tests", counts.tests), ("failures", counts.failures), ("errors", counts.errors)]
    {
        attribute(out, key, &count.to_string());
    }
    out.push_str(">\n");
}

fn suite(out: &mut String, report: &Report, cells: &[Cell]) {
    let name = cells.first().map_or("?", |cell| report.application_of(cell));
    let all: Vec<&Cell> = cells.iter().collect();
    start(out, "testsuite", name, Counts::of(&all, 0));
    for cell in cells {
        case(out, name, report.cluster_of(cell), |out| outcome(out, report, cell));
    }
    out.push_str("</testsuite>\n");
}

fn case(out: &mut String, class: &str, name: &str, body: impl FnOnce(&mut String)) {
    out.push_str("<testcase");
    attribute(out, "classname", class);
    attribute(out, "name", name);
    out.push('>');
    body(out);
    out.push_str("</testcase>\n");
}

fn outcome(out: &mut String, report: &Report, cell: &Cell) {
    let findings = || cell.findings.iter().filter_map(|at| report.findings.get(*at));
    if cell.state.is_open() {
        match &cell.problem {
            Some(problem) => fault(out, problem),
            None => result(out, "error", cell.state.meaning(), cell.state.meaning(), ""),
        }
    } else if cell.state == CellState::Blocked {
        let blocking = || findings().filter(|finding| finding.severity == Severity::Block);
        let text: Vec<String> = blocking().map(told).collect();
        let (rule, message) = blocking()
            .next()
            .map_or(("blocked", "blocked"), |first| (first.rule.as_str(), first.message.as_str()));
        result(out, "failure", rule, message, &text.join("\n\n"));
    }
    let notes: Vec<String> =
        findings().filter(|finding| finding.severity == Severity::Warn).map(told).collect();
    let state = (cell.state != CellState::Unchanged).then(|| cell.state.meaning().to_owned());
    let lines: Vec<String> = state.into_iter().chain(notes).collect();
    if !lines.is_empty() {
        out.push_str("<system-out>");
        text(out, &lines.join("\n\n"));
        out.push_str("</system-out>");
    }
}

fn told(finding: &Finding) -> String {
    let object = finding.resource.as_ref().map(ToString::to_string);
    let about = [object, finding.path.clone()].into_iter().flatten();
    let place = finding.place.as_ref().map(|place| format!("at {place}"));
    let lines =
        [format!("{} {}", finding.rule, finding.title), about.collect::<Vec<_>>().join(" ")];
    let lines = lines.into_iter().chain([finding.message.clone()]).chain(place);
    let lines: Vec<String> =
        lines.chain([format!("fix: {}", finding.fix)]).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn fault(out: &mut String, problem: &Problem) {
    let place = problem.place.as_ref().map(|place| format!("\nat {place}"));
    let hint = problem.hint.as_ref().map(|hint| format!("\nfix: {hint}"));
    let all =
        [Some(problem.message.clone()), place, hint].into_iter().flatten().collect::<String>();
    let first = problem.message.lines().next().unwrap_or_default();
    result(out, "error", "not evaluated", first, &all);
}

fn result(out: &mut String, element: &str, kind: &str, message: &str, body: &str) {
    out.extend(["<", element]);
    attribute(out, "type", kind);
    attribute(out, "message", message);
    out.push('>');
    text(out, body);
    out.extend(["</", element, ">"]);
}

fn attribute(out: &mut String, key: &str, value: &str) {
    out.extend([" ", key, "=\""]);
    text(out, &value.replace(['\n', '\r'], " "));
    out.push('"');
}

/// Appends a text so that it is no markup; what XML 1.0 (2.2) does not allow is replaced.
fn text(out: &mut String, text: &str) {
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        for c in printable(line).chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&apos;"),
                '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
                c => out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_and_controls_are_text() {
        let mut out = String::new();
        text(&mut out, "a<b>&\"c\"'\u{1}\u{ffff}\n]]>");
        assert_eq!(out, "a&lt;b&gt;&amp;&quot;c&quot;&apos;\u{fffd}\u{fffd}\n]]&gt;");
    }

    proptest! {
        #[test]
        fn no_text_is_markup(own in any::<String>()) {
            let mut out = String::new();
            text(&mut out, &own);
            let is_allowed = |c: char| !"<>\"'".contains(c) && (c == '\n' || !c.is_control());
            prop_assert!(out.chars().all(is_allowed));
        }
    }
}
