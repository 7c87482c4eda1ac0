//! `zij render`: the manifests of a revision as they would be applied.

use std::{
    fs,
    path::{Path, PathBuf},
};

use zij_core::{
    inventory::Application,
    render::{RenderFailure, Rendering},
    report::{model::Problem, printable, sketch},
    resource::{ResourceProblem, applied},
};

use super::range::{RangeArgs, predictor, repository};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Prints the manifests of a revision as they would be applied.
#[derive(Debug, clap::Args)]
pub(crate) struct RenderArgs {
    /// The revision
    #[arg(default_value = "HEAD")]
    revision: String,
    /// Only this cluster's cells
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<String>,
    /// Only this application's cells
    #[arg(long, value_name = "APPLICATION")]
    app: Option<String>,
    /// Write `CLUSTER/APPLICATION.yaml` below this folder instead of printing
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Read this configuration instead of the repository's zij.yaml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) fn run(ui: &Ui, directory: &Path, args: &RenderArgs) -> CommandResult {
    let range = RangeArgs { config: args.config.clone(), no_cache: true, ..RangeArgs::default() };
    let repository = repository(directory)?;
    let revision = repository.resolve(&args.revision)?;
    let predictor = predictor(repository, &range)?;
    let tree = predictor.repository().tree(&revision)?;
    let inventory = predictor.inventory(&tree);
    let (mut shown, mut failed) = (0, 0);
    for application in inventory.cells.values().filter(|application| args.wants(application)) {
        shown += 1;
        let cluster = &inventory.clusters[&application.id.cluster];
        match predictor.render(&tree, application, cluster) {
            Ok(rendering) => put(ui, args, application, &rendering)?,
            Err(failure) => {
                failed += 1;
                tell(ui, application, &failure);
            }
        }
    }
    match (shown, failed) {
        (0, _) => Err(CommandError::usage("no cell matches")
            .hint("`zij diff` shows which applications and clusters there are")),
        (_, 0) => Ok(()),
        _ => {
            Err(CommandError::unevaluated(format!("{failed} of {shown} cells cannot be rendered")))
        }
    }
}

impl RenderArgs {
    fn wants(&self, application: &Application) -> bool {
        let id = &application.id;
        self.cluster.as_ref().is_none_or(|name| name == id.cluster.as_str())
            && self.app.as_ref().is_none_or(|name| name == id.application.as_str())
    }
}

fn put(ui: &Ui, args: &RenderArgs, cell: &Application, rendering: &Rendering) -> CommandResult {
    let (manifests, problems) = applied(&rendering.documents, cell);
    let mut text = Vec::new();
    for manifest in manifests {
        text.extend_from_slice(b"---\n# Source: ");
        text.extend_from_slice(manifest.source.as_bytes());
        text.push(b'\n');
        let manifest = manifest.text.trim_ascii_start();
        text.extend_from_slice(manifest);
        // A block scalar keeps the line ends at the end of a document.
        if !manifest.ends_with(b"\n") {
            text.push(b'\n');
        }
    }
    let name = printable(&cell.id.to_string()).into_owned();
    for ResourceProblem { message, place, .. } in problems {
        ui.status(&format!("{name}: {place}: {}", printable(&message)));
    }
    let Some(folder) = &args.output else { return ui.print(text) };
    let folder = folder.join(file_name(cell.id.cluster.as_str()));
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(file_name(cell.id.application.as_str()) + ".yaml"), text)?)
}

/// A name as one part of a path, whatever the repository calls its clusters.
fn file_name(name: &str) -> String {
    match name {
        "" | "." | ".." => "_".repeat(name.len().max(1)),
        name => name.replace(['/', '\\', '\0'], "_"),
    }
}

fn tell(ui: &Ui, cell: &Application, failure: &RenderFailure) {
    let text = sketch(&Problem::from(failure), ui.words.color, ui.words.width);
    ui.status(&format!("{} cannot be rendered", printable(&cell.id.to_string())));
    ui.status(&text);
}
