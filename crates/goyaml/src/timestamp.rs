//! Which plain scalars goyaml takes for timestamps; they stay text but must be quoted on output.

/// Returns whether goyaml's `parseTimestamp` accepts the text (go-yaml `resolve.go`; the layouts
/// are read as Go's `time.Parse` reads them).
pub(crate) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut reader = Reader { rest: &bytes[5..] };
    let year = bytes[..4].iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    reader.date(year).is_some() && reader.time().is_some()
}

/// Returns an accepted timestamp as Go's `time.Time` writes itself into JSON (RFC 3339, fractions
/// without trailing zeros, UTC where no zone is given).
pub(crate) fn to_rfc3339(text: &str) -> Option<String> {
    if !is_timestamp(text) {
        return None;
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start_matches(' ')),
        None => (text, ""),
    };
    let mut date = date.split('-').map(|part| part.parse::<u32>().unwrap_or_default());
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let zone = if zone.is_empty() || zone == "+00:00" || zone == "-00:00" { "Z" } else { zone };
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    // Go keeps nanoseconds.
    let fraction = fraction.get(..9).unwrap_or(fraction).trim_end_matches('0');
    let mut clock = clock.split(':').map(|part| part.parse::<u32>().unwrap_or_default());
    let mut next = || clock.next().unwrap_or_default();
    let (hour, minute, second) = (next(), next(), next());
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}"
    ))
}

struct Reader<'t> {
    rest: &'t [u8],
}

impl Reader<'_> {
    fn date(&mut self, year: u32) -> Option<()> {
        let month = self.number(1..=12)?;
        self.byte(b"-")?;
        let day = self.number(1..=31)?;
        (day <= days_in(month, year)).then_some(())
    }

    /// The time after a date: nothing, `T…` with a zone, or blanks and no zone.
    fn time(&mut self) -> Option<()> {
        match self.rest.first() {
            None => return Some(()),
            Some(b'T' | b't') => {
                self.rest = &self.rest[1..];
                self.clock()?;
                self.zone()?;
            }
            Some(b' ') => {
                while let [b' ', rest @ ..] = self.rest {
                    self.rest = rest;
                }
                self.clock()?;
            }
            Some(_) => return None,
        }
        self.rest.is_empty().then_some(())
    }

    fn clock(&mut self) -> Option<()> {
        self.number(0..=23)?;
        self.byte(b":")?;
        self.number(0..=59)?;
        self.byte(b":")?;
        self.number(0..=59)?;
        if let [b'.' | b',', digit, ..] = self.rest
            && digit.is_ascii_digit()
        {
            let digits = self.rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.rest = &self.rest[1 + digits..];
        }
        Some(())
    }

    fn zone(&mut self) -> Option<()> {
        if self.byte(b"Z").is_some() {
            return Some(());
        }
        self.byte(b"+-")?;
        self.two_digits(24)?;
        self.byte(b":")?;
        self.two_digits(60)
    }

    fn byte(&mut self, any_of: &[u8]) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        any_of.contains(first).then(|| self.rest = rest)
    }

    /// One or two digits.
    fn number(&mut self, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let digits = self.rest.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let number = number.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        (digits > 0 && range.contains(&number)).then_some(number)
    }

    fn two_digits(&mut self, most: u32) -> Option<()> {
        let both = self.rest.get(..2)?.iter().all(u8::is_ascii_digit);
        if both { self.number(0..=most).map(|_| ()) } else { None }
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc3339() {
        let cases = [
            ("2020-01-02", "2020-01-02T00:00:00Z"),
            ("2001-1-2 3:4:5.500", "2001-01-02T03:04:05.5Z"),
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00"),
        ];
        for (text, want) in cases {
            assert_eq!(to_rfc3339(text).as_deref(), Some(want));
        }
    }

    #[test]
    fn follows_the_layouts() {
        let yes = [
            "2001-01-01",
            "2001-1-1",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T21:59:43Z",
            "2001-12-14 21:59:43",
            "2001-12-14   21:59:43.5",
            "2004-02-29",
            "2001-12-14T1:2:3,5Z",
        ];
        let no = [
            "2001-13-01",
            "2001-02-29",
            "2001-01",
            "2001-01-01x",
            "2001-12-14T21:59:43",
            "2001-12-14 21:59:43 -5",
            "20010-1-1",
            "2001-1-1 24:00:00",
            "2001-12-14T21:59:43+5:00",
        ];
        for text in yes {
            assert!(is_timestamp(text), "{text}");
        }
        for text in no {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
