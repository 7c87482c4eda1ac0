//! `zij tui`: the matrix in the terminal.

use std::{
    env,
    io::{self, IsTerminal as _},
    iter,
    path::{Path, PathBuf},
    sync::{Arc, mpsc::Receiver},
    thread,
};

use tokio::signal::unix::{SignalKind, signal};
use zij_core::report::model::Problem;
use zij_tui::{Epoch, Feed, Glyphs, Options, Palette, Progress, Request};

use super::range::{RangeArgs, predict_range, resolve};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Browses the matrix and every cell's differences in the terminal.
#[derive(Debug, clap::Args)]
pub(crate) struct TuiArgs {
    #[command(flatten)]
    range: RangeArgs,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &TuiArgs) -> CommandResult {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(CommandError::usage("the terminal interface needs a terminal")
            .hint("`zij diff` prints the same matrix"));
    }
    // A wrong range is told before the screen is taken.
    resolve(directory, &args.range)?;
    let (feed, requests, link) = zij_tui::link();
    stop_on_signals(feed.clone())?;
    answer_requests(feed, requests, directory.to_owned(), args.range.clone())?;
    let options = Options {
        glyphs: if args.ascii || !speaks_utf8() { Glyphs::Ascii } else { Glyphs::Unicode },
        palette: if ui.color { Palette::Sixteen } else { Palette::Plain },
    };
    zij_tui::run(link, options).map_err(|error| CommandError::unevaluated(error.to_string()))
}

fn speaks_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_some_and(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"))
}

/// The thread that predicts; it ends with the interface, which holds the other end.
fn answer_requests(
    feed: Feed,
    requests: Receiver<Request>,
    directory: PathBuf,
    args: RangeArgs,
) -> CommandResult {
    thread::Builder::new().name("predict".to_owned()).spawn(move || {
        // The first report comes unasked.
        let first = Request::Refresh(Epoch::default());
        for Request::Refresh(epoch) in iter::once(first).chain(requests) {
            let progress = |done, total| {
                let what = "predicting cells".to_owned();
                feed.progress(epoch, Progress { what, done, total: Some(total) });
            };
            // Branches move while the interface is open, so each answer looks at them anew.
            let report = resolve(&directory, &args).and_then(|(repository, range)| {
                predict_range(repository, &range, &args, &progress)
            });
            match report {
                Ok(report) => feed.report(epoch, Arc::new(report)),
                Err(error) => feed.failed(epoch, problem(&error)),
            }
        }
    })?;
    Ok(())
}

fn problem(error: &CommandError) -> Problem {
    let hint = (!error.hints.is_empty()).then(|| error.hints.join("; "));
    Problem { side: None, message: error.message.clone(), place: None, hint, evidence: None }
}

/// Ends the interface, and so restores the terminal, when the process is told to end.
fn stop_on_signals(feed: Feed) -> CommandResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            let terminate = signal(SignalKind::terminate());
            let hangup = signal(SignalKind::hangup());
            if let (Ok(mut terminate), Ok(mut hangup)) = (terminate, hangup) {
                tokio::select! { _ = terminate.recv() => {}, _ = hangup.recv() => {} }
                feed.stop();
            }
        });
    })?;
    Ok(())
}
