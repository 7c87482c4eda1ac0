//! Test repositories and a hermetic environment.
