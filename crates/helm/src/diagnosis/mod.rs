//! What is wrong and what to do, for people: the facts that Helm's texts leave out.

mod diagnose;
mod excerpt;
mod fact;
mod nearest;
mod settings;
mod template;
mod values;

pub(crate) use self::fact::{TemplateFact, Violation};
pub use self::{
    diagnose::{Diagnosis, Sources, diagnose},
    excerpt::Excerpt,
    fact::Fact,
    nearest::nearest,
};
