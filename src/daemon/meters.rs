//! What the daemon counts, and the text in which Prometheus reads it.

use std::{
    fmt::Write as _,
    fs,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// Counters since the start.
#[derive(Debug)]
pub(super) struct Meters {
    started: Instant,
    done: AtomicU64,
    failed: AtomicU64,
    milliseconds: AtomicU64,
    served: AtomicU64,
}

/// What is counted elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    pub(super) waiting: usize,
    pub(super) branches: usize,
    /// Audit records that could not be kept.
    pub(super) dropped: u64,
    /// How often the fleets of two revisions were read, and how long that took.
    pub(super) inventories: (u64, Duration),
}

impl Meters {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            done: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            milliseconds: AtomicU64::new(0),
            served: AtomicU64::new(0),
        }
    }

    pub(super) fn predicted(&self, is_done: bool, took: Duration) {
        let counter = if is_done { &self.done } else { &self.failed };
        counter.fetch_add(1, Ordering::Relaxed);
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.fetch_add(took, Ordering::Relaxed);
    }

    pub(super) fn served(&self) {
        self.served.fetch_add(1, Ordering::Relaxed);
    }

    /// The metrics in Prometheus' text format 0.0.4.
    pub(super) fn text(&self, sizes: Sizes) -> String {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (done, failed) = (count(&self.done), count(&self.failed));
        let milliseconds = Duration::from_millis(count(&self.milliseconds));
        let version = env!("CARGO_PKG_VERSION");
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, samples: &[(&str, f64)]| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "{name}{labels} {value}");
            }
        };
        metric(
            "zij_info",
            "gauge",
            "The daemon's version.",
            &[(&format!("{{version=\"{version}\"}}"), 1.0)],
        );
        let outcomes = [("{result=\"done\"}", whole(done)), ("{result=\"failed\"}", whole(failed))];
        metric("zij_predictions_total", "counter", "Predictions that ended.", &outcomes);
        metric(
            "zij_prediction_seconds_total",
            "counter",
            "Time spent on predictions.",
            &[("", milliseconds.as_secs_f64())],
        );
        let (inventories, reading) = sizes.inventories;
        metric(
            "zij_inventories_total",
            "counter",
            "How often the fleets of two revisions were read.",
            &[("", whole(inventories))],
        );
        metric(
            "zij_inventory_seconds_total",
            "counter",
            "Time spent on that.",
            &[("", reading.as_secs_f64())],
        );
        let gauges = [
            ("zij_waiting", "Predictions that are not done yet.", sizes.waiting as u64),
            ("zij_branches", "Branches that are kept predicted.", sizes.branches as u64),
            ("process_resident_memory_bytes", "Memory in use.", resident()),
        ];
        for (name, help, value) in gauges {
            metric(name, "gauge", help, &[("", whole(value))]);
        }
        let counters = [
            ("zij_reports_served_total", "Reports given to clients.", count(&self.served)),
            ("zij_audit_dropped_total", "Audit records that could not be kept.", sizes.dropped),
        ];
        for (name, help, value) in counters {
            metric(name, "counter", help, &[("", whole(value))]);
        }
        let uptime = self.started.elapsed().as_secs_f64();
        metric("zij_uptime_seconds", "gauge", "Time since the start.", &[("", uptime)]);
        text
    }
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus' numbers are floating point")]
fn whole(count: u64) -> f64 {
    count as f64
}

/// Bytes of memory, where the system tells (proc(5)).
fn resident() -> u64 {
    let statistics = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statistics.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}
