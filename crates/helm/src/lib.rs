//! Helm charts rendered as Helm renders them, byte for byte, per Helm version.
//!
//! A chart is read from a [`load::Folder`] or an archive, the user's values are layered
//! ([`values`]), and an [`Engine`] renders both under a [`Profile`]. Nothing here reads a disk
//! (except [`load::DiskFolder`]), a clock, the environment or a network; what Helm takes from there
//! is passed in ([`host::Surroundings`]).
#![warn(missing_docs)]

mod capabilities;
mod chart;
pub mod diagnosis;
mod error;
pub mod functions;
mod glob;
pub mod host;
pub mod load;
pub mod output;
pub mod profile;
mod render;
mod schema;
pub mod semver;
pub mod values;
mod yaml;

pub use crate::{
    capabilities::{Capabilities, KubeVersion},
    chart::{Chart, Dependency, Maintainer, Metadata},
    error::{Error, Place, Stage},
    output::Rendered,
    profile::Profile,
    render::{Engine, Hooks, Inputs, Release, RenderOptions},
};
