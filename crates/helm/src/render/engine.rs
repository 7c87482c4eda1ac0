//! From a chart and values to rendered files.
//!
//! Source of the rules: Helm's `pkg/engine/engine.go`, `pkg/action/install.go` and `action.go`.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
    thread,
};

use zij_gotmpl::{
    DataMap, Dialect, Environment, Limits, Machine, Map, Str, Template, TemplateSet, Value,
};

use super::{
    Release, RenderOptions,
    context::{Builder, Renderable, template_object},
    failure,
};
use crate::{
    capabilities::Capabilities,
    chart::{self, Chart, Node},
    diagnosis::Fact,
    error::{Error, Stage},
    functions::{flow::without_no_value, function_set},
    host::{Host, Surroundings, Unstable},
    load::File,
    output::{Manifests, Rendered},
    profile::{Feature, Profile},
    recent::Recent,
    schema::Schemas,
    semver::is_compatible_range,
    values::coalesce::{self, Nulls},
};

/// Stack that a render needs besides that of nested templates.
const BASE_STACK: usize = 8 << 20;

/// Source bytes of the templates that stay compiled; a daemon sees new versions of them for years.
const COMPILED_BYTES: usize = 128 << 20;

/// A file to compile: its name and content.
#[derive(Clone)]
struct TemplateKey {
    name: Str,
    file: File,
}

impl Hash for TemplateKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        state.write_u64(self.file.content_hash());
    }
}

impl PartialEq for TemplateKey {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (&self.file.data, &other.file.data);
        self.name == other.name && (Arc::ptr_eq(own, others) || own == others)
    }
}

impl Eq for TemplateKey {}

/// A Helm version ready to render: its functions and the templates compiled so far.
///
/// One engine per profile is shared by all threads; templates are compiled once per file name and
/// content.
pub struct Engine {
    profile: &'static Profile,
    environment: Environment,
    compiled: Recent<TemplateKey, Arc<Template>>,
    schemas: Schemas,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("profile", &self.profile.name).finish_non_exhaustive()
    }
}

/// What a render is made of.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'i> {
    /// The chart.
    pub chart: &'i Arc<Chart>,
    /// The release.
    pub release: &'i Release,
    /// The user's values, merged.
    pub values: &'i DataMap,
    /// The cluster.
    pub capabilities: &'i Capabilities,
    /// Everything else.
    pub options: &'i RenderOptions,
}

impl Engine {
    /// An engine for a profile.
    pub fn new(profile: &'static Profile) -> Self {
        let dialect = Dialect::go1(profile.go_minor());
        let environment = Environment::new(function_set(profile), dialect);
        Self {
            profile,
            environment,
            compiled: Recent::new(COMPILED_BYTES),
            schemas: Schemas::default(),
        }
    }

    /// The Helm version that is reproduced.
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// Renders a chart on a thread of its own, whose stack fits the limits.
    ///
    /// # Errors
    /// Anything that Helm refuses, in its words, and exceeded limits.
    pub fn render(&self, inputs: &Inputs<'_>, around: Surroundings) -> Result<Rendered, Error> {
        let levels = inputs.options.limits.depth as usize;
        let stack = BASE_STACK.saturating_add(levels.saturating_mul(Limits::STACK_PER_LEVEL));
        let failed = |text: &str| Error::new(Stage::Execute, text).over_limit();
        thread::scope(|scope| {
            let thread = thread::Builder::new().name("render".to_owned()).stack_size(stack);
            match thread.spawn_scoped(scope, || self.render_here(inputs, around)) {
                Ok(running) => {
                    running.join().unwrap_or_else(|_| Err(failed("rendering template failed")))
                }
                Err(error) => Err(failed(&format!("cannot start a thread to render: {error}"))),
            }
        })
    }

