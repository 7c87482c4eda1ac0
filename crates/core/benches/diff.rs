//! What a prediction costs beyond rendering: `cargo bench -p zij-core --bench diff -- ROUNDS [CHARTS]`.
//!
//! Renders both revisions of every cell of a fleet, and predicts the change between them with every
//! rule, rollout, rollback and the report, in turns on one thread, and prints a table for
//! docs/reference/performance.md; processor time, the least of some rounds. The fleet is that of `zij demo`, on many clusters; with a
//! folder of charts, of all charts below it too. The change touches every cell, so that nothing is
//! saved on either side.
#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use std::{
    collections::{BTreeMap, HashMap},
    env, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mimalloc::MiMalloc;
use rustix::time::{ClockId, clock_gettime};
use zij_core::{
    inventory::{Config, Inventory},
    predict::{self, Revision, predict},
    render::Renderer,
    report::{
        Heading, html, json, junit, markdown,
        model::{Report, RevisionName},
        sarif, terminal,
    },
    source::{ContentId, Entry, MemoryTree, SourceError, Tree, TreePath},
};

/// As in the `zij` command: reading and judging objects is mostly allocation.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Clusters of each cell.
const CLUSTERS: usize = 100;
/// Those of public charts: few, where little comes out the same, and as many as fleets have.
const PUBLIC: [usize; 2] = [4, 50];
/// The kinds of the demo's charts, and the applications that have each.
const DEMO: [(&str, &[&str]); 5] = [
    ("web-service", &["payments", "shop"]),
    ("stateful-store", &["ledger"]),
    ("ingress-gateway", &["gateway"]),
    ("scheduled-job", &["nightly-report"]),
    ("node-agent", &["node-agent"]),
];
/// What a prediction may cost, with rendering as one.
const MOST: f64 = 1.5;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|own| !own.starts_with("--")).collect();
    // `cargo test --benches` runs it without a number.
    let Some(rounds) = arguments.first().and_then(|own| own.parse::<usize>().ok()) else {
        return Ok(());
    };
    println!(
        "| fleet | rendering alone | diff with everything on | ratio | reports in all forms |"
    );
    println!("|---|---|---|---|---|");
    let mut is_missed = false;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/demo/fleet");
    is_missed |= row("charts of `zij demo`", &demo(&root)?, rounds);
    if let Some(folder) = arguments.get(1) {
        for clusters in PUBLIC {
            let name = format!("public charts, each on {clusters} clusters");
            is_missed |= row(&name, &public(Path::new(folder), clusters)?, rounds);
        }
    }
    if is_missed {
        Err(io::Error::other("a diff costs more than 1.5 × rendering"))
    } else {
        Ok(())
    }
}

/// A fleet at two revisions.
struct Pair {
    base: Stored,
    head: Stored,
}

/// A tree that knows the ids of its files and folders, as git does, instead of hashing them when it
/// is asked.
struct Stored {
    tree: MemoryTree,
    id: ContentId,
    entries: Mutex<HashMap<TreePath, Option<Entry>>>,
    lists: Mutex<HashMap<TreePath, Option<Arc<[Entry]>>>>,
}

impl Stored {
    fn new(tree: MemoryTree) -> Self {
        let id = tree.id();
        Self { tree, id, entries: Mutex::default(), lists: Mutex::default() }
    }
}

impl Tree for Stored {
    fn id(&self) -> ContentId {
        self.id.clone()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, SourceError> {
        let mut known = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = known.get(path) {
            return Ok(entry.clone());
        }
        let entry = self.tree.entry(path)?;
        known.insert(path.clone(), entry.clone());
        Ok(entry)
    }

    fn list(&self, path: &TreePath) -> Result<Option<Arc<[Entry]>>, SourceError> {
        let mut known = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = known.get(path) {
            return Ok(list.clone());
        }
        let list = self.tree.list(path)?;
        known.insert(path.clone(), list.clone());
        Ok(list)
    }

    fn read(&self, path: &TreePath) -> Result<Option<Arc<[u8]>>, SourceError> {
        self.tree.read(path)
    }
}

/// Measures and prints a line; whether it is more than it may be.
fn row(name: &str, pair: &Pair, rounds: usize) -> bool {
    let mut best = [f64::MAX; 3];
    let mut cells = 0;
    let mut changed = 0;
    for _ in 0..rounds.max(1) {
        let start = used();
        cells = render(pair);
        best[0] = best[0].min(used() - start);
        let start = used();
        let report = diff(pair);
        let text = terminal::write(&report, &terminal::Options::default());
        best[1] = best[1].min(used() - start);
        changed = report.cells.iter().filter(|cell| cell.manifests_differ).count();
        let start = used();
        let bytes = text.len() + all_forms(&report);
        best[2] = best[2].min(used() - start);
        assert!(bytes > 0, "a report says something");
    }
    let [rendering, diff, forms] = best;
    let ratio = diff / rendering;
    println!(
        "| {name}, {cells} cells, {changed} change | {} | {} | {ratio:.2} | {} |",
        shown(rendering),
        shown(diff),
        shown(forms),
    );
    ratio > MOST
}

/// Seconds as milliseconds.
fn shown(seconds: f64) -> String {
    format!("{:.1} ms", seconds * 1000.0)
}

/// Seconds of the processors that this process has used, all of its threads: others on the machine
/// do not count.
fn used() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).map_or(0.0, |time| time.as_secs_f64())
}

