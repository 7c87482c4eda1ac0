//! From Helm's flags to the engine.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use zij_helm::{
    Capabilities, Chart, Engine, Error, Hooks, Inputs, KubeVersion, Profile, Release,
    RenderOptions, Rendered,
    host::Surroundings,
    load::{DiskFolder, LoadLimits},
    values::{SetFlag, ValuesLayer, merge_layers, strvals},
};

use super::{TemplateArgs, output};
use crate::{
    clock,
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Renders and prints as Helm does; a failure has Helm's words and Helm's exit code.
pub(crate) fn run(ui: &Ui, directory: &Path, args: &TemplateArgs) -> CommandResult {
    if let Some((flag, reason)) = args.refused.given() {
        return Err(CommandError::usage(format!("{flag} is not supported: {reason}")));
    }
    let profile =
        Profile::find(&args.engine).map_err(|error| CommandError::usage(error.to_string()))?;
    let (name, chart) = name_and_chart(ui, args)?;
    let engine = Engine::new(profile);
    let outcome = render(&engine, directory, args, name, chart);
    let (release, rendered) = outcome.map_err(|failure| match failure {
        Failure::Helm(error) if args.debug.0 => failed(ui, error.text()),
        Failure::Helm(error) => failed(ui, &error.helm_text()),
        Failure::Input(text) => failed(ui, &text),
    })?;
    for warning in &rendered.warnings {
        ui.status(&format!("warning: {warning}"));
    }
    output::put(ui, directory, args, &release, profile, &rendered)
}

/// Why nothing was rendered.
pub(super) enum Failure {
    /// Helm refuses it too, in these words.
    Helm(Error),
    /// A file that an argument names cannot be read.
    Input(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Helm(error)
    }
}

/// Says what is wrong as Helm does; Helm ends every failure with 1, and scripts rely on it.
pub(super) fn failed(ui: &Ui, text: &str) -> CommandError {
    ui.status(&format!("Error: {text}"));
    CommandError::rejected()
}

fn name_and_chart<'a>(
    ui: &Ui,
    args: &'a TemplateArgs,
) -> CommandResult<(Option<&'a str>, &'a str)> {
    match &args.release_and_chart[..] {
        [chart] => Ok((None, chart)),
        [_, _] if args.release.generate_name => {
            Err(failed(ui, "cannot set --generate-name and also specify a name"))
        }
        [name, chart] => Ok((Some(name), chart)),
        _ => Err(CommandError::usage("a chart is required")),
    }
}

fn render(
    engine: &Engine,
    directory: &Path,
    args: &TemplateArgs,
    name: Option<&str>,
    chart: &str,
) -> Result<(Release, Rendered), Failure> {
    let profile = engine.profile();
    let capabilities = capabilities(args, profile)?;
    let values = merge_layers(&layers(directory, args, profile)?, profile)?;
    let release = release(engine, args, name, chart)?;
    let chart = Arc::new(load(directory, chart, profile)?);
    let inputs = Inputs {
        chart: &chart,
        release: &release,
        values: &values,
        capabilities: &capabilities,
        options: &options(args),
    };
    let rendered = engine.render(&inputs, surroundings(args))?;
    Ok((release, rendered))
}

fn surroundings(args: &TemplateArgs) -> Surroundings {
    args.seed.as_deref().map_or_else(clock::real_surroundings, Surroundings::seeded)
}

fn options(args: &TemplateArgs) -> RenderOptions {
    let hooks = match (args.output.no_hooks.0, args.output.skip_tests.0) {
        (true, _) => Hooks::None,
        (false, true) => Hooks::WithoutTests,
        (false, false) => Hooks::All,
    };
    RenderOptions {
        skip_schema_validation: args.release.skip_schema_validation.0,
        include_crds: args.output.include_crds.0,
        hooks,
        ..RenderOptions::default()
    }
}

