//! The CPU time of building many kustomizations in one process: a line for each on stdout, its
//! nanoseconds, a tab and its folder, or `-` for one that is refused.
//!
//! `cargo bench -p zij-kustomize --bench corpus -- CASES [ROUNDS]` builds the folders that the file
//! `CASES` lists, a line each, from disk and to YAML, as `zij kustomize` does; of several rounds the
//! quickest of each case counts. `.ci/bench-kustomize` holds the result against the real tool.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, Write as _},
    time::Duration,
};

use mimalloc::MiMalloc;
use rustix::time::{ClockId, clock_gettime};
use zij_kustomize::{DiskFolder, Options, build};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench` of its own.
    let arguments: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let [cases, rounds @ ..] = &arguments[..] else {
        writeln!(io::stderr(), "corpus: no cases given; see `just bench-kustomize`")?;
        return Ok(());
    };
    let rounds: usize = rounds.first().map_or(Ok(1), |rounds| rounds.parse())?;
    let cases = fs::read_to_string(cases)?;
    let mut times: Vec<Option<Duration>> = vec![None; cases.lines().count()];
    for _ in 0..rounds {
        for (case, time) in cases.lines().zip(&mut times) {
            let before = cpu();
            if write(case).is_ok() {
                let taken = cpu().saturating_sub(before);
                *time = Some(time.map_or(taken, |time| time.min(taken)));
            }
        }
    }
    let mut out = io::stdout().lock();
    for (case, time) in cases.lines().zip(times) {
        match time {
            Some(time) => writeln!(out, "{}\t{case}", time.as_nanos())?,
            None => writeln!(out, "-\t{case}")?,
        }
    }
    Ok(out.flush()?)
}

/// Builds a folder of the file system; what it gives is thrown away, as the real tool's is.
fn write(case: &str) -> Result<(), Box<dyn Error>> {
    let folder = DiskFolder::new("/")?;
    let text = build(&folder, case.trim_start_matches('/'), &Options::default())?.to_yaml()?;
    Ok(File::create("/dev/null")?.write_all(text.as_bytes())?)
}

/// User and system time of this process so far.
fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}
