//! Numbers of replicas.

use zij_goyaml::syntax::Tag;

use super::context::Context;
use super::field_spec::{Create, ScalarTag, for_field, set_scalar};
use crate::config::FieldSpec;
use crate::error::{Error, Result};
use crate::file::Replica;
use crate::resource::ResourceSet;

/// Sets the replicas of the objects of the name.
///
/// # Errors
/// No object of a kind with replicas has or had the name.
pub(crate) fn set_replicas(
    set: &mut ResourceSet,
    replica: &Replica,
    specs: &[FieldSpec],
    context: &Context<'_>,
) -> Result<()> {
    let scopes = context.scopes();
    let mut found = false;
    for spec in specs {
        context.step(set.resources.len())?;
        let places = set.matching_any_id(&scopes, |id| {
            id.name == replica.name && id.gvk.is_selected(&spec.gvk)
        });
        for at in places {
            found = true;
            let create = Create::ScalarOf(ScalarTag::Integer);
            for_field(&mut set.resources[at], spec, create, &mut |node| {
                set_scalar(node, &replica.count.to_string(), Tag::Int)
            })?;
        }
    }
    if found {
        return Ok(());
    }
    let kinds: Vec<String> = specs.iter().map(|spec| spec.gvk.to_string()).collect();
    Err(Error::change(format!(
        "resource with name {} does not match a config with the following GVK [{}]",
        replica.name,
        kinds.join(" ")
    )))
}
