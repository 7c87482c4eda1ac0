//! The cache under everything that may happen to it: processes side by side, processes that are
//! killed, damaged bytes, a folder that is deleted. Nothing of it shows, but for one warning.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use zij_testkit::{Outcome, TestRepository};

use crate::fleet::{fleet, zij};

/// A number that differs from round to round in the same way in every run.
fn drawn(round: u64, below: u64) -> u64 {
    let mixed = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16) % below.max(1)
}

/// A fleet with a history, and what `zij diff` says of each commit without a cache.
fn history(commits: u64) -> (TestRepository, Vec<(String, Outcome)>) {
    let repository = fleet();
    for number in 0..commits {
        let text = format!("tag: \"{}\"\n", number + 3);
        repository.write("clusters/one/good/values.yaml", &text);
        repository.commit(&format!("tag {number}"));
    }
    let ranges = (0..commits).map(|back| format!("HEAD~{}..HEAD~{back}", back + 1));
    let told = ranges.map(|range| {
        let outcome = zij(&repository, &["diff", &range, "--no-cache"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        (range, outcome)
    });
    let told = told.collect();
    (repository, told)
}

fn start(repository: &TestRepository, range: &str) -> Child {
    let mut command =
        repository.environment().command(env!("CARGO_BIN_EXE_zij"), repository.path());
    command.args(["diff", range]).env("COLUMNS", "100");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("zij starts")
}

fn cache_folder(repository: &TestRepository) -> PathBuf {
    repository.environment().path().join("home/.cache/zij")
}

fn cache_files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    files.filter(|file| file.is_file()).collect()
}

#[test]
fn a_process_that_is_killed_takes_nothing_along() {
    let (repository, told) = history(6);
    let mut killed = 0;
    for round in 0..60 {
        let at = |seed: u64| &told[drawn(seed, 6) as usize];
        let (victim, other) = (at(round), at(round + 1000));
        let mut victim = start(&repository, &victim.0);
        let running = start(&repository, &other.0);
        let end = Instant::now() + Duration::from_micros(500 * (round % 40));
        while Instant::now() < end {
            thread::yield_now();
        }
        // Rust kills with SIGKILL.
        killed += u64::from(victim.try_wait().expect("it was started").is_none());
        drop(victim.kill());
        victim.wait().expect("it was started");
        let output = running.wait_with_output().expect("it was started");
        assert_eq!(String::from_utf8_lossy(&output.stdout), other.1.stdout, "round {round}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), other.1.stderr, "round {round}");
        if round % 20 == 19 {
            fs::remove_dir_all(cache_folder(&repository)).expect("it was made");
        }
    }
    assert!(killed > 0, "no process was killed while it worked");
}

#[test]
fn damaged_bytes_cost_one_warning_and_no_answer() {
    let (repository, told) = history(3);
    for (range, outcome) in &told {
        assert_eq!(zij(&repository, &["diff", range]), *outcome);
    }
    let mut warnings = 0;
    for round in 0..40 {
        for file in cache_files(&cache_folder(&repository)) {
            let mut bytes = fs::read(&file).expect("it was listed");
            let length = bytes.len().max(1);
            for hit in 0..8 {
                let at = drawn(round * 8 + hit, u64::MAX) as usize % length;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = byte.wrapping_add(1 + hit as u8);
                }
            }
            fs::write(&file, bytes).expect("it can be written");
        }
        for (range, outcome) in &told {
            let got = zij(&repository, &["diff", range]);
            assert_eq!((got.code, &got.stdout), (outcome.code, &outcome.stdout), "round {round}");
            let told = got.stderr.lines().filter(|line| line.starts_with("warning: the cache"));
            assert!(told.clone().count() <= 1, "{}", got.stderr);
            warnings += told.count();
        }
    }
    assert!(warnings > 0, "no damage was noticed");
}
