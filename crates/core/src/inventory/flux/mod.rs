//! What Flux would deploy: `Kustomization` and `HelmRelease` objects, expanded to a fixpoint.

mod artifact;
mod chart;
mod cluster;
mod data;
mod expand;
mod item;
mod kustomization;
mod partial;
mod reader;
mod release;
mod roots;
mod sources;
mod values;

pub(super) use expand::expand;
