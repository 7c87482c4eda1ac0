//! The one entry: a directory of a tree to its objects.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use zij_goyaml::Node as Value;

use super::accumulator::Accumulator;
use super::metadata::finish;
use super::target::Target;
use crate::config::FieldSpec;
use crate::error::{Error, Place, Result};
use crate::file::Kustomization;
use crate::generate::ChartRenderer;
use crate::limits::Limits;
use crate::load::{Folder, LoadRestrictor, Loader, Read, Reads, Vendored};
use crate::node::{Origin, to_json};
use crate::order::{sort, sort_as_default};
use crate::profile::Profile;
use crate::resource::{Gvk, Id, Resource, Scopes, check};
use crate::transform::{
    Context, MetadataMap, add_hashes, add_to_maps, fix_references, resolve_variables,
};

const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// The order of the output where the kustomization asks for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reorder {
    /// Namespaces first, webhooks last; kustomize's default.
    #[default]
    Legacy,
    /// As they come.
    None,
}

/// How to build; the default is what `kustomize build` does without flags.
#[derive(Clone, Copy, Default)]
pub struct Options<'o> {
    /// The version to build as.
    pub profile: Profile,
    /// Which files kustomizations may name.
    pub load_restrictor: LoadRestrictor,
    /// The order of the output.
    pub reorder: Reorder,
    /// Whether to label all objects as managed by kustomize.
    pub managed_by_label: bool,
    /// Renders charts; without it they are refused.
    pub charts: Option<&'o dyn ChartRenderer>,
    /// Content from outside of the tree; without it that is refused.
    pub vendored: Option<&'o dyn Vendored>,
    /// Whether to follow who set which field ([`ResourceOrigin::fields`]), which takes time.
    pub origins: bool,
    /// What the build may cost.
    pub limits: Limits,
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Options")
            .field("profile", &self.profile.version)
            .field("load_restrictor", &self.load_restrictor)
            .field("reorder", &self.reorder)
            .finish_non_exhaustive()
    }
}

/// Where an object of the output comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceOrigin {
    /// The place of the object itself; nothing for generated ones.
    pub place: Option<Place>,
    /// Who set which of its fields, sorted by path; only with [`Options::origins`].
    pub fields: Vec<FieldOrigin>,
}

/// The last file that set a field to what it is: a resource, a patch, or the kustomization whose
/// prefixes, images, labels, replacements or patches in place did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOrigin {
    /// The field as a JSON pointer (RFC 6901), such as `/spec/replicas`.
    pub path: String,
    /// The file, and the line where the value stands in it; 0 where a change made it.
    pub place: Place,
}

/// A finished build.
#[derive(Debug, Clone)]
pub struct Build {
    /// The objects, in order.
    pub resources: Vec<Value>,
    /// Where they come from, in the same order.
    pub origins: Vec<ResourceOrigin>,
    /// What kustomize warns of on stderr.
    pub warnings: Vec<String>,
    /// Every path that was looked at, sorted.
    pub reads: Vec<Read>,
}

impl Build {
    /// Returns the objects as `kustomize build` prints them.
    ///
    /// # Errors
    /// A value that cannot be written, such as a control character.
    pub fn to_yaml(&self) -> Result<String> {
        let mut text = String::new();
        for resource in &self.resources {
            if !text.is_empty() {
                text.push_str("---\n");
            }
            text.push_str(&zij_goyaml::to_yaml(resource)?);
        }
        Ok(text)
    }

    /// Returns the objects as `kustomize build --output DIR` writes them: file names and texts.
    ///
    /// # Errors
    /// As [`Build::to_yaml`].
    pub fn to_files(&self) -> Result<Vec<(String, String)>> {
        let scopes = Scopes::default();
        let ids: Vec<Id> = self.resources.iter().map(|resource| id_of(resource, &scopes)).collect();
        let namespaced = ids.iter().filter(|id| !id.cluster_scoped);
        let namespaces: BTreeSet<&str> = namespaced.map(Id::effective_namespace).collect();
        let files = self.resources.iter().zip(&ids).map(|(resource, id)| {
            let gvk = [&id.gvk.group, &id.gvk.version, &id.gvk.kind];
            let gvk: Vec<&str> =
                gvk.into_iter().map(AsRef::as_ref).filter(|part| !part.is_empty()).collect();
            let name = format!("{}_{}.yaml", gvk.join("_"), id.name).to_lowercase();
            let shared = namespaces.len() > 1 && !id.cluster_scoped;
            let namespace = id.effective_namespace().to_lowercase();
            let name = if shared { format!("{namespace}_{name}") } else { name };
            Ok((name.replace('/', "_"), zij_goyaml::to_yaml(resource)?))
        });
        files.collect()
    }
}

