//! Counts and shares of pods.

use crate::resource::{Data, Value};

/// A number of pods or a share of them, such as `maxSurge` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many.
    Count(u32),
    /// So many of a hundred.
    Percent(u32),
}

impl Amount {
    /// The amount that a field says; `None` where it says none.
    pub fn read(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Number(text) => text.parse().ok().map(Self::Count),
            Data::String(text) => text.strip_suffix('%')?.parse().ok().map(Self::Percent),
            Data::Null | Data::Bool(_) | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// Of so many pods, a part of a pod counting as one.
    pub fn up(self, of: u32) -> u32 {
        self.of(of, 99)
    }

    /// Of so many pods, a part of a pod counting as none.
    pub fn down(self, of: u32) -> u32 {
        self.of(of, 0)
    }

    fn of(self, of: u32, round: u64) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(share) => {
                let exact = (u64::from(share) * u64::from(of) + round) / 100;
                u32::try_from(exact).unwrap_or(u32::MAX)
            }
        }
    }
}

/// How many pods a Deployment of `replicas` may have more and fewer while it rolls.
///
/// (Source: `ResolveFenceposts` and `MaxUnavailable` in
/// pkg/controller/deployment/util/deployment_util.go.)
pub fn fence_posts(surge: Amount, unavailable: Amount, replicas: u32) -> (u32, u32) {
    let (surge, unavailable) = (surge.up(replicas), unavailable.down(replicas));
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    (surge, unavailable.min(replicas))
}
