//! Which functions exist under which profile.

use zij_gotmpl::FunctionSet;

use crate::profile::Profile;

/// Returns all functions of a Helm version (`pkg/engine/funcs.go`).
///
/// Functions find their render's [`crate::host::Host`] by `machine.host::<Host>()`.
pub fn function_set(profile: &Profile) -> FunctionSet {
    let _ = profile;
    FunctionSet::builtins()
}
