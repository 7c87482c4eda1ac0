//! Working through a kustomization and those below it (kustomize's `KustTarget`).

use std::sync::Arc;

use super::accumulator::Accumulator;
use super::plugins;
use super::transformer::{Transformer, configure};
use crate::config::{Config, default_config, from_crds};
use crate::error::{Error, ErrorKind, Result};
use crate::file::{self, Generated, GeneratorOptions, Kind, Kustomization};
use crate::generate::{ChartRenderer, make, render_chart};
use crate::load::{Loader, is_remote_file};
use crate::resource::{Provenance, Resource, read_resources};
use crate::schema::Schema;
use crate::transform::Context;

const FILE_NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A kustomization and where it stands.
pub(super) struct Target<'b> {
    pub(super) loader: Loader<'b>,
    pub(super) file: Kustomization,
    pub(super) file_name: Arc<str>,
    /// The number of the kustomization's own file.
    file_number: u32,
    pub(super) context: &'b Context<'b>,
    pub(super) charts: Option<&'b dyn ChartRenderer>,
    /// Set when `buildMetadata` asks for origins.
    origin: Option<Provenance>,
    /// The namespace that charts inherit.
    helm_namespace: String,
    pub(super) warnings: &'b std::cell::RefCell<Vec<String>>,
}

