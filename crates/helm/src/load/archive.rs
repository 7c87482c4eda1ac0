//! A chart's files out of a gzipped tar archive.
//!
//! Source of the rules: Helm's `pkg/chart/loader/archive/archive.go`.

use std::io::{self, Read as _};

use flate2::read::MultiGzDecoder;

use super::{limits::LoadLimits, source::File};
use crate::error::{Error, Stage};

/// Room for tar headers and padding on top of the files themselves.
const HEADER_ROOM: u64 = 32 << 20;

/// Reads all files of an archive; ignore rules do not apply to archives.
///
/// # Errors
/// Anything that Helm refuses (paths out of the chart, too large content, no gzip) and broken data.
pub fn read_files(data: &[u8], limits: &LoadLimits) -> Result<Vec<File>, Error> {
    let bounded = MultiGzDecoder::new(data).take(limits.archive_bytes.saturating_add(HEADER_ROOM));
    let mut archive = tar::Archive::new(bounded);
    let mut files = Vec::new();
    let mut remaining = limits.archive_bytes;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        let raw = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if kind.is_dir() || raw.ends_with('/') || kind.is_pax_global_extensions() {
            continue;
        }
        if files.len() >= limits.files {
            return Err(refused("chart archive holds too many files".to_owned()).over_limit());
        }
        let name = name_in_chart(&raw)?;
        let size = entry.size();
        if size > remaining {
            return Err(too_large(limits));
        }
        if size > limits.file_bytes {
            let most = limits.file_bytes;
            return Err(refused(format!(
                "decompressed chart file {raw:?} is larger than the maximum file size {most}"
            )));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(broken)?;
        remaining -= size;
        if (content.len() as u64) < size || remaining == 0 {
            return Err(too_large(limits));
        }
        files.push(File::new(name, content.into()));
    }
    if files.is_empty() {
        return Err(refused("no files in chart archive".to_owned()));
    }
    Ok(files)
}

/// Refuses data that is no gzip archive, with a hint for YAML files; `name` is the shown path.
///
/// # Errors
/// The text of Helm's `EnsureArchive`.
pub fn ensure_archive(name: &str, data: &[u8]) -> Result<(), Error> {
    if data.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    if name.ends_with(".yml") || name.ends_with(".yaml") {
        return Err(refused(format!(
            "file '{name}' seems to be a YAML file, but expected a gzipped archive"
        )));
    }
    let kind = sniff(data);
    Err(refused(format!("file '{name}' does not appear to be a gzipped archive; got '{kind}'")))
}

/// How many bytes are looked at.
const SNIFFED: usize = 512;

/// The content types one meets instead of archives, as Go's `net/http` tells them.
fn sniff(data: &[u8]) -> &'static str {
    let start = &data[..data.len().min(SNIFFED)];
    let text = start.trim_ascii_start();
    let page = |tag: &[u8]| {
        text.get(..tag.len()).is_some_and(|own| own.eq_ignore_ascii_case(tag))
            && matches!(text.get(tag.len()), Some(b' ' | b'>'))
    };
    let binary = |b: &u8| matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if page(b"<!DOCTYPE HTML") || page(b"<HTML") || page(b"<HEAD") {
        "text/html; charset=utf-8"
    } else if text.starts_with(b"<?xml") {
        "text/xml; charset=utf-8"
    } else if start.starts_with(b"PK\x03\x04") {
        "application/zip"
    } else if start.len() < SNIFFED || start.iter().any(binary) {
        // Helm looks at its whole buffer, whose rest holds zeros.
        "application/octet-stream"
    } else {
        "text/plain; charset=utf-8"
    }
}

/// Drops the first part of the path and refuses what would leave the chart.
fn name_in_chart(raw: &str) -> Result<String, Error> {
    let delimiter = if raw.contains('\\') { '\\' } else { '/' };
    let (first, rest) = raw.split_once(delimiter).unwrap_or((raw, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err(refused("chart illegally contains absolute paths".to_owned()));
    }
    let cleaned = clean(&rest);
    if cleaned == "." {
        return Err(refused(format!(
            "chart illegally contains content outside the base directory: {raw:?}"
        )));
    }
    if cleaned.starts_with("..") {
        return Err(refused("chart illegally references parent directory".to_owned()));
    }
    let bytes = cleaned.as_bytes();
    if bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/" {
        return Err(refused("chart contains illegally named files".to_owned()));
    }
    if first == "Chart.yaml" {
        return Err(refused("chart yaml not in base directory".to_owned()));
    }
    Ok(cleaned)
}

