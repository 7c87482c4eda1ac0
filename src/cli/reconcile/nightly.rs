//! The nightly report as data, and its three forms as text.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;
use zij_core::{
    policy::Waiver,
    report::{
        model::{Report, Severity},
        printable,
    },
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
    /// Waivers of the fleet's configuration that hold no longer, needed or not.
    pub(super) expired_waivers: Vec<Expired>,
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

/// A waiver that holds no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Expired {
    pub(super) rule: &'static str,
    /// The rule's name.
    pub(super) title: &'static str,
    pub(super) owner: String,
    pub(super) scope: String,
    pub(super) reason: String,
    /// The last day on which it held.
    pub(super) expires: String,
    pub(super) place: String,
}

/// A list of the report as text: a title, the names of the columns, and the rows.
pub(super) struct List {
    pub(super) title: &'static str,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
    /// What stands there without a row.
    pub(super) none: &'static str,
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
            if finding.severity != Severity::Info {
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

    /// What the report lists.
    pub(super) fn lists(&self) -> [List; 4] {
        [
            list("Changed since the last check", &self.changed, "nothing"),
            list("Findings", &self.findings, "none"),
            list("Cells that cannot be predicted", &self.unpredicted, "none"),
            List {
                title: "Expired waivers",
                columns: vec!["rule", "ended", "owner", "scope", "reason", "where"],
                rows: self.expired_waivers.iter().map(Expired::row).collect(),
                none: "none",
            },
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
        for List { title, columns, rows, none } in self.lists() {
            let _ = writeln!(text, "\n## {title}\n");
            if rows.is_empty() {
                let _ = writeln!(text, "{none}");
                continue;
            }
            let _ =
                writeln!(text, "| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text
    }
}

fn list(title: &'static str, rows: &[Row], none: &'static str) -> List {
    let row = |Row { cell, what, why, place }: &Row| {
        vec![cell.clone(), what.clone(), why.clone(), place.clone().unwrap_or_default()]
    };
    let columns = vec!["cell", "what", "why", "where"];
    List { title, columns, rows: rows.iter().map(row).collect(), none }
}

impl Expired {
    fn row(&self) -> Vec<String> {
        let Self { rule, title, owner, scope, reason, expires, place } = self.clone();
        vec![format!("{rule} {title}"), expires, owner, scope, reason, place]
    }
}

impl From<&Waiver> for Expired {
    fn from(waiver: &Waiver) -> Self {
        Self {
            rule: waiver.rule,
            title: waiver.title(),
            owner: waiver.owner.to_string(),
            scope: waiver.scope.to_string(),
            reason: waiver.reason.to_string(),
            expires: waiver.expires.to_string(),
            place: waiver.place.to_string(),
        }
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
