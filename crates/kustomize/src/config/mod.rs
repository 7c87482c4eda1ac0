//! Which fields the changes of a kustomization reach: built-in, from `configurations`, from `crds`.

mod built_in;
mod crds;
mod defaults;
mod field_specs;

pub(crate) use crds::from_crds;
pub(crate) use defaults::default_config;
pub(crate) use field_specs::{Config, FieldSpec, FieldSpecs, merge_all};
