//! What an error says of its surroundings. Runs only after a failure, so it may be slow, but
//! never unboundedly so.

use std::collections::VecDeque;

use bumpalo::Bump;

use crate::{
    compiler::{
        ast::{At, Command, Operand, OperandKind, Pipe},
        instructions::{Body, Op},
        locate::{Enclosing, Found, Location, locate},
    },
    error::{Error, ErrorKind},
    evidence::{Condition, Evidence, Held, Trail},
    set::Entry,
    value::{Str, Value, fmt},
    vm::Machine,
};

/// The most operands of one action that are followed.
const MAX_OPERANDS: usize = 12;
/// The most conditions around an action that are told.
const MAX_CONDITIONS: usize = 4;
/// The most keys of a map that are told.
const MAX_KEYS: usize = 400;
/// The longest text of a value, in characters.
const MAX_TEXT: usize = 200;
/// The most values that are looked at to find where one lies.
const MAX_SEARCHED: usize = 20_000;

impl Machine<'_> {
    /// Adds the place in a template to an error and, at the place where it arose, the evidence.
    pub(super) fn blame(&self, error: Error, entry: &Entry, at: At) -> Error {
        let arena = Bump::new();
        let trees = entry.template.trees(&arena);
        let location = locate(&trees, at.id).unwrap_or_default();
        let error = match arose_here(&error) {
            true => error.with_evidence(self.evidence(&entry.body, &location)),
            false => error,
        };
        let place = entry.template.place(&entry.body.name, at, location.found);
        error.with_place(place)
    }

    fn evidence(&self, body: &Body, location: &Location<'_>) -> Evidence {
        let scene = Scene { machine: self, body };
        let operands = suspects(location);
        Evidence { operands: scene.trails(&operands, 0), conditions: scene.conditions(location) }
    }
}

/// Whether the error is not just passed on from a template that was called. What `tpl` was given is
/// told, too: its own part of the error lies between two places.
fn arose_here(error: &Error) -> bool {
    let placed = error.chain().any(|error| error.place().is_some());
    let own_part = error.cause().is_some_and(|cause| cause.place().is_none());
    !placed || (error.kind() == ErrorKind::Call && own_part)
}

/// The operands that may be to blame: the chain itself, or all of the call and what is piped in.
fn suspects<'t>(location: &Location<'t>) -> Vec<&'t Operand<'t>> {
    let mut operands = Vec::new();
    match location.found {
        Some(Found::Operand(operand)) if is_chain(operand) => operands.push(operand),
        Some(Found::Action(pipe) | Found::Pipe(pipe) | Found::Template(_, Some(pipe))) => {
            of_pipe(pipe, &mut operands);
        }
        _ => {
            if let Some((pipe, index)) = location.commands.last() {
                let from = index.saturating_sub(1);
                for command in &pipe.commands[from..=*index] {
                    of_command(command, &mut operands);
                }
            }
        }
    }
    operands
}

fn of_pipe<'t>(pipe: &'t Pipe<'t>, found: &mut Vec<&'t Operand<'t>>) {
    for command in pipe.commands {
        of_command(command, found);
    }
}

fn of_command<'t>(command: &'t Command<'t>, found: &mut Vec<&'t Operand<'t>>) {
    for operand in command.args {
        match &operand.kind {
            _ if found.len() >= MAX_OPERANDS => return,
            _ if is_chain(operand) => found.push(operand),
            OperandKind::Pipe(pipe) => of_pipe(pipe, found),
            _ => {}
        }
    }
}

fn is_chain(operand: &Operand<'_>) -> bool {
    match &operand.kind {
        OperandKind::Dot | OperandKind::Field(_) | OperandKind::Variable(..) => true,
        OperandKind::Chain(inner, _) => unwrapped(inner).is_some(),
        _ => false,
    }
}

