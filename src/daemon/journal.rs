//! What the daemon puts on record: its own start and stop, predictions, and configurations.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use zij_core::{
    inventory::Config,
    report::model::{Report, Severity, Verdict},
    source::{Tree as _, TreePath},
};
use zij_git::Repository;

use super::dispatcher::{Job, Sums};
use crate::{
    audit::{Act, Decision, Event, Log, Record, WaiversUsed, write_anchor},
    ui::Ui,
};

/// Who the records are by.
const DAEMON: &str = "zij-daemon";
/// Where a record names the file that configures the fleet.
const CONFIGURATION: &str = "zij/configuration";
/// No more predictions are remembered; repeating an old one's record does no harm.
const REMEMBERED: usize = 100_000;

/// The daemon's side of the audit log.
pub(super) struct Journal {
    ui: Ui,
    log: Log,
    /// The verdicts that are on record, by base and head.
    known: Mutex<BTreeMap<(String, String), String>>,
    /// The content id of the configuration that is on record.
    configuration: Mutex<Option<String>>,
    /// The last record that an anchor of ours speaks of.
    anchored: Mutex<Option<u64>>,
    /// Records that could not be kept.
    dropped: AtomicU64,
    /// Those that the log tells of.
    told: AtomicU64,
}

impl Journal {
    /// Reads what is on record already, so that a restart repeats nothing.
    pub(super) fn open(ui: &Ui, log: Log) -> Self {
        let mut known = BTreeMap::new();
        let mut configuration = None;
        let files = log.files().unwrap_or_default();
        // What stands in older files was predicted long ago.
        for file in files.iter().rev().take(2).rev() {
            let bytes = fs::read(&file.path).unwrap_or_default();
            for record in bytes.split(|byte| *byte == b'\n').filter_map(Record::read) {
                if let Some(id) = record.note(CONFIGURATION) {
                    configuration = Some(id.to_owned());
                }
                let notes = ["zij/base", "zij/head", "zij/verdict"].map(|key| record.note(key));
                if let [Some(base), Some(head), Some(verdict)] = notes
                    && known.len() < REMEMBERED
                {
                    known.insert((base.to_owned(), head.to_owned()), verdict.to_owned());
                }
            }
        }
        Self {
            ui: ui.clone(),
            log,
            known: Mutex::new(known),
            configuration: Mutex::new(configuration),
            anchored: Mutex::new(None),
            dropped: AtomicU64::new(0),
            told: AtomicU64::new(0),
        }
    }

