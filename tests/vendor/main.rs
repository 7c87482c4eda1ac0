//! `zij vendor` against servers on loopback: what is written, what is said, and the exit code.

mod artifacts;
mod charts;
mod faults;
mod scene;
