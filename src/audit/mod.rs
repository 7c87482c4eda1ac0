//! The record that lasts: append-only JSON lines, chained by hashes and anchored in git.

mod anchor;
mod chain;
mod cursor;
mod event;
mod record;
mod retire;
mod store;
mod text;
mod verify;
mod waivers;

pub(crate) use anchor::{AnchorError, anchors, write_anchor};
pub(crate) use cursor::Cursor;
pub(crate) use event::{Act, Decision, Event};
pub(crate) use record::Record;
pub(crate) use retire::{Rule, plan, retire};
pub(crate) use store::{Log, LogError};
pub(crate) use text::clean;
pub(crate) use verify::{Verification, verify};
pub(crate) use waivers::WaiversUsed;
