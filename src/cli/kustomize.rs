//! `zij kustomize`: drop-in for `kustomize build` and `kubectl kustomize`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use zij_kustomize::{
    Build, DiskFolder, Error, ErrorKind, LoadRestrictor, Options, Profile, Reorder, build,
};

use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Builds a kustomization as `kustomize build` does.
///
/// Takes kustomize's flags and prints kustomize's bytes. No program is started and no network is used:
/// remote content and charts are refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: zij kustomize overlays/production")]
pub(crate) struct KustomizeArgs {
    /// The directory with the kustomization
    #[arg(value_name = "DIR", default_value = ".")]
    kustomization: PathBuf,
    /// Write to this file, or a file an object into this directory
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Which files kustomizations may name
    #[arg(long, value_name = "RULE", default_value = "LoadRestrictionsRootOnly")]
    load_restrictor: Restrictor,
    /// The order of the objects where the kustomization has no `sortOptions`
    #[arg(long, value_name = "ORDER", default_value = "legacy")]
    reorder: Order,
    /// Label all objects as managed by kustomize
    #[arg(long)]
    enable_managedby_label: bool,
    /// Build as this version of kustomize does: 5.4, 5.7 or 5.8
    #[arg(long = "as", value_name = "VERSION")]
    version: Option<String>,
    #[command(flatten)]
    refused: RefusedArgs,
    #[command(flatten)]
    ignored: IgnoredArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Restrictor {
    #[value(name = "LoadRestrictionsRootOnly", alias = "rootOnly")]
    RootOnly,
    #[value(name = "LoadRestrictionsNone", alias = "none")]
    None,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Order {
    Legacy,
    None,
}

/// Flags that would start programs.
#[derive(Debug, clap::Args)]
struct RefusedArgs {
    /// Refused: plugins are programs
    #[arg(long, hide = true)]
    enable_alpha_plugins: bool,
    /// Refused: charts are rendered by `zij template`
    #[arg(long, hide = true)]
    enable_helm: bool,
}

/// Flags that only matter together with refused ones.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "kustomize's own switches")]
struct IgnoredArgs {
    #[arg(long, hide = true)]
    helm_command: Option<String>,
    #[arg(long, hide = true)]
    helm_api_versions: Vec<String>,
    #[arg(long, hide = true)]
    helm_kube_version: Option<String>,
    #[arg(long, hide = true)]
    helm_debug: bool,
    #[arg(long, hide = true)]
    network: bool,
    #[arg(long, hide = true)]
    network_name: Option<String>,
    #[arg(long, hide = true)]
    mount: Vec<String>,
    #[arg(short, long, hide = true)]
    env: Vec<String>,
    #[arg(long, hide = true)]
    as_current_user: bool,
}

/// Builds and prints; a failure ends with kustomize's exit code.
pub(crate) fn run(ui: &Ui, directory: &Path, args: &KustomizeArgs) -> CommandResult {
    let profile = args.profile()?;
    let refused = [
        (args.refused.enable_alpha_plugins, "--enable-alpha-plugins", "plugins are programs"),
        (args.refused.enable_helm, "--enable-helm", "charts are rendered by `zij template`"),
    ];
    if let Some((_, flag, reason)) = refused.into_iter().find(|(given, _, _)| *given) {
        return Err(CommandError::usage(format!("{flag} is not supported: {reason}")));
    }
    let target = directory.join(&args.kustomization);
    let target = target.canonicalize().map_err(|error| {
        failed(ui, &format!("must build at directory: {}: {error}", target.display()), None)
    })?;
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
        managed_by_label: args.enable_managedby_label,
        ..Options::default()
    };
    // The user has the rights to read whatever a kustomization refers to.
    let root = target.ancestors().last().unwrap_or(&target);
    let folder = DiskFolder::new(root)?;
    let path = target.strip_prefix(root).ok().and_then(Path::to_str);
    let path = path.ok_or_else(|| CommandError::usage("the directory's name is not UTF-8"))?;
    let told = |error: &Error| failed(ui, &error.to_string(), error_hint(error));
    let build = build(&folder, path, &options).map_err(|error| told(&error))?;
    for warning in &build.warnings {
        ui.status(warning);
    }
    let text = build.to_yaml().map_err(|error| told(&error))?;
    let Some(output) = &args.output else { return ui.print(text) };
    let output = directory.join(output);
    if output.is_dir() { put_files(ui, &output, &build) } else { Ok(fs::write(output, text)?) }
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
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}
