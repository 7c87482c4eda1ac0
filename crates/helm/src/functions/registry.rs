//! Which functions exist under which profile.

use zij_gotmpl::{Function, FunctionSet};

use super::{
    crypto, defaults, dicts, encoding, flow, json, lists, merge, network, numeric, reflect,
    splitting, strings, versions, words, yaml,
};
use crate::profile::{Feature, Profile};

/// Every table; a name stands in one of them only.
static TABLES: &[&[Function]] = &[
    crypto::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    flow::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    merge::FUNCTIONS,
    network::FUNCTIONS,
    numeric::FUNCTIONS,
    reflect::FUNCTIONS,
    splitting::FUNCTIONS,
    strings::FUNCTIONS,
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
