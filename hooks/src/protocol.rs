//! A hook's standard input (githooks(5)): one line a ref.

use std::io::{self, Read};

use crate::update::{ObjectName, RefText, RefUpdate};

/// More input than this is refused, in bytes: some 100,000 refs.
pub const INPUT_LIMIT: u64 = 32 << 20;

/// A hook was given something git would not give it.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The input is larger than any push.
    #[error("more than {INPUT_LIMIT} bytes of input")]
    TooLarge,
    /// The input could not be read.
    #[error("failed to read the input: {0}")]
    Read(#[from] io::Error),
    /// A line is not of the hook's form.
    #[error("line {line} of the input is not `{expected}`; was this called by git?")]
    Malformed {
        /// The line's number, from 1.
        line: usize,
        /// The form that was expected.
        expected: &'static str,
    },
}

const PRE_PUSH: &str = "<local ref> <local oid> <remote ref> <remote oid>";
const PRE_RECEIVE: &str = "<old oid> <new oid> <ref>";
const UPDATE: &str = "<ref> <old oid> <new oid>";

/// Reads all of a hook's input, so that git never writes into a closed pipe.
///
/// # Errors
/// When it is larger than [`INPUT_LIMIT`] or cannot be read.
pub fn read_input(input: impl Read) -> Result<Vec<u8>, ProtocolError> {
    let mut bytes = Vec::new();
    input.take(INPUT_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > INPUT_LIMIT {
        return Err(ProtocolError::TooLarge);
    }
    Ok(bytes)
}

/// The refs of a `pre-push` input, in git's order; none at all when nothing is pushed, and then
/// there is nothing to decide.
///
/// The local ref is the refspec's text as typed and may hold spaces (`HEAD@{1 day ago}`), so each
/// line is split from its end.
///
/// # Errors
/// When a line is not `<local ref> <local oid> <remote ref> <remote oid>`.
pub fn parse_pre_push(input: &[u8]) -> Result<Vec<RefUpdate>, ProtocolError> {
    parse_lines(input, PRE_PUSH, |line| {
        let (line, old) = split_last(line)?;
        let (line, remote_ref) = split_last(line)?;
        let (local_ref, new) = split_last(line)?;
        let (old, new) = object_pair(old, new)?;
        // A deletion has `(delete)` here, which is not a ref.
        let local_ref = new.is_some().then(|| RefText::new(local_ref));
        Some(RefUpdate { local_ref, remote_ref: remote(remote_ref)?, old, new })
    })
}

/// The refs of a `pre-receive` or `post-receive` input, in git's order.
///
/// # Errors
/// When a line is not `<old oid> <new oid> <ref>`.
pub fn parse_pre_receive(input: &[u8]) -> Result<Vec<RefUpdate>, ProtocolError> {
    parse_lines(input, PRE_RECEIVE, |line| {
        let (line, name) = split_last(line)?;
        let (old, new) = split_last(line)?;
        let (old, new) = object_pair(old, new)?;
        Some(RefUpdate { local_ref: None, remote_ref: remote(name)?, old, new })
    })
}

/// The ref of an `update` hook, which gets it as arguments.
///
/// # Errors
/// When the arguments are not `<ref> <old oid> <new oid>`.
pub fn parse_update(name: &[u8], old: &[u8], new: &[u8]) -> Result<RefUpdate, ProtocolError> {
    let update = object_pair(old, new).and_then(|(old, new)| {
        Some(RefUpdate { local_ref: None, remote_ref: remote(name)?, old, new })
    });
    update.ok_or(ProtocolError::Malformed { line: 1, expected: UPDATE })
}

fn parse_lines(
    input: &[u8],
    expected: &'static str,
    parse: impl Fn(&[u8]) -> Option<RefUpdate>,
) -> Result<Vec<RefUpdate>, ProtocolError> {
    if input.len() as u64 > INPUT_LIMIT {
        return Err(ProtocolError::TooLarge);
    }
    let input = input.strip_suffix(b"\n").unwrap_or(input);
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let lines = input.split(|byte| *byte == b'\n').enumerate();
    lines
        .map(|(index, line)| {
            parse(line).ok_or(ProtocolError::Malformed { line: index + 1, expected })
        })
        .collect()
}

fn split_last(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = line.iter().rposition(|byte| *byte == b' ')?;
    Some((&line[..space], &line[space + 1..]))
}

/// Two names of the same hash.
fn object_pair(old: &[u8], new: &[u8]) -> Option<(Option<ObjectName>, Option<ObjectName>)> {
    (old.len() == new.len()).then_some(())?;
    Some((ObjectName::parse(old)?, ObjectName::parse(new)?))
}

/// A ref that git accepted as a name: no space and no control character (git-check-ref-format(1)).
fn remote(name: &[u8]) -> Option<RefText> {
    let valid = !name.is_empty() && !name.iter().any(|byte| *byte <= b' ' || *byte == 0x7f);
    valid.then(|| RefText::new(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn pre_push(input: &str) -> String {
        match parse_pre_push(input.as_bytes()) {
            Ok(updates) => updates.iter().map(describe).collect::<Vec<_>>().join(", "),
            Err(error) => error.to_string(),
        }
    }

    fn describe(update: &RefUpdate) -> String {
        let short = |name: &Option<ObjectName>| {
            name.as_ref().map_or("-", |name| &name.as_str()[..1]).to_owned()
        };
        let local = update.local_ref.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        format!("{local}>{} {}..{}", update.remote_ref, short(&update.old), short(&update.new))
    }

    #[test]
    fn lines_of_pre_push() {
        let wrong = |line: usize| {
            format!("line {line} of the input is not `{PRE_PUSH}`; was this called by git?")
        };
        let long = |digit: &str| digit.repeat(64);
        for (input, want) in [
            (String::new(), String::new()),
            (
                format!("refs/heads/x {A} refs/heads/x {B}\n"),
                "refs/heads/x>refs/heads/x b..a".into(),
            ),
            (format!("HEAD~1 {A} refs/heads/x {ZERO}"), "HEAD~1>refs/heads/x -..a".into()),
            (format!("(delete) {ZERO} refs/heads/x {B}\n"), "->refs/heads/x b..-".into()),
            (
                format!("HEAD@{{1 day ago}} {A} refs/x {B}\n:/fix a {B} bug {A} refs/y {ZERO}\n"),
                format!("HEAD@{{1 day ago}}>refs/x b..a, :/fix a {B} bug>refs/y -..a"),
            ),
            (format!("x {} refs/x {}\n", long("a"), long("0")), "x>refs/x -..a".into()),
            (format!("x {A} refs/x {}\n", long("0")), wrong(1)),
            (format!("x {A} refs/x {B}\n\n"), wrong(2)),
            (format!("x {A} refs/x {B}\r\n"), wrong(1)),
            (format!("x {A} refs/x\t {B}\n"), wrong(1)),
            (format!("x {A}  {B}\n"), wrong(1)),
            (format!("x {} refs/x {B}\n", A.to_uppercase()), wrong(1)),
            ("just text\n".into(), wrong(1)),
        ] {
            assert_eq!(pre_push(&input), want, "{input}");
        }
    }

    #[test]
    fn lines_of_pre_receive_and_arguments_of_update() {
        let updates = parse_pre_receive(format!("{A} {B} refs/a\n{ZERO} {B} refs/b\n").as_bytes());
        let described: Vec<_> = updates.unwrap().iter().map(describe).collect();
        assert_eq!(described, ["->refs/a a..b", "->refs/b -..b"]);
        assert!(parse_pre_receive(format!("x {A} {B} refs/a\n").as_bytes()).is_err());
        let update = parse_update(b"refs/a", A.as_bytes(), ZERO.as_bytes()).unwrap();
        assert_eq!(describe(&update), "->refs/a a..-");
        assert!(parse_update(b"refs/a b", A.as_bytes(), B.as_bytes()).is_err());
    }

    #[test]
    fn input_has_a_limit() {
        assert_eq!(read_input(&b"abc"[..]).unwrap(), b"abc");
        assert!(matches!(read_input(io::repeat(b'x')), Err(ProtocolError::TooLarge)));
    }

    proptest! {
        #[test]
        fn any_refspec_comes_back(
            specs in prop::collection::vec(("[^\n]*", "[!-~]{1,40}", any::<bool>()), 0..5)
        ) {
            let oid = |present: bool| if present { A } else { ZERO };
            let lines = specs.iter().map(|(local, remote, old)| {
                format!("{local} {A} {remote} {}\n", oid(*old))
            });
            let input: String = lines.collect();
            let updates = parse_pre_push(input.as_bytes()).unwrap();
            prop_assert_eq!(updates.len(), specs.len());
            for (update, (local, remote, old)) in updates.iter().zip(&specs) {
                prop_assert_eq!(update.local_ref.as_ref().unwrap().as_bytes(), local.as_bytes());
                prop_assert_eq!(update.remote_ref.as_bytes(), remote.as_bytes());
                prop_assert_eq!(update.old.is_some(), *old);
            }
        }

        #[test]
        fn no_input_panics(input in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(parse_pre_push(&input));
            drop(parse_pre_receive(&input));
        }
    }
}