fn id_of(resource: &Value, scopes: &Scopes) -> Id {
    let text = |node: Option<&Value>| node.and_then(Value::as_str).unwrap_or_default().to_owned();
    let (version, kind) = (text(resource.get("apiVersion")), text(resource.get("kind")));
    let metadata = |name: &str| text(resource.get("metadata").and_then(|node| node.get(name)));
    Id {
        gvk: Gvk::new(&version, &kind),
        name: metadata("name"),
        namespace: metadata("namespace"),
        cluster_scoped: scopes.is_cluster_scoped(&version, &kind),
    }
}

/// Builds the kustomization in a directory of a tree (kustomize's `Kustomizer.Run`).
///
/// # Errors
/// Whatever the real tool refuses; what it could do and this engine does not; an exceeded limit.
pub fn build(folder: &dyn Folder, directory: &str, options: &Options<'_>) -> Result<Build> {
    let reads = Reads::new(&options.limits);
    let context = Context::new(&options.profile, &options.limits, options.origins);
    let warnings = RefCell::default();
    let resources = Run { folder, directory, options, reads: &reads, context: &context }
        .resources(&warnings)?;
    let (read, files) = reads.into_parts();
    let values = resources.iter().map(|resource| {
        let shown = || format!("{} {}", resource.kind(), resource.name());
        let located = |error: Error| {
            let name = files.get(resource.node.origin.file as usize).cloned().unwrap_or_default();
            let error = error.context(shown());
            if name.is_empty() { error } else { error.at(&name, resource.node.origin.line) }
        };
        to_json(&resource.node).map_err(located)
    });
    Ok(Build {
        resources: values.collect::<Result<_>>()?,
        origins: resources
            .iter()
            .map(|resource| origin(resource, &files, options.origins))
            .collect(),
        warnings: warnings.into_inner(),
        reads: read,
    })
}

struct Run<'r> {
    folder: &'r dyn Folder,
    directory: &'r str,
    options: &'r Options<'r>,
    reads: &'r Reads,
    context: &'r Context<'r>,
}

impl Run<'_> {
    fn resources(&self, warnings: &RefCell<Vec<String>>) -> Result<Vec<Resource>> {
        let Options { vendored, load_restrictor, charts, .. } = *self.options;
        let loader =
            Loader::new(self.folder, self.reads, vendored, load_restrictor, self.directory)?;
        let mut target = Target::load(loader, self.context, charts, warnings)?;
        target.set_schema(true)?;
        target.track_origins();
        let mut all = target.accumulate(Accumulator::default())?;
        add_hashes(&mut all.set, self.context)?;
        fix_references(&mut all.set, &all.config, self.context)?;
        resolve_variables(&mut all.set, &all.vars, &all.config.var_reference, self.context)?;
        drop_local(&mut all)?;
        self.sort(&mut all, &target.file)?;
        self.add_managed_by(&mut all, &target.file)?;
        for resource in &mut all.set.resources {
            finish(resource, &target.file)?;
        }
        target.claim(&mut all);
        Ok(all.set.resources)
    }

    fn sort(&self, all: &mut Accumulator, file: &Kustomization) -> Result<()> {
        match (&file.sort_options, self.options.reorder) {
            (Some(options), _) => sort(&mut all.set, options, self.context),
            (None, Reorder::Legacy) => {
                sort_as_default(&mut all.set, self.context);
                Ok(())
            }
            (None, Reorder::None) => Ok(()),
        }
    }

    fn add_managed_by(&self, all: &mut Accumulator, file: &Kustomization) -> Result<()> {
        let asked = file.build_metadata.iter().any(|option| option == "managedByLabel");
        if !asked && !self.options.managed_by_label {
            return Ok(());
        }
        let value = format!("kustomize-v{}", self.options.profile.version);
        let pairs = [("app.kubernetes.io/managed-by".to_owned(), value)].into();
        let fields = vec![FieldSpec::path("metadata/labels", true)].into();
        add_to_maps(&mut all.set, &MetadataMap { pairs, fields }, self.context)
    }
}

/// Removes objects that are meant for tools only.
fn drop_local(all: &mut Accumulator) -> Result<()> {
    all.set.drop_empty();
    for resource in &all.set.resources {
        check(&resource.node)?;
    }
    all.set
        .resources
        .retain(|resource| resource.annotation(LOCAL_CONFIG).is_none_or(|value| value == "false"));
    Ok(())
}

fn origin(resource: &Resource, files: &[Arc<str>], with_fields: bool) -> ResourceOrigin {
    let name = |file: u32| files.get(file as usize).filter(|name| !name.is_empty());
    let place = |own: Origin| Some(Place { path: Arc::clone(name(own.file)?), line: own.line });
    let mut fields = Vec::new();
    if with_fields {
        resource.node.leaves(&mut String::new(), &mut |path, own| {
            fields.extend(place(own).map(|place| FieldOrigin { path: path.to_owned(), place }));
        });
        fields.sort_by(|a, b| a.path.cmp(&b.path));
    }
    let own = Some(resource.node.origin).filter(|own| own.line > 0);
    ResourceOrigin { place: own.and_then(place), fields }
}
