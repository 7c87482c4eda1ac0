//! `kustomize build` without processes and without network: a directory of a tree of files in,
//! objects out, equal to what the real tool prints.
//!
//! ```
//! use zij_kustomize::{MemoryFolder, Options, build};
//!
//! let folder: MemoryFolder = [
//!     ("base/kustomization.yaml", "resources: [map.yaml]"),
//!     ("base/map.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: app}}"),
//!     ("prod/kustomization.yaml", "resources: [../base]\nnamePrefix: prod-"),
//! ]
//! .into_iter()
//! .collect();
//! let output = build(&folder, "prod", &Options::default())?.to_yaml()?;
//! assert_eq!(output, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: prod-app\n");
//! # Ok::<(), zij_kustomize::Error>(())
//! ```
//!
//! Every input is untrusted: nothing is read but through the [`Folder`], charts and remote content
//! only come from the caller, and [`Limits`] bound what a build may cost. What differs between
//! versions of kustomize is data in a [`Profile`].
#![warn(missing_docs)]

mod build;
mod compiled;
mod config;
mod error;
mod file;
mod generate;
mod limits;
mod load;
mod node;
mod order;
mod patch;
mod profile;
mod replace;
mod resource;
mod schema;
mod transform;

pub use build::{Build, FieldOrigin, Options, Reorder, ResourceOrigin, build};
pub use error::{Error, ErrorKind, Place};
pub use file::{Chart, ChartGlobals};
pub use generate::{ChartRenderer, ChartRequest, ChartValues};
pub use limits::Limits;
pub use load::{
    DiskFolder, EntryKind, Folder, FolderError, LoadRestrictor, Located, MemoryFolder, Read,
    ReadOutcome, Vendored, remote,
};
pub use profile::Profile;
pub use zij_goyaml::Limits as YamlLimits;
