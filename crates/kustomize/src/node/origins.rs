//! Who set which field.

use super::tree::{Content, Node, Origin};

impl Node {
    /// Whether it is a value of its own: a scalar, or a list or map without content.
    fn is_leaf(&self) -> bool {
        self.is_scalar() || self.items().is_empty() && self.fields().is_empty()
    }

    /// Gives the values that nobody has claimed to a file.
    pub(crate) fn claim(&mut self, file: u32) {
        if self.origin.file == 0 {
            self.origin = Origin { file, line: 0 };
        }
        for item in self.items_mut() {
            item.claim(file);
        }
        for field in self.fields_mut() {
            field.value.claim(file);
        }
    }

    /// Takes over where values come from that are still what they were.
    pub(crate) fn keep_origins(&mut self, before: &Self) {
        match (&mut self.content, &before.content) {
            (Content::Scalar(text), Content::Scalar(old)) if text == old => {
                self.origin = before.origin;
            }
            (Content::Sequence(items), Content::Sequence(old)) => {
                for (item, old) in items.iter_mut().zip(old) {
                    item.keep_origins(old);
                }
                self.origin = before.origin;
            }
            (Content::Mapping(fields), Content::Mapping(_)) => {
                for field in fields {
                    if let Some(old) = before.get(&field.key.text) {
                        field.value.keep_origins(old);
                    }
                }
                self.origin = before.origin;
            }
            _ => {}
        }
    }

    /// Calls `found` for each value with its path, a JSON pointer.
    pub(crate) fn leaves(&self, path: &mut String, found: &mut dyn FnMut(&str, Origin)) {
        if self.is_leaf() {
            found(path, self.origin);
        }
        let length = path.len();
        for (at, item) in self.items().iter().enumerate() {
            path.push('/');
            path.push_str(&at.to_string());
            item.leaves(path, found);
            path.truncate(length);
        }
        for field in self.fields() {
            path.push('/');
            path.push_str(&field.key.text.replace('~', "~0").replace('/', "~1"));
            field.value.leaves(path, found);
            path.truncate(length);
        }
    }
}
