//! From a range on the command line to the report that most commands start from.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use zij_core::{predict::Only, report::model::Report};
use zij_git::{BaseChoice, CommitId, Range, Repository};

use crate::{
    daemon::{Client, DaemonPlace, Unanswered},
    error::{CommandError, CommandResult},
    folders::Folders,
    prediction::{ConfigFile, PROGRAM, Predictor, named},
    shared::SharedCache,
    ui::Ui,
};

/// How long a person waits for the daemon before the work is done here instead.
const PATIENCE: Duration = Duration::from_secs(600);

/// Which revisions to compare.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct RangeArgs {
    /// BASE..HEAD, or BASE...HEAD to compare with where HEAD left BASE; by default what a review
    /// would show: HEAD or the index against where it left its upstream
    #[arg(value_name = "RANGE")]
    pub(crate) range: Option<String>,
    /// Read this configuration instead of the repository's zij.yaml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Only the cells of this cluster (repeatable)
    #[arg(long, value_name = "CLUSTER")]
    pub(crate) cluster: Vec<String>,
    /// Only the cells of this application (repeatable)
    #[arg(long, value_name = "APPLICATION")]
    pub(crate) app: Vec<String>,
    /// What HEAD would do if every cluster ran this Kubernetes version, such as 1.36
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube: Option<String>,
    /// Do the work here even where a daemon runs, and keep nothing
    #[arg(long)]
    pub(crate) no_cache: bool,
}

impl RangeArgs {
    /// Whether all cells are asked for; only such reports are kept and served.
    fn is_whole(&self) -> bool {
        self.cluster.is_empty() && self.app.is_empty() && self.kube.is_none()
    }

    fn only(&self) -> Only {
        Only {
            clusters: self.cluster.iter().map(|name| name.as_str().into()).collect(),
            applications: self.app.iter().map(|name| name.as_str().into()).collect(),
        }
    }
}

/// The repository that `directory` is in, or that git names to its hooks.
pub(crate) fn repository(directory: &Path) -> CommandResult<Repository> {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    Ok(match env::var_os("GIT_DIR") {
        Some(git_dir) => Repository::open(&directory.join(git_dir))?,
        None => Repository::discover(directory)?,
    })
}

/// The commit that a name stands for.
pub(crate) fn commit(repository: &Repository, name: &str) -> CommandResult<CommitId> {
    let revision = repository.resolve(name)?;
    revision.commit().ok_or_else(|| CommandError::usage(format!("`{name}` is no commit")))
}

/// The predictor that a command uses.
pub(crate) fn predictor(repository: Repository, args: &RangeArgs) -> CommandResult<Predictor> {
    let config = args.config.as_deref().map(ConfigFile::read).transpose()?;
    let predictor =
        Predictor::new(repository, config).only(args.only()).upgraded_to(args.kube.clone());
    if args.no_cache || !args.is_whole() {
        return Ok(predictor);
    }
    // A cache that cannot be used costs time, not the answer.
    Ok(match Folders::of_user() {
        Ok(folders) => predictor
            .with_store(&folders.cache, Box::new(warn))
            .with_shared(SharedCache::of_user(Box::new(warn))?),
        Err(_) => predictor,
    })
}

/// Says on stderr what is worth knowing of the cache.
fn warn(text: &str) {
    // Nobody is left to tell when stderr is gone.
    drop(writeln!(io::stderr(), "warning: {text}"));
}

/// The report of the range, with a line of progress and of what was chosen on stderr.
pub(crate) fn predict(ui: &Ui, directory: &Path, args: &RangeArgs) -> CommandResult<Report> {
    let (repository, range) = resolve(directory, args)?;
    explain_choice(ui, args, &range);
    let progress = ui.progress("predicting cells");
    predict_range(repository, &range, args, &|done, total| progress.update(done, total))
}

/// The repository and the range that the arguments name.
pub(crate) fn resolve(directory: &Path, args: &RangeArgs) -> CommandResult<(Repository, Range)> {
    let repository = repository(directory)?;
    let range = match &args.range {
        Some(text) => repository.range(text)?,
        None => repository.default_range()?,
    };
    Ok((repository, range))
}

/// The report of the range, from the daemon where one runs.
pub(crate) fn predict_range(
    repository: Repository,
    range: &Range,
    args: &RangeArgs,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> CommandResult<Report> {
    if args.config.is_none()
        && !args.no_cache
        && args.is_whole()
        && let Some(report) = ask_daemon(&repository, range, PATIENCE)?
    {
        return Ok(report);
    }
    predictor(repository, args)?.range(range, progress)
}

/// Says what is compared where the user has not.
fn explain_choice(ui: &Ui, args: &RangeArgs, range: &Range) {
    if args.range.is_some() {
        return;
    }
    let reason = match &range.choice {
        BaseChoice::Given => return,
        BaseChoice::MergeBase { with } => format!("where it left {with}"),
        BaseChoice::Parent => "its parent: it is ahead of no other branch".to_owned(),
        BaseChoice::Nothing => "nothing: it is the first commit".to_owned(),
    };
    ui.status(&format!("comparing {} with {reason}", range.head));
}

/// The daemon's report; `None` where there is no daemon that answers.
///
/// # Errors
/// When the daemon says that the range cannot be predicted.
pub(crate) fn ask_daemon(
    repository: &Repository,
    range: &Range,
    patience: Duration,
) -> CommandResult<Option<Report>> {
    let Some(head) = range.head.commit() else { return Ok(None) };
    if range.base.commit().is_none() && range.base != zij_git::Revision::Empty {
        return Ok(None);
    }
    let Ok(folders) = Folders::of_user() else { return Ok(None) };
    let place = DaemonPlace::of(&folders, &repository.common_dir());
    let Some(client) = Client::at(&place) else { return Ok(None) };
    // One that accepts connections and says nothing would use up all patience, and one of before
    // an upgrade would judge by other rules.
    if client.status().map_or(true, |status| status.program != *PROGRAM) {
        return Ok(None);
    }
    let base = range.base.commit().map(|id| id.to_string());
    match client.report(base.as_deref(), &head.to_string(), patience) {
        Ok(report) => Ok(Some(named(report, range))),
        Err(Unanswered::Failed(reason)) => Err(CommandError::unevaluated(reason)),
        Err(Unanswered::Unreachable(_) | Unanswered::Late) => Ok(None),
    }
}
