//! The pairs of a generator (kustomize's `kv`).

use crate::error::{Error, Result};
use crate::file::GeneratorArgs;
use crate::load::Loader;

/// A key and bytes.
pub(super) type Pair = (String, Vec<u8>);

/// bufio.Scanner stops at a line longer than this, without a word.
const LONGEST_LINE: usize = 64 * 1024;

/// Reads all pairs: of `envs`, `literals` and `files` in this order.
pub(super) fn load(args: &GeneratorArgs, loader: &Loader<'_>) -> Result<Vec<Pair>> {
    let failed = |what: String| move |error: Error| error.context(what).context("loading KV pairs");
    let mut pairs = Vec::new();
    for path in &args.envs {
        let shown = format!("env source files: {:?}", args.envs);
        let (bytes, file) = loader.load(path).map_err(failed(shown.clone()))?;
        let name = loader.reads().name(file);
        pairs.extend(lines(&bytes).map_err(|error| failed(shown)(error.in_file(&name)))?);
    }
    for literal in &args.literals {
        let (key, value) =
            literal.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
                Error::kustomization(format!(
                    "invalid literal source {literal}, expected key=value"
                ))
            })?;
        pairs.push((key.to_owned(), unquoted(value).as_bytes().to_vec()));
    }
    for source in &args.files {
        let (key, path) = file_source(source)?;
        let shown = format!("file sources: {:?}", args.files);
        let (bytes, _) = loader.load(path).map_err(failed(shown))?;
        pairs.push((key.to_owned(), bytes.to_vec()));
    }
    Ok(pairs)
}

/// Takes one pair of quotes off.
fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

/// Splits `key=path`; a path alone is its own key.
fn file_source(source: &str) -> Result<(&str, &str)> {
    let base = |path: &'_ str| -> usize {
        let trimmed = path.trim_end_matches('/');
        trimmed.rfind('/').map_or(0, |at| at + 1)
    };
    match source.split('=').collect::<Vec<_>>()[..] {
        [path] => Ok((path[base(path)..].trim_end_matches('/'), path)),
        ["", path] => Err(Error::kustomization(format!(
            "missing key name for file path \"{path}\" in source \"{source}\""
        ))),
        [key, ""] => Err(Error::kustomization(format!(
            "missing file path for key name \"{key}\" in source \"{source}\""
        ))),
        [key, path] => Ok((key, path)),
        _ => Err(Error::kustomization(format!(
            "source \"{source}\" key name or file path contains '='"
        ))),
    }
}

/// Reads the lines of an env file.
fn lines(bytes: &[u8]) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.len() >= LONGEST_LINE {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|_| {
            Error::kustomization(format!("line {} has invalid utf8 bytes", number + 1))
        })?;
        let text = if number == 0 { text.strip_prefix('\u{FEFF}').unwrap_or(text) } else { text };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if !key.is_empty() {
            pairs.push((key.to_owned(), value.as_bytes().to_vec()));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources() {
        assert_eq!(file_source("a/b.txt").unwrap(), ("b.txt", "a/b.txt"));
        assert_eq!(file_source("k=a/b.txt").unwrap(), ("k", "a/b.txt"));
        assert!(file_source("=b").is_err() && file_source("a=").is_err());
        assert_eq!(unquoted("\"a\""), "a");
        assert_eq!(unquoted("\"a'"), "\"a'");
        let pairs = lines(b"\xEF\xBB\xBFa=1\r\n# c\n  b\nc=\"x\"\n").unwrap();
        let shown: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), &value[..])).collect();
        assert_eq!(shown, [("a", &b"1"[..]), ("b", b""), ("c", b"\"x\"")]);
    }
}
