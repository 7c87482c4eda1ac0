//! The head of a document: what Helm reads of it.
//!
//! Source of the rules: `SimpleHead` of Helm's `pkg/release/v1/util/manifest.go`.

use std::collections::BTreeMap;

use zij_goyaml::Node;

use crate::{
    chart::decode::{DecodeError, Fields, Struct},
    profile::Profile,
    yaml,
};

static HEAD_V4: Struct = Struct { go_type: "util.SimpleHead", name: "SimpleHead", path: "" };
static HEAD_V3: Struct = Struct { go_type: "releaseutil.SimpleHead", name: "SimpleHead", path: "" };
static METADATA: Struct = Struct {
    go_type: "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \
              \"json:\\\"annotations\\\"\" }",
    name: "",
    path: "metadata.",
};

/// What Helm reads of a document.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) annotations: BTreeMap<String, String>,
}

/// Whether something of the head can lie at a path; keys match without regard to case.
fn is_part(path: &[&str]) -> bool {
    let any = |key: &str, names: &[&str]| match key.is_ascii() {
        true => names.iter().any(|name| key.eq_ignore_ascii_case(name)),
        false => names.contains(&key.to_lowercase().as_str()),
    };
    match path {
        [key] => any(key, &["apiversion", "kind", "metadata"]),
        [_, key] => any(key, &["name", "annotations"]),
        _ => false,
    }
}

impl Head {
    /// Reads the head of a document; the error is what `sigs.k8s.io/yaml` says.
    pub(super) fn read(document: &[u8], profile: &Profile) -> Result<Self, DecodeError> {
        let head = Self::of(&yaml::read_entries(document, is_part)?, profile);
        // What does not fit is told with its place, which only the whole document has.
        head.or_else(|_| Self::of(&yaml::read(document)?, profile))
    }

    fn of(node: &Node, profile: &Profile) -> Result<Self, DecodeError> {
        let mut head = Self::default();
        let target = if profile.is_v4() { &HEAD_V4 } else { &HEAD_V3 };
        for field in Fields::of(node, target)? {
            match field.lower_name.as_str() {
                "apiversion" => field.string(&mut head.api_version)?,
                "kind" => field.string(&mut head.kind)?,
                "metadata" => head.read_metadata(field.node())?,
                _ => {}
            }
        }
        Ok(head)
    }

    fn read_metadata(&mut self, node: &Node) -> Result<(), DecodeError> {
        for field in Fields::of(node, &METADATA)? {
            match field.lower_name.as_str() {
                "name" => field.string(&mut self.name)?,
                "annotations" => {
                    let mut annotations = None;
                    field.string_map(&mut annotations)?;
                    self.annotations = annotations.unwrap_or_default();
                }
                _ => {}
            }
        }
        Ok(())
    }
}
