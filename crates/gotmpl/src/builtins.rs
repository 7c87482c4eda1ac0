//! Go's predefined functions.

use crate::function::Function;

/// Go's predefined functions, without the control functions `and`, `or` and `call`.
pub static BUILTINS: &[Function] = &[];
