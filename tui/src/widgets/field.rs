//! One line of text with a cursor.

use crate::message::Key;
use crate::text;

/// The most characters a line holds.
const LIMIT: usize = 1000;

/// The line that is being typed; every plain letter goes into it.
#[derive(Debug, Default)]
pub(crate) struct Field {
    characters: Vec<char>,
    cursor: usize,
}

impl Field {
    pub(crate) fn new(text: &str) -> Self {
        let characters: Vec<char> = text.chars().take(LIMIT).collect();
        let cursor = characters.len();
        Self { characters, cursor }
    }

    pub(crate) fn text(&self) -> String {
        self.characters.iter().collect()
    }

    /// What stands before the cursor, safe to show.
    pub(crate) fn before(&self) -> String {
        text::clean(&self.characters[..self.cursor].iter().collect::<String>())
    }

    /// What stands after the cursor, safe to show.
    pub(crate) fn after(&self) -> String {
        text::clean(&self.characters[self.cursor..].iter().collect::<String>())
    }

    /// Puts text in at the cursor; line ends and other control characters are left out.
    pub(crate) fn insert(&mut self, text: &str) {
        for character in text.chars().filter(|character| !character.is_control()) {
            if self.characters.len() < LIMIT {
                self.characters.insert(self.cursor, character);
                self.cursor += 1;
            }
        }
    }

    /// Edits by a key; says whether the key was one that edits.
    pub(crate) fn edit(&mut self, key: Key) -> bool {
        let length = self.characters.len();
        match key {
            Key::Char(character) => self.insert(character.encode_utf8(&mut [0; 4])),
            Key::Backspace | Key::Ctrl('h') => self.remove(self.cursor.saturating_sub(1)),
            Key::Delete => drop(self.characters.drain(self.cursor..(self.cursor + 1).min(length))),
            Key::Ctrl('w') => self.remove(self.word_start()),
            Key::Ctrl('u') => self.remove(0),
            Key::Ctrl('k') => self.characters.truncate(self.cursor),
            Key::Left | Key::Ctrl('b') => self.cursor = self.cursor.saturating_sub(1),
            Key::Right | Key::Ctrl('f') => self.cursor = (self.cursor + 1).min(length),
            Key::Home | Key::Ctrl('a') => self.cursor = 0,
            Key::End | Key::Ctrl('e') => self.cursor = length,
            _ => return false,
        }
        true
    }

    fn remove(&mut self, from: usize) {
        self.characters.drain(from..self.cursor);
        self.cursor = from;
    }

    fn word_start(&self) -> usize {
        let before = &self.characters[..self.cursor];
        let spaces = before.iter().rev().take_while(|c| c.is_whitespace()).count();
        let word = before.iter().rev().skip(spaces).take_while(|c| !c.is_whitespace()).count();
        self.cursor - spaces - word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_edit_the_line() {
        let keys = |start: &str, keys: &[Key]| {
            let mut field = Field::new(start);
            for key in keys {
                field.edit(*key);
            }
            format!("{}|{}", field.before(), field.after())
        };
        assert_eq!(keys("", &[Key::Char('결'), Key::Char('x'), Key::Left]), "결|x");
        assert_eq!(keys("app:pay eu ", &[Key::Ctrl('w')]), "app:pay |");
        assert_eq!(keys("abc", &[Key::Home, Key::Delete, Key::Backspace]), "|bc");
        assert_eq!(keys("abc", &[Key::Left, Key::Ctrl('u'), Key::Delete, Key::Delete]), "|");
    }
}
