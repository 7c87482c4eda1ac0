//! Renders random charts with the real Helm and with zij; bytes, exit codes and error texts must agree.
//!
//! ```text
//! differential --helm HELM --zij ZIJ [--engine helm-4.2] [--seconds 30] [--seed N] [--failures 1]
//! ```
//!
//! Charts come from a grammar and a seed, so a seed that is shown with a difference repeats it.
#![expect(clippy::format_push_string, reason = "the texts are small, and so they read best")]

mod arguments;
mod compare;
mod expression;
mod manifests;
mod pools;
mod random;
mod scenario;
mod shrink;
mod signatures;
mod subcharts;
mod template;
mod yaml;

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Instant,
};

use crate::{
    arguments::Arguments,
    compare::{Answer, Programs, Verdict},
    scenario::Scenario,
};

/// What was found so far.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    unstable: usize,
    refused: usize,
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let result = Arguments::parse(std::env::args().skip(1)).and_then(|it| run(&it, &mut out));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let told = writeln!(io::stderr(), "differential: {error}");
            told.map_or(ExitCode::from(3), |()| ExitCode::from(2))
        }
    }
}

fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<bool> {
    let programs =
        Programs::new(arguments.helm.clone(), arguments.zij.clone(), arguments.engine.clone());
    let mut tally = Tally::default();
    let start = Instant::now();
    let mut seed = arguments.seed;
    loop {
        one_seed(&programs, seed, &mut tally, out)?;
        seed += 1;
        if arguments.once || start.elapsed() > arguments.time || tally.failed >= arguments.failures
        {
            break;
        }
    }
    writeln!(
        out,
        "differential: {}, seeds {}..{seed}: {} rendered, {} refused, {} skipped because Helm varies",
        arguments.engine,
        arguments.seed,
        tally.passed - tally.refused,
        tally.refused,
        tally.unstable
    )?;
    writeln!(out, "differential: {} passed, {} failed", tally.passed, tally.failed)?;
    Ok(tally.failed == 0 && tally.passed > 0)
}

/// Compares the chart of a seed, then again without the small template that failed, to its end.
fn one_seed(
    programs: &Programs,
    seed: u64,
    tally: &mut Tally,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut scenario = Scenario::of(seed);
    loop {
        let verdict = programs.compare(&scenario)?;
        let guilty = match &verdict {
            Verdict::Same(Answer::Refused(text)) => {
                tally.passed += 1;
                tally.refused += 1;
                guilty_case(text)
            }
            Verdict::Same(_) => {
                tally.passed += 1;
                None
            }
            Verdict::Unstable => {
                tally.unstable += 1;
                None
            }
            Verdict::Different { .. } => {
                tally.failed += 1;
                let (smallest, verdict) = shrink::shrink(programs, scenario.clone(), verdict)?;
                show(seed, &smallest, &verdict, out)?;
                None
            }
        };
        match guilty {
            Some(number) if scenario.drop_case(number) => {}
            _ => return Ok(()),
        }
    }
}

/// The small template that an error names first.
fn guilty_case(text: &str) -> Option<usize> {
    let start = text.find("templates/_c")? + "templates/_c".len();
    let digits: String = text[start..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn show(seed: u64, scenario: &Scenario, verdict: &Verdict, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\n=== seed {seed} differs; template rel chart {}",
        scenario.flags.concat().join(" ")
    )?;
    for (path, text) in &scenario.files {
        writeln!(out, "--- {path}\n{}", text.trim_end())?;
    }
    if let Verdict::Different { helm, zij } = verdict {
        writeln!(out, "=== Helm\n{}", told(helm))?;
        writeln!(out, "=== zij\n{}", told(zij))?;
    }
    Ok(())
}

fn told(answer: &Answer) -> String {
    match answer {
        Answer::Rendered(text) => text.escape_debug().to_string().replace("\\n", "\n"),
        Answer::Refused(text) => format!("Error: {text}"),
        Answer::Broken(text) => format!("broken: {text}"),
    }
}
