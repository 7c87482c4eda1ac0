//! Runs both programs on a scenario.

use std::{
    fs,
    path::{Path, PathBuf},
};

use zij_testkit::{Environment, Outcome};

use crate::scenario::Scenario;

/// How often Helm must give the same before a difference counts.
const REPEATS: usize = 3;

/// The two programs and the folder they run in.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) helm: PathBuf,
    pub(crate) zij: PathBuf,
    pub(crate) engine: String,
    environment: Environment,
}

/// What a program made of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The manifests.
    Rendered(String),
    /// The text behind `Error: `.
    Refused(String),
    /// Anything else: a crash, or an exit code that means nothing.
    Broken(String),
}

/// The outcome of a comparison.
#[derive(Debug)]
pub(crate) enum Verdict {
    Same(Answer),
    Different {
        helm: Answer,
        zij: Answer,
    },
    /// Helm itself gives this and that.
    Unstable,
}

impl Programs {
    pub(crate) fn new(helm: PathBuf, zij: PathBuf, engine: String) -> Self {
        Self { helm, zij, engine, environment: Environment::new() }
    }

    /// Compares both answers; Helm is asked again before they count as different.
    pub(crate) fn compare(&self, scenario: &Scenario) -> Result<Verdict, std::io::Error> {
        let verdict = self.compare_once(scenario)?;
        if let Verdict::Different { helm, .. } = &verdict {
            for _ in 0..REPEATS {
                if self.ask(&self.helm, &[], scenario) != *helm {
                    return Ok(Verdict::Unstable);
                }
            }
        }
        Ok(verdict)
    }

    /// Compares the first answers.
    pub(crate) fn compare_once(&self, scenario: &Scenario) -> Result<Verdict, std::io::Error> {
        self.put(scenario)?;
        let zij = self.ask(&self.zij, &["--helm-errors", "--engine", &self.engine], scenario);
        let helm = self.ask(&self.helm, &[], scenario);
        if helm == zij { Ok(Verdict::Same(helm)) } else { Ok(Verdict::Different { helm, zij }) }
    }

    fn ask(&self, program: &Path, extra: &[&str], scenario: &Scenario) -> Answer {
        let mut command = self.environment.command(program, &self.environment.work());
        command.args(["template", "rel", "chart", "--namespace", "ns"]).args(extra);
        command.args(scenario.flags.iter().flatten());
        answer(Outcome::of(&mut command, b""))
    }

    /// Replaces the folder's content by the scenario's files.
    fn put(&self, scenario: &Scenario) -> Result<(), std::io::Error> {
        let work = self.environment.work();
        fs::remove_dir_all(&work)?;
        fs::create_dir(&work)?;
        for (path, text) in &scenario.files {
            let path = work.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, text)?;
        }
        Ok(())
    }
}

fn answer(outcome: Outcome) -> Answer {
    let error = outcome.stderr.find("Error: ").map(|start| outcome.stderr[start + 7..].to_owned());
    match (outcome.code, error) {
        (Some(0), _) => Answer::Rendered(outcome.stdout),
        (Some(1), Some(error)) => Answer::Refused(error.trim_end().to_owned()),
        _ => Answer::Broken(outcome.to_string()),
    }
}

impl Answer {
    /// What kind of answer it is: shrinking must not wander from a fault of a template to a lost file.
    fn sort(&self) -> &'static str {
        let Self::Refused(text) = self else {
            return if matches!(self, Self::Broken(_)) { "broken" } else { "rendered" };
        };
        let sorts = ["executing ", "parse error at ", "YAML parse error", "Chart.yaml", "open "];
        sorts.into_iter().find(|sort| text.contains(sort)).unwrap_or("refused")
    }
}

impl Verdict {
    /// Whether it is a difference of the same sort as `other`, so that one may stand for the other.
    pub(crate) fn resembles(&self, other: &Self) -> bool {
        let (Self::Different { helm, zij }, Self::Different { helm: helm2, zij: zij2 }) =
            (self, other)
        else {
            return false;
        };
        helm.sort() == helm2.sort() && zij.sort() == zij2.sort()
    }
}
