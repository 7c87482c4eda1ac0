//! What functions need besides their arguments: the state of one render.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use zij_gotmpl::Str;

use crate::profile::Profile;

/// Nested calls of one name that `include` allows (`recursionMaxNums` of Helm's `engine.go`).
const MOST_INCLUDES: u32 = 1000;

/// A source of random bytes; the binary gives the operating system's.
pub trait Entropy: Send {
    /// Fills the buffer with random bytes.
    fn fill(&mut self, buffer: &mut [u8]);
}

/// Where random values come from.
pub enum Randomness {
    /// Reproducible: every call gets its own stream, derived from the seed, the file that is being
    /// rendered, the function and the number of the call. Keys and certificates should come from
    /// a fixed, cheap source.
    Seeded([u8; 32]),
    /// As Helm: different on every run.
    Entropy(Box<dyn Entropy>),
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seeded(_) => "Seeded",
            Self::Entropy(_) => "Entropy",
        })
    }
}

/// The time that templates see, fixed for a whole render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// Seconds since 1970 in UTC.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanoseconds: u32,
    /// The local zone, by its name at the IANA (`UTC`, `Europe/Berlin`); an unknown one acts as UTC.
    pub zone: String,
}

impl Default for Now {
    /// A fixed moment for predictions: 2020-01-01T00:00:00Z.
    fn default() -> Self {
        Self { seconds: 1_577_836_800, nanoseconds: 0, zone: "UTC".to_owned() }
    }
}

/// What a render takes from outside its inputs.
#[derive(Debug)]
pub struct Surroundings {
    /// Random values.
    pub randomness: Randomness,
    /// The clock.
    pub now: Now,
    /// Whether this is a second render that is compared with a first ([`Surroundings::anew`]).
    is_anew: bool,
}

impl Surroundings {
    /// Surroundings as a real command has them.
    pub fn real(entropy: Box<dyn Entropy>, now: Now) -> Self {
        Self { randomness: Randomness::Entropy(entropy), now, is_anew: false }
    }

    /// Reproducible surroundings: fixed clock, randomness from the seed text.
    pub fn seeded(seed: &str) -> Self {
        let seed = *blake3::hash(seed.as_bytes()).as_bytes();
        Self { randomness: Randomness::Seeded(seed), now: Now::default(), is_anew: false }
    }

    /// As [`Surroundings::seeded`], for a second render that shares nothing with the first: what
    /// differs between the two is what every real render makes anew, wherever it landed and
    /// whatever the templates made of it.
    pub fn anew(seed: &str) -> Self {
        let seed = blake3::derive_key("zij 2026 second render", seed.as_bytes());
        // No part of the date, the time or the zone is that of the first.
        let now = Now {
            seconds: 1_656_258_437,
            nanoseconds: 987_654_321,
            zone: "Asia/Kolkata".to_owned(),
        };
        Self { randomness: Randomness::Seeded(seed), now, is_anew: true }
    }
}

/// A function that gives every real render something else, and the file that called it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unstable {
    /// The function (`randAlphaNum`, `now`).
    pub function: &'static str,
    /// File that was being rendered.
    pub file: Str,
}

/// The state of one render that functions share, found by `machine.host::<Host>()`.
#[derive(Debug)]
pub struct Host {
    profile: &'static Profile,
    surroundings: Surroundings,
    file: Str,
    calls: HashMap<(Str, &'static str), u64>,
    includes: HashMap<Str, u32>,
    unstable: BTreeSet<Unstable>,
}

impl Host {
    /// A fresh state for one render.
    pub fn new(profile: &'static Profile, surroundings: Surroundings) -> Self {
        Self {
            profile,
            surroundings,
            file: Str::EMPTY,
            calls: HashMap::new(),
            includes: HashMap::new(),
            unstable: BTreeSet::new(),
        }
    }

    /// The Helm version being reproduced.
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// The time templates see; a value derived from it must be noted as [unstable](Self::note).
    pub fn now(&self) -> &Now {
        &self.surroundings.now
    }

    /// Whether random values are reproducible, so that expensive keys can be replaced by fixed ones.
    pub fn is_seeded(&self) -> bool {
        matches!(self.surroundings.randomness, Randomness::Seeded(_))
    }

