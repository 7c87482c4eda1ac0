//! A loaded chart, and where its files lie in the repository.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use zij_goyaml::Limits;
use zij_helm::{
    Chart, Dependency, Error, Profile, Stage,
    diagnosis::{Sources, diagnose},
    load::LoadLimits,
    semver::Version,
    values::{ValuesFile, ValuesLayer, merge_layers},
};

use crate::source::{Place, Tree, TreePath};

use super::{
    FailureKind, RenderFailure,
    cell::read_layer,
    copies::Copies,
    folder::{TreeFolder, source_failure, unreadable},
    message::readable,
    secret_values::{self, ValuesPath},
};

/// The file that makes a folder a chart.
const CHART_FILE: &str = "Chart.yaml";
/// The file with a chart's default values.
const VALUES_FILE: &str = "values.yaml";
/// The name under which Helm runs text that is given to `tpl`.
const TPL_NAME: &str = "gotpl";
/// What to do about a limit of ours.
const BEYOND_LIMIT: &str = "Helm has no such limit: make the template do less, or render it with \
                            fewer values";

/// A chart as every cell that renders it shares it.
#[derive(Debug)]
pub(super) struct LoadedChart {
    pub(super) chart: Arc<Chart>,
    pub(super) places: ChartPlaces,
    secret_paths: OnceLock<BTreeSet<ValuesPath>>,
}

/// Where the files of a chart and of the charts inside it lie.
#[derive(Clone, Debug, Default)]
pub(super) struct ChartPlaces {
    root: String,
    /// Repository paths of subcharts by the path that Helm shows, such as `charts/cache`; archives
    /// and aliases make the two differ.
    subcharts: BTreeMap<String, String>,
}

impl LoadedChart {
    /// Loads the chart at `path`.
    pub(super) fn load(
        tree: &dyn Tree,
        path: &TreePath,
        profile: &'static Profile,
        copies: &Copies,
    ) -> Result<Self, RenderFailure> {
        let places = ChartPlaces { root: path.as_str().to_owned(), ..ChartPlaces::default() };
        let limits = LoadLimits::default();
        let is_archive = path.name().ends_with(".tgz");
        let chart = if is_archive {
            let data = match tree.read(path) {
                Ok(Some(data)) => data,
                Ok(None) => return Err(missing(tree, path)),
                Err(error) => return Err(source_failure(&error)),
            };
            Chart::load_archive(path.as_str(), &data, profile, &limits)
        } else {
            let folder = TreeFolder::new(tree);
            let chart = Chart::load(&folder, path.as_str(), profile, &limits);
            if let (Err(_), Some(failure)) = (&chart, folder.into_failure()) {
                return Err(failure);
            }
            chart
        };
        match chart {
            Ok(mut chart) => {
                let added = copies.complete(tree, path, &mut chart, profile)?;
                let root = match is_archive {
                    true => format!("{path}!{}", chart.name()),
                    false => path.as_str().to_owned(),
                };
                let places = ChartPlaces::of(tree, &root, &chart, &added);
                Ok(Self::new(chart, places))
            }
            Err(_) if !exists(tree, path) => Err(missing(tree, path)),
            Err(error) => {
                let name = path.as_str();
                let sources = Sources {
                    layers: &[],
                    chart: None,
                    chart_name: name,
                    profile,
                    takes_flags: false,
                };
                Err(with_syntax_position(places.failure(&error, &sources), tree))
            }
        }
    }

    /// A values file of the chart; nothing where it has no such file.
    pub(super) fn values_file(
        &self,
        name: &str,
        profile: &'static Profile,
    ) -> Result<Option<Arc<ValuesLayer>>, Arc<RenderFailure>> {
        let name = name.trim_start_matches("./");
        if name == VALUES_FILE {
            let data = self.chart.values.data.clone();
            return Ok(Some(Arc::new(ValuesLayer::data(name, data))));
        }
        let file = self.chart.files.iter().find(|file| file.name == name);
        let Some(file) = file else { return Ok(None) };
        let place = Place::line(self.places.file(name), 1);
        read_layer(&place.file, &file.data, &place, profile).map(Some)
    }