impl<'b> Target<'b> {
    /// Reads the kustomization of a directory.
    pub(super) fn load(
        loader: Loader<'b>,
        context: &'b Context<'b>,
        charts: Option<&'b dyn ChartRenderer>,
        warnings: &'b std::cell::RefCell<Vec<String>>,
    ) -> Result<Self> {
        context.enter(loader.depth())?;
        let mut found = FILE_NAMES.iter().filter_map(|name| loader.load(name).ok());
        let Some((bytes, number)) = found.next() else {
            return Err(Error::file(format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or \
                 'Kustomization' in directory '{}'",
                loader.show()
            )));
        };
        if found.next().is_some() {
            let shown = loader.show();
            let problem = format!("Found multiple kustomization files under: {shown}");
            return Err(Error::kustomization(problem));
        }
        drop(found);
        let name = loader.reads().name(number);
        let file = file::parse(&bytes, context.profile, &context.limits.yaml)
            .map_err(|error| error.in_file(&name))?;
        warnings.borrow_mut().extend(file.warnings.iter().cloned());
        let file_name = name.rsplit('/').next().unwrap_or_default().into();
        let helm_namespace = String::new();
        Ok(Self {
            loader,
            file,
            file_name,
            file_number: number,
            context,
            charts,
            origin: None,
            helm_namespace,
            warnings,
        })
    }

    /// Starts to follow origins, if the kustomization asks for it.
    pub(super) fn track_origins(&mut self) {
        if !self.file.build_metadata.is_empty() {
            self.origin = Some(Provenance::default());
        }
    }

    /// Chooses the schema that `openapi` names.
    pub(super) fn set_schema(&self, reset: bool) -> Result<()> {
        let openapi = &self.file.openapi;
        let document = match openapi.get("path") {
            Some(path) => Some(self.loader.load(path)?.0),
            None => None,
        };
        if self.context.is_schema_chosen() && !reset {
            return Ok(());
        }
        let version = openapi.get("version").map(String::as_str);
        match (document, version) {
            (Some(_), Some(_)) => {
                let problem = "builtin version and custom schema provided, cannot use both";
                Err(Error::kustomization(problem))
            }
            (Some(document), None) => {
                self.context.choose_schema(Schema::custom(&document)?);
                Ok(())
            }
            (None, None | Some("")) => Ok(()),
            (None, Some("v1.21.2" | "v1212")) => {
                self.context.choose_schema(Schema::default());
                Ok(())
            }
            (None, Some(_)) => {
                Err(Error::kustomization("the specified OpenAPI version is not built in"))
            }
        }
    }

    /// Gathers and changes everything; a component does so on top of what is there.
    pub(super) fn accumulate(&mut self, mut all: Accumulator) -> Result<Accumulator> {
        let resources = std::mem::take(&mut self.file.resources);
        all = self
            .accumulate_resources(all, &resources)
            .map_err(|error| error.context("accumulating resources"))?;
        all.merge_config(&self.configuration()?)?;
        let crds = from_crds(&self.loader, &self.file.crds)?;
        all.merge_config(&crds)?;
        self.generate(&mut all)?;
        self.claim(&mut all);
        let components = std::mem::take(&mut self.file.components);
        all = self
            .accumulate_components(all, &components)
            .map_err(|error| error.context("accumulating components"))?;
        self.transform(&mut all)?;
        self.claim(&mut all);
        self.validate(&mut all)?;
        all.merge_vars(&self.file.vars, self.context)?;
        Ok(all)
    }

    /// Takes fields for its own that were set here.
    pub(super) fn claim(&self, all: &mut Accumulator) {
        if self.context.follows_origins {
            for resource in &mut all.set.resources {
                resource.node.claim(self.file_number);
            }
        }
    }

    fn configuration(&self) -> Result<Arc<Config>> {
        let mut config = default_config(self.context.profile);
        if self.file.configurations.is_empty() {
            return Ok(config);
        }
        let mut own = Arc::new(Config::default());
        for path in &self.file.configurations {
            let (bytes, file) = self.loader.load(path)?;
            let name = self.loader.reads().name(file);
            let node = zij_goyaml::parse(&bytes, &self.context.limits.yaml)
                .map_err(|error| Error::from(error).in_file(&name))?;
            let more = Config::parse(&node).map_err(|error| error.in_file(&name))?;
            own = Config::merge(&own, &Arc::new(more))?;
        }
        config = Config::merge(&config, &own)?;
        Ok(config)
    }

    fn child(&self, loader: Loader<'b>) -> Result<Self> {
        let shown = loader.show();
        let mut child = Self::load(loader, self.context, self.charts, self.warnings)
            .map_err(|error| error.context(format!("couldn't make target for path '{shown}'")))?;
        child.file.build_metadata.clone_from(&self.file.build_metadata);
        let namespace = [&self.file.namespace, &self.helm_namespace];
        if self.context.profile.has_helm_namespace
            && let Some(namespace) = namespace.into_iter().find(|namespace| !namespace.is_empty())
        {
            child.helm_namespace.clone_from(namespace);
        }
        Ok(child)
    }

    pub(super) fn accumulate_resources(
        &mut self,
        mut all: Accumulator,
        paths: &[String],
    ) -> Result<Accumulator> {
        for path in paths {
            let Err(file_error) = self.accumulate_file(&mut all, path) else { continue };
            if file_error.kind() == ErrorKind::Limit {
                return Err(file_error);
            }
            let loader = match self.loader.enter(path) {
                Ok(loader) => loader,
                // What is no directory is meant to be a file, so that error tells more.
                Err(error) if error.kind() == ErrorKind::Remote && is_remote_file(path) => {
                    return Err(error);
                }
                Err(_) if file_error.kind() != ErrorKind::File => return Err(file_error),
                Err(error) => {
                    let context = format!("accumulation err='{file_error}'");
                    return Err(error.context(context));
                }
            };
            all = self.accumulate_directory(all, loader, path, Kind::Kustomization)?;
        }
        Ok(all)
    }

    fn accumulate_file(&self, all: &mut Accumulator, path: &str) -> Result<()> {
        let failed = |error: Error| error.context(format!("accumulating resources from '{path}'"));
        let (bytes, file) = self.loader.load(path).map_err(failed)?;
        let name = self.loader.reads().name(file);
        let limits = &self.context.limits.yaml;
        let mut resources = read_resources(&bytes, file, self.context.profile, limits)
            .map_err(|error| failed(error.in_file(&name)))?;
        if let Some(origin) = &self.origin {
            for resource in &mut resources {
                resource.memory.provenance = Some(below(origin, path));
            }
        }
        all.append(resources, self.context).map_err(|error| {
            failed(error.in_file(&name)).context(format!("merging resources from '{path}'"))
        })
    }

    fn accumulate_components(
        &mut self,
        mut all: Accumulator,
        paths: &[String],
    ) -> Result<Accumulator> {
        for path in paths {
            let loader = self.loader.enter(path)?;
            all = self.accumulate_directory(all, loader, path, Kind::Component)?;
        }
        Ok(all)
    }

    fn accumulate_directory(
        &mut self,
        mut all: Accumulator,
        loader: Loader<'b>,
        path: &str,
        wanted: Kind,
    ) -> Result<Accumulator> {
        let shown = loader.show();
        let mut child = self.child(loader)?;
        child.origin = self.origin.as_ref().map(|origin| below(origin, path));
        child.set_schema(false)?;
        match (wanted, child.file.kind) {
            (Kind::Component, Kind::Kustomization) => {
                return Err(Error::kustomization(format!(
                    "expected kind 'Component' for path '{shown}' but got 'Kustomization'"
                )));
            }
            (Kind::Kustomization, Kind::Component) => {
                let problem = format!("expected kind != 'Component' for path '{shown}'");
                return Err(Error::kustomization(problem).hint("name it under `components`"));
            }
            _ => {}
        }
        let recursed =
            |error: Error| error.context(format!("recursed accumulation of path '{shown}'"));
        if wanted == Kind::Component {
            return child.accumulate(all).map_err(recursed);
        }
        let below = child.accumulate(Accumulator::default()).map_err(recursed)?;
        all.merge(below, self.context)
            .map_err(|error| error.context(format!("recursed merging from path '{shown}'")))?;
        Ok(all)
    }

    fn generate(&mut self, all: &mut Accumulator) -> Result<()> {
        let mut generated: Vec<(Vec<Resource>, Option<Provenance>)> = Vec::new();
        let kinds = [
            (Generated::ConfigMap, &self.file.config_map_generator, "ConfigMapGenerator"),
            (Generated::Secret, &self.file.secret_generator, "SecretGenerator"),
        ];
        for (kind, list, name) in kinds {
            for args in list {
                let mut args = args.clone();
                let global = self.file.generator_options.as_ref();
                args.options = GeneratorOptions::with_global(args.options, global);
                let resource = make(&args, kind, &self.loader)?;
                generated.push((vec![resource], self.built_in(name)));
            }
        }
        for chart in &self.file.helm_charts {
            let mut chart = chart.clone();
            if chart.namespace.is_empty() && self.context.profile.has_helm_namespace {
                let own = &self.file.namespace;
                let namespace = if own.is_empty() { &self.helm_namespace } else { own };
                chart.namespace.clone_from(namespace);
            }
            let globals = &self.file.helm_globals;
            let resources = render_chart(&chart, globals, self.charts, &self.loader, self.context)?;
            generated.push((resources, self.built_in("HelmChartInflationGenerator")));
        }
        generated.extend(plugins::generate(self)?);
        let scopes = self.context.scopes();
        for (resources, origin) in generated {
            self.context.count_objects(all.set.resources.len() + resources.len())?;
            for mut resource in resources {
                if resource.memory.provenance.is_none() {
                    resource.memory.provenance.clone_from(&origin);
                }
                self.context.step(all.set.resources.len())?;
                all.set.absorb(resource, &scopes)?;
            }
        }
        Ok(())
    }

    fn transform(&mut self, all: &mut Accumulator) -> Result<()> {
        let config = Arc::clone(&all.config);
        let mut changes: Vec<(Transformer, Option<Provenance>)> = Vec::new();
        for change in configure(&self.file, &config, &self.loader, self.context)? {
            let origin = self.built_in(change.name());
            changes.push((change, origin));
        }
        changes.extend(plugins::transformers(self)?);
        for (change, origin) in changes {
            change.apply(&mut all.set, self.context).map_err(|error| {
                error.in_file(&crate::load::join(self.loader.root(), &self.file_name).into())
            })?;
            let Some(origin) = origin else { continue };
            for resource in &mut all.set.resources {
                match &resource.memory.provenance {
                    None => resource.memory.provenance = Some(origin.clone()),
                    Some(_) => resource.memory.transformations.push(origin.clone()),
                }
            }
        }
        Ok(())
    }

    /// Runs `validators`, which are transformers that may change nothing.
    fn validate(&mut self, all: &mut Accumulator) -> Result<()> {
        for check in plugins::validators(self)? {
            let before = all.set.clone();
            check.apply(&mut all.set, self.context)?;
            if !all.set.is_as(&before) {
                let problem = "validator shouldn't modify the resource map";
                return Err(Error::change(format!("{problem}, but {} does", check.name())));
            }
        }
        Ok(())
    }

    /// The origin of what a built-in plugin does here.
    fn built_in(&self, kind: &str) -> Option<Provenance> {
        let origin = self.origin.as_ref()?;
        Some(Provenance {
            repo: origin.repo.clone(),
            reference: origin.reference.clone(),
            configured_in: below(origin, &self.file_name).path,
            configured_by: ["builtin".to_owned(), kind.to_owned(), String::new(), String::new()],
            ..Provenance::default()
        })
    }

    /// The origin of something that the kustomization itself holds.
    pub(super) fn inline_origin(&self) -> Option<Provenance> {
        Some(below(self.origin.as_ref()?, &self.file_name))
    }
}

/// The origin of a path that is named here.
fn below(origin: &Provenance, path: &str) -> Provenance {
    let mut parts: Vec<&str> = Vec::new();
    for part in origin.path.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Provenance { path: parts.join("/"), ..origin.clone() }
}
