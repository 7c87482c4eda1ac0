//! What `zij doctor` prints.

use std::{fmt::Write as _, path::Path};

use serde::Serialize;
use zij_core::report::printable;

use super::checks;
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// The name of the form of the answer.
const SCHEMA: &str = "zij.doctor/v1";

/// Says what is missing or misconfigured, and what to do about it.
///
/// Exit code 1: something does not work. What only could be better is a note.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Terminal,
    Json,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    Ok,
    Note,
    Broken,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) what: String,
    /// What to do.
    pub(super) fix: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    checks: &'a [Check],
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &DoctorArgs) -> CommandResult {
    let checks = checks::all(directory);
    let text = match args.format {
        Format::Terminal => in_words(&checks),
        Format::Json => {
            let answer = Answer { schema: SCHEMA, checks: &checks };
            serde_json::to_string_pretty(&answer)
                .map_err(|error| CommandError::unevaluated(error.to_string()))?
                + "\n"
        }
    };
    ui.print(text)?;
    let broken = checks.iter().any(|check| check.state == State::Broken);
    if broken { Err(CommandError::rejected()) } else { Ok(()) }
}

fn in_words(checks: &[Check]) -> String {
    let mut text = String::new();
    for Check { name, state, what, fix } in checks {
        let state = match state {
            State::Ok => "ok",
            State::Note => "note",
            State::Broken => "broken",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{state:6}  {name:13}  {}", printable(what));
        if let Some(fix) = fix {
            let _ = writeln!(text, "{:6}  {:13}  fix: {}", "", "", printable(fix));
        }
    }
    text
}

impl Check {
    pub(super) fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: State::Ok, what: what.into(), fix: None }
    }

    pub(super) fn note(
        name: &'static str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { name, state: State::Note, what: what.into(), fix: Some(fix.into()) }
    }

    pub(super) fn broken(
        name: &'static str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { name, state: State::Broken, what: what.into(), fix: Some(fix.into()) }
    }
}
