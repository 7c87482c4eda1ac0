//! How long a large fleet takes: `cargo bench --bench fleet -- FOLDER [--sizes 50x10,400x50] [--helm HELM]`.
//!
//! Makes a fleet of each size below FOLDER with `cargo run -p zij-testkit --bin fleet`, predicts it with
//! the real binary, alone and with the daemon, and prints a table for docs/reference/performance.md.
//! Processor times are those of the processes, user and system together; other times are by the clock.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

mod daemon;
mod forked;
mod process;
mod repository;

use std::{env, error::Error, fs, path::PathBuf};

use crate::{
    daemon::{Daemon, Spread},
    process::{Home, Used},
    repository::{Change, Repository},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often a change is made while the daemon runs.
const CHANGES: usize = 12;
/// How often a push is asked for.
const PUSHES: usize = 40;
/// The daemon's counters of inventories, and of the time that they took.
const READS: &str = "zij_inventories_total";
const READING: &str = "zij_inventory_seconds_total";
const PREDICTIONS: &str = "zij_predictions_total{result=\"done\"}";
/// How many commits come at once.
const AT_ONCE: usize = 1_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    // `cargo test --benches` runs it without a folder.
    let Some(folder) = arguments.first().filter(|first| !first.starts_with("--")) else {
        return Ok(());
    };
    let folder = PathBuf::from(folder);
    let sizes = after("--sizes").unwrap_or_else(|| "50x10,400x50,1000x100".to_owned());
    let helm = after("--helm").filter(|helm| !helm.is_empty());
    fs::create_dir_all(&folder)?;
    let mut table = Table::default();
    for size in sizes.split(',') {
        let (apps, clusters) = size.split_once('x').ok_or("a size is APPSxCLUSTERS")?;
        measure(&mut table, &folder, (apps.parse()?, clusters.parse()?), helm.as_deref())?;
    }
    table.print();
    println!("\nload average: {}", fs::read_to_string("/proc/loadavg")?.trim_end());
    Ok(())
}

fn measure(
    table: &mut Table,
    folder: &std::path::Path,
    (apps, clusters): (usize, usize),
    helm: Option<&str>,
) -> Outcome<()> {
    table.column(&format!("{apps} × {clusters} = {}", apps * clusters));
    let first =
        Repository::made(&folder.join(format!("{apps}x{clusters}-first")), apps, clusters, 0)?;
    let home = Home::new()?;
    // HEAD has no parent: all of it is new.
    let cold = home.zij(&first, &["diff", "--no-cache", "--format", "json"])?;
    table.used("every cell new, nothing kept", &cold);
    let path = folder.join(format!("{apps}x{clusters}"));
    let mut repository = Repository::made(&path, apps, clusters, 4)?;
    // Warm is a machine on which other commits were predicted before.
    home.zij(&repository, &["diff", "HEAD~4..HEAD~3"])?;
    for (what, change) in Change::ALL {
        let (parent, commit) = repository.change(change)?;
        let range = format!("{parent}..{commit}");
        let used = home.zij(&repository, &["diff", &range, "--format", "json"])?;
        table.used(&format!("{what}, no daemon"), &used);
        if change == Change::Value {
            let again = home.zij(&repository, &["diff", &range, "--format", "json"])?;
            table.used("the same again", &again);
        }
    }
    with_daemon(table, &mut repository)?;
    if let Some(helm) = helm {
        let sample = forked::sample(helm, &path, apps, clusters)?;
        table.row(
            "the charts of all cells by forking helm, extrapolated",
            &format!("{sample:.0} s CPU"),
        );
    }
    Ok(())
}

fn with_daemon(table: &mut Table, repository: &mut Repository) -> Outcome<()> {
    let home = Home::new()?;
    let mut daemon = Daemon::start(&home, repository)?;
    daemon.wait_until_idle()?;
    // What it holds after its first look at the repository is no part of a change.
    let (parent, commit) = repository.change(Change::Value)?;
    repository.move_branch(&commit)?;
    daemon.report(&parent, &commit)?;
    daemon.wait_until_idle()?;
    for (what, change) in Change::ALL {
        let mut times = Spread::default();
        let mut processor = 0.0;
        let before = (daemon.counter(READS)?, daemon.counter(READING)?);
        for _ in 0..CHANGES {
            let (parent, commit) = repository.change(change)?;
            let used = daemon.processor()?;
            times.add(|| {
                repository.move_branch(&commit)?;
                daemon.report(&parent, &commit)
            })?;
            processor += daemon.processor()? - used;
            daemon.wait_until_idle()?;
        }
        let milliseconds = processor / CHANGES as f64 * 1e3;
        let figure = format!("{times}, {milliseconds:.0} ms CPU");
        table.row(&format!("{what}, daemon: ref moved to matrix"), &figure);
        let reads = daemon.counter(READS)? - before.0;
        let each = (daemon.counter(READING)? - before.1) / reads.max(1.0) * 1e3;
        table
            .row(&format!("{what}, daemon: inventory of both revisions"), &format!("{each:.1} ms"));
    }
    let (parent, commit) = repository.change(Change::Value)?;
    repository.move_branch(&commit)?;
    daemon.wait_until_idle()?;
    let mut times = Spread::default();
    for _ in 0..PUSHES {
        times.add(|| home.pre_push(repository, &parent, &commit))?;
    }
    table.row("pre-push to answer, daemon", &times.to_string());
    table.row("daemon idle after these", &daemon.idle()?);
    let newest = repository.many(AT_ONCE)?;
    let (used, predicted) = (daemon.processor()?, daemon.counter(PREDICTIONS)?);
    let started = std::time::Instant::now();
    let parent = repository.parent(&newest)?;
    repository.move_branch(&newest)?;
    daemon.report(&parent, &newest)?;
    let first = started.elapsed();
    daemon.wait_until_idle()?;
    let all = started.elapsed();
    let predictions = daemon.counter(PREDICTIONS)? - predicted;
    table.row(
        &format!("{AT_ONCE} commits at once, daemon"),
        &format!(
            "newest after {:.0} ms, all {predictions} after {:.1} s, {:.1} s CPU, peak {:.0} MiB",
            first.as_secs_f64() * 1e3,
            all.as_secs_f64(),
            daemon.processor()? - used,
            daemon.peak_mebibytes()?
        ),
    );
    let idle = daemon.idle()?;
    table.row("daemon idle after that", &idle);
    daemon.stop()
}

/// The figures: a row a piece of work, a column a size.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    fn column(&mut self, name: &str) {
        self.columns.push(name.to_owned());
    }

    fn row(&mut self, name: &str, figure: &str) {
        eprint_row(self.columns.last().map_or("", String::as_str), name, figure);
        let at = self.rows.iter().position(|(known, _)| known == name).unwrap_or(self.rows.len());
        if at == self.rows.len() {
            self.rows.push((name.to_owned(), Vec::new()));
        }
        self.rows[at].1.resize(self.columns.len() - 1, String::new());
        self.rows[at].1.push(figure.to_owned());
    }

    fn used(&mut self, name: &str, used: &Used) {
        self.row(name, &used.to_string());
    }

    fn print(&self) {
        println!("| work | {} |", self.columns.join(" | "));
        println!("|---|{}", "---|".repeat(self.columns.len()));
        for (name, figures) in &self.rows {
            println!("| {name} | {} |", figures.join(" | "));
        }
    }
}

#[expect(clippy::print_stderr, reason = "a run takes minutes, and each figure is told at once")]
fn eprint_row(column: &str, name: &str, figure: &str) {
    eprintln!("{column}: {name}: {figure}");
}
