//! Helm charts rendered as Helm renders them, byte for byte, per Helm version.
//!
//! A chart is read from a [`load::Folder`] or an archive, the user's values are layered
//! ([`values`]), and an [`Engine`] renders both under a [`Profile`]. Nothing here reads a disk
//! (except [`load::DiskFolder`]), a clock, the environment or a network; what Helm takes from there
//! is passed in ([`host::Surroundings`]).
//!
//! ```
//! use std::sync::Arc;
//! use zij_helm::{
//!     Capabilities, Chart, Engine, Error, Inputs, Profile, Release, RenderOptions,
//!     host::Surroundings,
//!     load::{LoadLimits, MemoryFolder},
//!     values::{SetFlag, ValuesLayer, merge_layers},
//! };
//!
//! let mut folder = MemoryFolder::default();
//! folder.insert("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.3\n");
//! folder.insert("values.yaml", "replicas: 1\n");
//! folder.insert("templates/a.yaml", "kind: A\nn: {{ .Values.replicas }}\nof: {{ .Release.Name }}");
//!
//! let profile = Profile::find("helm-3.17").expect("a known Helm version");
//! let chart = Arc::new(Chart::load(&folder, "", profile, &LoadLimits::default())?);
//! let layers = [ValuesLayer::flag(SetFlag::Typed, "replicas=3")];
//! let rendered = Engine::new(profile).render(
//!     &Inputs {
//!         chart: &chart,
//!         release: &Release::new("shop", "default"),
//!         values: &merge_layers(&layers, profile)?,
//!         capabilities: &Capabilities::default_for(profile),
//!         options: &RenderOptions::default(),
//!     },
//!     Surroundings::seeded("example"),
//! )?;
//! assert_eq!(
//!     String::from_utf8_lossy(&rendered.to_text()),
//!     "---\n# Source: web/templates/a.yaml\nkind: A\nn: 3\nof: shop\n"
//! );
//! # Ok::<(), Error>(())
//! ```
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
mod recent;
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
