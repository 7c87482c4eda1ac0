//! Patches: strategic merge and JSON 6902.

mod apply;
mod directive;
mod json;
mod list;
mod merge;

pub(crate) use apply::{
    JsonChange, PatchChange, apply_json, apply_merges, apply_patch, plan_json, plan_merges,
    plan_patch,
};
pub(crate) use merge::merge_values;
