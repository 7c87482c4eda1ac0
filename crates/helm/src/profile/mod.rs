//! What differs between Helm versions, as data.

mod api_versions;
mod kinds;
mod rows;
mod rules;

pub use api_versions::ApiGroups;
pub use kinds::KindOrder;
pub use rows::{
    HELM_3_16, HELM_3_17, HELM_3_17_0, HELM_3_18, HELM_3_18_5, HELM_3_19, HELM_4_0, HELM_4_1,
    HELM_4_1_0, HELM_4_2, HELM_4_2_4, PROFILES, UnknownProfile,
};
pub use rules::{
    ChartObject, ErrorFormat, Feature, KubeVersionRule, NullRule, Profile, SchemaLibrary,
    SemverLibrary, SplitRule,
};
