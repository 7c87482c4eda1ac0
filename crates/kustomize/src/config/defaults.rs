//! The built-in field specs, from `data/field-specs.txt`.

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

fn parse(newer: bool) -> Config {
    let mut config = Config { built_in: true, ..Config::default() };
    let mut section = String::new();
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.trim_matches(['[', ']']).split(' ').collect();
        match words[..] {
            ["nameReference", group, version, kind] => {
                section.clear();
                let target = gvk(group, version, kind);
                config.name_reference.push(NameReference { target, referrers: Vec::new() });
            }
            [name] => section = name.to_lowercase(),
            [path, group, version, kind, ref create @ ..] => {
                let create = create == ["create"];
                let path = path.to_owned();
                let spec = FieldSpec { gvk: gvk(group, version, kind), path, create };
                match config.section(&section) {
                    Some(specs) => specs.push(spec),
                    None => config.name_reference.iter_mut().next_back().map_or((), |reference| {
                        reference.referrers.push(spec);
                    }),
                }
            }
            _ => {}
        }
    }
    if !newer {
        config.images.retain(|spec| !spec.path.contains("volumes"));
        config.name_reference.retain(|known| known.target.kind != "ValidatingAdmissionPolicy");
    }
    config.sort();
    config
}

fn gvk(group: &str, version: &str, kind: &str) -> Gvk {
    let part = |text: &str| if text == "-" { String::new() } else { text.to_owned() };
    Gvk { group: part(group), version: part(version), kind: part(kind) }
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
    }
}
