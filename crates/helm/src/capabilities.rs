//! What the target cluster can do, as far as a render is told.
//!
//! Source of the rules: Helm's `pkg/chart/common/capabilities.go`.

use crate::{
    error::{Error, Stage},
    profile::{KubeVersionRule, Profile},
    semver::Version,
};

/// A Kubernetes version as templates see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// `.Version` and `.GitVersion`, with a `v` in front.
    pub version: String,
    /// What constraints are checked against and what printing it gives.
    pub normalized: String,
    /// Major number.
    pub major: String,
    /// Minor number.
    pub minor: String,
}

impl KubeVersion {
    /// The version a profile assumes when none is given.
    pub fn default_for(profile: &Profile) -> Self {
        let version = format!("v1.{}.0", profile.kube_minor);
        Self {
            normalized: version.clone(),
            version,
            major: "1".to_owned(),
            minor: profile.kube_minor.to_string(),
        }
    }

    /// Reads the value of `--kube-version`.
    ///
    /// # Errors
    /// Helm's text for a value that is no version.
    pub fn parse(text: &str, profile: &Profile) -> Result<Self, Error> {
        let read = match profile.kube_version {
            KubeVersionRule::Semver => Self::parse_semver(text, profile),
            rule => Self::parse_generic(text, rule == KubeVersionRule::GenericKeepingText),
        };
        read.map_err(|problem| {
            Error::new(Stage::Release, format!("invalid kube version '{text}': {problem}"))
        })
    }

    fn parse_semver(text: &str, profile: &Profile) -> Result<Self, String> {
        let version = Version::parse(text).map_err(|error| error.text(profile.semver))?;
        Ok(Self {
            version: format!("v{version}"),
            normalized: format!("v{version}"),
            major: version.major.to_string(),
            minor: version.minor.to_string(),
        })
    }

    /// `ParseGeneric` of `k8s.io/apimachinery/pkg/util/version`.
    fn parse_generic(text: &str, keep_text: bool) -> Result<Self, String> {
        let start = text.trim_start();
        let start = start.strip_prefix('v').unwrap_or(start);
        let mut parts: Vec<&str> = Vec::new();
        let mut rest = start;
        loop {
            let end = rest.bytes().take_while(u8::is_ascii_digit).count();
            if end == 0 {
                break;
            }
            parts.push(&rest[..end]);
            match rest[end..].strip_prefix('.') {
                Some(next) => rest = next,
                None => break,
            }
        }
        let [major, minor, ..] = parts.as_slice() else {
            return Err(if parts.is_empty() {
                format!("could not parse {text:?} as version")
            } else {
                format!("illegal version string {text:?}")
            });
        };
        if major.len() > 1 && major.starts_with('0') {
            return Err(format!("illegal zero-prefixed version component {major:?} in {text:?}"));
        }
        let numbers = parts.iter().map(|part| {
            part.parse::<u64>().map(|number| number.to_string()).map_err(|_| {
                format!(
                    "illegal non-numeric version component {part:?} in {text:?}: \
                     strconv.ParseUint: parsing {part:?}: value out of range"
                )
            })
        });
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        let normalized = format!("v{}", numbers.join("."));
        let given = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        Ok(Self {
            version: if keep_text { given } else { normalized.clone() },
            normalized,
            major: numbers.first().cloned().unwrap_or_else(|| (*major).to_owned()),
            minor: numbers.get(1).cloned().unwrap_or_else(|| (*minor).to_owned()),
        })
    }
}

/// Kubernetes version and API versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The Kubernetes version.
    pub kube_version: KubeVersion,
    /// `group/version` and `group/version/Kind` texts, in Helm's order.
    pub api_versions: Vec<String>,
}

impl Capabilities {
    /// What Helm assumes without a cluster.
    pub fn default_for(profile: &Profile) -> Self {
        Self {
            kube_version: KubeVersion::default_for(profile),
            api_versions: profile.api_groups.versions(),
        }
    }

    /// Adds the values of `--api-versions` behind the assumed ones.
    #[must_use]
    pub fn with_api_versions(mut self, more: impl IntoIterator<Item = String>) -> Self {
        self.api_versions.extend(more);
        self
    }

    /// Replaces the Kubernetes version.
    #[must_use]
    pub fn with_kube_version(mut self, version: KubeVersion) -> Self {
        self.kube_version = version;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{HELM_3_17, HELM_3_19, HELM_4_2};

    /// `helm template --kube-version TEXT` of 3.17.3 and 4.2.3, printing `.Version` and the whole.
    #[test]
    fn kube_versions_are_read_by_the_rule_of_the_version() {
        for (text, profile, version, normalized) in [
            ("1.31", &HELM_3_17, "v1.31.0", "v1.31.0"),
            ("1.31", &HELM_4_2, "v1.31", "v1.31"),
            ("v1.33.4-gke.1245000", &HELM_3_17, "v1.33.4-gke.1245000", "v1.33.4-gke.1245000"),
            ("v1.33.4-gke.1245000", &HELM_4_2, "v1.33.4-gke.1245000", "v1.33.4"),
            ("v1.33.4-gke.1245000", &HELM_3_19, "v1.33.4", "v1.33.4"),
            ("1.30.0+k3s1", &HELM_4_2, "v1.30.0+k3s1", "v1.30.0"),
        ] {
            let got = KubeVersion::parse(text, profile).unwrap();
            assert_eq!((got.version.as_str(), got.normalized.as_str()), (version, normalized));
        }
    }

    #[test]
    fn bad_kube_versions_have_helms_text() {
        for (text, want) in [
            ("x", r#"invalid kube version 'x': could not parse "x" as version"#),
            ("1", r#"invalid kube version '1': illegal version string "1""#),
        ] {
            assert_eq!(KubeVersion::parse(text, &HELM_4_2).unwrap_err().text(), want);
        }
    }
}