/// Go's `path.Clean` for relative paths.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn refused(text: String) -> Error {
    Error::new(Stage::Load, text)
}

fn too_large(limits: &LoadLimits) -> Error {
    let most = limits.archive_bytes;
    refused(format!("decompressed chart is larger than the maximum size {most}"))
}

#[expect(clippy::needless_pass_by_value, reason = "used as a `map_err` function")]
fn broken(error: io::Error) -> Error {
    // Go says the same of all damaged streams; the decoder's own words would only mislead.
    match error.kind() {
        io::ErrorKind::UnexpectedEof => refused("unexpected EOF".to_owned()),
        io::ErrorKind::InvalidInput => refused("gzip: invalid header".to_owned()),
        _ => refused(format!("archive/tar: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// An archive of names as they stand, however illegal.
    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, data) in files {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(data.len() as u64);
            header.set_cksum();
            builder.append(&header, *data).unwrap();
        }
        packed(&builder.into_inner().unwrap())
    }

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn check(data: &[u8], limits: &LoadLimits, want: Result<&[&str], &str>) {
        let got = read_files(data, limits).map_err(|error| error.text().to_owned());
        let got: Result<Vec<String>, String> =
            got.map(|files| files.into_iter().map(|file| file.name).collect());
        let want = want.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(got, want.map_err(str::to_owned));
    }

    #[test]
    fn names_that_leave_the_chart_are_refused() {
        for (name, want) in [
            ("c/Chart.yaml", Ok(&["Chart.yaml"][..])),
            ("c\\templates\\a.yaml", Ok(&["templates/a.yaml"][..])),
            ("c/a/../b.yaml", Ok(&["b.yaml"][..])),
            ("c/../../etc/passwd", Err("chart illegally references parent directory")),
            ("c//etc/passwd", Err("chart illegally contains absolute paths")),
            ("c\\c:\\x", Err("chart contains illegally named files")),
            ("Chart.yaml/x", Err("chart yaml not in base directory")),
            (
                "lonely",
                Err("chart illegally contains content outside the base directory: \"lonely\""),
            ),
        ] {
            check(&archive(&[(name, b"x")]), &LoadLimits::default(), want);
        }
    }

    #[test]
    fn bombs_and_broken_data_are_refused() {
        let limits = LoadLimits { file_bytes: 10, archive_bytes: 15, ..LoadLimits::default() };
        let large = "decompressed chart is larger than the maximum size 15";
        let file = "decompressed chart file \"c/a\" is larger than the maximum file size 10";
        check(&archive(&[("c/a", &[b'x'; 11])]), &limits, Err(file));
        check(&archive(&[("c/a", &[b'x'; 9]), ("c/b", &[b'x'; 9])]), &limits, Err(large));
        check(&archive(&[]), &limits, Err("no files in chart archive"));
        let zeros = packed(&vec![0; 64 << 20]);
        assert!(read_files(&zeros, &limits).is_err());
        assert!(read_files(b"\x1f\x8b\x08 no gzip at all", &limits).is_err());
        let whole = archive(&[("c/a", b"x")]);
        assert!(read_files(&whole[..whole.len() / 2], &limits).is_err());
    }

    #[test]
    fn files_that_are_no_archives_are_told_apart() {
        for (name, data, want) in [
            (
                "v.yaml",
                &b"a: 1"[..],
                "file 'v.yaml' seems to be a YAML file, but expected a gzipped archive",
            ),
            (
                "c.tgz",
                &[b'a'; 600],
                "file 'c.tgz' does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'",
            ),
            (
                "c.tgz",
                b"\n <!doctype html><title>Not found</title>",
                "file 'c.tgz' does not appear to be a gzipped archive; got 'text/html; charset=utf-8'",
            ),
            (
                "c.tgz",
                b"short",
                "file 'c.tgz' does not appear to be a gzipped archive; got \
                 'application/octet-stream'",
            ),
            (
                "c.tgz",
                b"\0\x01",
                "file 'c.tgz' does not appear to be a gzipped archive; got \
                 'application/octet-stream'",
            ),
        ] {
            assert_eq!(ensure_archive(name, data).unwrap_err().text(), want);
        }
    }
}
