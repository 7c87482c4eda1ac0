//! `zij vendor`: copies of what lies outside the repository.

use std::{fmt::Write as _, path::Path, time::Duration};

use serde_json::{Value, json};
use zij_core::{inventory::Wanted, report::printable};
use zij_git::Revision;

use super::range::{RangeArgs, predictor, repository};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
    vendor::{Choice, Mode, Outcome, Report, Session, State},
};

/// Fetches the remote charts, repositories and files that applications name into vendor/.
///
/// It is the only command that uses the network. It reads the work tree: sources of applications,
/// dependencies of charts that are not in their charts/ folder (Chart.lock is honoured), remote
/// entries of kustomizations. What is locked is fetched again only where its copy is missing or
/// damaged, and must be the same then. Commit what it writes: every render checks the copies
/// against vendor/zij.lock.yaml.
///
/// Credentials come from ZIJ_VENDOR_AUTH ("HOST=USER:PASSWORD HOST=bearer:TOKEN"), `helm repo add`,
/// `helm registry login` and `docker login`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct VendorArgs {
    /// Say what is missing, damaged or unused, without network and without writing; exit code 1
    /// where something is missing or damaged
    #[arg(long, visible_alias = "dry-run", conflicts_with_all = ["update", "prune"])]
    check: bool,
    /// Choose versions and commits anew
    #[arg(long)]
    update: bool,
    /// Remove copies that nothing needs
    #[arg(long)]
    prune: bool,
    /// Only the chart, repository or file of this name (repeatable)
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Give a server up that says nothing for so long
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: VendorFormat,
    /// Read this configuration instead of the repository's zij.yaml
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum VendorFormat {
    Terminal,
    Json,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &VendorArgs) -> CommandResult {
    let repository = repository(directory)?;
    let Some(root) = repository.work_dir() else {
        return Err(CommandError::usage("a bare repository has no work tree to write to"));
    };
    let range = RangeArgs { config: args.config.clone(), no_cache: true, ..RangeArgs::default() };
    let predictor = predictor(repository, &range)?;
    let head = predictor.repository().resolve("HEAD").unwrap_or(Revision::Empty);
    let base = predictor.repository().tree(&head)?;
    let mode = match (args.check, args.update) {
        (true, _) => Mode::Check,
        (false, true) => Mode::Update,
        (false, false) => Mode::Fetch,
    };
    let choice = Choice {
        mode,
        prune: args.prune,
        only: args.only.clone(),
        silence: Duration::from_secs(args.timeout),
    };
    let progress = ui.progress("fetching");
    let session = Session {
        predictor: &predictor,
        root: &root,
        choice: &choice,
        progress: &|done, total| progress.update(done, total),
    };
    let Report { outcomes, ignored, not_pruned, stale } = session.run(&base)?;
    drop(progress);
    if !args.only.is_empty() && outcomes.is_empty() {
        let message = format!("nothing that is needed is called `{}`", args.only.join("`, `"));
        return Err(CommandError::usage(message).hint("`zij vendor --check` lists what is needed"));
    }
    match args.format {
        VendorFormat::Terminal => ui.print(text(&outcomes))?,
        VendorFormat::Json => ui.print(format!("{:#}\n", document(&outcomes)))?,
    }
    if let Some(first) = ignored.first() {
        let count = ignored.len();
        ui.status(&format!("warning: git ignores {count} of the files written, such as {first}"));
        ui.status("  hint: `git add --force vendor`, or mend .gitignore");
    }
    for problem in &stale {
        let place = problem.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        ui.status(&format!("warning: {}", printable(&format!("{place}{}", problem.message))));
        if let Some(hint) = &problem.hint {
            ui.status(&format!("  hint: {hint}"));
        }
    }
    verdict(&outcomes, args.check)?;
    not_pruned.map_or(Ok(()), |why| {
        let error = CommandError::unevaluated(format!("nothing is removed: {why}"));
        Err(error.hint("an application that cannot be read could need it"))
    })
}