    /// The chart with other default values.
    pub(super) fn with_values(
        &self,
        layers: &[ValuesLayer],
        profile: &'static Profile,
    ) -> Result<Self, RenderFailure> {
        let sources = Sources {
            layers,
            chart: Some(&self.chart),
            chart_name: self.places.root(),
            profile,
            takes_flags: false,
        };
        let data =
            merge_layers(layers, profile).map_err(|error| self.places.failure(&error, &sources))?;
        let values = ValuesFile { data, documents: Vec::new() };
        let chart = Chart { values, ..Chart::clone(&self.chart) };
        Ok(Self::new(chart, self.places.clone()))
    }

    /// The chart with other build metadata in its version, where that is one.
    pub(super) fn with_build(&self, build: &str) -> Self {
        let mut chart = Chart::clone(&self.chart);
        if let Ok(version) = Version::parse(&chart.metadata.version) {
            chart.metadata.version = Version { metadata: build.to_owned(), ..version }.to_string();
        }
        Self::new(chart, self.places.clone())
    }

    fn new(chart: Chart, places: ChartPlaces) -> Self {
        Self { chart: Arc::new(chart), places, secret_paths: OnceLock::new() }
    }

    /// Paths of the values that its Secrets are made of.
    pub(super) fn secret_paths(&self) -> &BTreeSet<ValuesPath> {
        self.secret_paths.get_or_init(|| secret_values::paths(&self.chart))
    }

    /// Roughly the memory that it takes.
    pub(super) fn weight(&self) -> usize {
        fn bytes(chart: &Chart) -> usize {
            let files = chart.templates.iter().chain(&chart.files);
            let own: usize = files.map(|file| file.data.len() + file.name.len()).sum();
            own + chart.dependencies.iter().map(|chart| bytes(chart)).sum::<usize>()
        }
        // Values and compiled templates are a few times their text.
        4096 + 4 * bytes(&self.chart)
    }
}

impl ChartPlaces {
    /// The places of a chart and its subcharts, of which `added` lie elsewhere.
    fn of(tree: &dyn Tree, root: &str, chart: &Chart, added: &[(Arc<str>, TreePath)]) -> Self {
        let mut places = Self { root: root.to_owned(), subcharts: BTreeMap::new() };
        for (name, path) in added {
            let found = chart.dependencies.iter().find(|subchart| subchart.name() == &**name);
            if let Some(subchart) = found {
                places.add_subchart(tree, chart, subchart, "", path.as_str());
            }
        }
        places.add_subcharts(tree, root, "", chart);
        places
    }

    fn add_subcharts(&mut self, tree: &dyn Tree, root: &str, shown: &str, chart: &Chart) {
        let names = entries(tree, root);
        for subchart in &chart.dependencies {
            let real = subchart.name();
            let place = match subchart_entry(&names, real, &subchart.metadata.version) {
                Some(archive) if archive.ends_with(".tgz") => {
                    format!("{}!{real}", below(root, &format!("charts/{archive}")))
                }
                Some(folder) => below(root, &format!("charts/{folder}")),
                None => below(root, &format!("charts/{real}")),
            };
            self.add_subchart(tree, chart, subchart, shown, &place);
        }
    }

    /// Notes the place of one subchart, by all names that the chart has for it.
    fn add_subchart(
        &mut self,
        tree: &dyn Tree,
        chart: &Chart,
        subchart: &Chart,
        shown: &str,
        place: &str,
    ) {
        let real = subchart.name();
        let declared = chart.metadata.dependencies.iter().flatten();
        let aliases =
            declared.filter(|dependency| dependency.name == real).map(Dependency::known_as);
        for name in aliases.chain([real]) {
            let shown = below(shown, &format!("charts/{name}"));
            if !self.subcharts.contains_key(&shown) {
                self.subcharts.insert(shown.clone(), place.to_owned());
                self.add_subcharts(tree, place, &shown, subchart);
            }
        }
    }

    /// The repository's path of a file that Helm names from the chart on: `templates/web.yaml`,
    /// `charts/cache/values.yaml`.
    pub(super) fn file(&self, inside: &str) -> String {
        let mut at = inside.len();
        while let Some(slash) = inside[..at].rfind('/') {
            if let Some(place) = self.subcharts.get(&inside[..slash]) {
                return below(place, &inside[slash + 1..]);
            }
            at = slash;
        }
        below(&self.root, inside)
    }

    /// As [`ChartPlaces::file`], for names that begin with the chart's: `web/templates/web.yaml`.
    pub(super) fn rendered_file(&self, shown: &str) -> String {
        self.file(shown.split_once('/').map_or(shown, |(_, inside)| inside))
    }

