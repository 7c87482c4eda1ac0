//! Patterns of a definition, within bounds: whoever wrote the definition may mean harm.

use std::{cell::RefCell, collections::BTreeSet};

use zij_helm::functions::regex_matches;

/// The longest text that is searched.
const LONGEST: usize = 64 << 10;
/// What the patterns that one object meets may weigh together.
const MOST: usize = 2_000_000;
/// How much more a class of Unicode weighs than a character.
const CLASS: usize = 500;
/// Go refuses more repetitions inside of each other.
const REPEATED: usize = 1000;

/// The patterns that an object has met.
#[derive(Debug, Default)]
pub(crate) struct Patterns(RefCell<Met>);

#[derive(Debug, Default)]
struct Met {
    known: BTreeSet<Box<str>>,
    weight: usize,
}

impl Patterns {
    /// Whether a text has a match, as Go sees it; `None` where Go refuses the pattern, or it is too
    /// much work to tell.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        let mut met = self.0.borrow_mut();
        if text.len() > LONGEST || met.weight > MOST {
            return None;
        }
        if !met.known.contains(pattern) {
            met.weight = met.weight.saturating_add(weight(pattern));
            met.known.insert(pattern.into());
            if met.weight > MOST {
                return None;
            }
        }
        regex_matches(pattern, text)
    }
}

/// How much memory a pattern takes, roughly: its length times its repetitions.
fn weight(pattern: &str) -> usize {
    let classes = pattern.matches(r"\p").count() + pattern.matches(r"\P").count();
    let counts = pattern.split('{').skip(1).filter_map(|rest| {
        let counts = rest.split_once('}')?.0;
        counts.rsplit(',').find_map(|count| count.parse::<usize>().ok())
    });
    let times = counts.fold(1_usize, |times, count| times.saturating_mul(count.max(1)));
    (pattern.len() + classes * CLASS).saturating_mul(times.min(REPEATED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_work_is_not_told() {
        let patterns = Patterns::default();
        assert_eq!(patterns.matches("^a+$", "aa"), Some(true));
        assert_eq!(patterns.matches("^a+$", "ab"), Some(false));
        assert_eq!(patterns.matches("(?=a)", "a"), None);
        assert_eq!(patterns.matches("a", &"b".repeat(LONGEST + 1)), None);
        for number in 0..4 {
            patterns.matches(&format!(r"^[a-z]{{0,999}}\p{{L}}{number}$"), "");
        }
        assert_eq!(patterns.matches("^b$", "a"), None, "all has been spent");
        assert_eq!(weight("^[a-z]{1,63}$"), 13 * 63);
        assert_eq!(weight(r"\pL{5,}"), 507 * 5);
    }
}
