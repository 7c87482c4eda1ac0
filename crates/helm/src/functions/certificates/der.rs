//! The few ASN.1 types that keys and certificates need, in DER.

use num_bigint::BigUint;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

pub(super) const NULL: &[u8] = &[0x05, 0x00];

/// Returns the tag of a context-specific constructed element.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// Returns an element.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        // A byte holds it.
        length @ ..128 => out.push(length as u8),
        length => {
            let bytes = length.to_be_bytes();
            let bytes = &bytes[length.leading_zeros() as usize / 8..];
            out.push(0x80 | bytes.len() as u8);
            out.extend_from_slice(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

/// Returns a sequence of encoded elements.
pub(super) fn sequence<const N: usize>(parts: [&[u8]; N]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// Returns a number that is not negative.
pub(super) fn integer(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    element(INTEGER, &bytes)
}

/// Returns an object identifier from its encoded arcs.
pub(super) fn oid(arcs: &[u8]) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, arcs)
}

/// Returns whole bytes as a bit string.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

/// Reads elements one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'d> {
    rest: &'d [u8],
}

/// An element: its tag, what is in it, and all of it.
pub(super) struct Element<'d> {
    pub(super) tag: u8,
    pub(super) content: &'d [u8],
    pub(super) whole: &'d [u8],
}

const TRUNCATED: &str = "asn1: syntax error: truncated tag or length";
const MISMATCH: &str = "asn1: structure error: tags don't match";

impl<'d> Reader<'d> {
    pub(super) fn new(rest: &'d [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes the next element.
    pub(super) fn next(&mut self) -> Result<Element<'d>, &'static str> {
        let [tag, first, after @ ..] = self.rest else { return Err(TRUNCATED) };
        let (length, after) = match first {
            ..=0x7f => (usize::from(*first), after),
            0x81..=0x84 => {
                let count = usize::from(first & 0x7f);
                let (digits, after) = after.split_at_checked(count).ok_or(TRUNCATED)?;
                (digits.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), after)
            }
            _ => return Err("asn1: structure error: length too large"),
        };
        let (content, rest) =
            after.split_at_checked(length).ok_or("asn1: syntax error: data truncated")?;
        let whole = &self.rest[..self.rest.len() - rest.len()];
        self.rest = rest;
        Ok(Element { tag: *tag, content, whole })
    }

    /// Takes the next element if it has the tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Element<'d>>, &'static str> {
        if self.rest.first() == Some(&tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// Takes what is in the next element, which must have the tag.
    pub(super) fn expect(&mut self, tag: u8) -> Result<&'d [u8], &'static str> {
        let element = self.next()?;
        if element.tag == tag { Ok(element.content) } else { Err(MISMATCH) }
    }

    /// Takes the elements of the next sequence.
    pub(super) fn sequence(&mut self) -> Result<Self, &'static str> {
        self.expect(SEQUENCE).map(Self::new)
    }

    /// Takes a number that is not negative.
    pub(super) fn integer(&mut self) -> Result<BigUint, &'static str> {
        self.expect(INTEGER).map(BigUint::from_bytes_be)
    }

    /// Takes a bit string of whole bytes.
    pub(super) fn bits(&mut self) -> Result<&'d [u8], &'static str> {
        match self.expect(BIT_STRING)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err("asn1: syntax error: invalid padding bits in BIT STRING"),
        }
    }
}