/// The only operand of a parenthesised pipeline such as `(.Values.a)`.
fn unwrapped<'t>(operand: &'t Operand<'t>) -> Option<&'t Operand<'t>> {
    let OperandKind::Pipe(pipe) = &operand.kind else { return None };
    match pipe.commands {
        [Command { args, .. }] if args.len() == 1 && is_chain(&args[0]) => args.first(),
        _ => None,
    }
}

/// A running body, to look operands up in.
struct Scene<'m> {
    machine: &'m Machine<'m>,
    body: &'m Body,
}

impl Scene<'_> {
    /// Follows operands; `outward` tells how many cursors further out they stand.
    fn trails(&self, operands: &[&Operand<'_>], outward: usize) -> Vec<Trail> {
        let mut trails: Vec<Trail> = Vec::new();
        for operand in operands {
            let known = trails.iter().any(|trail| trail.expression == operand.to_string());
            if !known {
                trails.extend(self.trail(operand, outward));
            }
        }
        trails
    }

    fn trail(&self, operand: &Operand<'_>, outward: usize) -> Option<Trail> {
        let mut fields = Vec::new();
        let (root, value) = self.root(operand, outward, &mut fields)?;
        let (mut held, mut steps, mut found, mut is_null) = (value, Vec::new(), 0, false);
        // The innermost map on the way that is a part of the values tells where the rest lies.
        let mut base = self.machine.path_of(&held).map(|path| (path, 0));
        for field in &fields {
            let (next, has) = field_of(&held, field);
            if next.is_nil() {
                is_null = has;
                break;
            }
            (held, found) = (next, found + 1);
            steps.push(field.to_string());
            if base.is_none() || matches!(held, Value::Map(_)) {
                base = self.machine.path_of(&held).map(|path| (path, found)).or(base);
            }
        }
        let path = base.map(|(mut path, from)| {
            path.extend_from_slice(&steps[from..]);
            path
        });
        Some(Trail {
            expression: operand.to_string(),
            root,
            fields: fields.iter().map(ToString::to_string).collect(),
            found,
            is_null,
            held: holding(&held, path),
        })
    }

    /// What a chain starts with; its fields are added to `fields`.
    fn root(
        &self,
        operand: &Operand<'_>,
        outward: usize,
        fields: &mut Vec<Str>,
    ) -> Option<(String, Value)> {
        match &operand.kind {
            OperandKind::Dot => Some((".".to_owned(), self.dot(outward)?)),
            OperandKind::Field(own) => {
                fields.extend(own.iter().map(Str::from));
                Some((String::new(), self.dot(outward)?))
            }
            OperandKind::Variable(name, own) => {
                fields.extend(own.iter().map(Str::from));
                Some((name.to_string(), self.variable(operand)?))
            }
            OperandKind::Chain(inner, own) => {
                let root = self.root(unwrapped(inner)?, outward, fields)?;
                fields.extend(own.iter().map(Str::from));
                Some(root)
            }
            _ => None,
        }
    }

    fn dot(&self, outward: usize) -> Option<Value> {
        let own = self.machine.frames.last().map_or(0, |frame| frame.dots);
        let dots = self.machine.dots.get(own..)?;
        let index = dots.len().checked_sub(outward + 1)?;
        Some(dots[index].value.clone())
    }

    /// The value of a variable: its slot stands in the instruction that the operand became.
    fn variable(&self, operand: &Operand<'_>) -> Option<Value> {
        let mut of_operand = self.body.places.iter().zip(&self.body.ops);
        let slot = of_operand.find_map(|(at, op)| match op {
            Op::Variable(slot) | Op::VariableField { slot, .. } if *at == operand.at => Some(*slot),
            _ => None,
        })?;
        let base = self.machine.frames.last().map_or(0, |frame| frame.variables);
        self.machine.variables.get(base + usize::from(slot)).map(|slot| slot.value.clone())
    }

    fn conditions(&self, location: &Location<'_>) -> Vec<Condition> {
        let mut outward = 0;
        let around = location.branches.iter().rev().take(MAX_CONDITIONS);
        let condition = |enclosing: &Enclosing<'_>| {
            let pipe = enclosing.branch.pipe;
            // Inside the body of a `with` or `range` the cursor is another one than outside.
            outward += usize::from(enclosing.word != "if" && !enclosing.otherwise);
            let mut operands = Vec::new();
            of_pipe(pipe, &mut operands);
            Condition {
                word: enclosing.word,
                otherwise: enclosing.otherwise,
                expression: pipe.to_string(),
                line: self.line(pipe),
                operands: self.trails(&operands, outward),
            }
        };
        around.map(condition).collect()
    }

    fn line(&self, pipe: &Pipe<'_>) -> u32 {
        let frame = self.machine.frames.last();
        frame.map_or(0, |frame| frame.entry.template.source.line_column(pipe.at.pos).0)
    }
}

