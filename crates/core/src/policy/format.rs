//! The grammars of Kubernetes names.
//!
//! (Source: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go.)

/// `[A-Za-z0-9]` at both ends and `[-A-Za-z0-9_.]` between.
fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Faults are predicates: they follow the name of what is at fault.
fn length(text: &str, most: usize) -> Option<String> {
    let count = text.chars().count();
    (count > most).then(|| format!("has {count} characters, the limit is {most}"))
}

/// What is wrong with a label's value.
pub(crate) fn label_value(text: &str) -> Option<String> {
    if let Some(fault) = length(text, 63) {
        return Some(fault);
    }
    (!text.is_empty() && !is_name(text)).then(|| {
        "must begin and end with a letter or digit, with only letters, digits, `-`, `_` \
         and `.` between"
            .to_owned()
    })
}

/// What is wrong with the key of a label or an annotation.
pub(crate) fn qualified_name(text: &str) -> Option<String> {
    let name = match text.split_once('/') {
        Some(("", _)) => return Some("has an empty prefix before `/`".to_owned()),
        Some((prefix, name)) => {
            if let Some(fault) = dns_subdomain(prefix) {
                return Some(format!("has the prefix `{prefix}`, which {fault}"));
            }
            name
        }
        None => text,
    };
    if name.is_empty() {
        return Some("has no name".to_owned());
    }
    length(name, 63).or_else(|| {
        (!is_name(name)).then(|| {
            "must begin and end with a letter or digit, with only letters, digits, `-`, \
             `_` and `.` between"
                .to_owned()
        })
    })
}

fn is_dns_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_edge = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    bytes.first().is_some_and(is_edge)
        && bytes.last().is_some_and(is_edge)
        && bytes.iter().all(|b| is_edge(b) || *b == b'-')
}

/// What is wrong with a DNS-1123 subdomain, the name of most objects.
pub(crate) fn dns_subdomain(text: &str) -> Option<String> {
    length(text, 253).or_else(|| {
        (!text.split('.').all(is_dns_label)).then(|| {
            "must be lower-case letters, digits, `-` and `.`, with a letter or digit at \
             the edges of each part"
                .to_owned()
        })
    })
}

/// What is wrong with a DNS-1123 label.
pub(crate) fn dns_label(text: &str) -> Option<String> {
    length(text, 63).or_else(|| {
        (!is_dns_label(text)).then(|| {
            "must be lower-case letters, digits and `-`, with a letter or digit at both \
             ends"
                .to_owned()
        })
    })
}

/// What is wrong with a DNS-1035 label, which begins with a letter.
pub(crate) fn dns_1035_label(text: &str) -> Option<String> {
    dns_label(text).or_else(|| {
        text.starts_with(|c: char| c.is_ascii_digit())
            .then(|| "must begin with a letter".to_owned())
    })
}

/// What is wrong with a name that only has to fit into a URL's path.
pub(crate) fn path_segment(text: &str) -> Option<String> {
    (matches!(text, "." | "..") || text.contains(['/', '%']))
        .then(|| "must not be `.` or `..` and must hold no `/` or `%`".to_owned())
}

/// What is wrong with the name of a container's port.
pub(crate) fn port_name(text: &str) -> Option<String> {
    if let Some(fault) = length(text, 15) {
        return Some(fault);
    }
    let is_right =
        is_dns_label(text) && text.bytes().any(|b| b.is_ascii_lowercase()) && !text.contains("--");
    (!is_right).then(|| {
        "must be lower-case letters, digits and single `-` between them, with at least \
         one letter"
            .to_owned()
    })
}

/// What is wrong with a key of a ConfigMap or Secret.
pub(crate) fn config_key(text: &str) -> Option<String> {
    if let Some(fault) = length(text, 253) {
        return Some(fault);
    }
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (text.is_empty()
        || matches!(text, "." | "..")
        || text.starts_with("..")
        || !text.bytes().all(is_plain))
    .then(|| "must be letters, digits, `-`, `_` and `.`, and not begin with `..`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        type Grammar = fn(&str) -> Option<String>;
        let long = |count: usize| "a".repeat(count);
        let cases: &[(&str, Grammar, &[String], &[String])] = &[
            (
                "label value",
                label_value,
                &[String::new(), "A".into(), "1.2_3-x".into(), long(63)],
                &[long(64), "-a".into(), "a-".into(), "a b".into(), "a/b".into(), "é".into()],
            ),
            (
                "qualified name",
                qualified_name,
                &["a".into(), "Example.com".to_lowercase() + "/" + &long(63), long(63)],
                &[
                    long(64),
                    "example.com/".into(),
                    "/a".into(),
                    "Example.com/a".into(),
                    "a/b/c".into(),
                    String::new(),
                    long(254) + "/a",
                ],
            ),
            (
                "subdomain",
                dns_subdomain,
                &["a.b-c.1".into(), long(253)],
                &[long(254), "a..b".into(), "A".into(), ".a".into(), "a_b".into(), "a-.b".into()],
            ),
            ("label", dns_label, &[long(63), "1a".into()], &[long(64), "a.b".into(), "a-".into()]),
            ("1035", dns_1035_label, &["a1".into()], &["1a".into(), "-a".into()]),
            (
                "port",
                port_name,
                &["http".into(), "a-1".into(), long(15)],
                &[long(16), "80".into(), "a--b".into(), "HTTP".into(), "-a".into(), String::new()],
            ),
            (
                "config key",
                config_key,
                &["a.yaml".into(), ".env".into(), "_A-1".into()],
                &["a/b".into(), "..".into(), ".".into(), "..a".into(), String::new(), "a b".into()],
            ),
            ("path", path_segment, &["system:a:b".into()], &["a/b".into(), "..".into()]),
        ];
        for (what, grammar, good, bad) in cases {
            for text in *good {
                assert_eq!(grammar(text), None, "{what} `{text}`");
            }
            for text in *bad {
                assert!(grammar(text).is_some(), "{what} `{text}`");
            }
        }
    }
}
