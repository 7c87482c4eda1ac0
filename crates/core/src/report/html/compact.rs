//! JSON without spaces that may stand inside a `<script>` element.

use std::fmt::Write as _;

use crate::report::printable::printable;

/// A JSON text under way. Whoever writes keeps brackets and commas in order.
#[derive(Default)]
pub(crate) struct Compact {
    out: String,
}

impl Compact {
    pub(crate) fn finish(self) -> String {
        self.out
    }

    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Text that is JSON already.
    pub(crate) fn raw(&mut self, text: &str) -> &mut Self {
        self.out.push_str(text);
        self
    }

    pub(crate) fn key(&mut self, name: &str) -> &mut Self {
        self.text(name).raw(":")
    }

    pub(crate) fn number(&mut self, value: impl Into<i64>) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{}", value.into());
        self
    }

    /// A position, or -1 where there is none.
    pub(crate) fn position(&mut self, value: Option<usize>) -> &mut Self {
        self.number(value.and_then(|value| i64::try_from(value).ok()).unwrap_or(-1))
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// A text on one line, as it may be shown. The signs of markup are escaped, so that nothing
    /// in it ends the element that the JSON stands in.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.out.push('"');
        self.inside(text);
        self.out.push('"');
        self
    }

    /// A text of several lines.
    pub(crate) fn lines(&mut self, text: &str) -> &mut Self {
        self.out.push('"');
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.out.push_str("\\n");
            }
            self.inside(line);
        }
        self.out.push('"');
        self
    }

    fn inside(&mut self, text: &str) {
        let text = printable(text);
        let mut rest = &*text;
        while let Some(at) = rest.find(['"', '\\', '<', '>', '&', '\'']) {
            let (plain, special) = rest.split_at(at);
            self.out.push_str(plain);
            self.out.push_str(match special.as_bytes().first() {
                Some(b'"') => "\\\"",
                Some(b'\\') => "\\\\",
                Some(b'<') => "\\u003c",
                Some(b'>') => "\\u003e",
                Some(b'&') => "\\u0026",
                _ => "\\u0027",
            });
            rest = &special[1..];
        }
        self.out.push_str(rest);
    }

    /// A list, its items separated.
    pub(crate) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.out.push('[');
        for (index, value) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            item(self, value);
        }
        self.out.push(']');
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_read_back_as_it_may_be_shown(own in any::<String>()) {
            let mut json = Compact::default();
            json.text(&own);
            let json = json.finish();
            prop_assert!(!json.contains(['<', '>', '&', '\'']));
            let back: String = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back, printable(&own));
        }

        #[test]
        fn lines_stay_lines(own in proptest::collection::vec("[a-z<>\"\\\\]{0,6}", 1..5)) {
            let own = own.join("\n");
            let mut json = Compact::default();
            json.lines(&own);
            prop_assert_eq!(serde_json::from_str::<String>(&json.finish()).unwrap(), own);
        }
    }
}