/// The value of a field, and whether it is there at all.
fn field_of(value: &Value, name: &Str) -> (Value, bool) {
    let found = match value {
        Value::Map(map) if map.go_type().method(name).is_none() => map.get(name),
        Value::Object(object) => object.field(&name.to_str_lossy()),
        _ => None,
    };
    let has = found.is_some();
    (found.unwrap_or_default(), has)
}

fn holding(value: &Value, path: Option<Vec<String>>) -> Held {
    let keys = match value {
        Value::Map(map) => map.keys().iter().take(MAX_KEYS).map(ToString::to_string).collect(),
        Value::Object(object) => {
            let methods = object.methods().iter().map(|method| method.name);
            let fields = object.fields().into_iter().map(|(name, _)| name).chain(methods);
            fields.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let text = match value {
        Value::Map(_) | Value::List(_) | Value::Object(_) | Value::Bytes(_) => None,
        Value::Invalid | Value::Nil => None,
        scalar => fmt::display(scalar).ok().map(|text| shortened(&text.to_str_lossy())),
    };
    Held { path, keys, go_type: value.type_name().to_owned(), text }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Machine<'_> {
    /// Where a map, list or long text lies below the `.` that the render of the file began with.
    fn path_of(&self, wanted: &Value) -> Option<Vec<String>> {
        if !matches!(wanted, Value::Map(_) | Value::List(_) | Value::String(_)) {
            return None;
        }
        let mut found: Vec<(Value, Option<usize>, String)> =
            vec![(self.variables.first()?.value.clone(), None, String::new())];
        let mut open = VecDeque::from([0]);
        while let Some(index) = open.pop_front() {
            if is_same(&found[index].0, wanted) {
                return Some(path_to(&found, index));
            }
            if found.len() < MAX_SEARCHED {
                for (name, value) in children(&found[index].0, wanted) {
                    open.push_back(found.len());
                    found.push((value, Some(index), name));
                }
            }
        }
        None
    }
}

fn path_to(found: &[(Value, Option<usize>, String)], index: usize) -> Vec<String> {
    let mut path = Vec::new();
    let mut at = index;
    while let (_, Some(parent), name) = &found[at] {
        path.push(name.clone());
        at = *parent;
    }
    path.reverse();
    path
}

fn children(value: &Value, wanted: &Value) -> Vec<(String, Value)> {
    let text = matches!(wanted, Value::String(_));
    match value {
        // Nothing inside has been handed out yet, so no container can be the wanted one.
        Value::Map(map) if !text && map.frozen().is_some() => Vec::new(),
        Value::Map(map) => {
            let entries = map.entries().into_iter().take(MAX_SEARCHED);
            entries.map(|(key, value)| (key.to_string(), value)).collect()
        }
        Value::List(list) => {
            let items = list.iter().take(MAX_SEARCHED).enumerate();
            items.map(|(index, item)| (index.to_string(), item.clone())).collect()
        }
        _ => Vec::new(),
    }
}

fn is_same(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Map(a), Value::Map(b)) => a.same(b),
        (Value::List(a), Value::List(b)) => a.same(b),
        // Long texts are shared, not copied.
        (Value::String(a), Value::String(b)) => std::ptr::eq(a.as_bytes(), b.as_bytes()),
        _ => false,
    }
}
