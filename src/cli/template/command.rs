//! From Helm's flags to the engine.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use zij_helm::{
    Capabilities, Chart, Engine, Error, Hooks, Inputs, KubeVersion, Profile, Release,
    RenderOptions, Rendered,
    diagnosis::nearest,
    host::Surroundings,
    load::{DiskFolder, LoadLimits},
    values::{SetFlag, ValuesLayer, merge_layers, strvals},
};

use super::{TemplateArgs, output, telling::Teller};
use crate::{
    clock,
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// Renders and prints as Helm does; a failure has Helm's exit code, and with `--helm-errors` its
/// words.
pub(crate) fn run(ui: &Ui, directory: &Path, args: &TemplateArgs) -> CommandResult {
    if let Some((flag, reason)) = args.refused.given() {
        return Err(CommandError::usage(format!("{flag} is not supported: {reason}")));
    }
    let profile =
        Profile::find(&args.engine).map_err(|error| CommandError::usage(error.to_string()))?;
    let engine = Engine::new(profile);
    let mut work = Work::default();
    let rendered = render(&engine, directory, args, &mut work);
    let rendered = rendered.and_then(|(release, rendered)| {
        for warning in &rendered.warnings {
            ui.status(&format!("warning: {warning}"));
        }
        let shown = output::shown(args, profile, &rendered)?;
        Ok((release, rendered, shown))
    });
    let teller = Teller { ui, directory, args, profile, work: &work };
    let (release, rendered, shown) = rendered.map_err(|failure| teller.tell(&failure))?;
    match shown {
        Some(text) => ui.print(text),
        None => output::write(ui, directory, args, &release, &rendered),
    }
}

/// What is known when a failure is told.
#[derive(Default)]
pub(super) struct Work {
    pub(super) layers: Vec<ValuesLayer>,
    pub(super) chart: Option<Arc<Chart>>,
}

/// Why nothing was rendered.
pub(super) enum Failure {
    /// Helm refuses it too, in these words.
    Helm(Error),
    /// Something outside the chart: a file that an argument names cannot be read.
    Input { text: String, help: Option<String> },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Helm(error)
    }
}

impl Failure {
    fn input(text: impl Into<String>) -> Self {
        Self::Input { text: text.into(), help: None }
    }
}

fn name_and_chart(args: &TemplateArgs) -> Result<(Option<&str>, &str), Failure> {
    match &args.release_and_chart[..] {
        [_, _] if args.release.generate_name => {
            Err(Failure::input("cannot set --generate-name and also specify a name"))
        }
        [_, _] if name_template(args).is_some() => {
            Err(Failure::input("cannot set --name-template and also specify a name"))
        }
        [name, chart] => Ok((Some(name), chart)),
        [chart, ..] => Ok((None, chart)),
        // Clap asks for one.
        [] => Err(Failure::input("a chart is required")),
    }
}

fn render(
    engine: &Engine,
    directory: &Path,
    args: &TemplateArgs,
    work: &mut Work,
) -> Result<(Release, Rendered), Failure> {
    let profile = engine.profile();
    let (name, chart) = name_and_chart(args)?;
    let capabilities = capabilities(args, profile)?;
    work.layers = layers(directory, args, profile)?;
    let values = merge_layers(&work.layers, profile)?;
    let release = release(engine, args, name, chart)?;
    let chart = work.chart.insert(Arc::new(load(directory, chart, profile)?));
    let inputs = Inputs {
        chart,
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
    let name = match (name_template(args), name) {
        (Some(template), _) => engine.release_name(template, surroundings(args))?,
        (None, Some(name)) => name.to_owned(),
        (None, None) if args.release.generate_name => generated_name(chart),
        (None, None) => "release-name".to_owned(),
    };
    let mut release = Release::new(name, &args.release.namespace);
    release.is_upgrade = args.release.is_upgrade.0;
    Ok(release)
}

/// An empty template is none to Helm.
fn name_template(args: &TemplateArgs) -> Option<&str> {
    args.release.name_template.as_deref().filter(|template| !template.is_empty())
}

/// The chart's file name up to its first dot and the time, as Helm's `NameAndChart` does.
fn generated_name(chart: &str) -> String {
    let base = Path::new(chart).file_name().map(|name| name.to_string_lossy().into_owned());
    let base = base.filter(|base| base != "." && !base.is_empty());
    let base = base.as_deref().and_then(|base| base.split('.').next()).unwrap_or("chart");
    format!("{base}-{}", clock::since_epoch().as_secs())
}

fn load(directory: &Path, chart: &str, profile: &Profile) -> Result<Chart, Failure> {
    let path = absolute(&directory.join(chart));
    let limits = LoadLimits::default();
    if path.is_dir() {
        return Ok(Chart::load(&DiskFolder::new(path), "", profile, &limits)?);
    }
    if !path.exists() {
        let help = neighbour(directory, chart);
        return Err(Failure::Input { text: format!("path {chart:?} not found"), help });
    }
    let data = fs::read(&path).map_err(|error| Failure::input(format!("{chart}: {error}")))?;
    Ok(Chart::load_archive(&path.display().to_string(), &data, profile, &limits)?)
}

/// The path that Helm names in messages: Go's `filepath.Abs`, which follows no links.
fn absolute(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
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
        let text = format!("{file}: zij template uses no network; fetch the file first");
        return Err(Failure::input(text));
    } else {
        fs::read(directory.join(file))
    };
    text.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let text = format!("open {file}: no such file or directory");
            Failure::Input { text, help: neighbour(directory, file) }
        }
        _ => Failure::input(format!("{file}: {error}")),
    })
}

/// A file or folder with nearly that name.
fn neighbour(directory: &Path, path: &str) -> Option<String> {
    let path = Path::new(path);
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let entries = fs::read_dir(Path::new(".").join(directory).join(folder)).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = names.collect();
    let near = nearest(name, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", folder.join(near).display()))
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
