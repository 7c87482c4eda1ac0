//! `zij man`: the manual pages.

use std::{fs, path::PathBuf};

use clap::CommandFactory as _;

use super::Arguments;
use crate::{error::CommandResult, ui::Ui};

/// Writes the manual pages, zij(1) and one for each command.
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// Write all pages to this folder; without it zij(1) is printed
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(crate) fn run(ui: &Ui, args: &ManArgs) -> CommandResult {
    let mut command = Arguments::command();
    command.build();
    match &args.output {
        Some(folder) => {
            fs::create_dir_all(folder)?;
            clap_mangen::generate_to(command, folder)?;
            Ok(())
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            ui.print(page)
        }
    }
}
