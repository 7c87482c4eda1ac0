//! Compiled files and the set of templates they define.

use std::{collections::HashMap, sync::Arc};

use crate::{environment::Environment, error::Error, value::Str};

/// A compiled file: its own template and those it defines.
#[derive(Debug)]
pub struct Template {}

impl Template {
    /// Compiles a text under a name.
    ///
    /// # Errors
    /// The text is no valid template; the error has kind [`crate::ErrorKind::Syntax`] and Go's text.
    pub fn compile(environment: &Environment, name: &str, text: &Str) -> Result<Self, Error> {
        let _ = (environment, name, text);
        Ok(Self {})
    }
}

/// The templates that can call each other, by name.
#[derive(Debug)]
pub struct TemplateSet {
    root: Str,
    parent: Option<Arc<Self>>,
    names: HashMap<Str, Arc<Template>>,
}

impl TemplateSet {
    /// Returns an empty set; `root` is its name in errors.
    #[must_use]
    pub fn new(root: &str) -> Self {
        Self { root: root.into(), parent: None, names: HashMap::new() }
    }

    /// Adds what a file defines: later definitions win, except that a body of only white space
    /// and comments never replaces another one.
    pub fn add(&mut self, template: &Arc<Template>) {
        let _ = (template, &self.parent);
    }

    /// Tells whether a template of that name exists.
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        self.names.contains_key(name)
    }

    /// Returns the set's name.
    #[must_use]
    pub fn root(&self) -> &Str {
        &self.root
    }
}
