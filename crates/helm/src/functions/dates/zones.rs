//! Named zones, from the tables of the IANA that jiff carries; Helm reads the system's.

use std::sync::OnceLock;

use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};

use super::civil::Zone;

/// Returns a zone as it is at a moment; `None` when no zone has the name in these letters.
pub(super) fn at(name: &str, seconds: i64) -> Option<Zone> {
    let zone = named(name)?;
    // Outside jiff's range, years of five digits, the nearest rule holds.
    let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let info = zone.to_offset_info(Timestamp::from_second(seconds).ok()?);
    Some(Zone { offset: info.offset().seconds(), name: info.abbreviation().to_owned() })
}

fn named(name: &str) -> Option<TimeZone> {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    let zone = DATABASE.get_or_init(TimeZoneDatabase::bundled).get(name).ok()?;
    // Names are files to Go, so letters count.
    (zone.iana_name() == Some(name)).then_some(zone)
}