fn verdict(outcomes: &[Outcome], is_check: bool) -> CommandResult {
    let count = |wanted: &dyn Fn(&State) -> bool| {
        outcomes.iter().filter(|outcome| wanted(&outcome.state)).count()
    };
    let failed = count(&|state| matches!(state, State::Failed { .. }));
    let wrong = count(&|state| matches!(state, State::Missing | State::Damaged));
    let total = outcomes.len();
    if failed > 0 {
        return Err(CommandError::unevaluated(format!("{failed} of {total} cannot be fetched")));
    }
    if is_check && wrong > 0 {
        let message = format!("{wrong} of {total} are not vendored as vendor/zij.lock.yaml says");
        let error = CommandError::new(crate::error::Kind::Rejected, message);
        return Err(error.hint("`zij vendor` fetches them"));
    }
    Ok(())
}

/// A line for everything that is not as it was, and a count.
fn text(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let word = word(&outcome.state);
        if matches!(outcome.state, State::Kept) {
            continue;
        }
        let what = printable(&outcome.wanted.to_string()).into_owned();
        let resolved = outcome.resolved.as_deref().filter(|resolved| !what.contains(resolved));
        let resolved = resolved.map(|resolved| format!(" = {}", printable(resolved)));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{word:<8} {what}{}", resolved.unwrap_or_default());
        if let (State::Fetched, Some(path)) = (&outcome.state, &outcome.path) {
            let digest = outcome.digest.as_ref().map(|digest| format!("  {digest}"));
            let _ = writeln!(text, "         {path}{}", digest.unwrap_or_default());
        }
        if let State::Failed { message, hint } = &outcome.state {
            let _ = writeln!(text, "         {}", printable(message));
            if let Some(hint) = hint {
                let _ = writeln!(text, "         hint: {}", printable(hint));
            }
        }
        if let (State::Failed { .. } | State::Missing | State::Damaged, Some(place)) =
            (&outcome.state, &outcome.place)
        {
            let _ = writeln!(text, "         at {}", printable(&place.to_string()));
        }
    }
    let words = ["kept", "fetched", "missing", "damaged", "failed", "unused", "removed"];
    let counts = words.into_iter().filter_map(|wanted| {
        let count = outcomes.iter().filter(|outcome| word(&outcome.state) == wanted).count();
        (count > 0).then(|| format!("{count} {wanted}"))
    });
    let counts: Vec<String> = counts.collect();
    match counts.is_empty() {
        true => text + "nothing outside the repository is needed\n",
        false => format!("{text}{}\n", counts.join(", ")),
    }
}

fn word(state: &State) -> &'static str {
    match state {
        State::Kept => "kept",
        State::Fetched => "fetched",
        State::Missing => "missing",
        State::Damaged => "damaged",
        State::Failed { .. } => "failed",
        State::Unused => "unused",
        State::Removed => "removed",
    }
}

fn document(outcomes: &[Outcome]) -> Value {
    let copies: Vec<Value> = outcomes.iter().map(copy).collect();
    json!({ "schema": "zij.vendor/1", "copies": copies })
}

fn copy(outcome: &Outcome) -> Value {
    let mut value = match &outcome.wanted {
        Wanted::Chart { repository, name, version } => {
            json!({ "kind": "chart", "repository": repository, "name": name, "version": version })
        }
        Wanted::Repository { url, revision } => {
            json!({ "kind": "repository", "url": url, "revision": revision })
        }
        Wanted::File { url } => json!({ "kind": "file", "url": url }),
    };
    value["state"] = word(&outcome.state).into();
    let place = outcome.place.as_ref().map(ToString::to_string);
    let path = outcome.path.as_ref().map(ToString::to_string);
    let (resolved, digest) = (outcome.resolved.clone(), outcome.digest.clone());
    for (key, text) in
        [("resolved", resolved), ("digest", digest), ("path", path), ("place", place)]
    {
        if let Some(text) = text {
            value[key] = text.into();
        }
    }
    if let State::Failed { message, hint } = &outcome.state {
        value["message"] = message.as_str().into();
        if let Some(hint) = hint {
            value["hint"] = hint.as_str().into();
        }
    }
    value
}
