//! The interface without a terminal: keys in, effects and screens out.

mod laws;
mod screen;
mod screens;
mod steps;
#[path = "../support/synthetic.rs"]
mod synthetic;
