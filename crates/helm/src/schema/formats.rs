//! Why a text does not have a format, in the words of santhosh-tekuri/jsonschema v6 (`format.go`).

use crate::functions::{date_problem, regex_problem};

/// What is wrong with a text that was found not to have the format; `None` when it is not known.
pub(super) fn problem(format: &str, text: &str) -> Option<String> {
    match format {
        "date" => date_problem(text),
        "date-time" => date_time(text),
        "email" => email(text),
        "hostname" => hostname(text),
        "ipv4" => ipv4(text),
        "ipv6" => (!text.contains(':')).then(|| "missing colon".to_owned()),
        "regex" => regex_problem(text),
        "time" => time(text),
        "uri" => uri(text),
        _ => None,
    }
}

fn date_time(text: &str) -> Option<String> {
    if text.len() < 20 {
        return Some("less than 20 characters long".to_owned());
    }
    if !matches!(text.as_bytes()[10], b't' | b'T') {
        return Some("11th character must be t or T".to_owned());
    }
    match date_problem(text.get(..10)?) {
        Some(problem) => Some(format!("invalid date element: {problem}")),
        None => time(text.get(11..)?).map(|problem| format!("invalid time element: {problem}")),
    }
}

fn time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let problem = if bytes.len() < 9 {
        "less than 9 characters long"
    } else if bytes[2] != b':' || bytes[5] != b':' {
        "missing colon in correct place"
    } else {
        let numbers: Option<Vec<u8>> =
            text.get(..8)?.split(':').map(|part| part.parse().ok()).collect();
        match numbers.as_deref() {
            None => "invalid hour/min/sec",
            Some([hour, minute, second]) if *hour > 23 || *minute > 59 || *second > 60 => {
                "hour/min/sec out of range"
            }
            _ => return None,
        }
    };
    Some(problem.to_owned())
}

fn email(text: &str) -> Option<String> {
    if text.len() > 254 {
        return Some("more than 255 characters long".to_owned());
    }
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Some("missing @".to_owned());
    };
    let odd = |c: &char| !c.is_ascii_alphanumeric() && !".!#$%&'*+-/=?^_`{|}~".contains(*c);
    let quoted = local.len() > 1 && local.starts_with('"');
    let problem = if local.len() > 64 {
        "local part more than 64 characters long".to_owned()
    } else if quoted {
        return None;
    } else if local.starts_with('.') {
        "starts with dot".to_owned()
    } else if local.ends_with('.') {
        "ends with dot".to_owned()
    } else if local.contains("..") {
        "consecutive dots".to_owned()
    } else if let Some(odd) = local.chars().find(odd) {
        format!("invalid character {odd:?}")
    } else {
        format!("invalid domain: {}", hostname(domain)?)
    };
    Some(problem)
}

fn hostname(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return Some("more than 253 characters long".to_owned());
    }
    text.split('.').find_map(|label| {
        let odd = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-');
        if label.is_empty() || label.len() > 63 {
            Some("label must be 1 to 63 characters long".to_owned())
        } else if label.starts_with('-') {
            Some("label starts with hyphen".to_owned())
        } else if label.ends_with('-') {
            Some("label ends with hyphen".to_owned())
        } else {
            odd.map(|odd| format!("invalid character {odd:?}"))
        }
    })
}

fn ipv4(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Some("expected four decimals".to_owned());
    }
    groups.into_iter().find_map(|group| {
        if group.len() > 1 && group.starts_with('0') {
            return Some("leading zeros".to_owned());
        }
        match group.parse::<i64>() {
            Err(_) => Some(format!("strconv.Atoi: parsing {group:?}: invalid syntax")),
            Ok(0..=255) => None,
            Ok(_) => Some("decimal must be between 0 and 255".to_owned()),
        }
    })
}

fn uri(text: &str) -> Option<String> {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let rest = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (!starts || !rest).then(|| "relative url".to_owned())
}
