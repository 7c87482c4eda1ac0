//! `zij template`: the drop-in for `helm template`.

mod arguments;
mod command;
mod output;
mod telling;

pub(super) use arguments::{Switch, TemplateArgs};
pub(super) use command::run;
