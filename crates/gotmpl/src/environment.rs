//! What templates are compiled against: functions, dialect, and a cache of compiled texts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{error::Error, function::FunctionSet, set::Template, value::Str};

/// Which version of Go's template language is spoken: the 26 of Go 1.26.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dialect(u32);

impl Dialect {
    /// Returns the dialect of Go 1.`minor`.
    #[must_use]
    pub const fn go1(minor: u32) -> Self {
        Self(minor)
    }

    /// Tells whether `{{else with}}` exists: Go 1.23.
    #[must_use]
    pub const fn else_with(self) -> bool {
        self.0 >= 23
    }

    /// Tells whether a refused `call` names its expression: Go 1.23.
    #[must_use]
    pub const fn call_names_expression(self) -> bool {
        self.0 >= 23
    }

    /// Tells whether `range` takes integers: Go 1.24.
    #[must_use]
    pub const fn range_int(self) -> bool {
        self.0 >= 24
    }

    /// Tells whether parse errors count the lines of comments: Go 1.24.
    #[must_use]
    pub const fn counts_comment_lines(self) -> bool {
        self.0 >= 24
    }

    /// Tells whether comparison errors name both types: Go 1.25.
    #[must_use]
    pub const fn typed_comparison_errors(self) -> bool {
        self.0 >= 25
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::go1(26)
    }
}

/// How many bytes of text the cache of [`Environment::compile_text`] holds at most.
const CACHE_BYTES: usize = 16 << 20;

/// What a key gives that a map does not have: the option `missingkey` of Go's templates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// `missingkey=zero`, Helm's choice: the zero value of the map's elements.
    #[default]
    Zero,
    /// `missingkey=default`, Go's own choice: no value, whose fields are no value either.
    Invalid,
    /// `missingkey=error`: the template fails.
    Error,
}

/// Functions and dialect, shared by every template compiled with them.
#[derive(Debug, Default)]
pub struct Environment {
    functions: FunctionSet,
    dialect: Dialect,
    missing_key: MissingKey,
    texts: Mutex<TextCache>,
}

/// Compiled texts of `tpl`; emptied when full, which a normal fleet never reaches.
#[derive(Debug, Default)]
struct TextCache {
    templates: HashMap<Str, Arc<Template>>,
    bytes: usize,
}

impl Environment {
    /// Returns an environment.
    #[must_use]
    pub fn new(functions: FunctionSet, dialect: Dialect) -> Self {
        Self { functions, dialect, missing_key: MissingKey::default(), texts: Mutex::default() }
    }

    /// Returns the same environment with another answer to missing keys.
    #[must_use]
    pub fn with_missing_key(self, missing_key: MissingKey) -> Self {
        Self { missing_key, ..self }
    }

    /// Returns what a key gives that a map does not have.
    #[must_use]
    pub fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    /// Returns the functions.
    #[must_use]
    pub fn functions(&self) -> &FunctionSet {
        &self.functions
    }

    /// Returns the dialect.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Compiles a text that comes from values, or finds it compiled under the same name.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn compile_text(&self, name: &str, text: &Str) -> Result<Arc<Template>, Error> {
        if let Some(template) = self.cache().templates.get(&**text)
            && *template.name() == *name
        {
            return Ok(Arc::clone(template));
        }
        let template = Arc::new(Template::compile(self, name, text)?);
        let mut cache = self.cache();
        if cache.bytes > CACHE_BYTES {
            *cache = TextCache::default();
        }
        // A compiled text takes roughly ten times its length, and some room even when empty.
        cache.bytes += 64 + text.len();
        cache.templates.insert(text.clone(), Arc::clone(&template));
        Ok(template)
    }

    fn cache(&self) -> MutexGuard<'_, TextCache> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
