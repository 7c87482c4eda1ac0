//! The command line.

use std::{io, path::PathBuf, time::Duration};

/// What to compare, and for how long.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) helm: PathBuf,
    pub(crate) zij: PathBuf,
    pub(crate) engine: String,
    pub(crate) time: Duration,
    /// The first seed; the next is one more.
    pub(crate) seed: u64,
    /// Only the first seed.
    pub(crate) once: bool,
    /// Ends after so many differences.
    pub(crate) failures: usize,
}

impl Arguments {
    /// Reads `--name value` pairs.
    pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> io::Result<Self> {
        let mut arguments = Self {
            helm: PathBuf::new(),
            zij: PathBuf::new(),
            engine: "helm-4.2".to_owned(),
            time: Duration::from_secs(30),
            seed: 1,
            once: false,
            failures: 1,
        };
        while let Some(name) = given.next() {
            let value = given.next().ok_or_else(|| wrong(&format!("{name} lacks its value")))?;
            match name.as_str() {
                "--helm" => arguments.helm = value.into(),
                "--zij" => arguments.zij = value.into(),
                "--engine" => arguments.engine = value,
                "--seconds" => arguments.time = Duration::from_secs(number(&value)?),
                "--seed" => arguments.seed = number(&value)?,
                "--only" => (arguments.seed, arguments.once) = (number(&value)?, true),
                "--failures" => arguments.failures = usize::try_from(number(&value)?).unwrap_or(1),
                _ => return Err(wrong(&format!("unknown flag {name}"))),
            }
        }
        for program in [&arguments.helm, &arguments.zij] {
            if !program.is_file() {
                return Err(wrong(&format!(
                    "--helm and --zij name programs: {}",
                    program.display()
                )));
            }
        }
        Ok(arguments)
    }
}

fn number(text: &str) -> io::Result<u64> {
    text.parse().map_err(|_| wrong(&format!("a number is wanted instead of {text:?}")))
}

fn wrong(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
