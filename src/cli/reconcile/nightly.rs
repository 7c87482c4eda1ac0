//! The nightly report as data, and its three forms as text.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;
use zij_core::report::{
    model::{Report, Severity},
    printable,
};

use crate::audit::Verification;

/// The name of the report's form.
pub(super) const SCHEMA: &str = "zij.nightly/v1";

/// What a person should know in the morning.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Nightly {
    pub(super) schema: &'static str,
    pub(super) time: String,
    pub(super) repository: String,
    pub(super) branch: String,
    /// The commit of the last check; absent on the first one.
    pub(super) from: Option<String>,
    pub(super) to: String,
    pub(super) verdict: String,
    /// Cells by the meaning of their state.
    pub(super) cells: BTreeMap<String, usize>,
    /// Cells that differ from the last check.
    pub(super) changed: Vec<Row>,
    /// Cells that cannot be rendered or predicted.
    pub(super) unpredicted: Vec<Row>,
    /// Findings that block or warn.
    pub(super) findings: Vec<Row>,
    /// Waivers that hold no longer.
    pub(super) expired_waivers: Vec<Row>,
    pub(super) audit: Audit,
}

/// A cell and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) cell: String,
    /// A state or a rule.
    pub(super) what: String,
    pub(super) why: String,
    pub(super) place: Option<String>,
}

/// Whether the audit log is whole.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Audit {
    Verified(Verification),
    /// It could not be read, and why.
    Unreadable(String),
}

impl Nightly {
    /// Fills in what the report says.
    pub(super) fn tell(&mut self, report: &Report) {
        self.verdict = format!("{:?}", report.verdict).to_lowercase();
        for (state, count) in report.count_by_state() {
            self.cells.insert(state.meaning().to_owned(), count);
        }
        for cell in &report.cells {
            let state = cell.state.meaning().to_owned();
            let name = report.cell_name(cell);
            if cell.state.is_open() {
                let problem = cell.problem.as_ref();
                let why = problem.map(|p| p.message.lines().next().unwrap_or_default().to_owned());
                let place = problem.and_then(|problem| problem.place.as_ref());
                self.unpredicted.push(Row {
                    cell: name,
                    what: state,
                    why: why.unwrap_or_default(),
                    place: place.map(ToString::to_string),
                });
            } else if cell.values_differ || cell.manifests_differ || cell.presence.is_some() {
                let causes: Vec<String> =
                    cell.causes.iter().map(|cause| format!("{cause:?}").to_lowercase()).collect();
                self.changed.push(Row {
                    cell: name,
                    what: state,
                    why: causes.join(", "),
                    place: None,
                });
            }
        }
        for finding in &report.findings {
            let cell = report.cells.get(finding.cell).map(|cell| report.cell_name(cell));
            let row = Row {
                cell: cell.unwrap_or_default(),
                what: format!("{} {}", finding.rule, finding.title),
                why: finding.message.clone(),
                place: finding.place.as_ref().map(ToString::to_string),
            };
            if finding.title == "waiver-expired" {
                self.expired_waivers.push(row);
            } else if finding.severity != Severity::Info {
                self.findings.push(row);
            }
        }
    }

    /// Whether a person has to do something.
    pub(super) fn needs_a_person(&self) -> bool {
        let broken = matches!(&self.audit, Audit::Verified(found) if found.breach.is_some());
        broken || self.verdict == "blocked" || !self.expired_waivers.is_empty()
    }

    /// Whether something could not be found out.
    pub(super) fn is_incomplete(&self) -> bool {
        matches!(self.audit, Audit::Unreadable(_)) || !self.unpredicted.is_empty()
    }

    /// What the report is about, in one line.
    pub(super) fn title(&self) -> String {
        let short = |id: &String| id.get(..10).unwrap_or(id).to_owned();
        let from = self.from.as_ref().map_or_else(|| "the beginning".to_owned(), short);
        format!("{}: {} since {from}, now {}", self.verdict, self.branch, short(&self.to))
    }

    /// Lists with their titles and what stands where one is empty.
    pub(super) fn lists(&self) -> [(&'static str, &[Row], &'static str); 4] {
        [
            ("Changed since the last check", &self.changed, "nothing"),
            ("Findings", &self.findings, "none"),
            ("Cells that cannot be predicted", &self.unpredicted, "none"),
            ("Expired waivers", &self.expired_waivers, "none"),
        ]
    }

    /// The audit log's state in a sentence.
    pub(super) fn audit_in_words(&self) -> String {
        match &self.audit {
            Audit::Unreadable(reason) => format!("could not be read: {reason}"),
            Audit::Verified(found) => match &found.breach {
                Some(breach) => format!(
                    "BROKEN at record {} in {}: {}",
                    breach.record, breach.file, breach.what
                ),
                None => format!(
                    "whole: {} records, {} anchors fit, {} records are newer than the last",
                    found.records, found.anchors, found.unanchored
                ),
            },
        }
    }

    /// The sums in one line.
    pub(super) fn sums(&self) -> String {
        let sums: Vec<String> =
            self.cells.iter().map(|(state, count)| format!("{count} {state}")).collect();
        sums.join(", ")
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n{}\n", escaped(&self.title()), escaped(&self.sums()));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\nThe audit log is {}.", escaped(&self.audit_in_words()));
        for (title, rows, none) in self.lists() {
            let _ = writeln!(text, "\n## {title}\n");
            if rows.is_empty() {
                let _ = writeln!(text, "{none}");
                continue;
            }
            let _ = writeln!(text, "| cell | what | why | where |\n|---|---|---|---|");
            for Row { cell, what, why, place } in rows {
                let place = place.as_deref().unwrap_or_default();
                let cells = [cell, what, why, place].map(escaped);
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text
    }
}

/// Text that Markdown and a terminal take for text.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in printable(text).chars() {
        if "\\`*_[]<>|#".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
