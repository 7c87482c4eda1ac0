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