    /// Whether fixed keys must differ from those of the first render.
    pub(crate) fn is_anew(&self) -> bool {
        self.surroundings.is_anew
    }

    /// Sets the file whose rendering begins; seeded streams depend on it.
    pub(crate) fn enter_file(&mut self, file: Str) {
        self.file = file;
    }

    /// Random bytes for one call of `function`; the caller takes as many as it needs.
    pub fn random(&mut self, function: &'static str) -> Random<'_> {
        match &mut self.surroundings.randomness {
            Randomness::Entropy(entropy) => Random(Source::Entropy(entropy.as_mut())),
            Randomness::Seeded(seed) => {
                let call = self.calls.entry((self.file.clone(), function)).or_default();
                *call += 1;
                let mut hasher = blake3::Hasher::new_keyed(seed);
                for part in [self.file.as_bytes(), function.as_bytes(), &call.to_le_bytes()] {
                    hasher.update(&(part.len() as u64).to_le_bytes());
                    hasher.update(part);
                }
                Random(Source::Seeded(Box::new(hasher.finalize_xof())))
            }
        }
    }

    /// Remembers that `function` gave what a real render would make anew.
    pub fn note(&mut self, function: &'static str) {
        let file = self.file.clone();
        self.unstable.insert(Unstable { function, file });
    }

    /// The calls noted so far, sorted.
    pub(crate) fn into_unstable(self) -> Vec<Unstable> {
        self.unstable.into_iter().collect()
    }

    /// Counts an `include` of `name`; false when it is nested too often. Pair with
    /// [`Host::leave_include`].
    pub fn enter_include(&mut self, name: &Str) -> bool {
        match self.includes.get_mut(name.as_bytes()) {
            Some(count) if *count > MOST_INCLUDES => false,
            Some(count) => {
                *count += 1;
                true
            }
            None => {
                self.includes.insert(name.clone(), 1);
                true
            }
        }
    }

    /// Ends an `include` of `name`.
    pub fn leave_include(&mut self, name: &Str) {
        if let Some(count) = self.includes.get_mut(name.as_bytes()) {
            *count = count.saturating_sub(1);
        }
    }
}

/// A stream of random bytes.
pub struct Random<'h>(Source<'h>);

enum Source<'h> {
    Entropy(&'h mut dyn Entropy),
    Seeded(Box<blake3::OutputReader>),
}

impl Random<'_> {
    /// Fills the buffer with the next bytes.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        match &mut self.0 {
            Source::Entropy(entropy) => entropy.fill(buffer),
            Source::Seeded(reader) => reader.fill(buffer),
        }
    }

    /// A number below `bound`, evenly distributed; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let mut bytes = [0; 8];
            self.fill(&mut bytes);
            let number = u64::from_le_bytes(bytes);
            if number < fair {
                return number % bound;
            }
        }
    }
}

impl fmt::Debug for Random<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::HELM_4_2;

    fn first(host: &mut Host, file: &str, function: &'static str) -> u64 {
        host.enter_file(file.into());
        host.random(function).below(u64::MAX)
    }

    #[test]
    fn seeded_streams_depend_on_seed_file_function_and_call() {
        let host = |seed| Host::new(&HELM_4_2, Surroundings::seeded(seed));
        let (mut one, mut same, mut other) = (host("a"), host("a"), host("b"));
        let base = first(&mut one, "x", "f");
        assert_eq!(base, first(&mut same, "x", "f"));
        for different in [
            first(&mut other, "x", "f"),
            first(&mut one, "x", "f"),
            first(&mut one, "y", "f"),
            first(&mut one, "x", "g"),
        ] {
            assert_ne!(base, different);
        }
    }

    #[test]
    fn include_counts_per_name() {
        let mut host = Host::new(&HELM_4_2, Surroundings::seeded(""));
        let name = Str::from("d");
        assert!((0..1001).all(|_| host.enter_include(&name)));
        assert!(!host.enter_include(&name));
        assert!(host.enter_include(&"e".into()));
        host.leave_include(&name);
        assert!(host.enter_include(&name));
    }
}
