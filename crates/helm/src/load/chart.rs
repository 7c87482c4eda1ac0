//! Putting a chart together from its files.
//!
//! Source of the rules: `LoadFiles` of Helm's `pkg/chart/v2/loader/load.go`.

use std::{collections::BTreeMap, sync::Arc};

use zij_goyaml::Node;

use super::{
    archive, directory,
    folder::{Folder, FolderError},
    limits::LoadLimits,
    source::File,
};
use crate::{
    chart::{
        Chart, Metadata, Structs,
        decode::{DecodeError, Fields, Struct},
    },
    diagnosis::Fact,
    error::{Error, Place, Stage},
    profile::{Feature, Profile},
    values::ValuesFile,
    yaml::{self, YamlError},
};

impl Chart {
    /// Loads the chart at `path` of a folder, with all charts inside it.
    ///
    /// # Errors
    /// Helm's text for anything that Helm refuses, or a limit; the stage is [`Stage::Load`].
    pub fn load(
        folder: &dyn Folder,
        path: &str,
        profile: &Profile,
        limits: &LoadLimits,
    ) -> Result<Self, Error> {
        let file = directory::joined(path, "Chart.yaml");
        if profile.is_v4() {
            match folder.read(&file, limits.file_bytes) {
                Ok(data) => check_api_version(&data, profile)?,
                // Reading all files has other words for it.
                Err(FolderError::TooLarge(_)) => {}
                Err(error) => {
                    let shown = folder.display(&file);
                    return Err(failed(format!("unable to detect chart at {shown}: {error}")));
                }
            }
        }
        Loader { profile, limits }.chart(directory::read_files(folder, path, limits)?, 0)
    }

    /// Loads a chart from a gzipped tar archive; `name` is the path to show in messages.
    ///
    /// # Errors
    /// As [`Chart::load`].
    pub fn load_archive(
        name: &str,
        data: &[u8],
        profile: &Profile,
        limits: &LoadLimits,
    ) -> Result<Self, Error> {
        archive::ensure_archive(name, data)?;
        let files = archive::read_files(data, limits).map_err(|error| {
            let hidden = profile.is_v4() && !error.is_limit();
            if hidden { failed("unable to load chart archive".to_owned()) } else { error }
        })?;
        if profile.is_v4() {
            match files.iter().find(|file| file.name == "Chart.yaml") {
                Some(file) => check_api_version(&file.data, profile)?,
                None => {
                    let text = "unable to detect chart version, no Chart.yaml found";
                    return Err(failed(text.to_owned()));
                }
            }
        }
        Loader { profile, limits }.chart(files, 0)
    }
}

fn failed(text: String) -> Error {
    Error::new(Stage::Load, text)
}

/// What Helm reads first to choose a loader.
static CHART_BASE: Struct = Struct { go_type: "loader.chartBase", name: "chartBase", path: "" };

fn check_api_version(data: &[u8], profile: &Profile) -> Result<(), Error> {
    let version = read_located("Chart.yaml", data, |node| {
        let mut version = String::new();
        for field in Fields::of(node, &CHART_BASE)? {
            if field.lower_name == "apiversion" {
                field.string(&mut version)?;
            }
        }
        Ok(version)
    })?;
    let known = matches!(version.as_str(), "" | "v1" | "v2");
    if known || !profile.has(Feature::KnownApiVersionsOnly) {
        Ok(())
    } else {
        Err(failed("unsupported chart version".to_owned()))
    }
}

fn read_into(
    metadata: &mut Metadata,
    name: &str,
    data: &[u8],
    profile: &Profile,
) -> Result<(), Error> {
    read_located(name, data, |node| metadata.read(node, Structs::of(profile)))
}

/// Reads a YAML file of a chart into something; failures carry the file and the line.
fn read_located<T>(
    name: &str,
    data: &[u8],
    read: impl FnOnce(&Node) -> Result<T, DecodeError>,
) -> Result<T, Error> {
    let refused = |error: YamlError| {
        let place = Place::in_yaml(name, data, &error);
        let failure = failed(format!("cannot load {name}: {error}")).with_trace(vec![place]);
        failure.with_fact(Fact::Yaml(error.problem))
    };
    let node = yaml::read(data).map_err(refused)?;
    read(&node).map_err(|error| match error {
        DecodeError::Invalid(_) => {
            let place = Place { file: name.to_owned(), ..Place::default() };
            failed(error.to_string()).with_trace(vec![place])
        }
        DecodeError::Type(error) => refused(error),
    })
}

struct Loader<'a> {
    profile: &'a Profile,
    limits: &'a LoadLimits,
}

