//! The terminal user interface: one report at a time, browsed as a matrix and as diffs.
//!
//! Three layers. The core (`app`, `message`, `update`, `screens`) is plain state and a pure
//! function over messages; it knows no terminal. The view (`view`, `widgets`, `theme`) paints that
//! state and changes nothing. The runtime owns the terminal, the input and the loop. Reports come
//! in through a [`Feed`] and wishes go out as [`Request`]s, so the caller may be a daemon's client,
//! a thread that predicts, or a test.

mod app;
mod board;
mod document;
mod filter;
mod keymap;
mod message;
mod runtime;
mod screens;
mod text;
mod theme;
mod update;
mod view;
mod widgets;

pub use crate::app::{Options, State};
pub use crate::keymap::{BINDINGS, Binding, Chord, Command, Place};
pub use crate::message::{Effect, Epoch, Key, Message, Progress, Request};
pub use crate::runtime::{Error, Feed, Link, link, run};
pub use crate::theme::{Glyphs, Palette};
pub use crate::update::update;
pub use crate::view::view;