    /// Renders a chart on the current thread, whose stack must fit `options.limits.depth`.
    ///
    /// # Errors
    /// As [`Engine::render`].
    pub fn render_here(
        &self,
        inputs: &Inputs<'_>,
        around: Surroundings,
    ) -> Result<Rendered, Error> {
        let mut rendering = Rendering { engine: self, inputs, warnings: Vec::new() };
        let root = rendering.prepare()?;
        let values = rendering.values(&root)?;
        rendering.check_kube_version(&root)?;
        let (files, unstable) = rendering.files(&root, &values, around)?;
        let crds = if inputs.options.include_crds { crds_of(&root) } else { Vec::new() };
        Manifests { profile: self.profile, options: inputs.options, root: root.name() }
            .collect(files, crds)
            .map(|mut rendered| {
                rendered.warnings.splice(..0, rendering.warnings);
                rendered.unstable = unstable;
                rendered
            })
    }

    /// The release name that a template gives (`--name-template`; `TemplateName` of Helm's
    /// `pkg/action/install.go`). It sees no data.
    ///
    /// # Errors
    /// Go's text for a template that does not parse or run.
    pub fn release_name(&self, template: &str, around: Surroundings) -> Result<String, Error> {
        const NAME: &str = "name-template";
        let failed = |error: &zij_gotmpl::Error| Error::new(Stage::Release, error.to_string());
        let template = Template::compile(&self.environment, NAME, &Str::from(template))
            .map_err(|error| failed(&error))?;
        let mut set = TemplateSet::new(NAME);
        set.add(&Arc::new(template));
        let mut host = Host::new(self.profile, around);
        let limits = Limits::default();
        let mut machine = Machine::new(&self.environment, Arc::new(set), limits, &mut host);
        let text = machine.execute(NAME.as_bytes(), Value::Nil).map_err(|error| failed(&error))?;
        Ok(text.to_string())
    }

    fn compile(&self, name: &str, file: &File) -> Result<Arc<Template>, Error> {
        let key = TemplateKey { name: name.into(), file: file.clone() };
        if let Some(template) = self.compiled.get(&key) {
            return Ok(template);
        }
        let text = Str::from(Arc::clone(&file.data));
        let template = Template::compile(&self.environment, name, &text)
            .map_err(|error| failure::parse_failure(name, &error))?;
        let template = Arc::new(template);
        self.compiled.insert(key, Arc::clone(&template), file.data.len());
        Ok(template)
    }
}

struct Rendering<'r> {
    engine: &'r Engine,
    inputs: &'r Inputs<'r>,
    warnings: Vec<String>,
}

impl Rendering<'_> {
    /// The checks before values are looked at, and the tree of enabled charts.
    fn prepare(&mut self) -> Result<Node, Error> {
        let (chart, profile) = (self.inputs.chart, self.engine.profile);
        let failed = |text: String| Error::new(Stage::Release, text);
        match chart.metadata.chart_type.as_str() {
            "" | "application" => {}
            other => return Err(failed(format!("{other} charts are not installable"))),
        }
        if chart.metadata.deprecated {
            self.warnings.push("this chart is deprecated".to_owned());
        }
        let missing = chart.missing_dependencies();
        if !missing.is_empty() {
            let names = missing.iter().map(ToString::to_string).collect();
            let failure = failed(missing_text(&missing, profile));
            return Err(failure.with_fact(Fact::MissingDependencies(names)));
        }
        self.inputs.release.validate(profile)?;
        let mut root = Node::of(chart);
        let warnings = chart::process(&mut root, self.inputs.values, profile)
            .map_err(|error| error.at_stage(Stage::Dependencies).prefixed(prefix(profile)))?;
        self.warnings.extend(warnings);
        Ok(root)
    }

    fn values(&mut self, root: &Node) -> Result<Map, Error> {
        let profile = self.engine.profile;
        let coalesced = coalesce::coalesce(root, self.inputs.values, Nulls::Delete, profile.nulls);
        // Helm has coalesced them once before, if only to see which dependencies are enabled.
        let processed = self.inputs.chart.metadata.dependencies.is_some();
        let (values, warnings) = coalesced
            .map_err(|error| if processed { error.prefixed(prefix(profile)) } else { error })?;
        self.warnings.extend(warnings);
        if !self.inputs.options.skip_schema_validation {
            self.engine.schemas.validate(root, &values, profile)?;
        }
        Ok(values)
    }

    fn check_kube_version(&self, root: &Node) -> Result<(), Error> {
        let wanted = &root.metadata.kube_version;
        let own = &self.inputs.capabilities.kube_version;
        if wanted.is_empty()
            || is_compatible_range(wanted, &own.normalized, self.engine.profile.semver)
        {
            return Ok(());
        }
        let text = format!(
            "chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}",
            own.version
        );
        let fact = Fact::KubeVersion { wanted: wanted.clone(), given: own.version.clone() };
        Err(Error::new(Stage::KubeVersion, text).with_fact(fact))
    }

    /// Renders all files of all charts.
    fn files(
        &self,
        root: &Node,
        values: &Map,
        around: Surroundings,
    ) -> Result<(BTreeMap<String, Str>, Vec<Unstable>), Error> {
        let engine = self.engine;
        let builder = Builder::new(engine.profile, self.inputs.release, self.inputs.capabilities);
        let found = builder.templates(root, values);
        let order = in_order(&found);
        let mut set = TemplateSet::new("gotpl");
        for renderable in &order {
            set.add(&engine.compile(&renderable.name, renderable.file)?);
        }
        let mut host = Host::new(engine.profile, around);
        let mut rendered = BTreeMap::new();
        {
            let limits = self.inputs.options.limits;
            let mut machine = Machine::new(&engine.environment, Arc::new(set), limits, &mut host);
            for renderable in order.iter().filter(|renderable| !is_partial(&renderable.name)) {
                let text = execute(&mut machine, renderable, engine.profile)
                    .map_err(|error| failure::execution_failure(engine.profile, &error))?;
                rendered.insert(renderable.name.clone(), without_no_value(text));
            }
        }
        Ok((rendered, host.into_unstable()))
    }
}

