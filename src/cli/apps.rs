//! `zij apps`: every application at a revision, and why it exists.

use std::path::Path;

use rayon::prelude::*;
use zij_core::report::fleet::{Fleet, Rendered};

use super::range::{RangeArgs, predictor, repository};
use crate::{error::CommandResult, prediction::Predictor, ui::Ui};

/// Lists the applications of a revision with their clusters, sources and problems.
#[derive(Debug, clap::Args)]
pub(crate) struct AppsArgs {
    /// The revision
    #[arg(default_value = "HEAD")]
    revision: String,
    /// Render each application and say what came of it
    #[arg(long)]
    render: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: AppsFormat,
    /// Read this configuration instead of the repository's zij.yaml
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum AppsFormat {
    Terminal,
    Json,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &AppsArgs) -> CommandResult {
    let fleet = fleet(directory, &args.revision, args.config.as_deref(), args.render)?;
    match args.format {
        AppsFormat::Terminal => ui.page(&fleet.to_text()),
        AppsFormat::Json => ui.print(fleet.to_json() + "\n"),
    }
}

/// The fleet at a revision.
pub(crate) fn fleet(
    directory: &Path,
    revision: &str,
    config: Option<&Path>,
    render: bool,
) -> CommandResult<Fleet> {
    let config = config.map(Path::to_owned);
    let range = RangeArgs { config, no_cache: true, ..RangeArgs::default() };
    let repository = repository(directory)?;
    let resolved = repository.resolve(revision)?;
    let predictor = predictor(repository, &range)?;
    let tree = predictor.repository().tree(&resolved)?;
    let inventory = predictor.inventory(&tree);
    let rendered = match render {
        true => rendered(&predictor, &tree, &inventory),
        false => Vec::new(),
    };
    Ok(Fleet::new(revision, &inventory, rendered))
}

fn rendered(
    predictor: &Predictor,
    tree: &zij_git::GitTree,
    inventory: &zij_core::inventory::Inventory,
) -> Vec<Rendered> {
    let cells: Vec<_> = inventory.cells.values().collect();
    predictor.renderer().install(|| {
        cells
            .par_iter()
            .map(|cell| {
                let cluster = &inventory.clusters[&cell.id.cluster];
                match predictor.render(tree, cell, cluster) {
                    Ok(rendering) => Rendered::Documents { count: rendering.documents.len() },
                    Err(failure) => Rendered::failed(&failure),
                }
            })
            .collect()
    })
}
