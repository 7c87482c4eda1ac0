//! The only reader of the system's clock and of its randomness.

use std::{
    env, fs,
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use zij_helm::host::{Entropy, Now, Surroundings};

/// Time since 1970.
pub(crate) fn since_epoch() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that is passed on")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// The time in UTC to the microsecond, as RFC 3339 writes it.
pub(crate) fn timestamp() -> String {
    written(since_epoch())
}

/// A time since 1970 in UTC to the microsecond, as RFC 3339 writes it.
pub(crate) fn written(since_epoch: Duration) -> String {
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX);
    let nanoseconds = i32::try_from(since_epoch.subsec_nanos()).unwrap_or(0);
    let time = Timestamp::new(seconds, nanoseconds).unwrap_or(Timestamp::MAX);
    time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// A random id that no other record has (a UUID of version 4).
pub(crate) fn random_id() -> String {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = u128::from_be_bytes(bytes);
    let part = |shift: u32, length: u32| digits >> shift & ((1 << (4 * length)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    )
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

/// A key that nobody knows.
pub(crate) fn random_key() -> [u8; 32] {
    let mut key = [0; 32];
    SystemEntropy.fill(&mut key);
    key
}

/// The operating system's random bytes.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}
