//! The flags of `helm template` that cases use.

use std::{cell::RefCell, collections::BTreeMap, fs, path::Path, sync::Arc};

use zij_gotmpl::DataMap;
use zij_helm::{
    Capabilities, Chart, Engine, Error, Hooks, Inputs, KubeVersion, Profile, Release,
    RenderOptions,
    host::Surroundings,
    load::{DiskFolder, LoadLimits},
    values::{SetFlag, ValuesLayer, merge_layers, strvals},
};

/// What a command line asks for.
#[derive(Default)]
pub(crate) struct Flags<'a> {
    positional: Vec<&'a str>,
    files: Vec<&'a str>,
    sets: Vec<(SetFlag, &'a str)>,
    set_files: Vec<&'a str>,
    shown: Vec<String>,
    api_versions: Vec<String>,
    kube_version: Option<&'a str>,
    name_template: Option<&'a str>,
    namespace: Option<&'a str>,
    is_upgrade: bool,
    options: RenderOptions,
}

impl<'a> Flags<'a> {
    pub(crate) fn parse(arguments: &'a [String]) -> Self {
        let mut flags = Self::default();
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().expect("a flag with its value");
            let many = |text: &'a str| text.split(',');
            match argument {
                "-f" => flags.files.extend(many(value())),
                "--set" => flags.sets.push((SetFlag::Typed, value())),
                "--set-string" => flags.sets.push((SetFlag::Text, value())),
                "--set-json" => flags.sets.push((SetFlag::Json, value())),
                "--set-literal" => flags.sets.push((SetFlag::Literal, value())),
                "--set-file" => flags.set_files.push(value()),
                "--show-only" => flags.shown.push(value().to_owned()),
                "--api-versions" => {
                    flags.api_versions.extend(many(value()).map(str::to_owned));
                }
                "--kube-version" => flags.kube_version = Some(value()),
                "--name-template" => flags.name_template = Some(value()),
                "--namespace" => flags.namespace = Some(value()),
                "--is-upgrade" => flags.is_upgrade = true,
                "--include-crds" => flags.options.include_crds = true,
                "--skip-tests" => flags.options.hooks = Hooks::WithoutTests,
                "--no-hooks" => flags.options.hooks = Hooks::None,
                "--skip-schema-validation" => flags.options.skip_schema_validation = true,
                other => {
                    assert!(!other.starts_with('-'), "an unknown flag: {other}");
                    flags.positional.push(other);
                }
            }
        }
        flags
    }

    /// What the command prints in a folder.
    pub(crate) fn run(&self, folder: &Path, engine: &Engine) -> Result<Vec<u8>, Error> {
        let profile = engine.profile();
        let mut capabilities =
            Capabilities::default_for(profile).with_api_versions(self.api_versions.iter().cloned());
        if let Some(version) = self.kube_version {
            capabilities = capabilities.with_kube_version(KubeVersion::parse(version, profile)?);
        }
        let values = self.values(folder, profile)?;
        let (release, chart) = self.release(engine)?;
        let inputs = Inputs {
            chart: &Arc::new(load(folder, chart, profile)?),
            release: &release,
            values: &values,
            capabilities: &capabilities,
            options: &self.options,
        };
        let rendered = engine.render(&inputs, Surroundings::seeded("test"))?;
        if self.shown.is_empty() {
            Ok(rendered.to_text())
        } else {
            rendered.to_text_of(&self.shown, profile)
        }
    }

    fn release(&self, engine: &Engine) -> Result<(Release, &'a str), Error> {
        let (name, chart) = match (&self.positional[..], self.name_template) {
            ([name, chart], None) => ((*name).to_owned(), *chart),
            ([chart], Some(text)) => {
                (engine.release_name(text, Surroundings::seeded("test"))?, *chart)
            }
            ([chart], None) => ("release-name".to_owned(), *chart),
            _ => unreachable!("NAME CHART or --name-template NAME CHART are wanted"),
        };
        let mut release = Release::new(name, self.namespace.unwrap_or("default"));
        release.is_upgrade = self.is_upgrade;
        Ok((release, chart))
    }

    fn values(&self, folder: &Path, profile: &Profile) -> Result<DataMap, Error> {
        let mut layers = Vec::new();
        for file in &self.files {
            let data = fs::read(folder.join(file)).expect("a values file");
            layers.push(ValuesLayer::file(*file, &data, profile)?);
        }
        for kind in [SetFlag::Json, SetFlag::Typed, SetFlag::Text, SetFlag::Literal] {
            let own = self.sets.iter().filter(|(flag, _)| *flag == kind);
            layers.extend(own.map(|(flag, text)| ValuesLayer::flag(*flag, *text)));
        }
        for text in &self.set_files {
            let files = named_files(folder, text, profile);
            layers.push(ValuesLayer::flag_with_files(SetFlag::File, *text, files));
        }
        merge_layers(&layers, profile)
    }
}

fn load(folder: &Path, chart: &str, profile: &Profile) -> Result<Chart, Error> {
    let (path, limits) = (folder.join(chart), LoadLimits::default());
    if path.is_dir() {
        return Chart::load(&DiskFolder::new(path), "", profile, &limits);
    }
    let data = fs::read(path).expect("an archive");
    Chart::load_archive(chart, &data, profile, &limits)
}

fn named_files(folder: &Path, text: &str, profile: &Profile) -> BTreeMap<String, Vec<u8>> {
    let found = RefCell::new(BTreeMap::new());
    let read = |name: &str| {
        let data = fs::read(folder.join(name)).map_err(|error| error.to_string())?;
        found.borrow_mut().insert(name.to_owned(), data.clone());
        Ok(data)
    };
    drop(strvals::set_file(text, &mut DataMap::default(), profile, &read));
    found.into_inner()
}
