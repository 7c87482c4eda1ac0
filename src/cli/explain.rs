//! `zij explain`: from a cell, an object or a field back to what made it.

use std::{cell::RefCell, collections::BTreeMap, path::Path};

use zij_core::{
    report::{
        explain::{
            EXPLANATION_SCHEMA, Explanation, Explanations, Question, Sources, Touch, explain,
        },
        fleet::FleetApplication,
        model::Cell,
    },
    source::TreePath,
};
use zij_git::{CommitId, Range, Repository};

use super::{
    apps::{AppsFormat, fleet},
    range::{RangeArgs, predict_range, resolve},
};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Says why a cell exists, or why an object or a field of it changes: commit, file and line, values
/// layer, template line, field, verdict.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zij explain eu/payments                         what made this cell, with file and line
  zij explain eu/payments Deployment/payments     why its Deployment changes
  zij explain eu/payments ZIJ-F001                what the finding goes back to
  zij explain eu/payments payments spec.replicas --range main...topic")]
pub(crate) struct ExplainArgs {
    /// The cell: CLUSTER/APPLICATION, or the application alone
    #[arg(value_name = "CELL")]
    cell: String,
    /// An object that changes: its kind, its name, KIND/NAME, or a rule that found something in it;
    /// `all` for every one
    #[arg(value_name = "OBJECT")]
    object: Option<String>,
    /// A field of it, such as `spec.template`
    #[arg(value_name = "PATH", requires = "object")]
    path: Option<String>,
    /// The change to explain, as `zij diff` takes it; by default what a review would show
    #[arg(long, value_name = "RANGE", conflicts_with = "revision")]
    range: Option<String>,
    /// The revision at which the cell exists
    #[arg(long, value_name = "REVISION", default_value = "HEAD", conflicts_with = "object")]
    revision: String,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: AppsFormat,
    /// Read this configuration instead of the repository's zij.yaml
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &ExplainArgs) -> CommandResult {
    if args.object.is_some() || args.range.is_some() {
        return change(ui, directory, args);
    }
    let mut fleet = fleet(directory, &args.revision, args.config.as_deref(), false)?;
    fleet.applications.retain(|cell| args.is_cell(&cell.cluster, &cell.application));
    if fleet.applications.is_empty() {
        return Err(args.no_cell());
    }
    match args.format {
        AppsFormat::Terminal => {
            let texts: Vec<String> =
                fleet.applications.iter().map(FleetApplication::to_text).collect();
            ui.page(&texts.concat())
        }
        AppsFormat::Json => ui.print(fleet.to_json() + "\n"),
    }
}

impl ExplainArgs {
    fn is_cell(&self, cluster: &str, application: &str) -> bool {
        self.cell == application || self.cell == format!("{cluster}/{application}")
    }

    fn no_cell(&self) -> CommandError {
        CommandError::usage(format!("no cell `{}`", self.cell)).hint("`zij apps` lists the cells")
    }

    fn question(&self) -> Question<'_> {
        let object = self.object.as_deref().filter(|object| *object != "all");
        Question { object, path: self.path.as_deref() }
    }
}

/// Explains what a range changes in the cells that are asked for.
fn change(ui: &Ui, directory: &Path, args: &ExplainArgs) -> CommandResult {
    let range_args = RangeArgs {
        range: args.range.clone(),
        config: args.config.clone(),
        ..RangeArgs::default()
    };
    let (repository, range) = resolve(directory, &range_args)?;
    let progress = ui.progress("predicting cells");
    let report = predict_range(repository.clone(), &range, &range_args, &|done, all| {
        progress.update(done, all);
    })?;
    drop(progress);
    let is_asked =
        |cell: &&Cell| args.is_cell(report.cluster_of(cell), report.application_of(cell));
    let cells: Vec<&Cell> = report.cells.iter().filter(is_asked).collect();
    if cells.is_empty() {
        return Err(args.no_cell());
    }
    let history = History::of(&repository, &range);
    let touched = |file: &TreePath, line: Option<&str>| history.touched(file, line);
    let (base, head) = (repository.tree(&range.base)?, repository.tree(&range.head)?);
    let sources = Sources { base: &base, head: &head, touched: &touched };
    let told: Vec<Explanation> = cells
        .into_iter()
        .map(|cell| explain(&report, cell, args.question(), &sources))
        .filter(|told| args.question().object.is_none() || !told.objects.is_empty())
        .collect();
    if told.is_empty() {
        let object = args.object.as_deref().unwrap_or_default();
        return Err(CommandError::usage(format!(
            "nothing called `{object}` changes in `{}`",
            args.cell
        ))
        .hint(format!("`zij explain {} all` shows all that changes", args.cell)));
    }
    match args.format {
        AppsFormat::Terminal => {
            let texts: Vec<String> =
                told.iter().map(|told| told.to_text(ui.color, ui.width)).collect();
            ui.page(&texts.join("\n"))
        }
        AppsFormat::Json => {
            let told = Explanations { schema: EXPLANATION_SCHEMA, cells: told };
            ui.print(told.to_json() + "\n")
        }
    }
}

/// A file, and a line of it.
type Asked = (String, Option<String>);

/// Who changed files last, each asked once.
struct History<'a> {
    repository: &'a Repository,
    head: Option<CommitId>,
    base: Option<CommitId>,
    known: RefCell<BTreeMap<Asked, Option<Touch>>>,
}

impl<'a> History<'a> {
    /// What is staged has no commit of its own yet: then nobody is named.
    fn of(repository: &'a Repository, range: &Range) -> Self {
        let (head, base) = (range.head.commit(), range.base.commit());
        Self { repository, head, base, known: RefCell::default() }
    }

    fn touched(&self, file: &TreePath, line: Option<&str>) -> Option<Touch> {
        let key = (file.to_string(), line.map(str::to_owned));
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let found = self.find(file, line);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    fn find(&self, file: &TreePath, line: Option<&str>) -> Option<Touch> {
        // History that cannot be read leaves the rest of the explanation as it is.
        let commit = self.repository.last_change(file, line, self.head?).ok()??;
        let is_old = |base| self.repository.is_ancestor(commit.id, base).unwrap_or(false);
        Some(Touch {
            in_range: !self.base.is_some_and(is_old),
            id: commit.id.to_string(),
            subject: commit.subject,
            author: commit.author,
            time: commit.time,
        })
    }
}