/// Renders every cell of both revisions and nothing else; how many cells there are.
fn render(pair: &Pair) -> usize {
    let renderer = Renderer::with_threads(1);
    let of = |tree: &Stored| {
        let inventory = Inventory::of(tree, &Config::of(tree));
        renderer.install(|| {
            let mut cells = 0;
            for (id, application) in &inventory.cells {
                let Some(cluster) = inventory.clusters.get(&id.cluster) else { continue };
                cells += usize::from(renderer.render(tree, application, cluster).is_ok());
            }
            cells
        })
    };
    let cells: usize = of(&pair.base);
    cells.min(of(&pair.head))
}

fn diff(pair: &Pair) -> Report {
    let renderer = Renderer::with_threads(1);
    let inventory = |tree: &Stored| Inventory::of(tree, &Config::of(tree));
    let (old, new) = (inventory(&pair.base), inventory(&pair.head));
    let prediction = predict(
        Some(Revision { tree: &pair.base, inventory: &old }),
        Revision { tree: &pair.head, inventory: &new },
        &renderer,
        &predict::Options::default(),
        &|_, _| (),
    );
    let name = |name: &str, tree: &Stored| RevisionName {
        name: name.to_owned(),
        commit: None,
        tree: tree.id().to_string(),
    };
    let heading = Heading { base: name("base", &pair.base), head: name("head", &pair.head) };
    Report::new(heading, &prediction)
}

fn all_forms(report: &Report) -> usize {
    json::write(report).len()
        + html::write(report).len()
        + markdown::write(report, &markdown::Options::default()).len()
        + sarif::write(report, "0.0.0").len()
        + junit::write(report).len()
}

type Files = BTreeMap<String, Vec<u8>>;

/// The demo's charts on many clusters; head has another label on everything.
fn demo(root: &Path) -> io::Result<Pair> {
    let mut files = Files::new();
    let mut config = String::from("version: 1\napps:\n");
    let mut library = Files::new();
    read(&root.join("charts/platform-lib"), "", &mut library)?;
    for (chart, applications) in DEMO {
        read(&root.join("charts").join(chart), &format!("charts/{chart}/"), &mut files)?;
        for (path, data) in &library {
            files.insert(format!("charts/{chart}/charts/platform-lib/{path}"), data.clone());
        }
        let entry = format!(
            "  - {{match: \"clusters/{{cluster}}/{chart}/{{app}}.yaml\", chart: charts/{chart}, \
             values: [\"{{match}}\"], namespace: \"{{app}}\"}}\n"
        );
        config.push_str(&entry);
        for application in applications {
            let values =
                fs::read(root.join(format!("clusters/prod-us/{application}/values.yaml")))?;
            for cluster in 0..CLUSTERS {
                let path = format!("clusters/c{cluster:02}/{chart}/{application}.yaml");
                // Each cluster has values of its own, so that no two cells are rendered as one.
                let own = format!("\nclusterNumber: {cluster}\n");
                files.insert(path, [values.as_slice(), own.as_bytes()].concat());
            }
        }
    }
    files.insert("zij.yaml".to_owned(), config.into_bytes());
    Ok(pair(&files))
}

/// Every chart below a folder on some clusters.
fn public(folder: &Path, clusters: usize) -> io::Result<Pair> {
    let mut charts = Vec::new();
    find(folder, 4, &mut charts)?;
    let mut files = Files::new();
    let mut config = String::from("version: 1\napps:\n");
    for (number, chart) in charts.iter().enumerate() {
        read(chart, &format!("charts/{number}/"), &mut files)?;
        let entry = format!(
            "  - {{match: \"clusters/{{cluster}}/{number}/{{app}}.yaml\", chart: charts/{number}, \
             values: [\"{{match}}\"], namespace: default}}\n"
        );
        config.push_str(&entry);
        for cluster in 0..clusters {
            let path = format!("clusters/c{cluster}/{number}/app-{number}.yaml");
            files.insert(path, format!("clusterNumber: {cluster}\n").into_bytes());
        }
    }
    files.insert("zij.yaml".to_owned(), config.into_bytes());
    Ok(pair(&files))
}

/// Head has another version of every chart, which most charts put into a label of all objects.
fn pair(files: &Files) -> Pair {
    let bump = |line: &str| match line.strip_prefix("version:") {
        Some(version) => {
            let version = version.trim().trim_matches(['"', '\'']);
            format!("version: \"{version}-next\"")
        }
        None => line.to_owned(),
    };
    let next = files.iter().map(|(path, data)| {
        let is_chart = path.ends_with("/Chart.yaml") && path.matches('/').count() == 2;
        let text = String::from_utf8_lossy(data);
        let lines: Vec<String> = text.lines().map(bump).collect();
        (path.clone(), if is_chart { lines.join("\n").into_bytes() } else { data.clone() })
    });
    let head = Stored::new(MemoryTree::new(next));
    Pair { base: Stored::new(MemoryTree::new(files.clone())), head }
}

/// Folders with a `Chart.yaml`, not those inside of a chart.
fn find(folder: &Path, depth: usize, charts: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.join("Chart.yaml").is_file() {
        charts.push(folder.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for path in entries.iter().filter(|path| depth > 0 && path.is_dir()) {
        find(path, depth - 1, charts)?;
    }
    Ok(())
}

/// Reads all files below a folder; links are left out.
fn read(folder: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            read(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            files.insert(format!("{prefix}{name}"), fs::read(entry.path())?);
        }
    }
    Ok(())
}
