//! What templates are compiled against: functions, dialect, and a cache of compiled texts.

use crate::function::FunctionSet;

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

    /// Tells whether `range` takes integers: Go 1.24.
    #[must_use]
    pub const fn range_int(self) -> bool {
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

/// Functions and dialect, shared by every template compiled with them.
#[derive(Debug, Default)]
pub struct Environment {
    functions: FunctionSet,
    dialect: Dialect,
}

impl Environment {
    /// Returns an environment.
    #[must_use]
    pub fn new(functions: FunctionSet, dialect: Dialect) -> Self {
        Self { functions, dialect }
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
}
