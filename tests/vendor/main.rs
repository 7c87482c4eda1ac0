//! `zij vendor` against servers on loopback: what is written, what is said, and the exit code.

mod charts;
mod faults;
mod scene;
