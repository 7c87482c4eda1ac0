//! The shell around the corridor: commands, configuration, daemon and terminal.

mod audit;
mod cli;
mod clock;
mod daemon;
mod error;
mod folders;
mod network;
mod prediction;
mod process;
mod secret_key;
mod shared;
mod ui;
mod vendor;

pub use cli::run;
