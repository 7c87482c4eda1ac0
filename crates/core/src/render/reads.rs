//! What a render depends on.

use std::{collections::BTreeMap, fmt};

use crate::source::{ContentId, TreePath};

/// Everything of a tree that a rendering depends on, and the rest folded into a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// Files and whole folders by their content; `None` where nothing was found.
    pub paths: BTreeMap<TreePath, Option<ContentId>>,
    /// All inputs together: equal keys mean equal renderings.
    pub key: InputsKey,
}

/// The hash of all inputs of a render: chart, values layers, release, namespace, profile,
/// Kubernetes version and API list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputsKey(pub [u8; 32]);

impl fmt::Display for InputsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for InputsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InputsKey({self})")
    }
}
