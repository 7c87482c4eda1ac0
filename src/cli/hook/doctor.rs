//! `zij hook doctor`: whether a hook does its work.

use std::{fmt::Write as _, path::Path};

use zij_hooks::{Diagnosis, diagnose};

use super::{
    command::DoctorArgs,
    install::facts,
    proof::{Proof, prove},
};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

pub(super) fn run(ui: &Ui, directory: &Path, args: &DoctorArgs) -> CommandResult {
    let facts = facts(directory, args.hook)?;
    let diagnoses = diagnose(&facts);
    let broken = diagnoses.iter().any(|diagnosis| diagnosis.broken);
    let mut text = format!("{}  {}\n", facts.hook, facts.path().display());
    for Diagnosis { fault, broken, remedy } in &diagnoses {
        let sign = if *broken { "broken" } else { "note" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {sign:6}  {fault}\n     fix  {remedy}");
    }
    let proof = if broken {
        Proof::Skipped("a hook known to be broken is not tried".to_owned())
    } else {
        prove(&facts)?
    };
    let (sign, words) = match &proof {
        Proof::Refused => ("proved", "git asked zij, and an unsafe scratch push was refused"),
        Proof::NotRefused(words) => ("broken", words.as_str()),
        Proof::Skipped(words) => ("skipped", words.as_str()),
    };
    for (index, line) in words.lines().enumerate() {
        let _ = writeln!(text, "  {:7} {line}", if index == 0 { sign } else { "" });
    }
    ui.print(text)?;
    match proof {
        Proof::NotRefused(_) => Err(CommandError::rejected()),
        _ if broken => Err(CommandError::rejected()),
        _ => Ok(()),
    }
}
