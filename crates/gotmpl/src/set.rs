//! Compiled files and the set of templates they define.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use bumpalo::Bump;

use crate::{
    compiler::{
        ast::{At, Tree},
        codegen,
        instructions::{Body, Tables},
        locate::{Found, locate},
        parser,
    },
    environment::{Dialect, Environment},
    error::{Error, Place},
    evidence::{Clue, NameKind},
    source::Source,
    value::Str,
};

/// A compiled file: its own template and those it defines. Immutable and shared between threads.
#[derive(Debug)]
pub struct Template {
    pub(crate) source: Source,
    pub(crate) tables: Tables,
    pub(crate) bodies: Vec<Arc<Body>>,
    dialect: Dialect,
}

impl Template {
    /// Compiles a text under a name.
    ///
    /// # Errors
    /// The text is no valid template; the error has kind [`crate::ErrorKind::Syntax`] and Go's text.
    pub fn compile(environment: &Environment, name: &str, text: &Str) -> Result<Self, Error> {
        let source = Source { name: name.into(), text: text.clone() };
        let dialect = environment.dialect();
        let arena = Bump::with_capacity(text.len());
        let trees = parser::parse(&source, &arena, Some(environment.functions()), dialect)?;
        let (bodies, tables) = codegen::compile(&trees, text.len())?;
        Ok(Self { source, tables, bodies, dialect })
    }

    /// Returns the name the file was compiled under.
    #[must_use]
    pub fn name(&self) -> &Str {
        &self.source.name
    }

    /// Returns the names the file defines, its own among them.
    pub fn defines(&self) -> impl Iterator<Item = &Str> {
        self.bodies.iter().map(|body| &body.name)
    }

    /// Parses the text again, so that a template that never fails need not keep its syntax trees.
    pub(crate) fn trees<'a>(&'a self, arena: &'a Bump) -> Vec<Tree<'a>> {
        parser::parse(&self.source, arena, None, self.dialect).unwrap_or_default()
    }

    /// Returns a node as Go prints it in errors.
    pub(crate) fn expression(&self, at: At) -> String {
        let arena = Bump::new();
        let trees = self.trees(&arena);
        let found = locate(&trees, at.id).and_then(|location| location.found);
        found.map(|found| found.to_string()).unwrap_or_default()
    }

    /// Returns the place of a node, for errors.
    pub(crate) fn place(&self, template: &Str, at: At, found: Option<Found<'_>>) -> Place {
        let (line, column) = self.source.line_column(at.pos);
        let expression = found.map(|found| found.to_string()).unwrap_or_default();
        let span = self.source.span_of(at.pos, &expression);
        let (file, template) = (self.source.name.to_string(), template.to_string());
        Place { file, line, column, template, expression, text: self.source.text.clone(), span }
    }
}

/// A template of a set: a body and the file it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) template: Arc<Template>,
    pub(crate) body: Arc<Body>,
}

/// The templates that can call each other, by name.
#[derive(Debug)]
pub struct TemplateSet {
    root: Str,
    parent: Option<Arc<Self>>,
    entries: HashMap<Str, Entry>,
}

impl TemplateSet {
    /// Returns an empty set; `root` is its name in errors.
    #[must_use]
    pub fn new(root: &str) -> Self {
        Self { root: root.into(), parent: None, entries: HashMap::new() }
    }

    /// Adds what a file defines: later definitions win, except that a body of only white space
    /// and comments never replaces another one.
    pub fn add(&mut self, template: &Arc<Template>) {
        for body in &template.bodies {
            if body.blank && self.find(&body.name).is_some() {
                continue;
            }
            let entry = Entry { template: Arc::clone(template), body: Arc::clone(body) };
            self.entries.insert(body.name.clone(), entry);
        }
    }

    /// Returns a set that sees everything of this one and can hide parts of it, without copying.
    #[must_use]
    pub fn overlay(self: &Arc<Self>) -> Self {
        Self { root: self.root.clone(), parent: Some(Arc::clone(self)), entries: HashMap::new() }
    }

    pub(crate) fn find(&self, name: &[u8]) -> Option<&Entry> {
        let mut set = self;
        loop {
            if let Some(entry) = set.entries.get(name) {
                return Some(entry);
            }
            set = set.parent.as_deref()?;
        }
    }

    /// Returns the names that exist in place of one that does not.
    pub(crate) fn unknown(&self, name: &[u8]) -> Clue {
        let mut known = BTreeSet::new();
        let mut set = Some(self);
        while let Some(own) = set {
            known.extend(own.entries.keys().map(ToString::to_string));
            set = own.parent.as_deref();
        }
        let name = String::from_utf8_lossy(name).into_owned();
        Clue::Unknown { kind: NameKind::Template, name, known: known.into_iter().collect() }
    }

    /// Tells whether a template of that name exists.
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        self.find(name).is_some()
    }

    /// Returns the set's name.
    #[must_use]
    pub fn root(&self) -> &Str {
        &self.root
    }
}