    /// A failure of Helm's with the place in the repository.
    pub(super) fn failure(&self, error: &Error, sources: &Sources<'_>) -> RenderFailure {
        // Text given to `tpl` runs under a name of its own, which no file has.
        let is_file = |file: &str| !file.is_empty() && file != TPL_NAME;
        let innermost = error.trace().iter().rev().find(|place| is_file(&place.file));
        // The lines of a rendered document are not those of its template.
        let known =
            |place: &&zij_helm::Place| place.line.is_some() || error.stage() == Stage::Execute;
        let place = innermost.map(|place| {
            let (line, column) =
                Some(place).filter(known).map_or((None, None), zij_helm::Place::position);
            let number = |number: u32| number as usize;
            let file = self.repository_file(error.stage(), &place.file).into();
            Place { file, line: line.map(number), column: column.map(number) }
        });
        let described = || {
            let file =
                if error.stage() == Stage::Schema { "values.schema.json" } else { CHART_FILE };
            Place::file(self.file(file))
        };
        let mut diagnosis = diagnose(error, sources);
        for place in diagnosis.place.iter_mut().chain(&mut diagnosis.calls) {
            if is_file(&place.file) {
                place.file = self.repository_file(error.stage(), &place.file);
            }
        }
        let hint = match error.is_limit() {
            true => Some(BEYOND_LIMIT.to_owned()),
            false => diagnosis.helps.first().cloned(),
        };
        RenderFailure {
            kind: FailureKind::Error,
            message: readable(error.text()),
            place: Some(place.unwrap_or_else(described)),
            hint,
            diagnosis: Some(Box::new(diagnosis)),
        }
    }

    /// The repository's path of a file as failures of a stage name it.
    fn repository_file(&self, stage: Stage, file: &str) -> String {
        match stage {
            Stage::Values => file.to_owned(),
            Stage::Load | Stage::Release | Stage::KubeVersion => self.file(file),
            _ => self.rendered_file(file),
        }
    }

    /// What the chart is called in commands.
    pub(super) fn root(&self) -> &str {
        &self.root
    }
}

/// A failure to load with the line in a YAML file, which Helm's words often have one too low.
fn with_syntax_position(mut failure: RenderFailure, tree: &dyn Tree) -> RenderFailure {
    let place = failure.place.as_mut().filter(|place| place.line.is_none());
    let Some(place) = place.filter(|place| place.file.ends_with(".yaml")) else { return failure };
    let path = TreePath::parse(&place.file).ok();
    if let Some(text) = path.and_then(|path| tree.read(&path).ok().flatten()) {
        (place.line, place.column) = syntax_position(&text);
    }
    failure
}

/// Line and column of what is wrong with a YAML text, where that is known.
pub(super) fn syntax_position(text: &[u8]) -> (Option<usize>, Option<usize>) {
    let position = zij_goyaml::parse_all(text, &Limits::default()).err();
    let position = position.and_then(|error| error.position());
    (position.map(|at| at.line as usize), position.map(|at| at.column as usize))
}

/// The names in a chart's `charts` folder; none inside an archive.
fn entries(tree: &dyn Tree, root: &str) -> Vec<String> {
    let folder = TreePath::parse(&below(root, "charts")).ok();
    let entries = folder.and_then(|folder| tree.list(&folder).ok().flatten());
    entries.iter().flat_map(|entries| entries.iter()).map(|entry| entry.name.to_string()).collect()
}

/// The folder or archive that a subchart was most likely loaded from.
fn subchart_entry<'n>(names: &'n [String], name: &str, version: &str) -> Option<&'n String> {
    let exact = format!("{name}-{version}.tgz");
    let packed = |entry: &&String| {
        entry.ends_with(".tgz")
            && entry.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
    };
    let find = |wanted: &str| names.iter().find(|entry| *entry == wanted);
    find(name).or_else(|| find(&exact)).or_else(|| names.iter().find(packed))
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn exists(tree: &dyn Tree, path: &TreePath) -> bool {
    *path == TreePath::root() || !matches!(tree.entry(path), Ok(None))
}

/// There is no chart at `path`, or it would be in a submodule.
fn missing(tree: &dyn Tree, path: &TreePath) -> RenderFailure {
    unreadable(tree, path).unwrap_or_else(|| RenderFailure {
        kind: FailureKind::Error,
        message: format!("path \"{path}\" not found"),
        place: Some(Place::from(path)),
        hint: None,
        diagnosis: None,
    })
}
