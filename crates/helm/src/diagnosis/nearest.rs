//! Names that were probably meant.

/// The known name that is most like `name`, if any is like enough to be a slip.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = name.to_lowercase();
    let likeness = |own: &str| {
        let own = own.to_lowercase();
        let edited = strsim::normalized_damerau_levenshtein(&lower, &own);
        // `http` for `https`, `tag` for `imageTag`: a part of a name is often all that is wrong.
        let short = lower.len().min(own.len());
        let inside = short >= 3 && (own.contains(&lower) || lower.contains(&own));
        if inside { edited.max(0.66) } else { edited }
    };
    let candidates = known.into_iter().filter(|own| *own != name && !own.is_empty());
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates.take(2000) {
        let own = likeness(candidate);
        if own >= 0.65 && best.is_none_or(|(other, _)| own > other) {
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
