//! YAML texts, from plain ones to such as only a fuzzy reader takes.

use crate::{pools, random::Random};

/// A mapping of some keys, `indent` spaces in.
pub(crate) fn mapping(random: &mut Random, indent: usize, depth: usize) -> String {
    let mut text = String::new();
    let mut keys: Vec<&str> = pools::KEYS.to_vec();
    for _ in 0..random.between(1, 4) {
        let key = keys.remove(random.below(keys.len()));
        let key = if random.chance(12) { format!("{key:?}") } else { key.to_owned() };
        text.push_str(&entry(random, &key, indent, depth));
    }
    text
}

/// A key and its value, with a line break at the end.
pub(crate) fn entry(random: &mut Random, key: &str, indent: usize, depth: usize) -> String {
    let pad = " ".repeat(indent);
    let colon = if random.chance(5) { " :" } else { ":" };
    let comment = if random.chance(6) { "  # a note\n" } else { "\n" };
    match random.weighted(&[5, if depth > 0 { 3 } else { 0 }, if depth > 0 { 2 } else { 0 }, 1]) {
        0 => format!("{pad}{key}{colon} {}\n", nested(scalar(random), indent)),
        1 => format!("{pad}{key}{colon}{comment}{}", mapping(random, indent + 2, depth - 1)),
        2 => {
            let inner = if random.chance(50) { indent } else { indent + 2 };
            format!("{pad}{key}{colon}{comment}{}", sequence(random, inner, depth - 1))
        }
        _ => format!(
            "{pad}{key}{colon} &{key_anchor} {}\n",
            flow(random, 2),
            key_anchor = anchor(key)
        ),
    }
}

fn anchor(key: &str) -> String {
    let name: String = key.chars().filter(char::is_ascii_alphabetic).collect();
    if name.is_empty() { "x".to_owned() } else { name }
}

/// A block sequence.
pub(crate) fn sequence(random: &mut Random, indent: usize, depth: usize) -> String {
    let pad = " ".repeat(indent);
    let mut text = String::new();
    for _ in 0..random.between(1, 4) {
        let item = match random.weighted(&[5, if depth > 0 { 2 } else { 0 }, 1]) {
            0 => format!("{pad}- {}\n", nested(scalar(random), indent)),
            1 => {
                let inner = mapping(random, indent + 2, depth - 1);
                format!("{pad}- {}", &inner[indent + 2..])
            }
            _ => format!("{pad}- {}\n", flow(random, 2)),
        };
        text.push_str(&item);
    }
    text
}

/// A value on one line.
fn flow(random: &mut Random, depth: usize) -> String {
    match random.weighted(&[3, if depth > 0 { 1 } else { 0 }, if depth > 0 { 1 } else { 0 }]) {
        0 => (random.word(&[
            "1",
            "a",
            "'b c'",
            "\"d\\te\"",
            "null",
            "true",
            "1.5",
            "x y",
            "~",
            "''",
            "0x10",
        ]))
        .to_owned(),
        1 => {
            let items: Vec<String> =
                (0..random.below(4)).map(|_| flow(random, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => {
            let mut keys: Vec<&str> = vec!["a", "b", "c", "'d e'", "f"];
            let items: Vec<String> = (0..random.below(4))
                .map(|_| {
                    let key = keys.remove(random.below(keys.len()));
                    format!("{key}: {}", flow(random, depth - 1))
                })
                .collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// A scalar of an odd form; later lines are two spaces in.
pub(crate) fn scalar(random: &mut Random) -> String {
    if random.chance(60) {
        return random.word(pools::PLAIN).to_owned();
    }
    quoted(random)
}

/// A text in double quotes, escaped as YAML wants it.
pub(crate) fn quoted(random: &mut Random) -> String {
    let text = text(random);
    let mut out = String::from("\"");
    for rune in text.chars() {
        match rune {
            '"' | '\\' => out.extend(['\\', rune]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{feff}' => {
                out.push_str(&format!("\\u{:04X}", u32::from(rune)));
            }
            _ => out.push(rune),
        }
    }
    out.push('"');
    out
}

/// One or a few of the odd strings.
pub(crate) fn text(random: &mut Random) -> String {
    let mut text = random.word(pools::STRINGS).to_owned();
    while random.chance(20) {
        text.push_str(random.word(&[" ", "\n", "", "  ", ": "]));
        text.push_str(random.word(pools::STRINGS));
    }
    text
}

/// Moves the later lines of a scalar in.
fn nested(scalar: String, indent: usize) -> String {
    if indent == 0 || !scalar.contains('\n') {
        return scalar;
    }
    let trimmed = scalar.trim_end_matches('\n');
    let kept = &scalar[trimmed.len()..];
    trimmed.replace('\n', &format!("\n{}", " ".repeat(indent))) + kept
}

/// A whole text for `fromYaml`, now and then a wrong one.
pub(crate) fn document(random: &mut Random) -> String {
    let mut text = match random.weighted(&[6, 3, 2, 1]) {
        0 => mapping(random, 0, 2),
        1 => random.word(pools::BROKEN_YAML).to_owned(),
        2 => sequence(random, 0, 2),
        _ => scalar(random),
    };
    if random.chance(12) {
        text = damaged(random, &text);
    }
    if random.chance(15) {
        let broken = random.pick(pools::BROKEN_YAML);
        text = format!("{text}\n{broken}\n");
    }
    text
}

/// The text with a few characters lost, doubled or added.
pub(crate) fn damaged(random: &mut Random, text: &str) -> String {
    let mut runes: Vec<char> = text.chars().collect();
    for _ in 0..random.between(1, 2) {
        let place = random.below(runes.len() + 1);
        match random.below(3) {
            0 if place < runes.len() => drop(runes.remove(place)),
            1 if place < runes.len() => runes.insert(place, runes[place]),
            _ => runes.insert(
                place,
                *random.pick(&[
                    ' ', ':', '-', '"', '\'', '#', '[', ']', '{', '}', ',', '&', '*', '!', '|',
                    '>', '%', '\n', '\t', '?', '.', '(', ')', '$', '\\', '0', 'e', '=',
                ]),
            ),
        }
    }
    runes.into_iter().collect()
}
