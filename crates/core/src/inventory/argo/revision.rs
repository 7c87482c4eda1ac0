//! Which tag a `targetRevision` means that is a range of versions.
//!
//! (Source: Argo CD, `util/versions/tags.go`, `MaxVersion`.)

use std::{cmp::Ordering, sync::Arc};

use zij_helm::{
    profile::SemverLibrary,
    semver::{Constraint, Version},
};

use crate::source::Tree;

/// The revision that is checked out for `written`: of a range the highest tag in it, and of
/// anything else, or where no tag fits, what is written.
///
/// With a `prefix` only tags that begin with it count, without it.
pub(super) fn resolved(tree: &dyn Tree, written: &str, prefix: &str) -> Arc<str> {
    if Version::parse(written).is_ok() {
        return format!("{prefix}{written}").into();
    }
    let Ok(range) = Constraint::parse(written) else { return written.into() };
    let mut best: Option<(Version, String)> = None;
    for tag in tree.tags() {
        let Some(Ok(version)) = tag.strip_prefix(prefix).map(Version::parse) else { continue };
        let is_higher =
            best.as_ref().is_none_or(|(best, _)| version.precedence(best) == Ordering::Greater);
        if is_higher && range.check(&version, SemverLibrary::V3_4) {
            best = Some((version, tag));
        }
    }
    best.map_or_else(|| written.into(), |(_, tag)| tag.into())
}