/// What the files of a chart fall into besides its metadata.
#[derive(Default)]
struct Parts {
    templates: Vec<File>,
    files: Vec<File>,
    values: ValuesFile,
    schema: Option<Arc<[u8]>>,
    subcharts: BTreeMap<String, Vec<File>>,
}

impl Loader<'_> {
    fn chart(&self, files: Vec<File>, depth: usize) -> Result<Chart, Error> {
        if depth > self.limits.depth {
            return Err(failed("charts nest too deeply".to_owned()).over_limit());
        }
        let mut metadata = None;
        for file in files.iter().filter(|file| file.name == "Chart.yaml") {
            let metadata: &mut Metadata = metadata.get_or_insert_default();
            read_into(metadata, "Chart.yaml", &file.data, self.profile)?;
            if metadata.api_version.is_empty() {
                "v1".clone_into(&mut metadata.api_version);
            }
        }
        let mut parts = Parts::default();
        for file in files {
            self.place(file, &mut metadata, &mut parts)?;
        }
        let mut metadata =
            metadata.ok_or_else(|| failed("Chart.yaml file is missing".to_owned()))?;
        metadata
            .validate(self.profile)
            .map_err(|problem| failed(format!("validation: {problem}")))?;
        let mut dependencies = Vec::new();
        for (name, files) in parts.subcharts {
            if let Some(subchart) = self.subchart(&name, files, &metadata.name, depth)? {
                dependencies.push(Arc::new(subchart));
            }
        }
        Ok(Chart {
            metadata,
            templates: parts.templates,
            files: parts.files,
            values: parts.values,
            schema: parts.schema,
            dependencies,
        })
    }

    fn place(
        &self,
        file: File,
        metadata: &mut Option<Metadata>,
        parts: &mut Parts,
    ) -> Result<(), Error> {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => check_lock(&file, self.profile)?,
            "values.yaml" => {
                parts.values = ValuesFile::parse(&file.data, self.profile).map_err(|error| {
                    let place = Place::in_yaml(&file.name, &file.data, &error);
                    failed(format!("cannot load values.yaml: {error}"))
                        .with_trace(vec![place])
                        .with_fact(Fact::Yaml(error.problem))
                })?;
            }
            "values.schema.json" => parts.schema = Some(file.data),
            "requirements.yaml" => {
                let metadata = metadata.get_or_insert_default();
                read_into(metadata, "requirements.yaml", &file.data, self.profile)?;
                if metadata.api_version == "v1" {
                    parts.files.push(file);
                }
            }
            "requirements.lock" => {
                check_lock(&file, self.profile)?;
                if metadata.as_ref().is_some_and(|metadata| metadata.api_version == "v1") {
                    parts.files.push(file);
                }
            }
            name if name.starts_with("templates/") => parts.templates.push(file),
            name => match name.strip_prefix("charts/") {
                Some(inner) if !has_extension(name, "prov") => {
                    let group = inner.split('/').next().unwrap_or(inner).to_owned();
                    let file = file.renamed(inner);
                    parts.subcharts.entry(group).or_default().push(file);
                }
                _ => parts.files.push(file),
            },
        }
        Ok(())
    }

    fn subchart(
        &self,
        name: &str,
        files: Vec<File>,
        parent: &str,
        depth: usize,
    ) -> Result<Option<Chart>, Error> {
        if name.starts_with(['_', '.']) {
            return Ok(None);
        }
        let loaded = if has_extension(name, "tgz") {
            let Some(file) = files.into_iter().next() else { return Ok(None) };
            if file.name != name {
                let got = file.name;
                return Err(failed(format!(
                    "error unpacking subchart tar in {parent}: expected {name}, got {got}"
                )));
            }
            archive::read_files(&file.data, self.limits)
                .and_then(|files| self.chart(files, depth + 1))
        } else {
            let inner = |file: File| {
                let (_, rest) = file.name.split_once('/')?;
                Some(file.renamed(rest))
            };
            self.chart(files.into_iter().filter_map(inner).collect(), depth + 1)
        };
        let word = if self.profile.has(Feature::NamedSubcharts) { "subchart " } else { "" };
        let words = format!("error unpacking {word}{name} in {parent}: ");
        loaded.map(Some).map_err(|error| error.prefixed(words))
    }
}

/// Lock files are not used, but a broken one stops the load.
fn check_lock(file: &File, profile: &Profile) -> Result<(), Error> {
    read_located(&file.name, &file.data, |node| Structs::of(profile).check_lock(node))
}

/// Go's `filepath.Ext` compared without its dot.
fn has_extension(name: &str, extension: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').is_some_and(|(_, own)| own == extension)
}
