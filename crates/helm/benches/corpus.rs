//! The CPU time and the memory of rendering many charts in one process, as JSON on stdout.
//!
//! `cargo bench -p zij-helm --bench corpus -- CHARTS CASES [ROUNDS]` reads charts below `CHARTS`;
//! each line of the file `CASES` is a chart's folder, a tab, and a values file below that folder or
//! `-`. Three passes run: from folders with nothing compiled, `ROUNDS` times with a new engine of
//! which the quickest counts, from folders with everything compiled, and with the charts loaded too. `.ci/bench-helm` holds the result against
//! the real Helm.

use std::{
    collections::HashMap,
    env,
    error::Error,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use mimalloc::MiMalloc;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use zij_helm::{
    Capabilities, Chart, Engine, Inputs, Profile, Release, RenderOptions,
    host::Surroundings,
    load::{DiskFolder, LoadLimits},
    profile::HELM_4_2,
    values::{ValuesLayer, merge_layers},
};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

static PROFILE: &Profile = &HELM_4_2;

/// Enough for the deepest render; one thread renders all, as predictions do.
const STACK: usize = 64 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench` of its own.
    let arguments: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let [charts, cases, rounds @ ..] = &arguments[..] else {
        writeln!(io::stderr(), "corpus: no charts given; see `just bench-helm`")?;
        return Ok(());
    };
    let rounds = rounds.first().map_or(Ok(1), |rounds| rounds.parse())?;
    let cases = read_cases(Path::new(charts), &fs::read_to_string(cases)?)?;
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || measure(&cases, rounds))?;
    let figures = thread.join().map_err(|_| "the measuring thread panicked")?;
    writeln!(io::stdout(), "{figures}")?;
    Ok(())
}

/// A chart with one set of values.
struct Case {
    chart: PathBuf,
    values: Option<PathBuf>,
}

fn read_cases(charts: &Path, list: &str) -> Result<Vec<Case>, Box<dyn Error>> {
    let case = |line: &str| {
        let (chart, values) = line.split_once('\t').ok_or("a line without a tab")?;
        let chart = charts.join(chart);
        let values = (values != "-").then(|| chart.join(values));
        Ok(Case { chart, values })
    };
    list.lines().map(case).collect()
}

fn measure(cases: &[Case], rounds: usize) -> Value {
    let mut engine = Engine::new(PROFILE);
    let mut cold = pass(cases, |case| from_folder(&engine, case));
    for _ in 1..rounds {
        engine = Engine::new(PROFILE);
        cold = cold.or(pass(cases, |case| from_folder(&engine, case)));
    }
    let peak = peak_memory();
    let compiled = quickest(|| pass(cases, |case| from_folder(&engine, case)));
    let mut charts: HashMap<&Path, Arc<Chart>> = HashMap::new();
    for case in cases {
        if !charts.contains_key(&*case.chart)
            && let Ok(chart) = load(&case.chart)
        {
            charts.insert(&case.chart, Arc::new(chart));
        }
    }
    let loaded = quickest(|| pass(cases, |case| render(&engine, charts.get(&*case.chart)?, case)));
    json!({
        "cases": cases.len(),
        "rendered": cold.rendered,
        "cold": cold.seconds(),
        "compiled": compiled.seconds(),
        "loaded": loaded.seconds(),
        "cold_of_cases": cold.each.iter().map(Duration::as_secs_f64).collect::<Vec<_>>(),
        "peak_kib": peak,
        "peak_kib_with_all_charts": peak_memory(),
    })
}

/// What one run over all cases took.
struct Pass {
    rendered: usize,
    each: Vec<Duration>,
}

impl Pass {
    fn seconds(&self) -> f64 {
        self.each.iter().sum::<Duration>().as_secs_f64()
    }

    /// The quicker of two.
    fn or(self, other: Self) -> Self {
        if other.seconds() < self.seconds() { other } else { self }
    }
}

/// What is measured in a state that it does not change is measured twice.
fn quickest(mut run: impl FnMut() -> Pass) -> Pass {
    run().or(run())
}

fn pass<'c>(cases: &'c [Case], mut run: impl FnMut(&'c Case) -> Option<()>) -> Pass {
    let mut pass = Pass { rendered: 0, each: Vec::with_capacity(cases.len()) };
    for case in cases {
        let before = cpu();
        pass.rendered += usize::from(run(case).is_some());
        pass.each.push(cpu().saturating_sub(before));
    }
    pass
}

fn from_folder(engine: &Engine, case: &Case) -> Option<()> {
    render(engine, &Arc::new(load(&case.chart).ok()?), case)
}

fn load(chart: &Path) -> Result<Chart, zij_helm::Error> {
    Chart::load(&DiskFolder::new(chart), "", PROFILE, &LoadLimits::default())
}

fn render(engine: &Engine, chart: &Arc<Chart>, case: &Case) -> Option<()> {
    let mut layers = Vec::new();
    if let Some(path) = &case.values {
        let name = path.display().to_string();
        layers.push(ValuesLayer::file(name, &fs::read(path).ok()?, PROFILE).ok()?);
    }
    let inputs = Inputs {
        chart,
        release: &Release::new("rel", "ns"),
        values: &merge_layers(&layers, PROFILE).ok()?,
        capabilities: &Capabilities::default_for(PROFILE),
        options: &RenderOptions { include_crds: true, ..RenderOptions::default() },
    };
    let rendered = engine.render_here(&inputs, Surroundings::seeded("bench")).ok()?;
    // As Helm's output is thrown away, too.
    rendered.write_text(File::create("/dev/null").ok()?).ok()
}

/// User and system time of this process so far.
fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// The most memory this process has had at one time; `None` where the system does not tell.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
