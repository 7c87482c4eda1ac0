//! The text of a template and positions in it.

use std::ops::Range;

use crate::value::Str;

/// A template's text and the name it is parsed under.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: Str,
    pub(crate) text: Str,
}

impl Source {
    /// Returns the line (from 1) and the byte offset in it (from 0) of a position.
    pub(crate) fn line_column(&self, position: u32) -> (u32, u32) {
        let end = (position as usize).min(self.text.len());
        let before = &self.text[..end];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        (line as u32, column as u32)
    }

    /// Returns the bytes of an expression, of which Go names a position somewhere inside.
    ///
    /// Where the text is not as Go prints it, the rest of the action is it, up to a bar or the
    /// parenthesis that closes around it.
    pub(crate) fn span_of(&self, position: u32, expression: &str) -> Range<usize> {
        let (at, length) = ((position as usize).min(self.text.len()), expression.len());
        let starts = (at.saturating_sub(length)..=at).rev();
        let mut fitting =
            starts.filter(|&start| self.text[start..].starts_with(expression.as_bytes()));
        if length > 0
            && let Some(start) = fitting.next()
        {
            return start..start + length;
        }
        at..at + rest_of_action(&self.text[at..])
    }
}

/// The length of what is left of an expression in its line.
fn rest_of_action(text: &[u8]) -> usize {
    let (mut depth, mut quote, mut end) = (0_u32, None, text.len());
    for (index, &byte) in text.iter().enumerate() {
        let closes = match (quote, byte) {
            (_, b'\n') => true,
            (Some(open), _) => {
                quote = Some(open).filter(|_| byte != open);
                false
            }
            (None, b'"' | b'`') => {
                quote = Some(byte);
                false
            }
            (None, b'(') => {
                depth += 1;
                false
            }
            (None, b')') if depth > 0 => {
                depth -= 1;
                false
            }
            (None, b')' | b'|') => depth == 0,
            (None, b'}') => text.get(index + 1) == Some(&b'}'),
            _ => false,
        };
        if closes {
            end = index;
            break;
        }
    }
    let own = text[..end].trim_ascii_end();
    own.strip_suffix(b" -").unwrap_or(own).trim_ascii_end().len()
}
