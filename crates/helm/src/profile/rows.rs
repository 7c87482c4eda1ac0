//! The known profiles.

use super::{
    ApiGroups, ChartObject, ErrorFormat, Feature, KindOrder, KubeVersionRule, NullRule, Profile,
    SchemaLibrary, SemverLibrary, SplitRule,
};

/// Helm 3.16 (3.16.1 measured).
pub const HELM_3_16: Profile = Profile {
    name: "helm-3.16",
    since: (3, 16, 0),
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
    semver: SemverLibrary::V3_3,
    features: &[],
};

/// Helm 3.17.0 (measured): the null rule of 3.16.
pub const HELM_3_17_0: Profile = Profile {
    name: "helm-3.17.0",
    since: (3, 17, 0),
    version: "v3.17.0",
    git_commit: "301108edc7ac2a8ba79e4ebf5701b0b6ce6a31e4",
    go_version: "go1.23.4",
    nulls: NullRule::N0,
    features: &[Feature::NamedSubcharts, Feature::PrettyYaml],
    ..HELM_3_17
};

/// Helm 3.17.1 to 3.17.4 (3.17.3 measured).
pub const HELM_3_17: Profile = Profile {
    name: "helm-3.17",
    since: (3, 17, 1),
    version: "v3.17.3",
    git_commit: "e4da49785aa6e6ee2b86efd5dd9e43400318262b",
    go_version: "go1.23.7",
    kube_minor: 32,
    api_groups: ApiGroups::KUBE_32,
    nulls: NullRule::N1,
    features: &[Feature::NamedSubcharts, Feature::SizeLimits, Feature::PrettyYaml],
    ..HELM_3_16
};

const V3_18_FEATURES: &[Feature] =
    &[Feature::NamedSubcharts, Feature::SizeLimits, Feature::PrettyYaml, Feature::TomlExponents];

/// Helm 3.18.1 to 3.18.4 (3.18.4; from source). 3.18.0 alone reads numbers of values as
/// `json.Number` and has no row.
pub const HELM_3_18: Profile = Profile {
    name: "helm-3.18",
    since: (3, 18, 1),
    version: "v3.18.4",
    git_commit: "d80839cf37d860c8aa9a0503fe463278f26cd5e2",
    go_version: "go1.24.4",
    kube_minor: 33,
    api_groups: ApiGroups::KUBE_33,
    features: V3_18_FEATURES,
    ..HELM_3_17
};

/// Helm 3.18.5 and 3.18.6 (from source): another JSON schema library.
pub const HELM_3_18_5: Profile = Profile {
    name: "helm-3.18.5",
    since: (3, 18, 5),
    version: "v3.18.6",
    git_commit: "b76a950f6835474e0906b96c9ec68a2eff3a6430",
    go_version: "go1.24.6",
    schema: SchemaLibrary::SanthoshTekuri,
    ..HELM_3_18
};

/// Helm 3.19 (3.19.4; from source).
pub const HELM_3_19: Profile = Profile {
    name: "helm-3.19",
    since: (3, 19, 0),
    version: "v3.19.4",
    git_commit: "7cfb6e486dac026202556836bb910c37d847793e",
    go_version: "go1.24.11",
    kube_minor: 34,
    api_groups: ApiGroups::KUBE_34,
    kube_version: KubeVersionRule::Generic,
    schema: SchemaLibrary::SanthoshTekuri,
    semver: SemverLibrary::V3_4,
    features: &[
        Feature::NamedSubcharts,
        Feature::SizeLimits,
        Feature::PrettyYaml,
        Feature::TomlExponents,
        Feature::AnyImportValues,
    ],
    ..HELM_3_18
};

const V4_FEATURES: &[Feature] = &[
    Feature::MergedValuesDocuments,
    Feature::LostLastLine,
    Feature::SetJsonObject,
    Feature::OpenIndexes,
    Feature::NamedSubcharts,
    Feature::TomlExponents,
    Feature::SizeLimits,
    Feature::KnownApiVersionsOnly,
    Feature::AnyImportValues,
    Feature::PrettyYaml,
    Feature::MustToYaml,
];

/// Helm 4.0 (4.0.5; from source).
pub const HELM_4_0: Profile = Profile {
    name: "helm-4.0",
    since: (4, 0, 0),
    version: "v4.0.5",
    git_commit: "1b6053d48b51673c5581973f5ae7e104f627fcf5",
    go_version: "go1.24.11",
    kube_minor: 34,
    api_groups: ApiGroups::KUBE_34,
    nulls: NullRule::N1,
    split: SplitRule::D1,
    kinds: KindOrder::V4,
    chart_object: ChartObject::Map,
    errors: ErrorFormat::Trace,
    kube_version: KubeVersionRule::Generic,
    schema: SchemaLibrary::SanthoshTekuri,
    semver: SemverLibrary::V3_4,
    features: V4_FEATURES,
};

/// Helm 4.1.0 to 4.1.2 (from source): the null rule of 4.0.
pub const HELM_4_1_0: Profile = Profile {
    name: "helm-4.1.0",
    since: (4, 1, 0),
    version: "v4.1.2",
    git_commit: "217db28a4b75bff615275dc1e3975cf4d389c1d9",
    nulls: NullRule::N1,
    ..HELM_4_1
};

