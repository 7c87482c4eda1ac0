//! `.helmignore` rules.
//!
//! Source of the rules: Helm's `pkg/ignore/rules.go`.

use crate::glob::{BadPattern, Pattern};

/// Why an ignore file cannot be used; the texts are Helm's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// A line holds `**`.
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    /// A line is no valid pattern.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
}

/// The rules of one chart, the built-in one included.
#[derive(Debug, Clone)]
pub struct IgnoreRules {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    pattern: Option<Pattern>,
    subject: Subject,
    negated: bool,
    directory_only: bool,
}

/// What of a path a pattern is held against.
#[derive(Debug, Clone, Copy)]
enum Subject {
    WholePath,
    LastPart,
}

impl IgnoreRules {
    /// The rules of a chart without an ignore file: only hidden templates are left out.
    pub fn built_in() -> Self {
        let rules = Rule::parse("templates/.?*").ok().flatten().into_iter().collect();
        Self { rules }
    }

    /// Reads an ignore file and adds the built-in rule behind its own.
    ///
    /// # Errors
    /// [`IgnoreError`] for `**` and for bad patterns.
    pub fn parse(text: &str) -> Result<Self, IgnoreError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let own = text.lines().filter_map(|line| Rule::parse(line).transpose());
        let mut rules = own.collect::<Result<Vec<_>, _>>()?;
        rules.extend(Self::built_in().rules);
        Ok(Self { rules })
    }

    /// Whether the path, relative to the chart's root, is left out.
    ///
    /// A negated rule leaves out everything that it does not match: that is Helm's reading.
    pub fn ignores(&self, path: &str, is_directory: bool) -> bool {
        for rule in &self.rules {
            let wrong_kind = rule.directory_only && !is_directory;
            match (rule.negated, wrong_kind) {
                (true, _) if wrong_kind || !rule.matches(path) => return true,
                (false, false) if rule.matches(path) => return true,
                _ => {}
            }
        }
        false
    }
}

impl Rule {
    fn parse(line: &str) -> Result<Option<Self>, IgnoreError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if line.contains("**") {
            return Err(IgnoreError::DoubleStar);
        }
        Pattern::parse(line)?;
        let rest = line.strip_prefix('!');
        let negated = rest.is_some();
        let rest = rest.unwrap_or(line);
        let directory_only = rest.ends_with('/');
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let subject = if rest.contains('/') { Subject::WholePath } else { Subject::LastPart };
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        // Cutting a sign off can break a pattern that was fine as a whole; Helm then logs and
        // treats it as one that matches nothing.
        let pattern = Pattern::parse(rest).ok();
        Ok(Some(Self { pattern, subject, negated, directory_only }))
    }

    fn matches(&self, path: &str) -> bool {
        let subject = match self.subject {
            Subject::WholePath => path,
            Subject::LastPart => last_part(path),
        };
        self.pattern.as_ref().is_some_and(|pattern| pattern.matches(subject))
    }
}

fn last_part(path: &str) -> &str {
    path.bytes().rposition(|byte| byte == b'/').map_or(path, |slash| &path[slash + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths that end in `/` are directories; the wanted list holds what is left out.
    fn check(rules: &str, paths: &[&str], want: &[&str]) {
        let rules = IgnoreRules::parse(rules).unwrap();
        let ignored = |path: &&&str| rules.ignores(path.trim_end_matches('/'), path.ends_with('/'));
        let got: Vec<&str> = paths.iter().filter(ignored).copied().collect();
        assert_eq!(got, want);
    }

    const PATHS: [&str; 8] = [
        "Chart.yaml",
        "files/a.txt",
        "files/b.txt",
        "files/",
        "templates/.hidden",
        "templates/a.yaml",
        ".git/",
        "a.txt",
    ];

    #[test]
    fn rules_leave_out_what_helm_leaves_out() {
        check("", &PATHS, &["templates/.hidden"]);
        check(
            "# note\n\n*.txt",
            &PATHS,
            &["files/a.txt", "files/b.txt", "templates/.hidden", "a.txt"],
        );
        check("/a.txt\r\n", &PATHS, &["templates/.hidden", "a.txt"]);
        check("files/a*", &PATHS, &["files/a.txt", "templates/.hidden"]);
        check("files/", &PATHS, &["files/", "templates/.hidden"]);
        check(".git", &PATHS, &["templates/.hidden", ".git/"]);
        check("\u{feff}.git/", &PATHS, &["templates/.hidden", ".git/"]);
        check(
            "!files/a.txt",
            &PATHS,
            &[
                "Chart.yaml",
                "files/b.txt",
                "files/",
                "templates/.hidden",
                "templates/a.yaml",
                ".git/",
                "a.txt",
            ],
        );
        check("!files/", &["files/", "a.txt"], &["a.txt"]);
    }

    #[test]
    fn bad_rules_are_refused() {
        for (text, want) in [
            ("a/**", "double-star (**) syntax is not supported"),
            ("[a", "syntax error in pattern"),
        ] {
            assert_eq!(IgnoreRules::parse(text).unwrap_err().to_string(), want);
        }
    }
}
