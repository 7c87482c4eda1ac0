//! A path inside a tree.

use std::{borrow::Borrow, fmt, sync::Arc};

/// A normalised path inside a tree: parts joined by `/`, no empty part, no `.`, no `..`.
///
/// The empty path is the root.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TreePath(Arc<str>);

/// A text that is no path inside a tree.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` leads out of the repository")]
pub struct InvalidPath(pub String);

impl TreePath {
    /// The tree's own folder.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a path as a person writes it: `./a//b/../c` is `a/c`.
    ///
    /// # Errors
    /// When `..` would climb above the root.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        Self::root().join(text)
    }

    /// This path followed by `relative`, whose `.` and `..` are resolved by their names alone.
    ///
    /// # Errors
    /// When `..` would climb above the root.
    pub fn join(&self, relative: &str) -> Result<Self, InvalidPath> {
        let mut parts: Vec<&str> = self.parts().collect();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(|| InvalidPath(relative.to_owned()))?;
                }
                name => parts.push(name),
            }
        }
        Ok(Self(parts.join("/").into()))
    }

    /// This path with one more part.
    pub fn child(&self, name: &str) -> Self {
        debug_assert!(!name.is_empty() && !name.contains('/'), "`{name}` is not one part");
        if self.0.is_empty() {
            Self(name.into())
        } else {
            Self(format!("{}/{name}", self.0).into())
        }
    }

    /// The folder that holds this path; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or("", |(folder, _)| folder).into()))
    }

    /// The last part; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The same path in memory of its own.
    pub(crate) fn copy(&self) -> Self {
        Self(Arc::from(&*self.0))
    }

    /// The parts from the root on.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// The whole path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rest of this path below `folder`; `None` where it does not lie below it.
    pub fn below<'a>(&'a self, folder: &Self) -> Option<&'a str> {
        if folder.0.is_empty() {
            return Some(&self.0);
        }
        self.0.strip_prefix(&*folder.0)?.strip_prefix('/')
    }
}

impl Borrow<str> for TreePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_by_name() {
        for (folder, text, want) in [
            ("", "a/b", Some("a/b")),
            ("", "./a//b/", Some("a/b")),
            ("charts/web", "../lib/x.tpl", Some("charts/lib/x.tpl")),
            ("charts", "..", Some("")),
            ("charts", "../..", None),
            ("", "../etc/passwd", None),
            ("a", "/b", Some("a/b")),
        ] {
            let got = TreePath::parse(folder).unwrap().join(text).ok();
            assert_eq!(got.as_ref().map(TreePath::as_str), want, "{folder} + {text}");
        }
    }

    #[test]
    fn below_is_by_whole_parts() {
        let path = TreePath::parse("charts/web/values.yaml").unwrap();
        assert_eq!(path.below(&TreePath::parse("charts/web").unwrap()), Some("values.yaml"));
        assert_eq!(path.below(&TreePath::parse("charts/we").unwrap()), None);
        assert_eq!(path.below(&TreePath::root()), Some("charts/web/values.yaml"));
    }
}
