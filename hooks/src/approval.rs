//! What a pusher says to let a refused push through: `git push -o zij.override="PLAN-… REASON"`.

use std::fmt;

/// How the push option starts.
const OPTION: &[u8] = b"zij.override=";
/// How a plan's name starts.
const PLAN: &str = "PLAN-";

/// The name of exactly one push: the refs that it updates, from what and to what. Who gives it has
/// seen the refusal of this push and of no other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanName(String);

/// A wish to let a push through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideRequest {
    /// The push that is meant; `None` where none is named.
    pub plan: Option<PlanName>,
    /// Why, as the pusher says it: any text, empty where none was given.
    pub reason: String,
}

impl PlanName {
    /// The name made of the first digits of a hash.
    pub fn of(hash: &str) -> Self {
        Self(format!("{PLAN}{}", hash.get(..8).unwrap_or(hash)))
    }
}

impl fmt::Display for PlanName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl OverrideRequest {
    /// Reads a push option; `None` where it is another program's.
    pub fn parse(option: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(option.strip_prefix(OPTION)?).trim().to_owned();
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
        let digits = first.strip_prefix(PLAN).map(|digits| digits.trim_end_matches(':'));
        let is_plan = digits.is_some_and(|digits| {
            digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        Some(match digits {
            Some(digits) if is_plan => Self {
                plan: Some(PlanName::of(&digits.to_ascii_lowercase())),
                reason: rest.trim().to_owned(),
            },
            _ => Self { plan: None, reason: text },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_options() {
        let request = |plan: Option<&str>, reason: &str| {
            Some(OverrideRequest { plan: plan.map(PlanName::of), reason: reason.to_owned() })
        };
        for (option, want) in [
            (
                "zij.override=PLAN-0123abcd the shop is closed",
                request(Some("0123abcd"), "the shop is closed"),
            ),
            ("zij.override=PLAN-0123ABCD: closed ", request(Some("0123abcd"), "closed")),
            ("zij.override=PLAN-0123abcd", request(Some("0123abcd"), "")),
            ("zij.override=closed", request(None, "closed")),
            ("zij.override=PLAN-xyz closed", request(None, "PLAN-xyz closed")),
            ("zij.override=", request(None, "")),
            ("ci.skip", None),
            ("zij.overrides=x", None),
        ] {
            assert_eq!(OverrideRequest::parse(option.as_bytes()), want, "{option}");
        }
        assert!(OverrideRequest::parse(b"zij.override=\xff\x1b").is_some());
    }
}
