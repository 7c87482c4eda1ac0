//! Variables in texts as Flux replaces them after a build: `${name}` and bash's functions.

mod evaluate;
mod expression;
mod strip;

pub(super) use evaluate::mentioned;
pub use evaluate::{SubstituteError, Variables, substitute};
