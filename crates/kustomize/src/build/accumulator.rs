//! What a kustomization has gathered: objects, configuration, variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::file::Var;
use crate::resource::{Id, Resource, ResourceSet};
use crate::transform::Context;

#[derive(Debug, Default)]
pub(super) struct Accumulator {
    pub(super) set: ResourceSet,
    pub(super) config: Arc<Config>,
    pub(super) vars: BTreeMap<String, Var>,
}

impl Accumulator {
    pub(super) fn append(&mut self, more: Vec<Resource>, context: &Context<'_>) -> Result<()> {
        context.count_objects(self.set.resources.len() + more.len())?;
        context.step(self.set.resources.len() + more.len())?;
        self.set.append_all(more, &context.scopes())
    }

    pub(super) fn merge_config(&mut self, config: &Arc<Config>) -> Result<()> {
        self.config = Config::merge(&self.config, config)?;
        Ok(())
    }

    /// Takes over what another kustomization has gathered.
    pub(super) fn merge(&mut self, other: Self, context: &Context<'_>) -> Result<()> {
        self.append(other.set.resources, context)?;
        self.merge_config(&other.config)?;
        for var in other.vars.into_values() {
            self.add_var(var)?;
        }
        Ok(())
    }

    fn add_var(&mut self, var: Var) -> Result<()> {
        if self.vars.contains_key(&var.name) {
            return Err(Error::change(format!("var '{}' already encountered", var.name)));
        }
        self.vars.insert(var.name.clone(), var);
        Ok(())
    }

    /// Marks the objects that hold the values of variables.
    pub(super) fn merge_vars(&mut self, vars: &[Var], context: &Context<'_>) -> Result<()> {
        let scopes = context.scopes();
        for var in vars {
            let cluster_scoped =
                scopes.is_cluster_scoped(&var.target.api_version(), &var.target.kind);
            let wanted = Id {
                gvk: var.target.clone(),
                name: var.target_name.clone(),
                namespace: var.target_namespace.clone(),
                cluster_scoped,
            };
            let anywhere = wanted.namespace.is_empty() && !cluster_scoped;
            let found = self.set.matching_any_id(&scopes, |id| {
                id.name == wanted.name
                    && id.gvk == wanted.gvk
                    && (anywhere || id.same_namespace(&wanted))
            });
            match found[..] {
                [] => {}
                [at] => self.set.resources[at].memory.variables.push(var.name.clone()),
                _ => {
                    return Err(Error::change(format!(
                        "found {} resId matches for var {} (unable to disambiguate)",
                        found.len(),
                        var.name
                    )));
                }
            }
            self.add_var(var.clone())?;
        }
        Ok(())
    }
}
