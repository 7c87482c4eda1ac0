//! A configuration that overrides the one in the repository.

use std::{fs, path::Path};

use crate::error::{CommandError, CommandResult};

/// The file that `--config` names.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    /// The path as given, for messages.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl ConfigFile {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> CommandResult<Self> {
        let name = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => Err(CommandError::usage(format!("{name}: {error}"))),
        }
    }
}
