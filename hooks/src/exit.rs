//! From a verdict to an exit code.

use std::collections::BTreeSet;

/// What a hook found out about a push; the greatest of its refs' outcomes is the push's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing to object to.
    Passed,
    /// Findings that do not block.
    Warned,
    /// There is no verdict. It ranks below a refusal, because it may be let through.
    Failed(Failure),
    /// The hook was not called the way git calls it.
    WrongUse,
    /// The verdict is older than what it stands on, or an approval is missing.
    NotApproved,
    /// A blocking finding.
    Rejected,
    /// A signal ended the evaluation.
    Interrupted,
}

/// Why there is no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The change could not be evaluated, or not in time.
    Unevaluated,
    /// The daemon was required and did not answer.
    DaemonUnreachable,
}

/// Where the hook runs, which says what happens without a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// At the author's, as a courtesy: without a verdict the push goes on, with a warning.
    Local {
        /// Refuse without a verdict all the same.
        strict: bool,
    },
    /// On the server, which decides: without a verdict the push is refused.
    Server {
        /// The failures that let it through all the same.
        fail_open: BTreeSet<Failure>,
    },
}

/// What the hook does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The process's exit code. Git takes any but 0 for a refusal and exits 1 itself.
    pub code: u8,
    /// Whether a push that goes on needs a warning on standard error.
    pub warning: bool,
}

impl Outcome {
    /// What a hook on that side does about it.
    pub fn decide(self, side: &Side) -> Decision {
        let refused = |code| Decision { code, warning: false };
        match self {
            Self::Passed => Decision { code: 0, warning: false },
            Self::Warned => Decision { code: 0, warning: true },
            Self::Rejected => refused(1),
            Self::WrongUse => refused(2),
            Self::Failed(failure) => {
                let tolerated = match side {
                    Side::Local { strict } => !strict,
                    Side::Server { fail_open } => fail_open.contains(&failure),
                };
                match failure {
                    _ if tolerated => Decision { code: 0, warning: true },
                    Failure::Unevaluated => refused(3),
                    Failure::DaemonUnreachable => refused(4),
                }
            }
            Self::NotApproved => refused(5),
            Self::Interrupted => refused(130),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_exit_codes() {
        let local = |strict| Side::Local { strict };
        let server = |open: &[Failure]| Side::Server { fail_open: open.iter().copied().collect() };
        let unevaluated = Outcome::Failed(Failure::Unevaluated);
        let unreachable = Outcome::Failed(Failure::DaemonUnreachable);
        for (outcome, side, want) in [
            (Outcome::Passed, server(&[]), (0, false)),
            (Outcome::Warned, local(true), (0, true)),
            (Outcome::Rejected, local(false), (1, false)),
            (Outcome::WrongUse, local(false), (2, false)),
            (unevaluated, local(false), (0, true)),
            (unevaluated, local(true), (3, false)),
            (unevaluated, server(&[]), (3, false)),
            (unevaluated, server(&[Failure::Unevaluated]), (0, true)),
            (unreachable, server(&[Failure::Unevaluated]), (4, false)),
            (unreachable, local(false), (0, true)),
            (unreachable, local(true), (4, false)),
            (Outcome::NotApproved, server(&[]), (5, false)),
            (Outcome::Interrupted, local(false), (130, false)),
        ] {
            let got = outcome.decide(&side);
            assert_eq!((got.code, got.warning), want, "{outcome:?} {side:?}");
        }
    }

    #[test]
    fn a_refusal_is_not_hidden_by_a_missing_verdict() {
        let push = [Outcome::Rejected, Outcome::Failed(Failure::Unevaluated), Outcome::Passed];
        let worst = push.into_iter().max().unwrap();
        assert_eq!(worst.decide(&Side::Local { strict: false }).code, 1);
    }
}
