//! What differs between versions of kustomize, as data.

/// A version of kustomize.
///
/// ```
/// use zij_kustomize::Profile;
/// assert_eq!(Profile::find("5.7").map(|profile| profile.version), Some("5.7.1"));
/// assert_eq!(Profile::default().kubectl, "1.36");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table of differences")]
pub struct Profile {
    /// The version, such as `5.8.1`.
    pub version: &'static str,
    /// The newest kubectl that carries it.
    pub kubectl: &'static str,
    /// A kind that ends in `List` and has no items stays an object (5.5 and later).
    pub(crate) keeps_lists_without_items: bool,
    /// `images` reach volumes, and policies are name references (5.5 and later).
    pub(crate) has_newer_field_specs: bool,
    /// `replacements` take a `sourceValue` (5.7 and later).
    pub(crate) has_source_value: bool,
    /// Targets of `replacements` are regular expressions, and paths lead into texts (5.8).
    pub(crate) has_replacement_patterns: bool,
    /// `options` of a patch has only the known fields (5.8).
    pub(crate) has_strict_patch_options: bool,
    /// The namespace reaches charts, and objects of charts keep theirs (5.8).
    pub(crate) has_helm_namespace: bool,
    /// Namespaces of the core group come before other kinds of that name (5.5 and later).
    pub(crate) has_core_namespaces_first: bool,
    /// A patch that is neither kind, being empty, is an error (5.4).
    pub(crate) refuses_empty_patches: bool,
    /// A patch without content does nothing (5.8); before it counts as one without operations.
    pub(crate) ignores_empty_patches: bool,
}

const V5_4_2: Profile = Profile {
    version: "5.4.2",
    kubectl: "1.31",
    keeps_lists_without_items: false,
    has_newer_field_specs: false,
    has_source_value: false,
    has_replacement_patterns: false,
    has_strict_patch_options: false,
    has_helm_namespace: false,
    has_core_namespaces_first: false,
    refuses_empty_patches: true,
    ignores_empty_patches: false,
};

const V5_7_1: Profile = Profile {
    version: "5.7.1",
    kubectl: "1.35",
    keeps_lists_without_items: true,
    has_newer_field_specs: true,
    has_source_value: true,
    has_core_namespaces_first: true,
    refuses_empty_patches: false,
    ..V5_4_2
};

const V5_8_1: Profile = Profile {
    version: "5.8.1",
    kubectl: "1.36",
    has_replacement_patterns: true,
    has_strict_patch_options: true,
    ignores_empty_patches: true,
    has_helm_namespace: true,
    ..V5_7_1
};

impl Profile {
    /// All versions, oldest first.
    pub const ALL: &[Self] = &[V5_4_2, V5_7_1, V5_8_1];

    /// Returns the row for a version: that version itself, or the next one that is known.
    pub fn find(version: &str) -> Option<Self> {
        let wanted = numbers(version.trim_start_matches('v'))?;
        let newer = |profile: &&Self| {
            let own = numbers(profile.version).unwrap_or_default();
            own.iter().zip(&wanted).find(|(own, wanted)| own != wanted).is_none_or(|(a, b)| a > b)
        };
        Self::ALL.iter().find(newer).copied()
    }
}

impl Default for Profile {
    fn default() -> Self {
        V5_8_1
    }
}

fn numbers(version: &str) -> Option<Vec<u32>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}
