//! What `zij reconcile` does.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use zij_core::policy::Policy;
use zij_git::{BaseChoice, Range, Repository, Revision};

use super::{
    memory::Seen,
    nightly::{Audit, Expired, Nightly, SCHEMA},
    page::html,
};
use crate::{
    audit::{anchors, verify, write_anchor},
    cli::{
        audit::log_of,
        range::{RangeArgs, predictor, repository},
    },
    clock,
    error::{CommandError, CommandResult},
    prediction::today,
    ui::Ui,
};

/// Checks the branch that deploys and tells what came since the last check, in one report.
///
/// Made for a nightly timer (packaging/systemd). Exit code 0: all is well. 1: a person is needed: a
/// blocking finding, an expired waiver, an audit log that was changed. 3: something could not be
/// found out.
#[derive(Debug, clap::Args)]
pub(crate) struct ReconcileArgs {
    /// The branch, by default the one that deploys
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Compare with this revision instead of what the last check saw
    #[arg(long, value_name = "REVISION")]
    since: Option<String>,
    /// Write the report to this folder in all three forms
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// The form that is printed
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    format: Format,
    /// Print the report only: remember nothing and write no anchor
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Markdown,
    Html,
    Json,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &ReconcileArgs) -> CommandResult {
    let repository = repository(directory)?;
    let common_dir = repository.common_dir();
    let branch = branch(&repository, args.branch.as_deref())?;
    let head = repository.resolve(&format!("refs/heads/{branch}"))?;
    let seen = Seen::of(&common_dir, &branch);
    let base = match (&args.since, &seen) {
        (Some(since), _) => repository.resolve(since)?,
        // A commit that a rewrite removed is compared with all the same while it is stored.
        (None, Some(seen)) => repository.resolve(&seen.commit).unwrap_or(Revision::Empty),
        (None, None) => Revision::Empty,
    };
    let mut nightly = Nightly {
        schema: SCHEMA,
        time: clock::timestamp(),
        repository: common_dir
            .canonicalize()
            .unwrap_or_else(|_| common_dir.clone())
            .display()
            .to_string(),
        branch: branch.clone(),
        from: base.commit().map(|id| id.to_string()),
        to: head.commit().map(|id| id.to_string()).unwrap_or_default(),
        verdict: String::new(),
        cells: BTreeMap::new(),
        changed: Vec::new(),
        unpredicted: Vec::new(),
        findings: Vec::new(),
        expired_waivers: Vec::new(),
        audit: audit(&repository),
    };
    let range = Range { base, head, choice: BaseChoice::Given };
    let progress = ui.progress("predicting cells");
    let predictor = predictor(repository.clone(), &RangeArgs::default())?;
    let report = predictor.range(&range, &|done, total| progress.update(done, total))?;
    drop(progress);
    nightly.tell(&report);
    let policy = Policy::of(&predictor.config(&repository.tree(&range.head)?));
    nightly.expired_waivers = policy.expired(today()).map(Expired::from).collect();
    write(ui, &nightly, args)?;
    if !args.dry_run {
        let seen = Seen { branch, commit: nightly.to.clone(), time: nightly.time.clone() };
        seen.keep(&common_dir)?;
        if let Err(error) = write_anchor(&log_of(&repository), &common_dir) {
            ui.status(&format!("the audit log is not anchored: {error}"));
        }
    }
    if nightly.needs_a_person() {
        Err(CommandError::rejected())
    } else if nightly.is_incomplete() {
        Err(CommandError::unevaluated(""))
    } else {
        Ok(())
    }
}

fn branch(repository: &Repository, given: Option<&str>) -> CommandResult<String> {
    let usual = || repository.default_branch_of("origin").or_else(|| repository.current_branch());
    given.map(str::to_owned).or_else(usual).ok_or_else(|| {
        CommandError::usage("no branch is known to deploy").hint("name it with --branch")
    })
}

fn audit(repository: &Repository) -> Audit {
    let found = anchors(repository)
        .map_err(|error| error.to_string())
        .and_then(|anchors| verify(&log_of(repository), &anchors).map_err(|e| e.to_string()));
    found.map_or_else(Audit::Unreadable, Audit::Verified)
}

fn write(ui: &Ui, nightly: &Nightly, args: &ReconcileArgs) -> CommandResult {
    let json = serde_json::to_string_pretty(nightly)
        .map_err(|error| CommandError::unevaluated(error.to_string()))?
        + "\n";
    let (markdown, page) = (nightly.markdown(), html(nightly));
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder)?;
        for (name, text) in
            [("nightly.md", &markdown), ("nightly.html", &page), ("nightly.json", &json)]
        {
            fs::write(folder.join(name), text)?;
        }
    }
    ui.print(match args.format {
        Format::Markdown => markdown,
        Format::Html => page,
        Format::Json => json,
    })
}
