//! Bounds on what one build may cost.

/// Bounds for one build; exceeding any of them is an error with a place, never a crash or a hang.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For each text that is read.
    pub yaml: zij_goyaml::Limits,
    /// Kustomizations, counted each time they are entered.
    pub kustomizations: usize,
    /// Kustomizations inside each other.
    pub depth: usize,
    /// Files that are read.
    pub files: usize,
    /// Bytes of all files together.
    pub bytes: usize,
    /// Objects in one accumulated set.
    pub objects: usize,
    /// Single changes by patches, replacements and name references.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            yaml: zij_goyaml::Limits::default(),
            kustomizations: 20_000,
            depth: 64,
            files: 200_000,
            bytes: 512 << 20,
            objects: 100_000,
            steps: 200_000_000,
        }
    }
}
