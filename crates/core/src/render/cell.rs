//! Renders one cell: its sources one after the other.

use std::sync::Arc;

use zij_helm::{
    Engine, Profile,
    diagnosis::{Sources, diagnose},
    values::{SetFlag, ValuesLayer},
};

use crate::{
    inventory::{
        Application, ChartDefaults, ChartRender, Cluster, DefaultsFile, Lock, Render, SetKind,
        Source, SourceAt, Unknown, UnknownKind, ValuesSource,
    },
    source::{Files, Place, SourceError, Tree, TreePath},
};

use super::{
    EffectiveValues, FailureKind, RenderFailure, Rendering,
    chart::{LoadedChart, syntax_position},
    directory,
    elsewhere::pinned,
    folder::{source_failure, unreadable},
    helm, inputs,
    kustomize::{Built, Way},
    renderer::{Documents, Renderer},
    rework::rework,
    values::{ChartValues, Layer},
};

type Outcome<T> = Result<T, Arc<RenderFailure>>;

/// A source with all that its render reads.
enum Prepared<'a> {
    Chart { render: &'a ChartRender, chart: Arc<LoadedChart>, layers: Vec<Layer> },
    Directory { render: &'a crate::inventory::DirectoryRender, files: Files<'a>, path: TreePath },
    Kustomize(Arc<Built>),
    Nothing,
}

