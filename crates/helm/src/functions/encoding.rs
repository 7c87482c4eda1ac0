//! Base64 and base32 (sprig `strings.go`, Go `encoding/base64`, `encoding/base32`). A text that
//! cannot be decoded gives the error's text as the result.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use zij_gotmpl::{Function, Param::String as Text, Value};

use super::arguments::text;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("b64enc", &[Text], |machine, args| {
        let plain = text(args, 0);
        machine.charge_memory(plain.len() / 3 * 4 + 4)?;
        Ok(Value::from(encode_base64(&plain)))
    }),
    Function::new("b64dec", &[Text], |machine, args| {
        let encoded = text(args, 0);
        machine.charge_memory(encoded.len())?;
        Ok(decode_base64(&encoded)
            .map_or_else(|at| Value::from(illegal("base64", at)), Value::from))
    }),
    Function::new("b32enc", &[Text], |machine, args| {
        let plain = text(args, 0);
        machine.charge_memory(plain.len() / 5 * 8 + 8)?;
        Ok(Value::from(encode_base32(&plain)))
    }),
    Function::new("b32dec", &[Text], |machine, args| {
        let encoded = text(args, 0);
        machine.charge_memory(encoded.len())?;
        Ok(decode_base32(&encoded)
            .map_or_else(|at| Value::from(illegal("base32", at)), Value::from))
    }),
];

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Go's text for data that is refused at a byte.
pub(super) fn illegal(encoding: &str, at: usize) -> String {
    format!("illegal {encoding} data at input byte {at}")
}

/// Encodes as standard base64 with padding.
pub(super) fn encode_base64(plain: &[u8]) -> String {
    BASE64_STANDARD.encode(plain)
}

/// Decodes standard base64 and skips line breaks; the error is the offset that Go reports.
pub(super) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut filled) = (0_u32, 0);
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match digit(BASE64, *byte) {
            Some(digit) => {
                (bits, filled) = (bits << 6 | digit, filled + 1);
                if filled == 4 {
                    out.extend_from_slice(&bits.to_be_bytes()[1..]);
                    (bits, filled) = (0, 0);
                }
            }
            None if matches!(byte, b'\r' | b'\n') => {}
            None if *byte == b'=' && filled >= 2 => {
                check_base64_padding(text, at + 1, filled)?;
                let bytes = (bits << (6 * (4 - filled))).to_be_bytes();
                out.extend_from_slice(&bytes[1..filled]);
                return Ok(out);
            }
            None => return Err(at),
        }
        at += 1;
    }
    if filled == 0 { Ok(out) } else { Err(at - filled) }
}

/// Checks what follows the first `=`.
fn check_base64_padding(text: &[u8], mut at: usize, filled: usize) -> Result<(), usize> {
    if filled == 2 {
        at += line_breaks(&text[at..]);
        match text.get(at) {
            Some(b'=') => at += 1,
            Some(_) => return Err(at - 1),
            None => return Err(at),
        }
    }
    at += line_breaks(&text[at..]);
    if at < text.len() { Err(at) } else { Ok(()) }
}

fn digit(digits: &[u8], byte: u8) -> Option<u32> {
    memchr::memchr(byte, digits).map(|digit| digit as u32)
}

fn line_breaks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// Decodes standard base32; line breaks do not count in the offset of an error. What follows a
/// whole padded group is not looked at.
fn decode_base32(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    for (index, group) in text.chunks(8).enumerate() {
        let start = index * 8;
        let mut bits = 0_u64;
        for (filled, byte) in group.iter().enumerate() {
            let after = start + filled + 1;
            if *byte == b'=' && filled >= 2 && text.len() - after < 8 {
                check_base32_padding(&text, after, filled)?;
                push_base32(&mut out, bits, filled);
                return Ok(out);
            }
            bits = bits << 5 | u64::from(digit(BASE32, *byte).ok_or(after - 1)?);
        }
        if group.len() < 8 {
            return Err(start);
        }
        push_base32(&mut out, bits, 8);
    }
    Ok(out)
}

fn check_base32_padding(text: &[u8], after: usize, filled: usize) -> Result<(), usize> {
    if text.len() - after + filled < 7 {
        return Err(text.len());
    }
    let padding = &text[after..];
    if let Some(wrong) = padding.iter().take(7 - filled).position(|byte| *byte != b'=') {
        return Err(after + wrong - 1);
    }
    if matches!(filled, 3 | 6) { Err(after - 1) } else { Ok(()) }
}

fn push_base32(out: &mut Vec<u8>, bits: u64, digits: usize) {
    let aligned = bits << (64 - 5 * digits);
    out.extend_from_slice(&aligned.to_be_bytes()[..digits * 5 / 8]);
}

fn encode_base32(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(plain.len().div_ceil(5) * 8);
    for group in plain.chunks(5) {
        let mut bytes = [0; 8];
        bytes[..group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(bytes);
        let digits = (group.len() * 8).div_ceil(5);
        for index in 0..8 {
            let digit = (bits >> (59 - 5 * index) & 31) as usize;
            out.push(if index < digits { BASE32[digit] } else { b'=' });
        }
    }
    out
}
