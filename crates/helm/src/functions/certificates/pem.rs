//! The text form of keys and certificates.

use super::super::encoding::{decode_base64, encode_base64};

/// A block: its label and its bytes.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) bytes: Vec<u8>,
}

/// Returns the text of a block.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let body = encode_base64(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}

/// Returns the first whole block of a text; headers are skipped.
pub(super) fn decode(text: &[u8]) -> Option<Block> {
    let text = String::from_utf8_lossy(text);
    let mut rest = &*text;
    loop {
        let start = find_line(rest, "-----BEGIN ")?;
        rest = &rest[start + "-----BEGIN ".len()..];
        let Some(block) = block_at(rest) else { continue };
        return Some(block);
    }
}

fn block_at(text: &str) -> Option<Block> {
    let (first, body) = text.split_once('\n')?;
    let label = first.trim_end().strip_suffix("-----")?;
    let end = find_line(body, &format!("-----END {label}-----"))?;
    let body: String =
        body[..end].lines().map(str::trim).filter(|line| !line.contains(':')).collect();
    let bytes = decode_base64(body.as_bytes()).ok()?;
    Some(Block { label: label.to_owned(), bytes })
}

/// Finds a text at the start of a line.
fn find_line(text: &str, start: &str) -> Option<usize> {
    text.match_indices(start)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text.as_bytes()[*at - 1] == b'\n')
}
