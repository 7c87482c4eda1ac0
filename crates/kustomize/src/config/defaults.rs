//! The built-in configurations of the versions of kustomize.

use std::sync::{Arc, LazyLock};

use super::built_in;
use super::field_specs::Config;
use crate::profile::Profile;

static NEWEST: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(built_in::NEWEST.clone()));
static OLDER: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(older()));

/// The built-in configuration of a version, shared.
pub(crate) fn default_config(profile: &Profile) -> Arc<Config> {
    Arc::clone(if profile.has_newer_field_specs { &NEWEST } else { &OLDER })
}

/// Without what came later.
fn older() -> Config {
    let mut config = built_in::NEWEST.clone();
    config.images.to_mut().retain(|spec| !spec.path.contains("volumes"));
    let is_old = |kind: &str| kind != "ValidatingAdmissionPolicy";
    config.name_reference.to_mut().retain(|known| is_old(&known.target.kind));
    config
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
