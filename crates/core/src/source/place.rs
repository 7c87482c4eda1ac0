//! A place in the repository that a message points at.

use std::{fmt, sync::Arc};

use super::TreePath;

/// A file and, where known, the line and column in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file relative to the repository's root; a file inside an archive is
    /// `charts/web/charts/redis-1.0.0.tgz!redis/values.yaml`.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column, from 1.
    pub column: Option<usize>,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: None, column: None }
    }

    /// A line of a file.
    pub fn line(file: impl Into<Arc<str>>, line: usize) -> Self {
        Self { file: file.into(), line: Some(line), column: None }
    }
}

impl From<&TreePath> for Place {
    fn from(path: &TreePath) -> Self {
        Self::file(path.as_str())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}
