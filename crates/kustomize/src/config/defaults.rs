//! The built-in field specs, from `data/field-specs.txt`.

use std::iter;
use std::sync::{Arc, LazyLock};

use super::field_specs::{Config, FieldSpec, NameReference};
use crate::profile::Profile;
use crate::resource::Gvk;

const DATA: &str = include_str!("../../data/field-specs.txt");

static NEWEST: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(parse(true)));
static OLDER: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(parse(false)));

/// The built-in configuration of a version, shared.
pub(crate) fn default_config(profile: &Profile) -> Arc<Config> {
    Arc::clone(if profile.has_newer_field_specs { &NEWEST } else { &OLDER })
}

/// Every build pays for this, and a small one for little else: one pass, no searching.
fn parse(newer: bool) -> Config {
    let mut config = Config { built_in: true, ..Config::default() };
    let mut lines = DATA.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(head) = line.strip_prefix('[') else { continue };
        let specs = iter::from_fn(|| lines.next_if(|line| !line.starts_with('['))).filter_map(spec);
        let head = head.trim_end_matches(']');
        if let Some(target) = head.strip_prefix("nameReference ").and_then(gvk) {
            config.name_reference.push(NameReference { target, referrers: specs.collect() });
        } else if let Some(section) = config.section(&head.to_ascii_lowercase()) {
            section.extend(specs);
        }
    }
    if !newer {
        config.images.retain(|spec| !spec.path.contains("volumes"));
        config.name_reference.retain(|known| known.target.kind != "ValidatingAdmissionPolicy");
    }
    config
}

fn spec(line: &'static str) -> Option<FieldSpec> {
    let (path, rest) = line.split_once(' ')?;
    let (gvk_words, create) = match rest.strip_suffix(" create") {
        Some(words) => (words, true),
        None => (rest, false),
    };
    Some(FieldSpec { gvk: gvk(gvk_words)?, path: path.into(), create })
}

/// Reads group, version and kind; a dash stands for any.
fn gvk(words: &'static str) -> Option<Gvk> {
    let (group, rest) = first_word(words)?;
    let (version, kind) = first_word(rest)?;
    let part = |part: &'static str| if part == "-" { "" } else { part }.into();
    Some(Gvk { group: part(group), version: part(version), kind: part(kind) })
}

/// The words are so short that a search which first aligns itself takes longer.
fn first_word(words: &'static str) -> Option<(&'static str, &'static str)> {
    let space = words.bytes().position(|byte| byte == b' ')?;
    Some((&words[..space], &words[space + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_complete() {
        let config = default_config(&Profile::default());
        let referrers: usize =
            config.name_reference.iter().map(|known| known.referrers.len()).sum();
        assert_eq!(config.name_reference.len(), 16);
        assert!(referrers > 150 && config.images.len() == 6 && config.replicas.len() == 4);
        assert_eq!(config.name_prefix[0].path, "metadata/name");
        let mut sorted = Config::clone(&config);
        sorted.sort();
        assert!(*config == sorted, "the data is in the order in which field specs are used");
    }
}
