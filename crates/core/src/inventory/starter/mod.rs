//! The `zij.yaml` that a person goes on from.

mod layout;
mod objects;
mod text;
