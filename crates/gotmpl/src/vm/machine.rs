//! Running a template set.

use std::{any::Any, mem, rc::Rc, sync::Arc};

use crate::{
    compiler::ast::At,
    environment::Environment,
    error::{Error, ErrorKind},
    set::{Entry, TemplateSet},
    value::{Str, Value},
    vm::{
        Limits,
        limits::Budget,
        scope::{Frame, Iteration, Slot},
    },
};

/// One render: the template set, what is left of the limits, and the embedding engine's state.
///
/// Native functions receive it and may render again through it.
pub struct Machine<'r> {
    environment: &'r Environment,
    pub(super) set: Arc<TemplateSet>,
    pub(super) budget: Budget,
    host: &'r mut dyn Any,
    pub(super) out: Vec<u8>,
    pub(super) stack: Vec<Value>,
    pub(super) dots: Vec<Slot>,
    pub(super) variables: Vec<Slot>,
    pub(super) loops: Vec<Iteration>,
    pub(super) frames: Vec<Frame>,
    /// Whether Go would hold the value on top as an interface; only error texts depend on it.
    pub(super) interface: bool,
    /// After an `and` or `or` that ended early: the node it never reached, and the last it did.
    pub(super) skipped: Option<(At, At)>,
    pub(super) spare: Vec<Vec<Value>>,
    depth: u32,
}

/// The heights of all stacks, to come back to after a failed run.
struct Mark {
    out: usize,
    stack: usize,
    dots: usize,
    variables: usize,
    loops: usize,
    frames: usize,
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
        Self {
            environment,
            set,
            budget: Budget::new(limits),
            host,
            out: Vec::new(),
            stack: Vec::new(),
            dots: Vec::new(),
            variables: Vec::new(),
            loops: Vec::new(),
            frames: Vec::new(),
            interface: false,
            skipped: None,
            spare: Vec::new(),
            depth: 0,
        }
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

    /// Returns the current set: inside [`Machine::execute_text`] the one with its definitions.
    #[must_use]
    pub fn set(&self) -> &Arc<TemplateSet> {
        &self.set
    }

    /// Runs the named template of the current set and returns what it wrote.
    ///
    /// # Errors
    /// The template does not exist, or running it fails; limits included.
    pub fn execute(&mut self, name: &[u8], data: Value) -> Result<Str, Error> {
        let Some(entry) = self.set.find(name).cloned() else {
            let clue = self.set.unknown(name);
            let name = crate::value::fmt::quoted(name);
            let root = crate::value::fmt::quoted(self.set.root());
            let text = format!("template: no template {name} associated with template {root}");
            return Err(Error::new(ErrorKind::NoTemplate, text).with_clue(clue));
        };
        let mark = self.mark();
        let result = self.nested(entry, data, mark.frames);
        let text = result.map(|()| Str::from(&self.out[mark.out..]));
        self.reset(&mark);
        let text = text?;
        self.budget.charge_memory(text.len() as u64)?;
        Ok(text)
    }

    /// Parses `text` under `name` on top of the current set and runs it: Helm's `tpl`.
    ///
    /// Templates the text defines exist (and hide others) only during this run. Compiled texts are
    /// cached in the environment.
    ///
    /// # Errors
    /// The text is no template ([`ErrorKind::Syntax`]), or running it fails.
    pub fn execute_text(&mut self, name: &str, text: &Str, data: Value) -> Result<Str, Error> {
        let template = self.environment.compile_text(name, text)?;
        let mut set = self.set.overlay();
        set.add(&template);
        let outer = mem::replace(&mut self.set, Arc::new(set));
        let result = self.execute(name.as_bytes(), data);
        self.set = outer;
        result
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

    fn nested(&mut self, entry: Entry, data: Value, base: usize) -> Result<(), Error> {
        if self.depth >= self.budget.limits.depth {
            let depth = self.budget.limits.depth;
            return Err(Error::limit(format!("render nests deeper than {depth} levels")));
        }
        let data = if data.is_nil() { Value::Invalid } else { data };
        self.depth += 1;
        self.enter(Rc::new(entry), data);
        let result = self.run(base);
        self.depth -= 1;
        result
    }

    fn mark(&self) -> Mark {
        Mark {
            out: self.out.len(),
            stack: self.stack.len(),
            dots: self.dots.len(),
            variables: self.variables.len(),
            loops: self.loops.len(),
            frames: self.frames.len(),
        }
    }

    fn reset(&mut self, mark: &Mark) {
        self.out.truncate(mark.out);
        self.stack.truncate(mark.stack);
        self.dots.truncate(mark.dots);
        self.variables.truncate(mark.variables);
        self.loops.truncate(mark.loops);
        self.frames.truncate(mark.frames);
    }

    /// Starts a template on top of the running ones.
    pub(super) fn enter(&mut self, entry: Rc<Entry>, dot: Value) {
        let variables = self.variables.len();
        let slots = usize::from(entry.body.slots);
        let (dots, loops) = (self.dots.len(), self.loops.len());
        self.frames.push(Frame { entry, pc: 0, variables, dots, loops });
        self.variables.push(Slot::concrete(dot.clone()));
        self.variables.resize(variables + slots, Slot::default());
        self.dots.push(Slot::concrete(dot));
    }

    /// Ends the running template.
    pub(super) fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.variables.truncate(frame.variables);
            self.dots.truncate(frame.dots);
            self.loops.truncate(frame.loops);
        }
    }
}
