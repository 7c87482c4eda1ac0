//! The real binary on real repositories: what it prints, where, and its exit code.

mod argocd;
mod bad_input;
mod cache;
mod demo;
mod explain;
mod fleet;
mod formats;
mod kustomize;
mod nightly;
mod secrets;
mod shared;
mod template;
mod together;
