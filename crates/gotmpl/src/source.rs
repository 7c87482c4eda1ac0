//! The text of a template and positions in it.

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
}
