//! The git hook protocol and the install plan.
