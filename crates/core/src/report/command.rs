//! The command that shows again what a reader of a report looks at.

use super::model::{Cell, Report, RevisionName};

impl Report {
    /// The `zij diff` that makes this report again, for one cell or for all.
    ///
    /// Commits are named by the beginning of their ids, which still says the same tomorrow.
    pub fn command(&self, cell: Option<&Cell>) -> String {
        let mut command = match (short(&self.base), short(&self.head)) {
            (Some(base), Some(head)) => format!("zij diff {base}..{head}"),
            _ => "zij diff".to_owned(),
        };
        if let Some(cell) = cell {
            let (cluster, application) = (self.cluster_of(cell), self.application_of(cell));
            for (flag, name) in [(" --cluster ", cluster), (" --app ", application)] {
                command.push_str(flag);
                command.push_str(&shell_word(name));
            }
        }
        command
    }
}

fn short(revision: &RevisionName) -> Option<&str> {
    revision.commit.as_deref().map(|commit| commit.get(..9).unwrap_or(commit))
}

/// A word as a POSIX shell reads it back.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@=+,~^".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with(['~', '=']) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them_otherwise() {
        for (word, want) in [
            ("prod-eu-1", "prod-eu-1"),
            ("a b'c", "'a b'\\''c'"),
            ("~root", "'~root'"),
            ("$(reboot)", "'$(reboot)'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), want);
        }
    }
}
