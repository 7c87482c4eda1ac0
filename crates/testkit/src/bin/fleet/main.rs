//! Writes a repository that describes a large fleet, with a history of small changes.
//!
//! ```text
//! fleet DIR [--apps 400] [--clusters 50] [--commits 20] [--seed 1]
//! ```
//!
//! It has clusters as Argo CD's Secrets, an `ApplicationSet` a team (cluster × git files, cluster × git
//! folders), own charts with values layers and kustomize overlays. Each commit after the first changes
//! one value of one application, one template, or one overlay. Equal arguments give equal commits.

mod arguments;
mod charts;
mod history;
mod layout;
mod stream;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use crate::{arguments::Arguments, history::changes, layout::Layout, stream::Stream};

fn main() -> ExitCode {
    match Arguments::parse(std::env::args().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(told) => {
            let written = writeln!(io::stdout(), "{told}");
            written.map_or(ExitCode::from(3), |()| ExitCode::SUCCESS)
        }
        Err(error) => {
            let told = writeln!(io::stderr(), "fleet: {error}");
            told.map_or(ExitCode::from(3), |()| ExitCode::from(2))
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<String> {
    let layout = Layout::new(arguments);
    let mut stream = Stream::open(&arguments.folder)?;
    stream.commit("a fleet", &layout.files())?;
    for (message, files) in changes(&layout, arguments) {
        stream.commit(&message, &files)?;
    }
    stream.close()?;
    let Arguments { folder, apps, clusters, commits, .. } = arguments;
    Ok(format!(
        "{}: {apps} applications × {clusters} clusters, {commits} changes",
        folder.display()
    ))
}
