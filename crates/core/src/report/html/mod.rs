//! The report as one HTML page that needs nothing else: no network, no other file.

mod compact;
mod data;
mod impact;
mod page;

pub use page::{write, write_after};

#[cfg(test)]
mod tests;
