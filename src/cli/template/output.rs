//! Where the manifests go.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Component, Path, PathBuf},
};

use zij_helm::{Profile, Release, Rendered};

use super::{TemplateArgs, command::failed};
use crate::{error::CommandResult, ui::Ui};

/// Prints the manifests, or writes them below `--output-dir`.
pub(super) fn put(
    ui: &Ui,
    directory: &Path,
    args: &TemplateArgs,
    release: &Release,
    profile: &Profile,
    rendered: &Rendered,
) -> CommandResult {
    let output = &args.output;
    if let Some(folder) = &output.output_dir {
        let mut folder = directory.join(folder);
        if output.release_name.0 {
            folder.push(&release.name);
        }
        return write_files(ui, &folder, rendered);
    }
    if output.show_only.is_empty() {
        return ui.print(rendered.to_text());
    }
    let text = rendered.to_text_of(&output.show_only, profile);
    ui.print(text.map_err(|error| failed(ui, error.text()))?)
}

/// One file for each template; documents of the same template follow each other
/// (`writeToFile` in Helm's `pkg/action/install.go`).
fn write_files(ui: &Ui, folder: &Path, rendered: &Rendered) -> CommandResult {
    let mut written: Vec<&str> = Vec::new();
    let crds = rendered.crds.iter().map(|file| (file.name.as_str(), &file.data[..]));
    let manifests =
        rendered.manifests.iter().chain(rendered.hooks.iter().map(|hook| &hook.manifest));
    let manifests = manifests.map(|manifest| (manifest.path.as_str(), manifest.text.as_bytes()));
    for (name, text) in crds.chain(manifests) {
        let path = folder.join(inside(ui, name)?);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let again = written.contains(&name);
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .append(again)
            .truncate(!again)
            .open(&path)?;
        write!(file, "---\n# Source: {name}\n")?;
        file.write_all(text)?;
        file.write_all(b"\n")?;
        written.push(name);
        ui.print(format!("wrote {}\n", path.display()))?;
    }
    ui.print("\n")
}

/// A manifest's path, which the chart chose, as a path that stays below the output folder.
fn inside(ui: &Ui, name: &str) -> CommandResult<PathBuf> {
    let path = PathBuf::from(name);
    if path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(path);
    }
    Err(failed(ui, &format!("{name}: the path leads out of --output-dir")))
}
