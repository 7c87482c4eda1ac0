//! Prefixes and suffixes of names.

use zij_goyaml::syntax::Tag;

use super::context::Context;
use super::field_spec::{Create, ScalarTag, for_field, set_scalar};
use crate::config::FieldSpec;
use crate::error::Result;
use crate::resource::{Gvk, ResourceSet};

/// What is put before or after names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Affix {
    Prefix(String),
    Suffix(String),
}

/// Adds the text to the names of all objects but those whose name is not free to choose.
pub(crate) fn add_affix(
    set: &mut ResourceSet,
    affix: &Affix,
    specs: &[FieldSpec],
    context: &Context<'_>,
) -> Result<()> {
    let scopes = context.scopes();
    for resource in &mut set.resources {
        context.step(1)?;
        let id = resource.original_id(&scopes);
        if has_fixed_name(&id.gvk) {
            continue;
        }
        for spec in specs.iter().filter(|spec| id.gvk.is_selected(&spec.gvk)) {
            if spec.path == "metadata/name" {
                let (list, text) = match affix {
                    Affix::Prefix(text) => (&mut resource.memory.prefixes, text),
                    Affix::Suffix(text) => (&mut resource.memory.suffixes, text),
                };
                if !text.is_empty() {
                    list.push(text.clone());
                    resource.store_previous_id(&scopes);
                }
            }
            for_field(resource, spec, Create::ScalarOf(ScalarTag::Text), &mut |node| {
                let name = match affix {
                    Affix::Prefix(text) => format!("{text}{}", node.text()),
                    Affix::Suffix(text) => format!("{}{text}", node.text()),
                };
                set_scalar(node, &name, Tag::Empty)
            })?;
        }
    }
    Ok(())
}

fn has_fixed_name(gvk: &Gvk) -> bool {
    match gvk.kind.as_ref() {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}
