//! The bytes that `helm template` prints.
//!
//! Source of the rules: Helm's `pkg/cmd/template.go` and `renderResources` of `pkg/action/action.go`.

use std::io::{self, BufWriter, Write};

use super::{rendered::Rendered, split::split_documents};
use crate::{
    diagnosis::Fact,
    error::{Error, Stage},
    glob::Pattern,
    profile::Profile,
};

impl Rendered {
    /// Everything that was asked for, as `helm template` prints it.
    pub fn to_text(&self) -> Vec<u8> {
        self.parts().concat()
    }

    /// Writes [`Rendered::to_text`] without holding all of it in memory once more.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_text(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(WRITE_BYTES, out);
        self.parts().into_iter().try_for_each(|part| out.write_all(part))?;
        out.flush()
    }

    /// The pieces of the text.
    fn parts(&self) -> Vec<&[u8]> {
        let mut parts = Vec::new();
        for file in &self.crds {
            push(&mut parts, &file.name, &file.data);
        }
        for manifest in &self.manifests {
            push(&mut parts, &manifest.path, manifest.text.as_bytes());
        }
        trim(&mut parts);
        parts.push(b"\n");
        for hook in &self.hooks {
            push(&mut parts, &hook.manifest.path, hook.manifest.text.as_bytes());
        }
        parts
    }

    /// Only the documents of the given files or patterns (`--show-only`), in the order asked for.
    ///
    /// # Errors
    /// A pattern that no document has.
    pub fn to_text_of(&self, shown: &[String], profile: &Profile) -> Result<Vec<u8>, Error> {
        let text = self.to_text();
        let text = String::from_utf8_lossy(&text);
        let documents: Vec<_> = split_documents(&text, profile.split)
            .into_iter()
            .filter_map(|document| Some((source_of(document)?, document)))
            .collect();
        let mut out = Vec::new();
        for wanted in shown {
            let pattern = Pattern::parse(wanted).ok();
            let matches = |path: &str| pattern.as_ref().is_some_and(|own| own.matches(path));
            let before = out.len();
            for (_, document) in documents.iter().filter(|(path, _)| matches(path)) {
                out.extend_from_slice(b"---\n");
                out.extend_from_slice(document.as_bytes());
                out.push(b'\n');
            }
            if out.len() == before {
                let text = format!("could not find template {wanted} in chart");
                let mut known: Vec<String> =
                    documents.iter().map(|(path, _)| (*path).to_owned()).collect();
                known.dedup();
                let fact = Fact::NotShown { wanted: wanted.clone(), known };
                return Err(Error::new(Stage::Show, text).with_fact(fact));
            }
        }
        Ok(out)
    }
}

/// What is written at a time, unless a document is larger.
const WRITE_BYTES: usize = 64 << 10;

/// What stands before the path of each document.
const SEPARATOR: &[u8] = b"---\n# Source: ";

fn push<'t>(parts: &mut Vec<&'t [u8]>, path: &'t str, content: &'t [u8]) {
    parts.extend([SEPARATOR, path.as_bytes(), b"\n", content, b"\n"]);
}

/// Removes white space from the end; invalid UTF-8 counts as text. The text starts with a
/// separator unless it is empty.
fn trim(parts: &mut Vec<&[u8]>) {
    while let Some(part) = parts.last_mut() {
        while let Some(last) = last_char(part).filter(|last| last.is_whitespace()) {
            *part = &part[..part.len() - last.len_utf8()];
        }
        if !part.is_empty() {
            return;
        }
        parts.pop();
    }
}

fn last_char(text: &[u8]) -> Option<char> {
    let start = text.iter().rposition(|byte| byte & 0xC0 != 0x80)?;
    std::str::from_utf8(&text[start..]).ok()?.chars().next()
}

/// The path behind the chart's name in the first `# Source:` comment.
fn source_of(document: &str) -> Option<&str> {
    document.match_indices("# Source: ").find_map(|(at, marker)| {
        let line = document[at + marker.len()..].lines().next()?;
        let (chart, path) = line.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}
