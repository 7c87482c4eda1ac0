//! Faults that a daemon and its files meet: nothing is lost, nothing wrong is shown.
//!
//! Only processes that these tests start are ended. `ZIJ_FAULT_ROUNDS=200` asks for as many rounds as
//! `.ci/faults` does (docs/reference/faults.md).

mod clock;
mod daemon;
mod disk;
mod files;
mod scene;
mod several;
mod socket;
