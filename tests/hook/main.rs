//! The hooks, end to end: the real `zij`, the real git, repositories of their own.

mod audit;
mod author;
mod commits;
mod deadlines;
mod doctor;
mod scene;
mod server;
mod terminal;
mod transports;
mod words;
