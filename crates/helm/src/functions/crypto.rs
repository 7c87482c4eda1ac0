//! Checksums (sprig `crypto.go`).

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use zij_gotmpl::{Function, Param::String as Text, Value};

use super::arguments::text;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("sha1sum", &[Text], |_, args| Ok(hex(&Sha1::digest(text(args, 0))))),
    Function::new("sha256sum", &[Text], |_, args| Ok(hex(&Sha256::digest(text(args, 0))))),
    Function::new("sha512sum", &[Text], |_, args| Ok(hex(&Sha512::digest(text(args, 0))))),
    Function::new("adler32sum", &[Text], |_, args| {
        Ok(Value::from(adler32(&text(args, 0)).to_string()))
    }),
];

fn hex(bytes: &[u8]) -> Value {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pair = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    Value::from(bytes.iter().flat_map(pair).collect::<Vec<u8>>())
}

fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    // 5552 bytes are the most for which the sums stay below 2^32.
    let (low, high) = bytes.chunks(5552).fold((1, 0), |(mut low, mut high), chunk| {
        for byte in chunk {
            low += u32::from(*byte);
            high += low;
        }
        (low % MODULUS, high % MODULUS)
    });
    high << 16 | low
}