    /// Writes how far the log is to git, where others can fetch it; nothing where nothing is new.
    pub(super) fn anchor(&self, common_dir: &Path) {
        let last = self.log.last().ok().flatten().map(|(_, link)| link.sequence);
        let mut anchored = self.anchored.lock().unwrap_or_else(PoisonError::into_inner);
        if last == *anchored {
            return;
        }
        match write_anchor(&self.log, common_dir) {
            Ok(_) => *anchored = last,
            Err(error) => self.ui.status(&format!("the audit log is not anchored: {error}")),
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn started(&self) {
        self.keep(
            Event::new(Act::Start, Decision::Allow, DAEMON)
                .note("zij/version", env!("CARGO_PKG_VERSION"))
                .note("zij/pid", &std::process::id().to_string()),
        );
    }

    pub(super) fn stopped(&self) {
        self.keep(
            Event::new(Act::Stop, Decision::Allow, DAEMON)
                .note("zij/pid", &std::process::id().to_string()),
        );
    }

    /// A prediction ended. One that is on record is not put there again, unless its verdict is
    /// another one now: a waiver has ended.
    pub(super) fn predicted(&self, job: &Job, result: Result<&Report, &str>, took: Duration) {
        let base = job.base.clone().unwrap_or_else(|| "-".to_owned());
        let pair = (base, job.head.clone());
        let verdict = result.map_or("unevaluated", |report| word(report.verdict).1);
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.insert(pair.clone(), verdict.to_owned()).as_deref() == Some(verdict) {
                return;
            }
            if known.len() > REMEMBERED {
                known.clear();
            }
        }
        let (event, waivers) = match result {
            Err(reason) => {
                let event = Event::new(Act::Predict, Decision::Error, DAEMON);
                (event.note("zij/reason", reason), Vec::new())
            }
            Ok(report) => (of_report(report), WaiversUsed::of(report).events(DAEMON)),
        };
        let took = took.as_millis().to_string();
        let event = event.note("zij/verdict", verdict).note("zij/milliseconds", &took);
        let events = waivers.into_iter().chain([event]);
        let of_pair = |event: Event| event.note("zij/base", &pair.0).note("zij/head", &pair.1);
        self.keep_all(events.map(of_pair).collect());
    }

    /// The clock has moved by so many seconds more than time has passed.
    pub(super) fn clock_jumped(&self, seconds: i64) {
        let way = if seconds < 0 { "back" } else { "forth" };
        self.ui.status(&format!("the clock jumped {way} by {} s", seconds.unsigned_abs()));
        self.keep(
            Event::new(Act::Clock, Decision::Allow, DAEMON)
                .note("zij/jump-seconds", &seconds.to_string()),
        );
    }

    /// Puts a change of the fleet's configuration on record, on the branch that deploys.
    pub(super) fn look_at_configuration(&self, repository: &Repository) {
        let Some((branch, commit, id)) = configuration(repository) else { return };
        let mut known = self.configuration.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() == Some(&id) {
            return;
        }
        let before = known.replace(id.clone()).unwrap_or_else(|| "-".to_owned());
        drop(known);
        self.keep(
            Event::new(Act::Configure, Decision::Allow, DAEMON)
                .note(CONFIGURATION, &id)
                .note("zij/configuration-before", &before)
                .note("zij/branch", &branch)
                .note("zij/config-commit", &commit),
        );
    }

    fn keep(&self, event: Event) {
        self.keep_all(vec![event]);
    }

    /// Keeps records, all or none. The daemon goes on where it cannot, says so, and says later how
    /// many are missing.
    fn keep_all(&self, mut events: Vec<Event>) {
        let dropped = self.dropped();
        let missing = dropped - self.told.load(Ordering::Relaxed);
        if let Some(last) = events.pop() {
            events.push(match missing {
                0 => last,
                _ => last.note("zij/dropped-before", &missing.to_string()),
            });
        }
        match self.log.append_all(&events) {
            Ok(_) => self.told.store(dropped, Ordering::Relaxed),
            Err(error) => {
                self.dropped.fetch_add(events.len() as u64, Ordering::Relaxed);
                if missing == 0 {
                    self.ui.status(&format!("not on record: {error}"));
                }
            }
        }
    }
}

fn of_report(report: &Report) -> Event {
    let blocking = report.findings.iter().filter(|finding| finding.severity == Severity::Block);
    let rules: BTreeSet<&str> = blocking.map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let cells: Vec<String> =
        Sums::of(report).cells.iter().map(|(letter, count)| format!("{count} {letter}")).collect();
    Event::new(Act::Predict, word(report.verdict).0, DAEMON)
        .list("zij/cells", &cells)
        .list("zij/rule", &rules)
}

/// What a verdict decides, and how records call it.
fn word(verdict: Verdict) -> (Decision, &'static str) {
    match verdict {
        Verdict::Clean => (Decision::Allow, "clean"),
        Verdict::Warned => (Decision::Allow, "warned"),
        Verdict::Blocked => (Decision::Deny, "blocked"),
        Verdict::Unevaluated => (Decision::Error, "unevaluated"),
    }
}

/// The branch that deploys, its newest commit, and the content id of its `zij.yaml`; `-` where it
/// has none.
fn configuration(repository: &Repository) -> Option<(String, String, String)> {
    let branch = repository.default_branch_of("origin").or_else(|| repository.current_branch())?;
    let commit = repository.resolve(&format!("refs/heads/{branch}")).ok()?.commit()?;
    let path = TreePath::parse(Config::FILE).ok()?;
    let entry = repository.tree_of(commit).ok()?.entry(&path).ok()?;
    let id = entry.map_or_else(|| "-".to_owned(), |entry| entry.id.to_string());
    Some((branch, commit.to_string(), id))
}
