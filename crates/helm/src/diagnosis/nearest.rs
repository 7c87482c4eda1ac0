//! Names that were probably meant.

/// The known name that is most like `name`, if any is like enough to be a slip.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = name.to_lowercase();
    let likeness = |own: &str| {
        let own = own.to_lowercase();
        let (short, long) = (lower.len().min(own.len()), lower.len().max(own.len()));
        let edits = strsim::damerau_levenshtein(&lower, &own);
        // One slip in a short name, a few in a long one; or a part of the name left out.
        let part =
            short >= 4 && 2 * short >= long && (own.contains(&lower) || lower.contains(&own));
        let slips = edits <= 1.max(short / 4) && 2 * edits < long;
        if part || slips { 1.0 - edits as f64 / long.max(1) as f64 } else { 0.0 }
    };
    let candidates = known.into_iter().filter(|own| *own != name && !own.is_empty());
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates.take(2000) {
        let own = likeness(candidate);
        if own > 0.0 && best.is_none_or(|(other, _)| own > other) {
            best = Some((own, candidate));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["https", "name", "type", "imagePullSecrets", "repository"];
        for (name, want) in [
            ("http", Some("https")),
            ("nmae", Some("name")),
            ("imagePullSecret", Some("imagePullSecrets")),
            ("Repository", Some("repository")),
            ("replicas", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), want, "{name}");
        }
    }
}