fn capabilities(args: &TemplateArgs, profile: &Profile) -> Result<Capabilities, Error> {
    let capabilities = Capabilities::default_for(profile)
        .with_api_versions(args.release.api_versions.iter().cloned());
    Ok(match &args.release.kube_version {
        Some(version) => capabilities.with_kube_version(KubeVersion::parse(version, profile)?),
        None => capabilities,
    })
}

fn release(
    engine: &Engine,
    args: &TemplateArgs,
    name: Option<&str>,
    chart: &str,
) -> Result<Release, Error> {
    let name = match (&args.release.name_template, name) {
        (Some(template), _) => engine.release_name(template, surroundings(args))?,
        (None, Some(name)) => name.to_owned(),
        (None, None) if args.release.generate_name => generated_name(chart),
        (None, None) => "release-name".to_owned(),
    };
    let mut release = Release::new(name, &args.release.namespace);
    release.is_upgrade = args.release.is_upgrade.0;
    Ok(release)
}

/// The chart's file name up to its first dot and the time, as Helm's `NameAndChart` does.
fn generated_name(chart: &str) -> String {
    let base = Path::new(chart).file_name().map(|name| name.to_string_lossy().into_owned());
    let base = base.filter(|base| base != "." && !base.is_empty());
    let base = base.as_deref().and_then(|base| base.split('.').next()).unwrap_or("chart");
    format!("{base}-{}", clock::since_epoch().as_secs())
}

fn load(directory: &Path, chart: &str, profile: &Profile) -> Result<Chart, Failure> {
    let path = directory.join(chart);
    let limits = LoadLimits::default();
    if path.is_dir() {
        return Ok(Chart::load(&DiskFolder::new(path), "", profile, &limits)?);
    }
    if !path.exists() {
        return Err(Failure::Input(format!("path {chart:?} not found")));
    }
    let data = fs::read(&path).map_err(|error| Failure::Input(format!("{chart}: {error}")))?;
    Ok(Chart::load_archive(&path.display().to_string(), &data, profile, &limits)?)
}

fn layers(
    directory: &Path,
    args: &TemplateArgs,
    profile: &Profile,
) -> Result<Vec<ValuesLayer>, Failure> {
    let values = &args.values;
    let mut layers = Vec::new();
    for file in &values.files {
        layers.push(ValuesLayer::file(file, &read_values(directory, file)?, profile)?);
    }
    for (flag, texts) in [
        (SetFlag::Json, &values.set_json),
        (SetFlag::Typed, &values.set),
        (SetFlag::Text, &values.set_string),
        (SetFlag::Literal, &values.set_literal),
    ] {
        layers.extend(texts.iter().map(|text| ValuesLayer::flag(flag, text)));
    }
    for text in &values.set_file {
        let files = named_files(directory, text, profile);
        layers.push(ValuesLayer::flag_with_files(SetFlag::File, text, files));
    }
    Ok(layers)
}

fn read_values(directory: &Path, file: &str) -> Result<Vec<u8>, Failure> {
    let text = if file == "-" {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text).map(|_| text)
    } else if file.contains("://") {
        let reason = format!("{file}: zij template uses no network; fetch the file first");
        return Err(Failure::Input(reason));
    } else {
        fs::read(directory.join(file))
    };
    text.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::Input(format!("open {file}: no such file or directory"))
        }
        _ => Failure::Input(format!("{file}: {error}")),
    })
}

/// The contents of the files that a `--set-file` text names, as far as they can be read.
fn named_files(directory: &Path, text: &str, profile: &Profile) -> BTreeMap<String, Vec<u8>> {
    let found = RefCell::new(BTreeMap::new());
    let read = |name: &str| {
        let path: PathBuf = directory.join(name);
        let content = fs::read(path).map_err(|error| error.to_string())?;
        found.borrow_mut().insert(name.to_owned(), content.clone());
        Ok(content)
    };
    // What is wrong with the text is said when the layers are merged.
    drop(strvals::set_file(text, &mut Default::default(), profile, &read));
    found.into_inner()
}
