//! The changes that a kustomization makes to all of its objects.

mod context;
mod field_spec;
mod hash;
mod images;
mod metadata;
mod names;
mod namespace;
mod references;
mod replicas;
mod value_add;
mod variables;

pub(crate) use context::Context;
pub(crate) use hash::add_hashes;
pub(crate) use images::set_images;
pub(crate) use metadata::{MetadataMap, add_to_maps};
pub(crate) use names::{Affix, add_affix};
pub(crate) use namespace::{NamespaceChange, SubjectMode, set_namespace};
pub(crate) use references::fix_references;
pub(crate) use replicas::set_replicas;
pub(crate) use value_add::{ValueAdd, ValueTarget, add_value};
pub(crate) use variables::resolve_variables;
