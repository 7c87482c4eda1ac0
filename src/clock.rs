//! The only reader of the system's clock and of its randomness.

use std::{
    env, fs,
    time::{Duration, SystemTime},
};

use zij_helm::host::{Entropy, Now, Surroundings};

/// Time since 1970.
pub(crate) fn since_epoch() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed on")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// The real clock and zone, and the real randomness: every render differs, as Helm's do.
pub(crate) fn real_surroundings() -> Surroundings {
    let now = since_epoch();
    let now = Now {
        seconds: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
        nanoseconds: now.subsec_nanos(),
        zone: local_zone(),
    };
    Surroundings::real(Box::new(SystemEntropy), now)
}

/// The local zone's name: that of `TZ`, else that of the file `/etc/localtime` stands for (as
/// `time.Local` of Go, less files that have no name).
fn local_zone() -> String {
    let link = || fs::read_link("/etc/localtime").ok()?.into_os_string().into_string().ok();
    let path = match env::var("TZ") {
        Ok(name) => name.strip_prefix(':').unwrap_or(&name).to_owned(),
        Err(_) => link().unwrap_or_default(),
    };
    path.rsplit_once("zoneinfo/").map_or(&*path, |(_, name)| name).to_owned()
}

/// The operating system's random bytes.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}
