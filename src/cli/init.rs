//! `zij init`: a configuration for what the repository holds.

use std::{fs::OpenOptions, io::Write as _, path::Path};

use zij_core::inventory::Config;

use super::range::{RangeArgs, predictor, repository};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Writes a commented `zij.yaml` for the applications that are found at HEAD.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Print the configuration and write nothing
    #[arg(long)]
    print: bool,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &InitArgs) -> CommandResult {
    let repository = repository(directory)?;
    let head = repository.resolve("HEAD")?;
    let everything = RangeArgs { no_cache: true, ..RangeArgs::default() };
    let predictor = predictor(repository, &everything)?;
    let repository = predictor.repository();
    let inventory = predictor.detected(&repository.tree(&head)?);
    let text = inventory.starter();
    if args.print {
        return ui.print(text);
    }
    let root = repository.work_dir().ok_or_else(|| {
        CommandError::usage("a bare repository has no work tree to write zij.yaml into")
            .hint("print it with `zij init --print`")
    })?;
    let path = root.join(Config::FILE);
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => file.write_all(text.as_bytes())?,
        Err(error) => {
            return Err(CommandError::usage(format!("{}: {error}", path.display()))
                .hint("compare with what would be written: `zij init --print`"));
        }
    }
    ui.status(&format!("wrote {} for {} cells", path.display(), inventory.cells.len()));
    Ok(())
}
