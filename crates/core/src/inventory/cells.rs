//! Turns a rule into cells.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::source::{EntryKind, Place, SourceError, Tree, TreePath};

use super::{
    Application, ApplicationRule, CellId, ChartFlags, ChartRender, Layer, Meta, Origin, Owner,
    Problem, Render, Rule, Severity, Source, SourceAt, ValuesSource,
    find::{FindError, find},
    pattern::{Bindings, Pattern},
};

/// The most cells that one rule may give.
const MAX_CELLS: usize = 500_000;

/// The cells of a rule and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub(super) applications: Vec<Arc<Application>>,
    /// How many of them have a chart.
    pub(super) with_chart: usize,
    pub(super) problems: Vec<Problem>,
}

/// Every cell that `rule` gives, sorted by its variables.
pub(super) fn cells(tree: &dyn Tree, rule: &ApplicationRule, kind: Rule) -> Cells {
    let mut maker = Maker { tree, rule, kind, charts: BTreeMap::new(), cells: Cells::default() };
    let result = maker.groups().and_then(|groups| {
        groups.iter().try_for_each(|(bindings, files)| maker.cell(bindings, files))
    });
    if let Err(error) = result {
        maker.problem(Severity::Error, error.to_string(), None);
    }
    maker.cells
}

#[derive(Debug, thiserror::Error)]
enum CellError {
    #[error(transparent)]
    Find(#[from] FindError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("the rule gives more than {MAX_CELLS} cells")]
    TooMany,
}

type Groups = BTreeMap<Bindings, Vec<TreePath>>;

struct Maker<'a> {
    tree: &'a dyn Tree,
    rule: &'a ApplicationRule,
    kind: Rule,
    /// Charts that were looked for, and whether they are there.
    charts: BTreeMap<TreePath, bool>,
    cells: Cells,
}

