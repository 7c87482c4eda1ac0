//! What was asked for.

use std::{io, path::PathBuf};

/// The command line.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) folder: PathBuf,
    pub(crate) apps: usize,
    pub(crate) clusters: usize,
    pub(crate) commits: usize,
    pub(crate) seed: u64,
}

impl Arguments {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> io::Result<Self> {
        let mut parsed =
            Self { folder: PathBuf::new(), apps: 400, clusters: 50, commits: 20, seed: 1 };
        while let Some(argument) = arguments.next() {
            let Some(name) = argument.strip_prefix("--") else {
                parsed.folder = PathBuf::from(argument);
                continue;
            };
            let value = arguments.next().and_then(|value| value.parse::<usize>().ok());
            let value = value.ok_or_else(|| wrong(&format!("--{name} needs a number")))?;
            match name {
                "apps" => parsed.apps = value,
                "clusters" => parsed.clusters = value,
                "commits" => parsed.commits = value,
                "seed" => parsed.seed = value as u64,
                _ => return Err(wrong(&format!("--{name} is not known"))),
            }
        }
        match parsed.folder.as_os_str().is_empty() {
            true => Err(wrong("a folder is needed")),
            false => Ok(parsed),
        }
    }
}

fn wrong(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