fn execute(
    machine: &mut Machine<'_>,
    renderable: &Renderable<'_>,
    profile: &Profile,
) -> Result<Str, zij_gotmpl::Error> {
    let name = Str::from(renderable.name.as_str());
    machine.host::<Host>()?.enter_file(name.clone());
    let template = template_object(&renderable.name, &renderable.base_path, profile);
    renderable.scope.insert("Template".into(), template);
    machine.execute(&name, Value::Map(renderable.scope.clone()))
}

/// Deepest paths first, then by name from the last to the first.
fn in_order<'f, 'n>(found: &'f BTreeMap<String, Renderable<'n>>) -> Vec<&'f Renderable<'n>> {
    let mut order: Vec<_> = found.values().collect();
    let depth = |renderable: &&Renderable<'_>| renderable.name.matches('/').count();
    // They stand in the order of their names.
    order.reverse();
    order.sort_by_cached_key(|renderable| Reverse(depth(renderable)));
    order
}

fn is_partial(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|base| base.starts_with('_'))
}

fn missing_text(missing: &[&str], profile: &Profile) -> String {
    let first = if profile.is_v4() { 'a' } else { 'A' };
    let quote = if profile.has(Feature::MustToToml) { '\'' } else { '`' };
    format!(
        "{first}n error occurred while checking for chart dependencies. You may need to run \
         {quote}helm dependency build{quote} to fetch missing dependencies: found in Chart.yaml, \
         but missing in charts/ directory: {}",
        missing.join(", ")
    )
}

fn prefix(profile: &Profile) -> &'static str {
    if profile.is_v4() { "chart dependencies processing failed: " } else { "" }
}

/// CRD files of a tree, parents before their dependencies.
fn crds_of(root: &Node) -> Vec<File> {
    fn collect(node: &Node, path: &str, found: &mut Vec<File>) {
        for file in node.chart.files.iter().filter(|file| is_crd(&file.name)) {
            found.push(file.renamed(format!("{path}/{}", file.name)));
        }
        for subchart in &node.dependencies {
            collect(subchart, &format!("{path}/charts/{}", subchart.name()), found);
        }
    }
    let mut found = Vec::new();
    collect(root, root.name(), &mut found);
    found
}

fn is_crd(name: &str) -> bool {
    let extension = name.rsplit('/').next().and_then(|base| base.rsplit_once('.'));
    let known = |own: &str| ["yaml", "yml", "json"].iter().any(|e| own.eq_ignore_ascii_case(e));
    name.starts_with("crds/") && extension.is_some_and(|(_, own)| known(own))
}
