//! Where the manifests go.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Component, Path, PathBuf},
};

use zij_core::report::printable;
use zij_helm::{Error, Profile, Release, Rendered};

use super::TemplateArgs;
use crate::{
    error::{CommandError, CommandResult, Kind},
    ui::Ui,
};

/// The documents that `--show-only` asks for; nothing where all are wanted or files are.
pub(super) fn shown(
    args: &TemplateArgs,
    profile: &Profile,
    rendered: &Rendered,
) -> Result<Option<Vec<u8>>, Error> {
    let output = &args.output;
    if output.output_dir.is_some() || output.show_only.is_empty() {
        return Ok(None);
    }
    rendered.to_text_of(&output.show_only, profile).map(Some)
}

/// Prints the manifests, or writes them below `--output-dir`.
pub(super) fn write(
    ui: &Ui,
    directory: &Path,
    args: &TemplateArgs,
    release: &Release,
    rendered: &Rendered,
) -> CommandResult {
    let output = &args.output;
    let Some(folder) = &output.output_dir else {
        return ui.print_with(|stdout| rendered.write_text(stdout));
    };
    let mut folder = directory.join(folder);
    if output.release_name.0 {
        folder.push(&release.name);
    }
    write_files(ui, &folder, rendered)
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
        let path = folder.join(inside(name)?);
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
fn inside(name: &str) -> CommandResult<PathBuf> {
    let path = PathBuf::from(name);
    if path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(path);
    }
    let text = format!("{}: the path leads out of --output-dir", printable(name));
    Err(CommandError::new(Kind::Rejected, text))
}
