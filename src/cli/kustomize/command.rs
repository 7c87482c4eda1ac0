//! From kustomize's flags to the engine.

use std::{
    fs,
    mem::ManuallyDrop,
    path::{Path, PathBuf},
};

use zij_core::render::RenderFailure;
use zij_kustomize::{
    Build, ChartRenderer, DiskFolder, Error, ErrorKind, LoadRestrictor, Options, Profile, Reorder,
    build,
};

use super::{
    KustomizeArgs,
    arguments::{Order, Restrictor},
    charts::DiskCharts,
    copies::{RepositoryCopies, Surroundings},
    origins,
};
use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Builds and prints; a failure ends with kustomize's exit code.
pub(crate) fn run(ui: &Ui, directory: &Path, args: &KustomizeArgs) -> CommandResult {
    let profile = args.profile()?;
    let target = directory.join(&args.kustomization);
    let target = target.canonicalize().map_err(|error| {
        failed(ui, &format!("must build at directory: {}: {error}", target.display()), None)
    })?;
    // The user has the rights to read whatever a kustomization refers to.
    let root = target.ancestors().last().unwrap_or(&target);
    let charts = match args.helm.enable_helm.0 {
        true => Some(DiskCharts::new(&args.helm, root)?),
        false => None,
    };
    let surroundings = Surroundings::default();
    let copies = RepositoryCopies::new(&surroundings, &target, root);
    let options = Options {
        profile,
        load_restrictor: match args.load_restrictor {
            Restrictor::RootOnly => LoadRestrictor::RootOnly,
            Restrictor::None => LoadRestrictor::None,
        },
        reorder: match args.reorder {
            Order::Legacy => Reorder::Legacy,
            Order::None => Reorder::None,
        },
        origins: args.origins,
        managed_by_label: args.enable_managedby_label.0,
        charts: charts.as_ref().map(|charts| -> &dyn ChartRenderer { charts }),
        vendored: Some(&copies),
        ..Options::default()
    };
    let folder = DiskFolder::new(root)?;
    let path = target.strip_prefix(root).ok().and_then(Path::to_str);
    let path = path.ok_or_else(|| CommandError::usage("the directory's name is not UTF-8"))?;
    let told = |error: &Error| failed(ui, &words(error, root), error_hint(error));
    let built = build(&folder, path, &options);
    if let Some((failure, path)) = copies.failure() {
        return Err(damaged(ui, &failure, path));
    }
    // The process ends with it: its objects need not be freed one by one before that.
    let build = ManuallyDrop::new(built.map_err(|error| told(&error))?);
    for warning in &build.warnings {
        ui.status(warning);
    }
    if args.origins {
        let here = directory.join(".").canonicalize().unwrap_or_default();
        return ui.print(origins::text(&build, root, &here));
    }
    let text = build.to_yaml().map_err(|error| told(&error))?;
    let Some(output) = &args.output else { return ui.print(text) };
    let output = directory.join(output);
    if output.is_dir() { put_files(ui, &output, &build) } else { put(ui, &output, &text) }
}

impl KustomizeArgs {
    fn profile(&self) -> CommandResult<Profile> {
        let Some(version) = &self.version else { return Ok(Profile::default()) };
        Profile::find(version).ok_or_else(|| {
            let known: Vec<&str> = Profile::ALL.iter().map(|profile| profile.version).collect();
            CommandError::usage(format!("no version {version} of kustomize is known"))
                .hint(format!("known are {}", known.join(", ")))
        })
    }
}

/// Says what is wrong; kustomize ends every failure with 1, and scripts rely on it.
fn failed(ui: &Ui, text: &str, hint: Option<&str>) -> CommandError {
    ui.status(&format!("error: {text}"));
    if let Some(hint) = hint {
        ui.status(&format!("  hint: {hint}"));
    }
    CommandError::rejected()
}

/// Says that a copy is not what was fetched once.
fn damaged(ui: &Ui, failure: &RenderFailure, path: Option<PathBuf>) -> CommandError {
    let line = failure.place.as_ref().and_then(|place| place.line);
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let place = path.map(|path| format!(" (in {}{line})", path.display()));
    let text = format!("{}{}", failure.message, place.unwrap_or_default());
    failed(ui, &text, failure.hint.as_deref())
}

/// The error with its place as a path of the file system.
fn words(error: &Error, root: &Path) -> String {
    match error.place() {
        Some(place) => {
            let path = root.join(&*place.path);
            let line = if place.line > 0 { format!(":{}", place.line) } else { String::new() };
            format!("{} (in {}{line})", error.chain(), path.display())
        }
        None => error.chain(),
    }
}

fn error_hint(error: &Error) -> Option<&str> {
    match error.kind() {
        ErrorKind::Limit => error.help().or(Some("the kustomization is too large to build")),
        _ => error.help(),
    }
}

/// Writes a file an object, named as kustomize names it.
fn put_files(ui: &Ui, folder: &Path, build: &Build) -> CommandResult {
    let files = build.to_files().map_err(|error| failed(ui, &error.to_string(), None))?;
    for (name, text) in files {
        put(ui, &folder.join(name), &text)?;
    }
    Ok(())
}

fn put(ui: &Ui, path: &Path, text: &str) -> CommandResult {
    fs::write(path, text).map_err(|error| failed(ui, &format!("{}: {error}", path.display()), None))
}
