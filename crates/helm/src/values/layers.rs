//! The user's values in the order Helm merges them.
//!
//! Source of the rules: `MergeValues` of Helm's `pkg/cli/values/options.go`.

use std::collections::BTreeMap;

use zij_gotmpl::{Data, DataMap};

use super::{
    documents::{ValuesFile, merge_maps},
    json, strvals,
};
use crate::{
    diagnosis::Fact,
    error::{Error, Place, Stage},
    profile::{Feature, Profile},
};

/// A flag that sets single values; later ones of this list win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetFlag {
    /// `--set-json`.
    Json,
    /// `--set`.
    Typed,
    /// `--set-string`.
    Text,
    /// `--set-file`.
    File,
    /// `--set-literal`.
    Literal,
}

impl SetFlag {
    /// The flag as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "--set-json",
            Self::Typed => "--set",
            Self::Text => "--set-string",
            Self::File => "--set-file",
            Self::Literal => "--set-literal",
        }
    }
}

/// One source of values with the name users know it by.
#[derive(Debug, Clone)]
pub struct ValuesLayer {
    name: String,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    File(ValuesFile),
    Flag { flag: SetFlag, text: String, files: BTreeMap<String, Vec<u8>> },
}

impl ValuesLayer {
    /// A values file; `name` is the path as given.
    ///
    /// # Errors
    /// The file cannot be read as values, with Helm's text.
    pub fn file(name: impl Into<String>, text: &[u8], profile: &Profile) -> Result<Self, Error> {
        let name = name.into();
        let file = ValuesFile::parse(text, profile).map_err(|problem| {
            Error::new(Stage::Values, format!("failed to parse {name}: {problem}"))
                .with_trace(vec![Place::in_yaml(&name, text, &problem)])
                .with_fact(Fact::Yaml(problem.problem))
        })?;
        Ok(Self { name, source: Source::File(file) })
    }

    /// Values that are data already (`valuesObject` of an Argo CD application).
    pub fn data(name: impl Into<String>, data: DataMap) -> Self {
        let file = ValuesFile { data, documents: Vec::new() };
        Self { name: name.into(), source: Source::File(file) }
    }

    /// The text of a flag; it is read when layers are merged, since it may change lists below it.
    pub fn flag(flag: SetFlag, text: impl Into<String>) -> Self {
        Self::flag_with_files(flag, text, BTreeMap::new())
    }

    /// As [`ValuesLayer::flag`] for `--set-file`, with the contents of the files it names.
    pub fn flag_with_files(
        flag: SetFlag,
        text: impl Into<String>,
        files: BTreeMap<String, Vec<u8>>,
    ) -> Self {
        let text = text.into();
        let name = format!("{} {text}", flag.name());
        Self { name, source: Source::Flag { flag, text, files } }
    }

    /// The name to show: a path, or a flag with its text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file behind the layer, for finding places in it.
    pub(crate) fn values_file(&self) -> Option<&ValuesFile> {
        match &self.source {
            Source::File(file) => Some(file),
            Source::Flag { .. } => None,
        }
    }

    /// Files come first, flags in the order of [`SetFlag`].
    pub(crate) fn rank(&self) -> Option<SetFlag> {
        match &self.source {
            Source::File(_) => None,
            Source::Flag { flag, .. } => Some(*flag),
        }
    }

    /// Merges this layer over `values`.
    pub(crate) fn apply(&self, values: &mut DataMap, profile: &Profile) -> Result<(), Error> {
        let (flag, text, files) = match &self.source {
            Source::File(file) => {
                merge_maps(values, &file.data);
                return Ok(());
            }
            Source::Flag { flag, text, files } => (*flag, text, files),
        };
        let read = |name: &str| {
            let missing = || format!("open {name}: no such file or directory");
            files.get(name).cloned().ok_or_else(missing)
        };
        let outcome = match flag {
            SetFlag::Json => return set_json(text, values, profile),
            SetFlag::Typed => strvals::set(text, values, profile),
            SetFlag::Text => strvals::set_string(text, values, profile),
            SetFlag::File => strvals::set_file(text, values, profile, &read),
            SetFlag::Literal => strvals::set_literal(text, values, profile),
        };
        outcome.map_err(|problem| failed(format!("failed parsing {} data: {problem}", flag.name())))
    }
}

fn failed(text: String) -> Error {
    Error::new(Stage::Values, text)
}

/// `--set-json` is pairs, or in Helm 4 also a whole object.
fn set_json(text: &str, values: &mut DataMap, profile: &Profile) -> Result<(), Error> {
    if text.trim().starts_with('{') && profile.has(Feature::SetJsonObject) {
        return match json::read(text.trim()) {
            Ok(Data::Map(object)) => {
                merge_maps(values, &object);
                Ok(())
            }
            _ => Err(failed(format!("failed parsing --set-json data JSON: {text}"))),
        };
    }
    strvals::set_json(text, values, profile)
        .map_err(|_| failed(format!("failed parsing --set-json data {text}")))
}

/// The user's values: files in order, then flags in Helm's order whatever order they are given in.
///
/// # Errors
/// A flag that cannot be read, with Helm's text.
pub fn merge_layers(layers: &[ValuesLayer], profile: &Profile) -> Result<DataMap, Error> {
    let mut values = DataMap::default();
    for layer in in_order(layers) {
        layer.apply(&mut values, profile)?;
    }
    Ok(values)
}

/// The layers from the weakest to the strongest.
pub(crate) fn in_order(layers: &[ValuesLayer]) -> Vec<&ValuesLayer> {
    let mut ordered: Vec<&ValuesLayer> = layers.iter().collect();
    ordered.sort_by_key(|layer| layer.rank());
    ordered
}
