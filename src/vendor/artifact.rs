//! Artifacts of an OCI registry that are archives of manifests, as `flux push artifact` makes them.
//!
//! Source of the rules: fluxcd/source-controller, `internal/controller/ocirepository_controller.go`
//! (`getArtifactRef`, `getTagBySemver`, `selectLayer`), and fluxcd/pkg, `tar/tar.go`.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use zij_core::source::TreePath;

use super::{archive::Files, error::FetchError, versions::choose};

/// Bytes of all files of an artifact.
const MAX_BYTES: u64 = 128 << 20;
/// Room for tar headers and padding on top of the files themselves.
const HEADER_ROOM: u64 = 32 << 20;
/// Files of an artifact.
const MAX_FILES: usize = 20_000;

/// An artifact as it was fetched.
pub(super) struct Artifact {
    /// The digest of its manifest, with its algorithm.
    pub(super) revision: String,
    /// The digest of its layer, with its algorithm.
    pub(super) digest: String,
    pub(super) files: Files,
}

/// Where an artifact is and which of its layers is meant: `oci://HOST/PATH#MEDIA-TYPE`; the first
/// one where the address names none.
pub(super) fn parts(url: &str) -> (&str, Option<&str>) {
    let url = url.trim_start_matches("oci://");
    match url.split_once('#') {
        Some((repository, media_type)) => (repository, Some(media_type)),
        None => (url, None),
    }
}

/// Whether a text can be a tag, and no range.
pub(super) fn is_tag(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !text.is_empty() && text.len() <= 128 && text.chars().all(is_plain)
}

/// The newest tag in a range; a tag has three parts, unlike what a range may be.
pub(super) fn newest<'t>(tags: &'t [String], range: &str) -> Option<&'t String> {
    let versions: Vec<String> =
        tags.iter().filter(|tag| tag.splitn(3, '.').count() == 3).cloned().collect();
    let chosen = versions.get(choose(&versions, range)?)?;
    tags.iter().find(|tag| *tag == chosen)
}

/// The files of a layer: what is neither a file nor a folder is left out.
pub(super) fn unpacked(url: &str, layer: &[u8]) -> Result<Files, FetchError> {
    let problem = |problem: String| FetchError::Content { url: url.to_owned(), problem };
    let broken = |error: std::io::Error| problem(format!("no gzipped archive: {error}"));
    let bounded = MultiGzDecoder::new(layer).take(MAX_BYTES + HEADER_ROOM);
    let mut archive = tar::Archive::new(bounded);
    let (mut files, mut size) = (Files::new(), 0);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        size += entry.size();
        if size > MAX_BYTES || files.len() >= MAX_FILES {
            let most = format!("{MAX_FILES} files or {MAX_BYTES} bytes");
            return Err(problem(format!("an archive of more than {most}")));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = inside(&name).ok_or_else(|| problem(format!("it holds `{name}`")))?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(broken)?;
        files.insert(path, content.into());
    }
    match files.is_empty() {
        true => Err(problem("an archive without files".to_owned())),
        false => Ok(files),
    }
}

/// The path of a file, where it stays inside and git keeps it.
fn inside(name: &str) -> Option<TreePath> {
    let leads_out = name.starts_with('/') || name.contains('\\');
    let has = |wrong: &str| name.split('/').any(|part| part.eq_ignore_ascii_case(wrong));
    if leads_out || has("..") || has(".git") {
        return None;
    }
    let parts: Vec<&str> =
        name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    TreePath::parse(&parts.join("/")).ok().filter(|path| *path != TreePath::root())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_tags_and_ranges_are_told_apart() {
        assert_eq!(parts("oci://r.example.org/a/b"), ("r.example.org/a/b", None));
        assert_eq!(parts("oci://r.example.org/a#x/y+z"), ("r.example.org/a", Some("x/y+z")));
        for (text, want) in [("latest", true), ("1.2.3", true), (">=1", false), ("1.x || 2", false)]
        {
            assert_eq!(is_tag(text), want, "{text}");
        }
        let tags = ["latest", "1.2", "1.2.3", "1.10.0", "v2.0.0-rc.1"].map(str::to_owned);
        for (range, want) in [(">=1.0", Some("1.10.0")), ("~1.2", Some("1.2.3")), ("2.x", None)] {
            assert_eq!(newest(&tags, range).map(String::as_str), want, "{range}");
        }
    }

    #[test]
    fn files_stay_inside() {
        for (name, want) in [
            ("./a/b.yaml", Some("a/b.yaml")),
            ("a//b", Some("a/b")),
            ("../a", None),
            ("/etc/passwd", None),
            ("a/.GIT/config", None),
            ("a\\b", None),
            ("./", None),
        ] {
            assert_eq!(inside(name).as_ref().map(TreePath::as_str), want, "{name}");
        }
    }
}
