//! How a chart is rendered.

use zij_gotmpl::Limits;

/// Which hooks are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Hooks {
    /// All of them.
    #[default]
    All,
    /// All but tests (`--skip-tests`).
    WithoutTests,
    /// None (`--no-hooks`).
    None,
}

/// Choices that are not values.
#[derive(Debug, Clone, Default)]
pub struct RenderOptions {
    /// Whether values are checked against the charts' schemas.
    pub skip_schema_validation: bool,
    /// Whether CRD files are part of the output (`--include-crds`).
    pub include_crds: bool,
    /// Which hooks are part of the output.
    pub hooks: Hooks,
    /// What one render may use.
    pub limits: Limits,
}
