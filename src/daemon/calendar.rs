//! The clock as the daemon sees it: that a day has ended, and that somebody set it.

use std::time::Duration;

use zij_core::policy::Date;

/// The clock and the time that the process ran differ by less: corrections of a synchronised clock.
const CORRECTION: u64 = 5;

/// What was known at the last look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// The time since 1970.
    clock: Duration,
    /// The time that the process has run, which nobody sets.
    ran: Duration,
}

/// What has happened to the clock since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Whether another day is today, be it a later or an earlier one.
    pub(super) is_new_day: bool,
    /// By how many seconds the clock has moved more than time has passed: it was set, or the machine
    /// slept.
    pub(super) jump: Option<i64>,
}

impl Calendar {
    pub(super) fn new(clock: Duration, ran: Duration) -> Self {
        Self { clock, ran }
    }

    /// Looks at the clock again.
    pub(super) fn look(&mut self, clock: Duration, ran: Duration) -> Turn {
        let expected = self.clock + ran.saturating_sub(self.ran);
        let day = |clock: Duration| Date::of_seconds(clock.as_secs());
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let jump = seconds(clock) - seconds(expected);
        let turn = Turn {
            is_new_day: day(clock) != day(self.clock),
            jump: (jump.unsigned_abs() >= CORRECTION).then_some(jump),
        };
        *self = Self { clock, ran };
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_and_days() {
        let noon = 1_700_049_600;
        let mut calendar = Calendar::new(Duration::from_secs(noon), Duration::ZERO);
        let mut ran = 0;
        let mut look = |passed: u64, clock: u64| {
            ran += passed;
            let turn = calendar.look(Duration::from_secs(clock), Duration::from_secs(ran));
            (turn.is_new_day, turn.jump)
        };
        assert_eq!(look(30, noon + 30), (false, None));
        assert_eq!(look(30, noon + 62), (false, None), "a correction");
        assert_eq!(look(30, noon + 3692), (false, Some(3600)));
        assert_eq!(look(30, noon + 122), (false, Some(-3600)));
        assert_eq!(look(12 * 3600, noon + 122 + 12 * 3600), (true, None), "midnight");
        assert_eq!(look(0, noon), (true, Some(-43_322)), "back to yesterday");
    }
}
