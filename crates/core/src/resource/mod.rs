//! From documents to the objects that the API server would store.

mod applied;
mod emit;
mod identity;
mod path;
mod post;
mod quantity;
mod retold;
mod secret;
mod secret_texts;
mod set;
mod stored;
mod twice;
mod unstable;
mod value;

pub use applied::{Applied, applied};
pub use emit::to_yaml;
pub use identity::{ResourceId, group_of, is_cluster_wide};
pub use path::{FieldPath, Step, Way};
pub use quantity::quantity;
pub use secret::Mask;
pub use secret_texts::{SecretTexts, hidden_line};
pub use set::{Origin, Resource, ResourceProblem, ResourceSet};
pub use stored::Server;
pub use unstable::Unstable;
pub use value::{Data, Map, Value};
