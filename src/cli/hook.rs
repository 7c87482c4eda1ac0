//! `zij hook` (being written)
use crate::{error::CommandResult, ui::Ui};
use std::path::Path;
/// Git hooks.
#[derive(Debug, clap::Args)]
pub(crate) struct HookArgs {}
pub(crate) fn run(_ui: &Ui, _directory: &Path, _args: &HookArgs) -> CommandResult {
    Ok(())
}
