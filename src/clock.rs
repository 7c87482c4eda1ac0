//! The only reader of the system's clock and of its randomness.

use std::time::{Duration, SystemTime};

use zij_helm::host::{Entropy, Now, Surroundings};

/// Time since 1970.
pub(crate) fn since_epoch() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed on")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// The real clock, in UTC, and the real randomness: every render differs, as Helm's do.
pub(crate) fn real_surroundings() -> Surroundings {
    let now = since_epoch();
    let now = Now {
        seconds: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
        nanoseconds: now.subsec_nanos(),
        offset: 0,
        zone: "UTC".to_owned(),
    };
    Surroundings::real(Box::new(SystemEntropy), now)
}

/// The operating system's random bytes.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}
