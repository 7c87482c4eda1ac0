//! Reading a values file.
//!
//! Source of the rules: `LoadValues` and `MergeMaps` of Helm's `pkg/chart/v2/loader/load.go`, and
//! the line reader of `k8s.io/apimachinery/pkg/util/yaml` behind them.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use memchr::{memchr, memmem};
use zij_gotmpl::{Data, DataMap, Str};
use zij_goyaml::{Node, NodeKind};

use crate::{
    profile::{Feature, Profile},
    yaml::{self, YamlError, json_kind},
};

/// The buffer of Go's line reader, at whose multiples an unterminated last line is lost.
const LINE_BUFFER: usize = 4096;

/// A values file: what it amounts to, and its documents for finding places.
#[derive(Debug, Clone, Default)]
pub struct ValuesFile {
    /// All documents merged.
    pub data: DataMap,
    /// Each document with the number of lines before it.
    pub documents: Vec<(u32, Arc<Node>)>,
}

impl ValuesFile {
    /// Reads a values file as the profile's Helm does.
    ///
    /// # Errors
    /// Helm's text, without `cannot load values.yaml: ` or `failed to parse`.
    pub(crate) fn parse(text: &[u8], profile: &Profile) -> Result<Self, YamlError> {
        if !profile.has(Feature::MergedValuesDocuments) {
            return Self::default().with_document(0, text);
        }
        let mut file = Self::default();
        for (line, document) in split(text, profile)? {
            file = file.with_document(line, &document).map_err(|error| {
                let text = format!("cannot unmarshal yaml document: {error}");
                YamlError { text, ..error.below(line) }
            })?;
        }
        Ok(file)
    }

    fn with_document(mut self, line: u32, text: &[u8]) -> Result<Self, YamlError> {
        let node = yaml::read(text)?;
        match &node.kind {
            NodeKind::Null => {}
            NodeKind::Mapping(_) => {
                if let Data::Map(map) = yaml::data(&node) {
                    merge_maps(&mut self.data, &map);
                }
            }
            _ => {
                let kind = json_kind(&node);
                let problem = format!(
                    "cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
                );
                return Err(YamlError::decoding(&problem).at(&node));
            }
        }
        self.documents.push((line, Arc::new(node)));
        Ok(self)
    }
}

/// Merges `over` into `base`: maps deeply, everything else is replaced, nulls included.
pub fn merge_maps(base: &mut DataMap, over: &DataMap) {
    if base.is_empty() {
        base.clone_from(over);
        return;
    }
    let base: &mut BTreeMap<Str, Data> = Arc::make_mut(base);
    for (key, value) in over.iter() {
        match (base.get_mut(key), value) {
            (Some(Data::Map(below)), Data::Map(above)) => merge_maps(below, above),
            (Some(below), value) => below.clone_from(value),
            (None, value) => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

type Documents<'t> = Vec<(u32, Cow<'t, [u8]>)>;

/// Splits at lines of `---` followed by white space or a comment.
fn split<'t>(text: &'t [u8], profile: &Profile) -> Result<Documents<'t>, YamlError> {
    let plain = !text.starts_with(b"---")
        && text.ends_with(b"\n")
        && memchr(b'\r', text).is_none()
        && memmem::find(text, b"\n---").is_none();
    if plain {
        return Ok(vec![(0, Cow::Borrowed(text))]);
    }
    let (mut documents, mut current, mut first) = (Documents::new(), Vec::new(), 0);
    for (number, line) in (0..).zip(lines(text, profile)) {
        if let Some(rest) = line.strip_prefix(b"---") {
            let rest = rest.trim_ascii();
            if !rest.is_empty() && rest[0] != b'#' {
                let rest = String::from_utf8_lossy(rest);
                let problem = format!("invalid Yaml document separator: {rest}");
                let text = format!("error reading yaml document: {problem}");
                return Err(YamlError { text, line: Some(number + 1), position: None, problem });
            }
            if !current.is_empty() {
                documents.push((first, Cow::Owned(std::mem::take(&mut current))));
                first = number + 1;
                continue;
            }
        }
        current.extend_from_slice(line);
        current.push(b'\n');
    }
    if !current.is_empty() {
        documents.push((first, Cow::Owned(current)));
    }
    Ok(documents)
}

/// Lines without their ends; the last one may be lost as in Go's reader.
fn lines<'t>(text: &'t [u8], profile: &Profile) -> Vec<&'t [u8]> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if let Some(last) = lines.pop() {
        let lost = last.len() % LINE_BUFFER == 0 && profile.has(Feature::LostLastLine);
        if !last.is_empty() && !lost {
            lines.push(last);
        }
    }
    lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{HELM_3_17, HELM_4_2};

    fn read(text: &str, profile: &Profile) -> Result<String, String> {
        let file = ValuesFile::parse(text.as_bytes(), profile).map_err(|error| error.text)?;
        Ok(format!("{:?}", Data::Map(file.data)))
    }

    #[test]
    fn documents_are_merged_in_helm_4_only() {
        let text = "a: 1\nm: {x: 1}\n---\nm: {w: 2}\n--- # more\na: null\n";
        let want = "Map({\"a\": Nil, \"m\": Map({\"w\": Float(2.0), \"x\": Float(1.0)})})";
        assert_eq!(read(text, &HELM_4_2).unwrap(), want);
        assert_eq!(
            read(text, &HELM_3_17).unwrap(),
            "Map({\"a\": Float(1.0), \"m\": Map({\"x\": Float(1.0)})})"
        );
    }

    #[test]
    fn bad_files_have_helms_texts() {
        let list = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array \
                    into Go value of type map[string]interface {}";
        for (text, profile, want) in [
            ("[1]\n", &HELM_3_17, list.to_owned()),
            ("[1]\n", &HELM_4_2, format!("cannot unmarshal yaml document: {list}")),
            (
                "a: 1\n--- foo\n",
                &HELM_4_2,
                "error reading yaml document: invalid Yaml document separator: foo".to_owned(),
            ),
        ] {
            assert_eq!(read(text, profile).unwrap_err(), want);
        }
    }

    #[test]
    fn a_last_line_of_a_full_buffer_is_lost_in_helm_4() {
        let mut text = "a: ".to_owned();
        text.extend(std::iter::repeat_n('x', LINE_BUFFER - 3));
        assert!(ValuesFile::parse(text.as_bytes(), &HELM_4_2).unwrap().data.is_empty());
        text.push('x');
        assert_eq!(ValuesFile::parse(text.as_bytes(), &HELM_4_2).unwrap().data.len(), 1);
    }
}
