//! What a kustomization asks for.

use std::collections::BTreeMap;

use super::helm::{Chart, ChartGlobals};
use super::parts::{
    GeneratorArgs, GeneratorOptions, Image, Label, Patch, Replica, SortOptions, Var,
};
use super::replacement::ReplacementField;

/// Whether it stands alone or adds to what refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Kustomization,
    Component,
}

/// A kustomization after kustomize's own corrections: `bases` are `resources`, `imageTags` are
/// `images`, `env` is in `envs`, old chart fields are `helmCharts`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kustomization {
    pub(crate) kind: Kind,
    pub(crate) openapi: BTreeMap<String, String>,
    pub(crate) name_prefix: String,
    pub(crate) name_suffix: String,
    pub(crate) namespace: String,
    pub(crate) common_labels: BTreeMap<String, String>,
    pub(crate) labels: Vec<Label>,
    pub(crate) common_annotations: BTreeMap<String, String>,
    pub(crate) patches_strategic_merge: Vec<String>,
    pub(crate) patches_json6902: Vec<Patch>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) images: Vec<Image>,
    pub(crate) replacements: Vec<ReplacementField>,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) vars: Vec<Var>,
    pub(crate) sort_options: Option<SortOptions>,
    pub(crate) resources: Vec<String>,
    pub(crate) components: Vec<String>,
    pub(crate) crds: Vec<String>,
    pub(crate) config_map_generator: Vec<GeneratorArgs>,
    pub(crate) secret_generator: Vec<GeneratorArgs>,
    pub(crate) helm_globals: ChartGlobals,
    pub(crate) helm_charts: Vec<Chart>,
    pub(crate) generator_options: Option<GeneratorOptions>,
    pub(crate) configurations: Vec<String>,
    pub(crate) generators: Vec<String>,
    pub(crate) transformers: Vec<String>,
    pub(crate) validators: Vec<String>,
    pub(crate) build_metadata: Vec<String>,
    /// Deprecated fields in use, as kustomize warns of them.
    pub(crate) warnings: Vec<String>,
}
