//! Labels and annotations.

use std::collections::BTreeMap;

use zij_goyaml::syntax::Tag;

use super::context::Context;
use super::field_spec::{Create, for_field};
use crate::config::FieldSpecs;
use crate::error::Result;
use crate::node::Node;
use crate::resource::ResourceSet;

/// Pairs, and the maps that take them.
#[derive(Debug, Clone, Default)]
pub(crate) struct MetadataMap {
    pub(crate) pairs: BTreeMap<String, String>,
    pub(crate) fields: FieldSpecs,
}

/// Adds the pairs to all objects.
pub(crate) fn add_to_maps(
    set: &mut ResourceSet,
    map: &MetadataMap,
    context: &Context<'_>,
) -> Result<()> {
    for resource in &mut set.resources {
        context.step(map.fields.len() * map.pairs.len())?;
        for (key, value) in &map.pairs {
            let before = resource.shared_values();
            resource.memory.last_share += 1;
            let share = resource.memory.last_share;
            let mut added = 0;
            for spec in map.fields.iter() {
                for_field(resource, spec, Create::Mapping, &mut |node| {
                    added += u32::from(node.get(key).is_none());
                    node.set(key, Node { share, ..Node::tagged(value.as_str(), Tag::Str) })
                })?;
            }
            resource.sync_shared(&before);
            resource.memory.has_shared |= added > 1;
        }
    }
    set.drop_empty();
    Ok(())
}