impl Maker<'_> {
    fn problem(&mut self, severity: Severity, message: String, hint: Option<String>) {
        let place = self.rule.place.clone();
        self.cells.problems.push(Problem { severity, message, place, hint });
    }

    /// The matched files by the values of all variables.
    fn groups(&mut self) -> Result<Groups, CellError> {
        let mut groups = Groups::new();
        match &self.rule.find {
            None => {
                groups.insert(Bindings::new(), Vec::new());
            }
            Some(pattern) => self.matched(pattern, &mut groups)?,
        }
        for (name, values) in &self.rule.lists {
            let open = groups.keys().any(|bindings| !bindings.contains_key(name));
            if !open {
                continue;
            }
            if groups.len().saturating_mul(values.len()) > MAX_CELLS {
                return Err(CellError::TooMany);
            }
            groups = multiply(&groups, name, values);
        }
        for (name, values) in &self.rule.except {
            groups.retain(|bindings, _| !bindings.get(name).is_some_and(|v| values.contains(v)));
        }
        Ok(groups)
    }

    fn matched(&mut self, pattern: &Pattern, groups: &mut Groups) -> Result<(), CellError> {
        let ApplicationRule { lists, except, .. } = self.rule;
        let allowed = |name: &str, value: &str| {
            lists.get(name).is_none_or(|values| values.contains(value))
                && !except.get(name).is_some_and(|values| values.contains(value))
        };
        for found in find(self.tree, pattern, &allowed)? {
            if let Some(other) = &found.other {
                let message = format!(
                    "`{pattern}` reads {} in several ways; {} is taken, not {}",
                    found.path,
                    shown(&found.bindings),
                    shown(other)
                );
                let hint = Some("list the legal values under `for`".to_owned());
                self.problem(Severity::Warning, message, hint);
            }
            groups.entry(found.bindings).or_default().push(found.path);
            if groups.len() > MAX_CELLS {
                return Err(CellError::TooMany);
            }
        }
        for files in groups.values_mut() {
            files.sort_by(|a, b| layer_order(a).cmp(&layer_order(b)));
        }
        Ok(())
    }

    fn cell(&mut self, bindings: &Bindings, files: &[TreePath]) -> Result<(), CellError> {
        let fill = |pattern: &Pattern| Arc::<str>::from(pattern.fill(bindings));
        let rule = self.rule;
        let Some(chart) = self.chart(bindings)? else { return Ok(()) };
        let mut values = Vec::new();
        for layer in &rule.values {
            self.layer(layer, bindings, files, &mut values)?;
        }
        let place = files.first().map(Place::from).or_else(|| rule.place.clone());
        self.cells.applications.push(Arc::new(Application {
            id: CellId {
                application: (&*fill(&rule.application)).into(),
                cluster: (&*fill(&rule.cluster)).into(),
                owner: Owner::Plain,
            },
            namespace: fill(&rule.namespace),
            sources: vec![Source {
                at: SourceAt::Tree(chart),
                render: Render::Chart(ChartRender {
                    values,
                    release: fill(&rule.release),
                    namespace: None,
                    flags: ChartFlags {
                        include_crds: rule.include_crds,
                        skip_tests: rule.skip_tests,
                        skip_hooks: false,
                        skip_schema: false,
                    },
                    capabilities: None,
                    defaults: None,
                    build: None,
                }),
            }],
            post: Vec::new(),
            meta: Meta::default(),
            origin: Origin::plain(self.kind, place.unwrap_or_else(|| Place::file("zij.yaml"))),
        }));
        Ok(())
    }

    /// The first chart that exists; where none does, the first, whose absence a render reports.
    fn chart(&mut self, bindings: &Bindings) -> Result<Option<TreePath>, CellError> {
        let mut first = None;
        for pattern in &self.rule.charts {
            let Some(path) = self.path(&pattern.fill(bindings)) else { continue };
            if self.is_chart(&path)? {
                self.cells.with_chart += 1;
                return Ok(Some(path));
            }
            first.get_or_insert(path);
        }
        Ok(first)
    }

    fn is_chart(&mut self, path: &TreePath) -> Result<bool, CellError> {
        if let Some(known) = self.charts.get(path) {
            return Ok(*known);
        }
        let file =
            if path.name().ends_with(".tgz") { path.clone() } else { path.child("Chart.yaml") };
        let found = match self.tree.entry(&file) {
            Ok(entry) => entry.is_some_and(|entry| entry.kind == EntryKind::File),
            // It is there and cannot be followed, which the render says.
            Err(SourceError::Link { .. }) => true,
            Err(error) => return Err(error.into()),
        };
        self.charts.insert(path.clone(), found);
        Ok(found)
    }

    fn layer(
        &mut self,
        layer: &Layer,
        bindings: &Bindings,
        files: &[TreePath],
        values: &mut Vec<ValuesSource>,
    ) -> Result<(), CellError> {
        match layer {
            Layer::Matched => values.extend(files.iter().cloned().map(ValuesSource::File)),
            Layer::Inline { text, place } => {
                let (text, place) = (fill_inline(text, bindings).into(), place.clone());
                values.push(ValuesSource::Inline { text, place });
            }
            Layer::File { path, .. } if path.has_wildcards() => {
                values.extend(self.glob(&path.fill(bindings))?.into_iter().map(ValuesSource::File));
            }
            Layer::File { path, optional } => {
                let file = if *optional { ValuesSource::OptionalFile } else { ValuesSource::File };
                values.extend(self.path(&path.fill(bindings)).map(file));
            }
        }
        Ok(())
    }

    fn glob(&mut self, text: &str) -> Result<Vec<TreePath>, CellError> {
        let pattern = match Pattern::parse(text) {
            Ok(pattern) => pattern,
            Err(error) => {
                self.problem(Severity::Error, error.to_string(), None);
                return Ok(Vec::new());
            }
        };
        let found = find(self.tree, &pattern, &|_, _| true)?;
        let mut paths: Vec<TreePath> = found.into_iter().map(|found| found.path).collect();
        paths.sort_by(|a, b| layer_order(a).cmp(&layer_order(b)));
        Ok(paths)
    }

    fn path(&mut self, text: &str) -> Option<TreePath> {
        let parsed = TreePath::parse(text);
        parsed.map_err(|error| self.problem(Severity::Error, error.to_string(), None)).ok()
    }
}

fn multiply(groups: &Groups, name: &Arc<str>, values: &BTreeSet<Arc<str>>) -> Groups {
    let pairs = groups.iter().flat_map(|group| values.iter().map(move |value| (group, value)));
    let bound = pairs.map(|((bindings, files), value)| {
        let mut bindings = bindings.clone();
        bindings.entry(Arc::clone(name)).or_insert_with(|| Arc::clone(value));
        (bindings, files.clone())
    });
    bound.collect()
}

/// Replaces the variables in inline values; `{{cluster}}` and `${cluster}` belong to others.
fn fill_inline(text: &str, bindings: &Bindings) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after
            .split_once('}')
            .filter(|_| !filled.ends_with(['{', '$']))
            .and_then(|(name, tail)| Some((bindings.get(name)?, tail)));
        match value {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

/// Files of one cell are layered by folder and then by name without its ending, so that
/// `values.yaml` comes before `values-secret.yaml`.
fn layer_order(path: &TreePath) -> (Option<TreePath>, &str, &str) {
    let (stem, ending) = path.name().rsplit_once('.').unwrap_or((path.name(), ""));
    (path.parent(), stem, ending)
}

fn shown(bindings: &Bindings) -> String {
    let pairs: Vec<String> =
        bindings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("`{}`", pairs.join(" "))
}
