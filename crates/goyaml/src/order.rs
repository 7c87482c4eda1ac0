//! The order in which goyaml writes keys (go-yaml `sorter.go`).

use std::cmp::Ordering;

/// Compares two keys as goyaml v2 does (`toYaml`).
///
/// The relation is not transitive (`b9 < b10 < b1a < b9`), so never hand it to a library sort; use
/// [`sort_keys`].
pub fn compare_keys(a: &str, b: &str) -> Ordering {
    compare(a, b, LetterAfterDigit::Last)
}

/// Compares two keys as goyaml v3 does (`toYamlPretty`): after equal text that ends in a digit a
/// letter comes before other characters.
pub fn compare_keys_pretty(a: &str, b: &str) -> Ordering {
    compare(a, b, LetterAfterDigit::First)
}

/// Sorts by goyaml v2's key order: first bytewise, then stably by [`compare_keys`], so that the
/// result does not depend on the order of the input even where the relation has cycles.
pub fn sort_keys<T>(items: &mut Vec<T>, key: impl Fn(&T) -> &str) {
    sort_by_order(items, key, compare_keys);
}

/// As [`sort_keys`], with goyaml v3's order.
pub fn sort_keys_pretty<T>(items: &mut Vec<T>, key: impl Fn(&T) -> &str) {
    sort_by_order(items, key, compare_keys_pretty);
}

#[derive(Clone, Copy, PartialEq)]
enum LetterAfterDigit {
    First,
    Last,
}

fn sort_by_order<T>(
    items: &mut Vec<T>,
    key: impl Fn(&T) -> &str,
    compare: fn(&str, &str) -> Ordering,
) {
    items.sort_by(|a, b| key(a).cmp(key(b)));
    let ordered = |pair: &[T]| compare(key(&pair[0]), key(&pair[1])) != Ordering::Greater;
    // Go's sort too leaves a list alone of which all neighbours are in order.
    if !items.windows(2).all(ordered) {
        *items = merge_sort(std::mem::take(items), &|a, b| compare(key(a), key(b)));
    }
}

/// A stable merge sort; the standard one may panic when the order is not total.
fn merge_sort<T>(mut items: Vec<T>, compare: &impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if items.len() < 2 {
        return items;
    }
    let right = items.split_off(items.len() / 2);
    let mut left = merge_sort(items, compare).into_iter().peekable();
    let mut right = merge_sort(right, compare).into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let from_left = compare(a, b) != Ordering::Greater;
        merged.extend(if from_left { left.next() } else { right.next() });
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

fn compare(a: &str, b: &str, letter: LetterAfterDigit) -> Ordering {
    let equal = equal_prefix(a, b);
    let (a_rest, b_rest) = (&a[equal..], &b[equal..]);
    let (Some(a_char), Some(b_char)) = (a_rest.chars().next(), b_rest.chars().next()) else {
        return a_rest.len().cmp(&b_rest.len());
    };
    let prefix = &a[..equal];
    match (is_letter(a_char), is_letter(b_char)) {
        (true, true) => a_char.cmp(&b_char),
        (false, false) => numbers(prefix, a_rest, b_rest).then(a_char.cmp(&b_char)),
        (a_letter, _) => {
            let after_digit = prefix.ends_with(|last: char| last.is_ascii_digit());
            let letter_first = after_digit && letter == LetterAfterDigit::First;
            if a_letter == letter_first { Ordering::Less } else { Ordering::Greater }
        }
    }
}

/// Go's `unicode.IsLetter`, but for marks that count as alphabetic (Rust knows no categories).
fn is_letter(char: char) -> bool {
    char.is_alphabetic() && !char.is_numeric()
}

/// Returns the length of the longest common prefix in whole characters.
fn equal_prefix(a: &str, b: &str) -> usize {
    let pairs = a.bytes().zip(b.bytes());
    let mut equal = pairs.take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(equal) || !b.is_char_boundary(equal) {
        equal -= 1;
    }
    equal
}

/// Compares the digit runs at the first difference as numbers, then by their length.
fn numbers(prefix: &str, a: &str, b: &str) -> Ordering {
    let mut start = 0;
    if a.starts_with('0') || b.starts_with('0') {
        // A zero after a non-zero digit belongs to that number and is not a leading zero.
        let mut digits = prefix.bytes().rev().take_while(u8::is_ascii_digit);
        start = i64::from(digits.any(|digit| digit != b'0'));
    }
    let (a_number, a_digits) = digit_run(a, start);
    let (b_number, b_digits) = digit_run(b, start);
    a_number.cmp(&b_number).then(a_digits.cmp(&b_digits))
}

fn digit_run(text: &str, start: i64) -> (i64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    // Go's int64 wraps around silently.
    digits.fold((start, 0), |(number, count), digit| {
        (number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')), count + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_keys() {
        let want =
            ["", "_", "1", "1.5", "9", "10", "2001-01-01", "A", "a", "a b", "b9", "b10", "true"];
        let mut keys = want.to_vec();
        keys.reverse();
        sort_keys(&mut keys, |key| key);
        assert_eq!(keys, want);
    }

    #[test]
    fn cycles_do_not_panic_and_do_not_depend_on_the_input_order() {
        let keys: Vec<String> = (0..200)
            .flat_map(|n| [format!("b{n}"), format!("b{n}a"), format!("b{n}-"), format!("{n}0x")])
            .collect();
        let mut forward = keys.clone();
        let mut backward: Vec<String> = keys.into_iter().rev().collect();
        sort_keys(&mut forward, |key| key);
        sort_keys(&mut backward, |key| key);
        assert_eq!(forward, backward);
    }

    #[test]
    fn pretty_puts_letters_first_after_digits() {
        assert_eq!(compare_keys("a1-", "a1b"), Ordering::Less);
        assert_eq!(compare_keys_pretty("a1-", "a1b"), Ordering::Greater);
        assert_eq!(compare_keys_pretty("a-", "ab"), Ordering::Less);
    }
}
