//! The release a chart is rendered as.

use crate::{
    diagnosis::Fact,
    error::{Error, Stage},
    profile::Profile,
};

/// Longest name of a release.
const MOST_NAME_BYTES: usize = 53;

/// What `.Release` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// Whether this is an upgrade rather than an installation.
    pub is_upgrade: bool,
    /// Revision, from 1.
    pub revision: i64,
}

impl Release {
    /// A first installation.
    pub fn new(name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self { name: name.into(), namespace: namespace.into(), is_upgrade: false, revision: 1 }
    }

    /// Refuses names that Helm refuses (`ValidateReleaseName` of `pkg/chart/v2/util/validate_name.go`).
    pub(crate) fn validate(&self, profile: &Profile) -> Result<(), Error> {
        let prefix = if profile.is_v4() { "release name check failed: " } else { "" };
        let failed = |text: String| {
            let fact = Fact::ReleaseName(self.name.clone());
            Err(Error::new(Stage::Release, format!("{prefix}{text}")).with_fact(fact))
        };
        if self.name.is_empty() {
            return failed("release name \"\": no name provided".to_owned());
        }
        if self.name.len() > MOST_NAME_BYTES || !self.name.split('.').all(is_label) {
            return failed(format!(
                "release name {:?}: invalid release name, must match regex \
                 ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length \
                 must not be longer than {MOST_NAME_BYTES}",
                self.name
            ));
        }
        Ok(())
    }
}

fn is_label(part: &str) -> bool {
    let bytes = part.as_bytes();
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.iter().all(|b| alphanumeric(b) || *b == b'-')
}
