//! The manifests of a plain folder, as Argo CD reads a directory source.
//!
//! (Source: Argo CD, `reposerver/repository/repository.go`, `findManifests`.)

use std::sync::Arc;

use zij_goyaml::Limits;

use crate::{
    inventory::{DirectoryRender, UnknownKind},
    source::{EntryKind, Glob, GlobStyle, Place, Tree, TreePath, split_documents},
};

use super::{
    Document, FailureKind, RenderFailure,
    folder::{source_failure, unreadable},
    renderer::Documents,
};

/// Bytes of all manifests together; Argo CD's default.
const TOTAL: usize = 10 << 20;
/// The deepest folder that is entered.
const MAX_DEPTH: usize = 64;
/// A file that says this is no manifest.
const SKIP: &[u8] = b"+argocd:skip-file-rendering";

/// The documents of the folder at `path`, by file.
pub(super) fn documents(
    tree: &dyn Tree,
    path: &TreePath,
    render: &DirectoryRender,
) -> Result<Documents, RenderFailure> {
    let glob = |text: &Option<Arc<str>>| {
        text.as_deref()
            .filter(|text| !text.is_empty())
            .map(|text| Glob::new(text, GlobStyle::Crossing))
    };
    let (include, exclude) = (glob(&render.include), glob(&render.exclude));
    let recurse = render.recurse;
    let mut walk = Walk { tree, root: path, recurse, include, exclude, files: Vec::new() };
    walk.folder(path, 0)?;
    walk.files.sort_by(|one, other| one.parts().cmp(other.parts()));
    let mut total = 0;
    let mut documents = Vec::new();
    for file in &walk.files {
        let bytes = match tree.read(file) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(error) => return Err(source_failure(&error)),
        };
        total += bytes.len();
        if total > TOTAL {
            return Err(error(file, format!("the manifests are larger than {TOTAL} bytes")));
        }
        if !contains(&bytes, SKIP) {
            documents.extend(read(file, &bytes)?);
        }
    }
    Ok(Documents { documents: documents.into(), warnings: [].into() })
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    root: &'a TreePath,
    recurse: bool,
    include: Option<Glob>,
    exclude: Option<Glob>,
    files: Vec<TreePath>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &TreePath, depth: usize) -> Result<(), RenderFailure> {
        let entries = match self.tree.list(path) {
            Ok(Some(entries)) => entries,
            Ok(None) => return Err(missing(self.tree, path)),
            Err(error) => return Err(source_failure(&error)),
        };
        for entry in entries.iter().filter(|entry| !entry.name.is_empty()) {
            let child = path.child(&entry.name);
            let kind = match entry.kind {
                EntryKind::Link => match self.tree.entry(&child) {
                    // Argo CD walks without following links to folders.
                    Ok(Some(target)) if target.kind == EntryKind::File => EntryKind::File,
                    Ok(_) => continue,
                    Err(error) => return Err(source_failure(&error)),
                },
                kind => kind,
            };
            match kind {
                EntryKind::File if self.wants(&child) => self.files.push(child),
                EntryKind::Folder if self.recurse && depth < MAX_DEPTH => {
                    self.folder(&child, depth + 1)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn wants(&self, file: &TreePath) -> bool {
        let ending = file.name().rsplit_once('.').map(|(_, ending)| ending);
        let relative = file.below(self.root).unwrap_or(file.as_str());
        matches!(ending, Some("yaml" | "yml" | "json" | "jsonnet"))
            && !self.exclude.as_ref().is_some_and(|glob| glob.matches(relative))
            && self.include.as_ref().is_none_or(|glob| glob.matches(relative))
    }
}

/// The documents of one file; a text that is no manifest gives none.
fn read(file: &TreePath, bytes: &[u8]) -> Result<Vec<Document>, RenderFailure> {
    let mut text = decode(bytes);
    if !text.ends_with('\n') {
        // As Kubernetes reads a file, line by line (decoder.go `LineReader`).
        text.push('\n');
    }
    if file.name().ends_with(".jsonnet") {
        return Err(RenderFailure {
            kind: FailureKind::Unknown(UnknownKind::Plugin),
            message: format!("{file} is jsonnet, a program that zij does not run"),
            place: Some(Place::from(file)),
            hint: Some("commit the manifests that it gives in its place".to_owned()),
            diagnosis: None,
        });
    }
    let mut documents = Vec::new();
    // What ends so is never taken for something else.
    let is_json = file.name().ends_with(".json");
    for (line, part) in split_documents(&text) {
        match zij_goyaml::parse(part.as_bytes(), &Limits::default()) {
            Ok(node) if node.is_null() => {}
            Ok(node) if node.get("kind").is_some() => documents.push(document(file, line, part)),
            Ok(_) if is_json || is_manifest(&text, !documents.is_empty()) => {
                return Err(at_line(file, line, "an object has no `kind`".to_owned()));
            }
            Err(syntax) if is_json || is_manifest(&text, !documents.is_empty()) => {
                let own = syntax.line().map_or(0, |line| line as usize - 1);
                return Err(at_line(file, line + own, syntax.message().to_owned()));
            }
            Ok(_) | Err(_) => return Ok(Vec::new()),
        }
    }
    Ok(documents)
}

/// Whether a text that cannot be read is a mistake rather than something else.
fn is_manifest(text: &str, some_read: bool) -> bool {
    some_read || ["apiVersion:", "kind:", "metadata:"].iter().all(|field| text.contains(field))
}

fn document(file: &TreePath, line: usize, text: &str) -> Document {
    Document {
        template: file.as_str().into(),
        chart_path: file.as_str().into(),
        bytes: text.as_bytes().into(),
        line: Some(line),
        hook: None,
        is_crd: false,
        anew: None,
    }
}

/// The text of a file that may begin with a byte-order mark.
fn decode(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn missing(tree: &dyn Tree, path: &TreePath) -> RenderFailure {
    unreadable(tree, path).unwrap_or_else(|| match tree.entry(path) {
        Ok(Some(_)) => error(path, format!("{path} is no folder")),
        _ => error(path, format!("{path}: app path does not exist")),
    })
}

fn error(path: &TreePath, message: String) -> RenderFailure {
    let place = Some(Place::from(path));
    RenderFailure { kind: FailureKind::Error, message, place, hint: None, diagnosis: None }
}

fn at_line(file: &TreePath, line: usize, message: String) -> RenderFailure {
    let place = Some(Place::line(Arc::<str>::from(file.as_str()), line));
    RenderFailure { kind: FailureKind::Error, message, place, hint: None, diagnosis: None }
}
