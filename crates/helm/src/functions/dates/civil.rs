//! Moments and the calendar.

use super::zones;
use crate::host::Now;

const DAY: i64 = 86_400;
const NANOS: i64 = 1_000_000_000;

/// Seconds before 1970 of the start of year 1, Go's zero time.
pub(in super::super) const ZERO_TIME: i64 = -62_135_596_800;

/// An offset from UTC and its abbreviation.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Zone {
    /// Seconds east of UTC.
    pub(in super::super) offset: i32,
    /// Empty when only the offset is known.
    pub(in super::super) name: String,
}

/// A moment seen in a zone: Go's `time.Time`.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Moment {
    /// Seconds since 1970 in UTC.
    pub(in super::super) seconds: i64,
    pub(in super::super) nanoseconds: u32,
    pub(in super::super) zone: Zone,
}

/// Date and time of day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Civil {
    pub(in super::super) year: i64,
    /// From 1.
    pub(in super::super) month: u32,
    /// From 1.
    pub(in super::super) day: u32,
    /// Day of the year, from 1.
    pub(in super::super) year_day: u32,
    /// From Sunday, 0.
    pub(in super::super) weekday: u32,
    pub(in super::super) hour: u32,
    pub(in super::super) minute: u32,
    pub(in super::super) second: u32,
}

impl Zone {
    pub(in super::super) fn utc() -> Self {
        Self { offset: 0, name: "UTC".to_owned() }
    }

    /// The zone of that name as it is at a moment; UTC where it is unknown, as in Go.
    pub(in super::super) fn named(name: &str, seconds: i64) -> Self {
        match name {
            "" | "UTC" => Self::utc(),
            name => zones::at(name, seconds).unwrap_or_else(Self::utc),
        }
    }

    /// The same, as it is when its clocks show a time, given as if it were one of UTC
    /// (Go's `time.Date`).
    pub(in super::super) fn named_at_clock(name: &str, clock: i64) -> Self {
        let guess = Self::named(name, clock);
        Self::named(name, clock.saturating_sub(i64::from(guess.offset)))
    }
}

impl Moment {
    /// Returns the moment a render takes as the present.
    pub(in super::super) fn now(now: &Now) -> Self {
        Self {
            seconds: now.seconds,
            nanoseconds: now.nanoseconds,
            zone: Zone::named(&now.zone, now.seconds),
        }
    }

    pub(in super::super) fn unix(seconds: i64, zone: Zone) -> Self {
        Self { seconds, nanoseconds: 0, zone }
    }

    /// Returns a moment by the clock, seen in UTC.
    pub(in super::super) fn of_unix(seconds: i64, nanoseconds: u32) -> Self {
        Self { seconds, nanoseconds, zone: Zone::utc() }
    }

    /// Returns the moment so many seconds into a day of year, month and day, seen in UTC.
    pub(in super::super) fn of_date(
        [year, month, day]: [i64; 3],
        second: i64,
        nanoseconds: u32,
    ) -> Self {
        let seconds = seconds_of(year, month, day, second);
        Self { seconds, nanoseconds, zone: Zone::utc() }
    }

    /// Returns the moment moved by nanoseconds.
    pub(in super::super) fn plus(&self, nanoseconds: i64) -> Self {
        let sum = i64::from(self.nanoseconds) + nanoseconds.rem_euclid(NANOS);
        let carried = nanoseconds.div_euclid(NANOS) + sum.div_euclid(NANOS);
        Self {
            seconds: self.seconds.saturating_add(carried),
            // The remainder is below a billion.
            nanoseconds: sum.rem_euclid(NANOS) as u32,
            zone: self.zone.clone(),
        }
    }

    /// Returns how much later this moment is, in nanoseconds, as far as 64 bits go.
    pub(in super::super) fn since(&self, earlier: &Self) -> i64 {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanoseconds = i128::from(self.nanoseconds) - i128::from(earlier.nanoseconds);
        let total = seconds * i128::from(NANOS) + nanoseconds;
        total.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// Returns date and time of day in the moment's zone.
    pub(in super::super) fn civil(&self) -> Civil {
        let local = self.seconds.saturating_add(i64::from(self.zone.offset));
        let (days, second) = (local.div_euclid(DAY), local.rem_euclid(DAY) as u32);
        let (year, month, day) = date_of(days);
        Civil {
            year,
            month,
            day,
            year_day: (days - days_before(year, 1, 1)) as u32 + 1,
            weekday: (days + 4).rem_euclid(7) as u32,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }
}

/// Returns seconds since 1970 of a date and time of day; days and months may overflow.
pub(in super::super) fn seconds_of(year: i64, month: i64, day: i64, second: i64) -> i64 {
    let months = month - 1;
    let year = year.saturating_add(months.div_euclid(12));
    let days = days_before(year, months.rem_euclid(12) as u32 + 1, 1).saturating_add(day - 1);
    days.saturating_mul(DAY).saturating_add(second)
}

pub(in super::super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(in super::super) fn days_in(year: i64, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date. Years are counted from March, so that the leap day is the last.
fn days_before(year: i64, month: u32, day: u32) -> i64 {
    let shifted = (i64::from(month) + 9) % 12;
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_before`].
fn date_of(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let leaps = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u32;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u32;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_two_eras_comes_back() {
        for days in -300_000..300_000 {
            let (year, month, day) = date_of(days);
            assert_eq!(days_before(year, month, day), days);
            assert!(day <= days_in(year, month));
        }
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(seconds_of(1, 1, 1, 0), ZERO_TIME);
        assert_eq!(seconds_of(2017, 14, 31, 0), seconds_of(2018, 3, 3, 0));
    }
}
