//! Which functions exist under which profile.

use zij_gotmpl::{Function, FunctionSet};

use super::{
    cases, certificates, crypto, dates, defaults, dicts, encoding, flow, json, lists, merge,
    network, numeric, passwords, paths, random, reflect, regexp, splitting, strings, toml, url,
    versions, words, yaml,
};
use crate::profile::{Feature, Profile};

/// Every table; a name stands in one of them only.
static TABLES: &[&[Function]] = &[
    cases::FUNCTIONS,
    certificates::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    flow::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    merge::FUNCTIONS,
    network::FUNCTIONS,
    numeric::FUNCTIONS,
    passwords::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    reflect::FUNCTIONS,
    regexp::FUNCTIONS,
    splitting::FUNCTIONS,
    strings::FUNCTIONS,
    toml::FUNCTIONS,
    url::FUNCTIONS,
    versions::FUNCTIONS,
    words::FUNCTIONS,
    yaml::FUNCTIONS,
];

/// Functions that came with a version of Helm.
const SINCE: &[(&str, Feature)] = &[
    ("toYamlPretty", Feature::PrettyYaml),
    ("fromToml", Feature::PrettyYaml),
    ("mustToYaml", Feature::MustToYaml),
    ("mustToToml", Feature::MustToToml),
];

/// Returns all functions of a Helm version (`pkg/engine/funcs.go`).
///
/// Functions find their render's [`crate::host::Host`] by `machine.host::<Host>()`.
pub fn function_set(profile: &Profile) -> FunctionSet {
    let mut set = FunctionSet::builtins();
    for table in TABLES {
        set.add(table);
    }
    for (name, feature) in SINCE {
        if !profile.has(*feature) {
            set.remove(name);
        }
    }
    set
}
