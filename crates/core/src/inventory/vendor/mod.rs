//! What a fleet needs from outside its repository, and the committed copies of it.

mod chart_lock;
mod content;
mod dependencies;
mod folder_walk;
mod lock;
mod remote;
mod wanted;

pub use content::content_digest;
pub(crate) use dependencies::{DependencySource, dependencies};
pub use lock::{Lock, Locked};
pub(super) use remote::Asked;
pub use remote::Wanted;
pub use wanted::{stale_locks, wanted};
