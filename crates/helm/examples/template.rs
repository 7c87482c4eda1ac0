//! A small `helm template` on top of the library:
//!
//! ```text
//! cargo run --release -p zij-helm --example template -- \
//!     template rel CHART --namespace ns --include-crds [-f VALUES] [--set k=v] [--engine 4.2]
//! ```

use std::{error::Error, io::Write as _, path::Path, process::ExitCode, sync::Arc};

use zij_helm::{
    Capabilities, Chart, Engine, Hooks, Inputs, KubeVersion, Profile, Release, RenderOptions,
    host::Surroundings,
    load::{DiskFolder, LoadLimits},
    values::{SetFlag, ValuesLayer, merge_layers},
};

#[derive(Default)]
struct Arguments {
    name: String,
    chart: String,
    namespace: String,
    values: Vec<String>,
    sets: Vec<(SetFlag, String)>,
    shown: Vec<String>,
    kube_version: Option<String>,
    api_versions: Vec<String>,
    is_upgrade: bool,
    profile: &'static Profile,
    options: RenderOptions,
}

fn parse() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments { namespace: "default".to_owned(), ..Arguments::default() };
    let mut positional = Vec::new();
    let mut rest = std::env::args().skip(1).filter(|argument| argument != "template");
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or("a flag lacks its value");
        match argument.as_str() {
            "-n" | "--namespace" => arguments.namespace = value()?,
            "-f" | "--values" => arguments.values.push(value()?),
            "-s" | "--show-only" => arguments.shown.push(value()?),
            "--set" => arguments.sets.push((SetFlag::Typed, value()?)),
            "--set-string" => arguments.sets.push((SetFlag::Text, value()?)),
            "--set-json" => arguments.sets.push((SetFlag::Json, value()?)),
            "--set-literal" => arguments.sets.push((SetFlag::Literal, value()?)),
            "--kube-version" => arguments.kube_version = Some(value()?),
            "--api-versions" => {
                arguments.api_versions.extend(value()?.split(',').map(str::to_owned));
            }
            "--is-upgrade" => arguments.is_upgrade = true,
            "--engine" => arguments.profile = Profile::find(&value()?)?,
            "--include-crds" => arguments.options.include_crds = true,
            "--skip-tests" => arguments.options.hooks = Hooks::WithoutTests,
            "--no-hooks" => arguments.options.hooks = Hooks::None,
            _ => positional.push(argument),
        }
    }
    let mut positional = positional.into_iter();
    arguments.name = positional.next().ok_or("NAME CHART are wanted")?;
    arguments.chart = positional.next().ok_or("NAME CHART are wanted")?;
    Ok(arguments)
}

fn run() -> Result<Vec<u8>, Box<dyn Error>> {
    let arguments = parse()?;
    let profile = arguments.profile;
    let mut layers = Vec::new();
    for path in &arguments.values {
        layers.push(ValuesLayer::file(path, &std::fs::read(path)?, profile)?);
    }
    layers.extend(arguments.sets.iter().map(|(flag, text)| ValuesLayer::flag(*flag, text)));
    let values = merge_layers(&layers, profile)?;
    let limits = LoadLimits::default();
    let chart = if Path::new(&arguments.chart).is_dir() {
        Chart::load(&DiskFolder::new(&arguments.chart), "", profile, &limits)?
    } else {
        let data = std::fs::read(&arguments.chart)?;
        Chart::load_archive(&arguments.chart, &data, profile, &limits)?
    };
    let mut capabilities = Capabilities::default_for(profile)
        .with_api_versions(arguments.api_versions.iter().cloned());
    if let Some(version) = &arguments.kube_version {
        capabilities = capabilities.with_kube_version(KubeVersion::parse(version, profile)?);
    }
    let mut release = Release::new(&arguments.name, &arguments.namespace);
    release.is_upgrade = arguments.is_upgrade;
    let inputs = Inputs {
        chart: &Arc::new(chart),
        release: &release,
        values: &values,
        capabilities: &capabilities,
        options: &arguments.options,
    };
    let rendered = Engine::new(profile)
        .render(&inputs, Surroundings::seeded("example"))
        .map_err(|error| error.helm_text())?;
    Ok(if arguments.shown.is_empty() {
        rendered.to_text()
    } else {
        rendered.to_text_of(&arguments.shown, profile)?
    })
}

fn main() -> ExitCode {
    let outcome = run().and_then(|text| Ok(std::io::stdout().write_all(&text)?));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let told = writeln!(std::io::stderr(), "Error: {error}");
            told.map_or(ExitCode::from(3), |()| ExitCode::FAILURE)
        }
    }
}
