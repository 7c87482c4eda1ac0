//! Why something could not be fetched.

use std::time::Duration;

use crate::error::CommandError;

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("{url}: the server answers {status}{}", reason(*status))]
    Status { url: String, status: u16 },
    #[error("{url}: {cause}")]
    Transport { url: String, cause: String },
    #[error("{url}: no answer for {} s", .after.as_secs())]
    Timeout { url: String, after: Duration },
    #[error("{url}: more than the limit of {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("{url}: more than {most} redirects")]
    Redirects { url: String, most: usize },
    #[error("{from} redirects to {to}, which is not encrypted")]
    Downgrade { from: String, to: String },
    #[error("{url}: {problem}")]
    Content { url: String, problem: String },
    #[error("{url}: the digest is sha256:{found} instead of sha256:{expected}")]
    Digest { url: String, found: String, expected: String },
    #[error("{what} is {found} now, but the lock file says {expected}")]
    Changed { what: String, found: String, expected: String },
    #[error("{place} has no chart `{name}`")]
    NoChart { place: String, name: String, near: Option<String> },
    #[error("{place} has no version of {name} that is {range}")]
    NoVersion { place: String, name: String, range: String, near: Vec<String> },
    #[error("{0}")]
    Address(String),
    #[error("{0}")]
    Helper(String),
    #[error("git: {0}")]
    Git(String),
    #[error("{path}: {cause}")]
    Disk { path: String, cause: std::io::Error },
}

impl FetchError {
    /// What the user can do.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Status { status: 401 | 403, .. } => Some(
                "set ZIJ_VENDOR_AUTH, or log in with `helm repo add` or `helm registry login`"
                    .to_owned(),
            ),
            Self::Helper(_) => Some(
                "`credsStore` or `credHelpers` of config.json names it; set ZIJ_VENDOR_AUTH, or log in with \
                 `helm registry login`"
                    .to_owned(),
            ),
            Self::NoChart { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Self::NoVersion { near, .. } if !near.is_empty() => {
                Some(format!("there are {}", near.join(", ")))
            }
            Self::Changed { .. } => {
                Some("if that is meant, `zij vendor --update` takes it".to_owned())
            }
            _ => None,
        }
    }
}

/// A code in the words of its standard.
fn reason(status: u16) -> &'static str {
    match status {
        401 => " (unauthorized)",
        403 => " (forbidden)",
        404 => " (not found)",
        429 => " (too many requests)",
        500 => " (internal server error)",
        502 => " (bad gateway)",
        503 => " (service unavailable)",
        _ => "",
    }
}

impl From<FetchError> for CommandError {
    fn from(error: FetchError) -> Self {
        let hint = error.hint();
        let failure = Self::unevaluated(error.to_string());
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
