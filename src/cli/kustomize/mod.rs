//! `zij kustomize`: the drop-in for `kustomize build`.

mod arguments;
mod charts;
mod command;
mod copies;
mod origins;

pub(super) use arguments::KustomizeArgs;
pub(super) use command::run;
