//! The known profiles.

use super::{
    ApiGroups, ChartObject, ErrorFormat, Feature, KindOrder, KubeVersionRule, NullRule, Profile,
    SchemaLibrary, SplitRule,
};

/// Helm 3.16 (3.16.1 measured).
pub const HELM_3_16: Profile = Profile {
    name: "helm-3.16",
    version: "v3.16.3",
    git_commit: "cfd07493f46efc9debd9cc1b02a0961186df7fdf",
    go_version: "go1.22.7",
    kube_minor: 31,
    api_groups: ApiGroups::KUBE_31,
    nulls: NullRule::N0,
    split: SplitRule::D1,
    kinds: KindOrder::V3,
    chart_object: ChartObject::Struct,
    errors: ErrorFormat::Line,
    kube_version: KubeVersionRule::Semver,
    schema: SchemaLibrary::Gojsonschema,
    features: &[],
};

/// Helm 3.17 (3.17.3 measured).
pub const HELM_3_17: Profile = Profile {
    name: "helm-3.17",
    version: "v3.17.3",
    git_commit: "e4da49785aa6e6ee2b86efd5dd9e43400318262b",
    go_version: "go1.23.7",
    kube_minor: 32,
    api_groups: ApiGroups::KUBE_32,
    nulls: NullRule::N1,
    features: &[Feature::SizeLimits, Feature::PrettyYaml],
    ..HELM_3_16
};

/// Helm 3.18 (3.18.4; from source).
pub const HELM_3_18: Profile = Profile {
    name: "helm-3.18",
    version: "v3.18.4",
    git_commit: "d80839cf37d860c8aa9a0503fe463278f26cd5e2",
    go_version: "go1.24.4",
    kube_minor: 33,
    api_groups: ApiGroups::KUBE_33,
    features: &[Feature::SizeLimits, Feature::PrettyYaml],
    ..HELM_3_17
};

/// Helm 3.19 (3.19.4; from source, API versions of client-go 0.33).
pub const HELM_3_19: Profile = Profile {
    name: "helm-3.19",
    version: "v3.19.4",
    git_commit: "7cfb6e486dac026202556836bb910c37d847793e",
    go_version: "go1.24.11",
    kube_minor: 34,
    kube_version: KubeVersionRule::Generic,
    schema: SchemaLibrary::SanthoshTekuri,
    features: &[Feature::SizeLimits, Feature::PrettyYaml, Feature::AnyImportValues],
    ..HELM_3_18
};

const V4_FEATURES: &[Feature] = &[
    Feature::MergedValuesDocuments,
    Feature::LostLastLine,
    Feature::SetJsonObject,
    Feature::SizeLimits,
    Feature::KnownApiVersionsOnly,
    Feature::AnyImportValues,
    Feature::PrettyYaml,
    Feature::MustToYaml,
];

/// Helm 4.0 (4.0.5; from source, API versions of client-go 0.35).
pub const HELM_4_0: Profile = Profile {
    name: "helm-4.0",
    version: "v4.0.5",
    git_commit: "1b6053d48b51673c5581973f5ae7e104f627fcf5",
    go_version: "go1.24.11",
    kube_minor: 34,
    api_groups: ApiGroups::KUBE_35,
    nulls: NullRule::N1,
    split: SplitRule::D1,
    kinds: KindOrder::V4,
    chart_object: ChartObject::Map,
    errors: ErrorFormat::Trace,
    kube_version: KubeVersionRule::Generic,
    schema: SchemaLibrary::SanthoshTekuri,
    features: V4_FEATURES,
};

/// Helm 4.1 (4.1.4 measured).
pub const HELM_4_1: Profile = Profile {
    name: "helm-4.1",
    version: "v4.1.4",
    git_commit: "05fa37973dc9e42b76e1d2883494c87174b6074f",
    go_version: "go1.25.9",
    kube_minor: 35,
    nulls: NullRule::N2,
    kube_version: KubeVersionRule::GenericKeepingText,
    features: &[
        Feature::MergedValuesDocuments,
        Feature::LostLastLine,
        Feature::SetJsonObject,
        Feature::SizeLimits,
        Feature::KnownApiVersionsOnly,
        Feature::NoDotNames,
        Feature::AnyImportValues,
        Feature::PrettyYaml,
        Feature::MustToYaml,
    ],
    ..HELM_4_0
};

/// Helm 4.2.0 to 4.2.3 (4.2.3 measured).
pub const HELM_4_2: Profile = Profile {
    name: "helm-4.2",
    version: "v4.2.3",
    git_commit: "43e8b7feece8beb0fcba47059ec9b522fd929a64",
    go_version: "go1.26.5",
    kube_minor: 36,
    api_groups: ApiGroups::KUBE_36,
    nulls: NullRule::N3,
    split: SplitRule::D2,
    features: &[
        Feature::MergedValuesDocuments,
        Feature::LostLastLine,
        Feature::SetJsonObject,
        Feature::SizeLimits,
        Feature::KnownApiVersionsOnly,
        Feature::NoDotNames,
        Feature::AnyImportValues,
        Feature::PrettyYaml,
        Feature::MustToYaml,
        Feature::MustToToml,
    ],
    ..HELM_4_1
};

/// Helm 4.2.4 (from source).
pub const HELM_4_2_4: Profile = Profile {
    name: "helm-4.2.4",
    version: "v4.2.4",
    git_commit: "3900f434fd3ef2b84065dc04508df48f288dba00",
    split: SplitRule::D3,
    ..HELM_4_2
};

/// All profiles, oldest first.
pub const PROFILES: [&Profile; 8] =
    [&HELM_3_16, &HELM_3_17, &HELM_3_18, &HELM_3_19, &HELM_4_0, &HELM_4_1, &HELM_4_2, &HELM_4_2_4];

/// A profile name that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown engine `{0}`, expected one of {known}", known = names())]
pub struct UnknownProfile(pub String);

fn names() -> String {
    PROFILES.map(|profile| profile.name).join(", ")
}

impl Default for &'static Profile {
    fn default() -> Self {
        &HELM_4_2
    }
}

impl Profile {
    /// Finds a profile by name (`helm-4.2`, `4.2`) or by an exact version (`4.2.1`, `v3.17.2`).
    ///
    /// # Errors
    /// [`UnknownProfile`] when no row covers the name.
    pub fn find(name: &str) -> Result<&'static Self, UnknownProfile> {
        let bare = name.trim_start_matches("helm-").trim_start_matches('v');
        let named = |bare: &str| {
            PROFILES.into_iter().find(|profile| profile.name.strip_prefix("helm-") == Some(bare))
        };
        let minor = || {
            let mut parts = bare.splitn(3, '.');
            let (major, minor, patch) = (parts.next()?, parts.next()?, parts.next()?);
            let numbered = patch.bytes().all(|byte| byte.is_ascii_digit());
            if numbered { named(&format!("{major}.{minor}")) } else { None }
        };
        named(bare).or_else(minor).ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_found_by_name_and_version() {
        for (name, want) in [
            ("helm-4.2", Some("helm-4.2")),
            ("4.2.1", Some("helm-4.2")),
            ("v4.2.4", Some("helm-4.2.4")),
            ("3.17.2", Some("helm-3.17")),
            ("2.9", None),
            ("4.2.x", None),
        ] {
            assert_eq!(Profile::find(name).ok().map(|profile| profile.name), want, "{name}");
        }
    }
}
