//! The report as one HTML page that needs nothing else: no network, no other file.

mod compact;
mod data;
mod page;

pub use page::write;

#[cfg(test)]
mod tests;