impl Renderer {
    pub(super) fn cell(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Outcome<Arc<Rendering>> {
        if let Some(fault) = &cluster.fault {
            return Err(Arc::new(RenderFailure {
                kind: FailureKind::Unknown(UnknownKind::File),
                message: format!("cluster `{}` is not known: {}", cluster.name, fault.message),
                place: fault.place.clone(),
                hint: fault.hint.clone(),
                diagnosis: None,
            }));
        }
        let engine = self.engine(cluster)?;
        let inputs = inputs::inputs(tree, self, application, cluster)
            .map_err(|error| Arc::new(source_failure(&error)))?;
        let mut sources = Vec::with_capacity(application.sources.len());
        for (source, content) in application.sources.iter().zip(&inputs.contents) {
            sources.push(self.prepare(
                tree,
                (application, cluster),
                source,
                *content,
                engine.profile(),
            )?);
        }
        let documents = self.documents.get_or_make(&inputs.reads.key, || {
            let made = documents(engine, application, cluster, &sources);
            let made = made.and_then(|made| rework(made, application));
            let made = made.map(Arc::new).map_err(Arc::new);
            let weight = made.as_ref().map_or(1024, |made| made.weight());
            (made, weight)
        })?;
        Ok(Arc::new(Rendering {
            documents: Arc::clone(&documents.documents),
            warnings: Arc::clone(&documents.warnings),
            values: values(sources, engine.profile()),
            reads: inputs.reads,
        }))
    }

    /// The values of each chart of a cell, also where the chart cannot be rendered; none of a source
    /// that cannot be read.
    pub fn values(
        &self,
        tree: &dyn Tree,
        application: &Application,
        cluster: &Cluster,
    ) -> Vec<EffectiveValues> {
        let (Ok(engine), Ok(inputs)) =
            (self.engine(cluster), inputs::inputs(tree, self, application, cluster))
        else {
            return Vec::new();
        };
        let profile = engine.profile();
        let sources = application.sources.iter().zip(&inputs.contents);
        let prepared = sources.filter_map(|(source, content)| {
            self.prepare(tree, (application, cluster), source, *content, profile).ok()
        });
        prepared
            .filter_map(|source| match source {
                Prepared::Chart { chart, layers, .. } => {
                    Some(EffectiveValues::of_chart(ChartValues { chart, layers, profile }))
                }
                Prepared::Directory { .. } | Prepared::Kustomize(_) | Prepared::Nothing => None,
            })
            .collect()
    }

    fn prepare<'a>(
        &self,
        tree: &'a dyn Tree,
        (application, cluster): (&'a Application, &'a Cluster),
        source: &'a Source,
        content: [u8; 32],
        profile: &'static Profile,
    ) -> Outcome<Prepared<'a>> {
        if let SourceAt::Vendored { path, .. } = &source.at {
            self.known.copies.check(tree, path)?;
        }
        let (files, path) = match &source.at {
            SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => (Files::Here(tree), path),
            SourceAt::Pinned(at) => (pinned(tree, at, &application.origin.place)?, &at.path),
            SourceAt::Absent(missing) => return Err(opaque(missing)),
        };
        match &source.render {
            Render::Chart(render) => {
                let layers = self.layers(tree, &render.values, application, profile)?;
                let chart = self.chart(files.tree(), path, content, profile)?;
                let chart = match &render.defaults {
                    Some(defaults) => {
                        self.with_defaults(tree, &chart, defaults, application, profile)?
                    }
                    None => chart,
                };
                let chart = match &render.build {
                    Some(build) => Arc::new(chart.with_build(build)),
                    None => chart,
                };
                Ok(Prepared::Chart { render, chart, layers })
            }
            Render::Directory(render) => {
                Ok(Prepared::Directory { render, files, path: path.clone() })
            }
            Render::Kustomize(how) => {
                let way = Way { how, renderer: self, cluster };
                let built = self.known.builds.get(files.tree(), path, &way);
                match &built.outcome {
                    Ok(_) => Ok(Prepared::Kustomize(built)),
                    Err(failure) => Err(Arc::clone(failure)),
                }
            }
            Render::Nothing | Render::Unread(_) => Ok(Prepared::Nothing),
            Render::Opaque(missing) => Err(opaque(missing)),
            Render::Refused(problem) => Err(Arc::new(RenderFailure {
                kind: FailureKind::Error,
                message: problem.message.clone(),
                place: problem.place.clone(),
                hint: problem.hint.clone(),
                diagnosis: None,
            })),
        }
    }

    fn chart(
        &self,
        tree: &dyn Tree,
        path: &TreePath,
        content: [u8; 32],
        profile: &'static Profile,
    ) -> Result<Arc<LoadedChart>, Arc<RenderFailure>> {
        self.charts.get_or_make(&(path.clone(), content, profile.name), || {
            let loaded = LoadedChart::load(tree, path, profile, &self.known.copies);
            let loaded = loaded.map(Arc::new).map_err(Arc::new);
            let weight = loaded.as_ref().map_or(1024, |chart| chart.weight());
            (loaded, weight)
        })
    }

    /// The chart with other default values.
    fn with_defaults(
        &self,
        tree: &dyn Tree,
        chart: &LoadedChart,
        defaults: &ChartDefaults,
        application: &Application,
        profile: &'static Profile,
    ) -> Outcome<Arc<LoadedChart>> {
        let mut layers = Vec::new();
        for file in &defaults.files {
            let (layer, name) = match file {
                DefaultsFile::Chart(name) => (chart.values_file(name, profile)?, name.to_string()),
                DefaultsFile::Source(at) => {
                    let place = &application.origin.place;
                    let (files, path) = match at {
                        SourceAt::Tree(path) | SourceAt::Vendored { path, .. } => {
                            (Files::Here(tree), path)
                        }
                        SourceAt::Pinned(at) => (pinned(tree, at, place)?, &at.path),
                        SourceAt::Absent(missing) => return Err(opaque(missing)),
                    };
                    let layer = self.file_layer(files.tree(), path, profile)?;
                    (layer.map(|layer| layer.values), path.to_string())
                }
            };
            match layer {
                Some(layer) => layers.push(ValuesLayer::clone(&layer)),
                None if defaults.optional => {}
                None => return Err(no_defaults(&name, application)),
            }
        }
        chart.with_values(&layers, profile).map(Arc::new).map_err(Arc::new)
    }

    fn layers(
        &self,
        tree: &dyn Tree,
        values: &[ValuesSource],
        application: &Application,
        profile: &'static Profile,
    ) -> Outcome<Vec<Layer>> {
        let mut layers = Vec::with_capacity(values.len());
        for layer in values {
            match layer {
                ValuesSource::File(path) => {
                    let layer = self.file_layer(tree, path, profile)?;
                    layers.push(layer.ok_or_else(|| missing_values(path, application))?);
                }
                ValuesSource::OptionalFile(path) => {
                    layers.extend(self.file_layer(tree, path, profile)?);
                }
                ValuesSource::Pinned { at, optional } => {
                    let files = pinned(tree, at, &application.origin.place)?;
                    match self.file_layer(files.tree(), &at.path, profile)? {
                        Some(layer) => layers.push(layer),
                        None if *optional => {}
                        None => return Err(missing_values(&at.path, application)),
                    }
                }
                ValuesSource::Inline { text, place } => {
                    let layer = read_layer(&place.to_string(), text.as_bytes(), place, profile)?;
                    layers.push(Layer { values: layer, place: place.clone() });
                }
                ValuesSource::Set { kind, text, place } => {
                    let values = Arc::new(set_layer(tree, kind, text, application)?);
                    layers.push(Layer { values, place: place.clone() });
                }
            }
        }
        Ok(layers)
    }

    /// A values file; nothing where it is absent.
    fn file_layer(
        &self,
        tree: &dyn Tree,
        path: &TreePath,
        profile: &'static Profile,
    ) -> Result<Option<Layer>, Arc<RenderFailure>> {
        let failed = |error: SourceError| Arc::new(source_failure(&error));
        if path.parts().next() == Some(Lock::FOLDER) {
            self.known.copies.check(tree, path)?;
        }
        let Some(entry) = tree.entry(path).map_err(failed)? else { return Ok(None) };
        let place = Place::line(path.as_str(), 1);
        let layer = self.layers.get_or_make(&(path.clone(), entry.id, profile.name), || {
            let read = match tree.read(path) {
                Ok(Some(text)) => {
                    let weight = 1024 + 8 * text.len();
                    return (read_layer(path.as_str(), &text, &place, profile), weight);
                }
                Ok(None) => unreadable(tree, path).unwrap_or_else(|| RenderFailure {
                    kind: FailureKind::Error,
                    message: format!("read {path}: is a directory"),
                    place: Some(Place::from(path)),
                    hint: None,
                    diagnosis: None,
                }),
                Err(error) => source_failure(&error),
            };
            (Err(Arc::new(read)), 1024)
        });
        Ok(Some(Layer { values: layer?, place }))
    }
}

