//! Where the documents of a YAML file begin.

/// The documents of a text, each with the line it begins on, from 1.
pub fn split_documents(text: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut first, mut start, mut at) = (1, 0, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        if line.strip_prefix("---").is_some_and(|rest| {
            let rest = rest.trim();
            rest.is_empty() || rest.starts_with('#')
        }) {
            parts.push((first, &text[start..at]));
            (first, start) = (index + 2, end);
        }
        at = end;
    }
    parts.push((first, &text[start..]));
    parts
}
