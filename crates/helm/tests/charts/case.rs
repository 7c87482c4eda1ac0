//! The cases of a topic and what each generation of Helm makes of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Helm's generations with a golden of their own, newest first: a golden holds for its generation
/// and for older ones until another one takes over.
pub(crate) const GENERATIONS: [&str; 4] = ["helm-4.2", "helm-4.1", "helm-3.17", "helm-3.16"];

/// A line of a `cases` file.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Arguments of `helm template`.
    pub(crate) arguments: Vec<String>,
    /// Folder the arguments are relative to.
    pub(crate) topic: PathBuf,
}

/// The cases of a topic.
pub(crate) fn of(topic: &Path) -> Vec<Case> {
    let text = fs::read_to_string(topic.join("cases")).expect("text");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let case = |line: &str| {
        let (name, arguments) = line.split_once(':').expect("NAME: ARGUMENTS");
        Case { name: name.to_owned(), arguments: words(arguments), topic: topic.to_owned() }
    };
    lines.map(case).collect()
}

/// Splits as a shell does, with both kinds of quotes and no escapes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for rune in line.chars() {
        match (rune, quote) {
            ('\'' | '"', None) => {
                quote = Some(rune);
                word.get_or_insert_default();
            }
            (_, Some(open)) if rune == open => quote = None,
            (' ', None) => words.extend(word.take()),
            _ => word.get_or_insert_default().push(rune),
        }
    }
    words.extend(word);
    words
}

impl Case {
    /// What a generation prints or, as the error, says; nothing when no golden is for it.
    pub(crate) fn want(&self, generation: &str) -> Option<Result<String, String>> {
        let read = |suffix: &str| {
            let file =
                |extension| self.topic.join(format!("want/{}{suffix}{extension}", self.name));
            let printed = fs::read_to_string(file(".yaml")).map(Ok);
            printed.or_else(|_| fs::read_to_string(file(".txt")).map(Err)).ok()
        };
        let Some(newer) = GENERATIONS.iter().position(|known| *known == generation) else {
            return read(&format!(".{generation}"));
        };
        let own = GENERATIONS[1..=newer].iter().rev().find_map(|known| read(&format!(".{known}")));
        own.or_else(|| read(""))
    }
}