/// Helm 4.1.3 and 4.1.4 (4.1.4 measured).
pub const HELM_4_1: Profile = Profile {
    name: "helm-4.1",
    since: (4, 1, 3),
    version: "v4.1.4",
    git_commit: "05fa37973dc9e42b76e1d2883494c87174b6074f",
    go_version: "go1.25.9",
    kube_minor: 35,
    api_groups: ApiGroups::KUBE_35,
    nulls: NullRule::N2,
    kube_version: KubeVersionRule::GenericKeepingText,
    features: &[
        Feature::MergedValuesDocuments,
        Feature::LostLastLine,
        Feature::SetJsonObject,
        Feature::OpenIndexes,
        Feature::NamedSubcharts,
        Feature::TomlExponents,
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
    since: (4, 2, 0),
    version: "v4.2.3",
    git_commit: "43e8b7feece8beb0fcba47059ec9b522fd929a64",
    go_version: "go1.26.5",
    kube_minor: 36,
    api_groups: ApiGroups::KUBE_36,
    nulls: NullRule::N3,
    split: SplitRule::D2,
    semver: SemverLibrary::V3_5,
    features: &[
        Feature::MergedValuesDocuments,
        Feature::LostLastLine,
        Feature::SetJsonObject,
        Feature::OpenIndexes,
        Feature::NamedSubcharts,
        Feature::TomlExponents,
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
    since: (4, 2, 4),
    version: "v4.2.4",
    git_commit: "3900f434fd3ef2b84065dc04508df48f288dba00",
    split: SplitRule::D3,
    ..HELM_4_2
};

/// All profiles, oldest first.
pub const PROFILES: [&Profile; 11] = [
    &HELM_3_16,
    &HELM_3_17_0,
    &HELM_3_17,
    &HELM_3_18,
    &HELM_3_18_5,
    &HELM_3_19,
    &HELM_4_0,
    &HELM_4_1_0,
    &HELM_4_1,
    &HELM_4_2,
    &HELM_4_2_4,
];

/// The Helm version inside each Argo CD (argo-cd `hack/tool-versions.sh`).
const ARGO_CD: [(&str, &Profile); 9] = [
    ("2.14", &HELM_3_16),
    ("3.0", &HELM_3_17),
    ("3.1", &HELM_3_18),
    ("3.2", &HELM_3_18),
    ("3.3", &HELM_3_19),
    ("3.4", &HELM_3_19),
    ("3.5", &HELM_4_2),
    ("3.6", &HELM_4_2_4),
    ("master", &HELM_4_2_4),
];

/// A profile name that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown engine `{0}`, expected one of {known}, a Helm version, or argocd-3.4", known = names())]
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
    /// Finds a profile by name (`helm-4.2`, `4.2`), by an exact Helm version (`4.2.1`, `v3.17.2`),
    /// or by the Argo CD that ships it (`argocd-3.4`, `argocd-3.4.2`).
    ///
    /// # Errors
    /// [`UnknownProfile`] when no row covers the name.
    pub fn find(name: &str) -> Result<&'static Self, UnknownProfile> {
        let found = match name.strip_prefix("argocd-") {
            Some(version) => Self::of_argo_cd(version),
            None => Self::of_helm(name.trim_start_matches("helm-").trim_start_matches('v')),
        };
        found.ok_or_else(|| UnknownProfile(name.to_owned()))
    }

    fn of_helm(bare: &str) -> Option<&'static Self> {
        let name = |profile: &Self| profile.name.strip_prefix("helm-") == Some(bare);
        PROFILES.into_iter().find(|profile| name(profile)).or_else(|| {
            let (major, minor, patch) = numbers(bare)?;
            let version = (major, minor, patch?);
            let covers = |profile: &&&Self| {
                (profile.since.0, profile.since.1) == (major, minor) && profile.since <= version
            };
            PROFILES.iter().rev().find(covers).copied()
        })
    }

    fn of_argo_cd(version: &str) -> Option<&'static Self> {
        let minor = match numbers(version.trim_start_matches('v')) {
            Some((major, minor, _)) => format!("{major}.{minor}"),
            None => version.to_owned(),
        };
        ARGO_CD.iter().find(|(known, _)| *known == minor).map(|(_, profile)| *profile)
    }
}

/// Major, minor and, if given, patch number.
fn numbers(version: &str) -> Option<(u16, u16, Option<u16>)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    match (parts.next(), parts.next()) {
        (None, _) => Some((major, minor, None)),
        (Some(patch), None) => Some((major, minor, Some(patch?))),
        _ => None,
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
            ("3.17.0", Some("helm-3.17.0")),
            ("3.18.0", None),
            ("3.18.6", Some("helm-3.18.5")),
            ("4.1.2", Some("helm-4.1.0")),
            ("4.1.9", Some("helm-4.1")),
            ("4.2.9", Some("helm-4.2.4")),
            ("argocd-3.4", Some("helm-3.19")),
            ("argocd-v3.5.1", Some("helm-4.2")),
            ("argocd-2.14.20", Some("helm-3.16")),
            ("argocd-master", Some("helm-4.2.4")),
            ("argocd-1.8", None),
            ("3.17.2.1", None),
            ("", None),
            ("2.9", None),
            ("4.2.x", None),
        ] {
            assert_eq!(Profile::find(name).ok().map(|profile| profile.name), want, "{name}");
        }
    }
}