/// The documents of all sources, in their order.
fn documents(
    engine: &Engine,
    application: &Application,
    cluster: &Cluster,
    sources: &[Prepared<'_>],
) -> Result<Documents, RenderFailure> {
    let mut parts = Vec::with_capacity(sources.len());
    for source in sources {
        match source {
            Prepared::Chart { render, chart, layers } => {
                let cell = helm::Cell { application, render, cluster };
                parts.push(helm::documents(engine, &cell, chart, layers)?);
            }
            Prepared::Directory { render, files, path } => {
                parts.push(directory::documents(files.tree(), path, render)?);
            }
            Prepared::Kustomize(built) => {
                if let Ok(Documents { documents, warnings }) = &built.outcome {
                    let (documents, warnings) = (Arc::clone(documents), Arc::clone(warnings));
                    parts.push(Documents { documents, warnings });
                }
            }
            Prepared::Nothing => {}
        }
    }
    if parts.len() == 1
        && let Some(one) = parts.pop()
    {
        return Ok(one);
    }
    let all = parts.iter().flat_map(|part| part.documents.iter().cloned()).collect();
    let warnings = parts.iter().flat_map(|part| part.warnings.iter().cloned()).collect();
    Ok(Documents { documents: all, warnings })
}

/// The values of the first chart; values of several charts have no common root.
fn values(sources: Vec<Prepared<'_>>, profile: &'static Profile) -> EffectiveValues {
    let mut charts = sources.into_iter().filter_map(|source| match source {
        Prepared::Chart { chart, layers, .. } => Some(ChartValues { chart, layers, profile }),
        Prepared::Directory { .. } | Prepared::Kustomize(_) | Prepared::Nothing => None,
    });
    charts.next().map_or_else(EffectiveValues::default, EffectiveValues::of_chart)
}

fn opaque(missing: &Unknown) -> Arc<RenderFailure> {
    Arc::new(RenderFailure {
        kind: FailureKind::Unknown(missing.kind),
        message: missing.message.clone(),
        place: missing.place.clone(),
        hint: missing.hint.clone(),
        diagnosis: None,
    })
}

/// A single value; `--set-file` reads a file of the tree.
fn set_layer(
    tree: &dyn Tree,
    kind: &SetKind,
    text: &Arc<str>,
    application: &Application,
) -> Outcome<ValuesLayer> {
    let at = match kind {
        SetKind::Typed => return Ok(ValuesLayer::flag(SetFlag::Typed, &**text)),
        SetKind::Text => return Ok(ValuesLayer::flag(SetFlag::Text, &**text)),
        SetKind::File(path) => return set_file(tree, path, text, application),
        SetKind::PinnedFile(at) => at,
    };
    let files = pinned(tree, at, &application.origin.place)?;
    set_file(files.tree(), &at.path, text, application)
}

fn set_file(
    tree: &dyn Tree,
    path: &TreePath,
    text: &Arc<str>,
    application: &Application,
) -> Outcome<ValuesLayer> {
    let read = tree.read(path).map_err(|error| Arc::new(source_failure(&error)))?;
    let bytes = read.ok_or_else(|| missing_values(path, application))?;
    let name = text.split_once('=').map_or("", |(_, name)| name).to_owned();
    Ok(ValuesLayer::flag_with_files(SetFlag::File, &**text, [(name, bytes.to_vec())].into()))
}

pub(super) fn read_layer(
    name: &str,
    text: &[u8],
    place: &Place,
    profile: &'static Profile,
) -> Result<Arc<ValuesLayer>, Arc<RenderFailure>> {
    ValuesLayer::file(name, text, profile).map(Arc::new).map_err(|error| {
        let (line, column) = syntax_position(text);
        let first = place.line.unwrap_or(1);
        let line = line.map(|line| first + line - 1);
        let sources =
            Sources { layers: &[], chart: None, chart_name: "", profile, takes_flags: false };
        let mut diagnosis = diagnose(&error, &sources);
        if let Some(excerpt) = diagnosis.place.as_mut().and_then(|place| place.excerpt.as_mut()) {
            // Values inside another file begin further down in that.
            excerpt.first += first as u32 - 1;
            excerpt.line += first as u32 - 1;
        }
        Arc::new(RenderFailure {
            kind: FailureKind::Error,
            message: error.text().to_owned(),
            place: Some(Place { line, column, ..place.clone() }),
            hint: diagnosis.helps.first().cloned(),
            diagnosis: Some(Box::new(diagnosis)),
        })
    })
}

fn no_defaults(name: &str, application: &Application) -> Arc<RenderFailure> {
    Arc::new(RenderFailure {
        kind: FailureKind::Error,
        message: format!("no values file found at path `{name}`"),
        place: Some(application.origin.place.clone()),
        hint: Some("`ignoreMissingValuesFiles` leaves out what is not there".to_owned()),
        diagnosis: None,
    })
}

fn missing_values(path: &TreePath, application: &Application) -> Arc<RenderFailure> {
    Arc::new(RenderFailure {
        kind: FailureKind::Error,
        message: format!("open {path}: no such file or directory"),
        place: Some(application.origin.place.clone()),
        hint: Some(format!("add {path}, or make the layer `optional` in zij.yaml")),
        diagnosis: None,
    })
}
