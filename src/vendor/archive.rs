//! A chart's archive: checked, and taken apart.

use std::{collections::BTreeMap, sync::Arc};

use sha2::{Digest as _, Sha256};
use zij_core::source::TreePath;
use zij_helm::{
    Chart, Profile,
    load::{LoadLimits, ensure_archive, read_archive},
};

use super::error::FetchError;

/// Bytes of an archive; Helm accepts charts up to 100 MiB unpacked.
pub(super) const MAX_BYTES: u64 = 100 << 20;

/// The files of something that was fetched, by their paths in it.
pub(super) type Files = BTreeMap<TreePath, Arc<[u8]>>;

/// A chart as it was fetched.
pub(super) struct Fetched {
    /// Its version.
    pub(super) version: String,
    /// The digest of its archive, in hexadecimal.
    pub(super) digest: String,
    /// The digest of a registry's manifest, with its algorithm.
    pub(super) manifest: Option<String>,
    pub(super) files: Files,
}

/// The digest of some bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks that bytes from `url` are the chart that was asked for and have the digest that was
/// promised, if any was.
pub(super) fn chart(
    url: &str,
    bytes: &[u8],
    name: &str,
    promised: Option<&str>,
) -> Result<Fetched, FetchError> {
    let problem = |problem: String| FetchError::Content { url: url.to_owned(), problem };
    let digest = sha256(bytes);
    if let Some(promised) = promised.filter(|promised| !promised.is_empty()) {
        let expected = promised.strip_prefix("sha256:").unwrap_or(promised);
        if !expected.eq_ignore_ascii_case(&digest) {
            let (url, expected) = (url.to_owned(), expected.to_owned());
            return Err(FetchError::Digest { url, found: digest, expected });
        }
    }
    let shown = url.rsplit('/').next().unwrap_or(url);
    let limits = LoadLimits::default();
    let refused = |error: zij_helm::Error| problem(error.text().to_owned());
    ensure_archive(shown, bytes).map_err(refused)?;
    let profile = Profile::find("helm-4.2").map_err(|error| problem(error.to_string()))?;
    let chart = Chart::load_archive(shown, bytes, profile, &limits).map_err(refused)?;
    if chart.name() != name {
        return Err(problem(format!("it is the chart `{}` instead of `{name}`", chart.name())));
    }
    let mut files = Files::new();
    for file in read_archive(bytes, &limits).map_err(refused)? {
        let path = TreePath::parse(&file.name).map_err(|error| problem(error.to_string()))?;
        if path.parts().any(|part| part.eq_ignore_ascii_case(".git")) {
            return Err(problem(format!("it holds `{path}`, which git would not keep")));
        }
        files.insert(path, file.data);
    }
    Ok(Fetched { version: chart.metadata.version.clone(), digest, manifest: None, files })
}
