//! Bounds on what one text may cost.

/// Bounds for reading one text; exceeding any of them is an error, never a crash or a hang.
///
/// goyaml itself only bounds nesting (10,000) and the share of alias-driven decoding; both rules
/// apply as well, with goyaml's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Deepest nesting of collections, aliases expanded; values above [`Limits::MAX_DEPTH`] act
    /// as that.
    pub depth: usize,
    /// Nodes in the finished tree, keys and expanded aliases included.
    pub nodes: usize,
    /// Length of the text in bytes.
    pub bytes: usize,
    /// Nodes that come from expanding aliases and merge keys.
    pub alias_expansion: usize,
}

impl Limits {
    /// The deepest nesting that is ever allowed: trees are dropped and walked recursively, so it
    /// is chosen to fit a 2 MiB thread stack.
    pub const MAX_DEPTH: usize = 512;

    pub(crate) fn max_depth(&self) -> usize {
        self.depth.min(Self::MAX_DEPTH)
    }

    pub(crate) fn max_bytes(&self) -> usize {
        self.bytes.min(u32::MAX as usize / 2)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: Self::MAX_DEPTH, nodes: 4_000_000, bytes: 64 << 20, alias_expansion: 400_000 }
    }
}
