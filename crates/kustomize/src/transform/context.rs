//! What all changes have at hand.

use std::cell::{Cell, RefCell};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::profile::Profile;
use crate::resource::Scopes;
use crate::schema::Schema;

pub(crate) struct Context<'b> {
    pub(crate) profile: &'b Profile,
    pub(crate) limits: &'b Limits,
    /// Whether somebody wants to know who set which field.
    pub(crate) follows_origins: bool,
    schema: RefCell<(Schema, SchemaSource)>,
    steps: Cell<u64>,
    kustomizations: Cell<usize>,
}

/// Who chose the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaSource {
    BuiltIn,
    Chosen,
}

impl<'b> Context<'b> {
    pub(crate) fn new(profile: &'b Profile, limits: &'b Limits, follows_origins: bool) -> Self {
        Self {
            profile,
            limits,
            follows_origins,
            schema: RefCell::new((Schema::default(), SchemaSource::BuiltIn)),
            steps: Cell::new(0),
            kustomizations: Cell::new(0),
        }
    }

    pub(crate) fn schema(&self) -> Schema {
        self.schema.borrow().0.clone()
    }

    pub(crate) fn scopes(&self) -> Scopes {
        self.schema.borrow().0.scopes.clone()
    }

    /// Whether a kustomization has chosen the schema already; later ones do not change it.
    pub(crate) fn is_schema_chosen(&self) -> bool {
        self.schema.borrow().1 == SchemaSource::Chosen
    }

    pub(crate) fn choose_schema(&self, schema: Schema) {
        *self.schema.borrow_mut() = (schema, SchemaSource::Chosen);
    }

    /// Counts work that grows with the product of objects and changes.
    pub(crate) fn step(&self, count: usize) -> Result<()> {
        let steps = self.steps.get().saturating_add(count as u64);
        self.steps.set(steps);
        if steps > self.limits.steps {
            let most = usize::try_from(self.limits.steps).unwrap_or(usize::MAX);
            return Err(Error::limit("steps", most));
        }
        Ok(())
    }

    /// Counts a kustomization that is entered.
    pub(crate) fn enter(&self, depth: usize) -> Result<()> {
        if depth > self.limits.depth {
            return Err(Error::limit("kustomizations inside each other", self.limits.depth));
        }
        self.kustomizations.set(self.kustomizations.get() + 1);
        if self.kustomizations.get() > self.limits.kustomizations {
            return Err(Error::limit("kustomizations", self.limits.kustomizations));
        }
        Ok(())
    }

    /// Refuses sets that have grown too large.
    pub(crate) fn count_objects(&self, count: usize) -> Result<()> {
        if count > self.limits.objects {
            return Err(Error::limit("objects", self.limits.objects));
        }
        Ok(())
    }
}
