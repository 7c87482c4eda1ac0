//! Rollouts against an independent simulator of the controllers, and against known figures.

mod figures;
mod laws;
mod simulator;
