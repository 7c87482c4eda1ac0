//! The instruction loop. `{{ template }}` uses frames on the heap; only native functions that
//! render again (`include`, `tpl`) use the native stack.

use std::rc::Rc;

use crate::{
    compiler::{
        ast::At,
        instructions::{Loop, Op},
    },
    error::{Error, ErrorKind},
    set::Entry,
    value::{Elem, Str, Value, fmt},
    vm::{
        Machine,
        scope::{Iteration, Slot},
    },
};

/// Why the loop stopped.
enum Stop {
    Call(Rc<Entry>, Value),
    Return,
}

impl Machine<'_> {
    /// Runs frames until only `base` are left.
    pub(super) fn run(&mut self, base: usize) -> Result<(), Error> {
        while self.frames.len() > base {
            let Some(frame) = self.frames.last() else { break };
            let (entry, mut pc) = (Rc::clone(&frame.entry), frame.pc);
            match self.steps(&entry, &mut pc) {
                Ok(Stop::Call(callee, dot)) => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.pc = pc;
                    }
                    self.enter(callee, dot);
                }
                Ok(Stop::Return) => self.leave(),
                Err(error) => {
                    let at = self.reached(entry.body.places[pc.saturating_sub(1)]);
                    return Err(self.blame(error, &entry, at));
                }
            }
        }
        Ok(())
    }

    /// The node Go's marker stands at: a short-circuit leaves it at the argument that decided.
    fn reached(&self, at: At) -> At {
        match self.skipped {
            Some((never_reached, last)) if never_reached == at => last,
            _ => at,
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each instruction")]
    fn steps(&mut self, entry: &Entry, pc: &mut usize) -> Result<Stop, Error> {
        let body = &*entry.body;
        let tables = &entry.template.tables;
        loop {
            let op = body.ops[*pc];
            *pc += 1;
            self.budget.steps =
                self.budget.steps.checked_sub(1).ok_or_else(|| self.budget.out_of_steps())?;
            match op {
                Op::Text { start, end } => {
                    let text = &entry.template.source.text[start as usize..end as usize];
                    self.out.extend_from_slice(text);
                    self.check_output()?;
                }
                Op::Dot => {
                    let Slot { value, interface } = self.dot().clone();
                    self.push(value, interface);
                }
                Op::Variable(slot) => {
                    let Slot { value, interface } = self.variable(slot).clone();
                    self.push(value, interface);
                }
                Op::Constant(index) => {
                    self.push(tables.constants[index as usize].value(), false);
                }
                Op::Nothing => self.push(Value::Invalid, false),
                Op::Field(name) => {
                    let receiver = self.pop();
                    let interface = self.interface;
                    self.field(&receiver, interface, &tables.names[name as usize])?;
                }
                Op::DotField(name) => {
                    let name = &tables.names[name as usize];
                    match key_of(self.dot(), name) {
                        Some((value, interface)) => self.push(value, interface),
                        None => {
                            let Slot { value, interface } = self.dot().clone();
                            self.field(&value, interface, name)?;
                        }
                    }
                }
                Op::VariableField { slot, name } => {
                    let name = &tables.names[name as usize];
                    match key_of(self.variable(slot), name) {
                        Some((value, interface)) => self.push(value, interface),
                        None => {
                            let Slot { value, interface } = self.variable(slot).clone();
                            self.field(&value, interface, name)?;
                        }
                    }
                }
                Op::Member { call, skip } => {
                    let call = body.methods[call as usize];
                    if !self.member(call, &tables.names[call.name as usize])? {
                        *pc = skip as usize;
                    }
                }
                Op::MethodArgument { call, index, literal } => {
                    let name = &tables.names[body.methods[call as usize].name as usize];
                    if let Err(problem) = self.method_argument(name, index, literal) {
                        let at = body.places[*pc - 1];
                        let expression = entry.template.expression(at);
                        return Err(Error::new(ErrorKind::Exec, problem.text(&expression)));
                    }
                }
                Op::CallMethod(call) => {
                    let call = body.methods[call as usize];
                    self.call_method(call, &tables.names[call.name as usize])?;
                }
                Op::Unwrap => {
                    self.interface = false;
                    if let Some(top @ Value::Nil) = self.stack.last_mut() {
                        *top = Value::Invalid;
                    }
                }
                Op::Check(param) => self.check(tables.params[usize::from(param)], 0)?,
                Op::CheckBelow { param, depth } => {
                    self.check(tables.params[usize::from(param)], usize::from(depth))?;
                }
                Op::Call { function, count, piped } => {
                    self.call(tables.functions[usize::from(function)], count, piped)?;
                }
                Op::ShortCircuit { stop, target, end } => {
                    if self.stack.last().is_some_and(Value::truthy) == stop {
                        let last = self.reached(body.places[*pc - 1]);
                        self.skipped = Some((body.ends[usize::from(end)], last));
                        *pc = target as usize;
                    } else {
                        self.skipped = None;
                        self.stack.pop();
                    }
                }
                Op::Drop => {
                    self.stack.pop();
                }
                Op::Swap => {
                    let top = self.stack.len();
                    if top >= 2 {
                        self.stack.swap(top - 1, top - 2);
                    }
                }
                Op::Print => {
                    let value = self.pop();
                    self.print(&value)?;
                }
                Op::Store(slot) => {
                    let value = self.stack.last().cloned().unwrap_or_default();
                    *self.variable_mut(slot) = Slot::concrete(value);
                }
                Op::Jump(target) => *pc = target as usize,
                Op::JumpIfFalse(target) => {
                    if !self.pop().truthy() {
                        *pc = target as usize;
                    }
                }
                Op::With(target) => {
                    let value = self.pop();
                    if value.truthy() {
                        self.dots.push(Slot::concrete(value));
                    } else {
                        *pc = target as usize;
                    }
                }
                Op::PopDots(count) => {
                    let height = self.dots.len().saturating_sub(usize::from(count));
                    self.dots.truncate(height);
                }
                Op::Range { loop_index, otherwise } => {
                    if !self.start_loop(body.loops[usize::from(loop_index)])? {
                        *pc = otherwise as usize;
                    }
                }
                Op::Next { loop_index, body: start } => {
                    if self.next_item(body.loops[usize::from(loop_index)]) {
                        *pc = start as usize;
                    }
                }
                Op::EndLoop => {
                    self.loops.pop();
                    self.dots.pop();
                }
                Op::TemplateExists(name) => {
                    self.template_exists(&tables.names[name as usize])?;
                }
                Op::Template(name) => {
                    let callee = self.callee(&tables.names[name as usize])?;
                    return Ok(Stop::Call(callee, self.pop()));
                }
                Op::Fail(index) => {
                    let text = tables.failures[index as usize].clone();
                    return Err(Error::new(ErrorKind::Exec, text));
                }
                Op::Return => return Ok(Stop::Return),
            }
        }
    }

    pub(super) fn push(&mut self, value: Value, interface: bool) {
        self.stack.push(value);
        self.interface = interface;
    }

    pub(super) fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or_default()
    }

    fn dot(&self) -> &Slot {
        &self.dots[self.dots.len() - 1]
    }

    fn variable(&self, slot: u16) -> &Slot {
        let base = self.frames.last().map_or(0, |frame| frame.variables);
        &self.variables[base + usize::from(slot)]
    }

    fn variable_mut(&mut self, slot: u16) -> &mut Slot {
        let base = self.frames.last().map_or(0, |frame| frame.variables);
        &mut self.variables[base + usize::from(slot)]
    }

    fn check_output(&self) -> Result<(), Error> {
        let limit = self.budget.limits.output;
        if self.out.len() > limit {
            return Err(Error::limit(format!("render writes more than {limit} bytes")));
        }
        Ok(())
    }

    fn print(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Invalid | Value::Nil => self.out.extend_from_slice(b"<no value>"),
            Value::Object(object) => match object.action_string() {
                Some(text) => self.out.extend_from_slice(&text),
                None => fmt::append_dereferenced(&mut self.out, value)?,
            },
            _ => fmt::append(&mut self.out, value)?,
        }
        self.check_output()
    }

    /// Starts a loop over the top; false if there is nothing to iterate over.
    fn start_loop(&mut self, places: Loop) -> Result<bool, Error> {
        let value = self.pop();
        let ints = self.environment().dialect().range_int();
        if places.key.is_some() && ints && value.kind().is_integer() {
            let text = fmt::display(&value)?;
            let text = format!("can't use {text} to iterate over more than one variable");
            return Err(Error::new(ErrorKind::Exec, text));
        }
        let iteration = Iteration::start(value, ints).map_err(|value| {
            let mut text = b"range can't iterate over ".to_vec();
            match fmt::append_dereferenced(&mut text, &value) {
                Ok(()) => Error::new(ErrorKind::Exec, Str::from(text).to_string()),
                Err(error) => error,
            }
        })?;
        self.loops.push(iteration);
        self.dots.push(Slot::default());
        if self.next_item(places) {
            return Ok(true);
        }
        self.loops.pop();
        self.dots.pop();
        Ok(false)
    }

    fn next_item(&mut self, places: Loop) -> bool {
        let Some((key, item)) = self.loops.last_mut().and_then(Iteration::next) else {
            return false;
        };
        if let Some(slot) = places.key {
            *self.variable_mut(slot) = Slot::concrete(key);
        }
        if let Some(slot) = places.item {
            *self.variable_mut(slot) = item.clone();
        }
        if let Some(dot) = self.dots.last_mut() {
            *dot = item;
        }
        true
    }

    fn template_exists(&self, name: &[u8]) -> Result<(), Error> {
        let limit = self.budget.limits.template_depth;
        if self.set.find(name).is_none() {
            let text = format!("template {} not defined", fmt::quoted(name));
            let clue = self.set.unknown(name);
            return Err(Error::new(ErrorKind::Exec, text).with_clue(clue));
        }
        if self.frames.len() >= limit as usize {
            let text = format!("exceeded maximum template depth ({limit})");
            return Err(Error::new(ErrorKind::Limit, text));
        }
        Ok(())
    }

    fn callee(&self, name: &[u8]) -> Result<Rc<Entry>, Error> {
        match self.set.find(name) {
            Some(entry) => Ok(Rc::new(entry.clone())),
            None => Err(Error::new(ErrorKind::Exec, "template not defined")),
        }
    }
}

/// Looks up a key that is there, in a map without methods: the common case.
fn key_of(slot: &Slot, name: &[u8]) -> Option<(Value, bool)> {
    let Value::Map(map) = &slot.value else { return None };
    let go_type = map.go_type();
    if !go_type.methods.is_empty() {
        return None;
    }
    Some((map.get(name)?, go_type.elem == Elem::Any))
}
