//! One value for chosen fields (kustomize's `ValueAddTransformer`).

use super::context::Context;
use super::namespace::NamespaceChange;
use crate::error::{Error, Result};
use crate::node::{Node, lookup_or_make, split};
use crate::resource::{Resource, ResourceSet, Selector};

/// A value and the fields that get it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ValueAdd {
    pub(crate) value: String,
    pub(crate) targets: Vec<ValueTarget>,
}

/// Fields that get the value.
#[derive(Debug, Clone, Default)]
pub(crate) struct ValueTarget {
    /// Without one it is all objects.
    pub(crate) selector: Option<Selector>,
    pub(crate) field_path: String,
    /// The place of the value in the file path that the field holds, counted from 1; 0 replaces it.
    pub(crate) position: usize,
}

impl ValueAdd {
    /// Refuses what kustomize does not take.
    pub(crate) fn check(&self) -> Result<()> {
        if self.targets.is_empty() {
            return Err(Error::kustomization("must specify at least one target"));
        }
        match self.targets.iter().any(|target| target.field_path.is_empty()) {
            true => Err(Error::kustomization("fieldPath cannot be empty")),
            false => Ok(()),
        }
    }
}

/// Sets the fields.
///
/// # Errors
/// A field that is no scalar.
pub(crate) fn add_value(
    set: &mut ResourceSet,
    change: &ValueAdd,
    context: &Context<'_>,
) -> Result<()> {
    let scopes = context.scopes();
    for target in &change.targets {
        let chosen = match &target.selector {
            Some(selector) => set.select(selector, &scopes)?,
            None => (0..set.resources.len()).collect(),
        };
        context.step(chosen.len())?;
        for at in chosen {
            let resource = &mut set.resources[at];
            if target.field_path == "metadata/namespace" {
                let cluster = scopes.is_cluster_scoped(resource.api_version(), resource.kind());
                let namespace = change.value.clone();
                NamespaceChange { namespace, ..NamespaceChange::default() }
                    .apply(resource, cluster)?;
            } else {
                target.set(resource, &change.value)?;
            }
        }
    }
    Ok(())
}

impl ValueTarget {
    fn set(&self, resource: &mut Resource, value: &str) -> Result<()> {
        let path = split(&self.field_path, '/');
        let Some(node) = lookup_or_make(&mut resource.node, &path)? else {
            return match self.position {
                0 => Ok(()),
                _ => Err(Error::change(format!("there is no field '{}'", self.field_path))),
            };
        };
        node.need_scalar()?;
        let value = match self.position.checked_sub(1) {
            Some(at) => insert_part(node.value(), at, value),
            None => value.to_owned(),
        };
        node.set_scalar(Node::scalar(value))
    }
}

/// Puts a part into a file path; an absolute path stays one.
fn insert_part(path: &str, at: usize, part: &str) -> String {
    let (root, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path),
    };
    let mut parts: Vec<&str> = rest.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    parts.insert(at.min(parts.len()), part);
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        for (path, at, want) in [
            ("", 3, "x"),
            ("/", 0, "/x"),
            ("pie", 0, "x/pie"),
            ("/pie", 0, "/x/pie"),
            ("raw", 1, "raw/x"),
            ("/raw", 9, "/raw/x"),
            ("a/nice/warm/pie", 3, "a/nice/warm/x/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/x/pie"),
        ] {
            assert_eq!(insert_part(path, at, "x"), want, "{path}");
        }
    }
}
