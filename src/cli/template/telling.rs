//! What is said of a chart that cannot be rendered.

use std::path::Path;

use zij_core::report::{model::Problem, sketch};
use zij_helm::{
    Error, Place, Profile, Stage,
    diagnosis::{Diagnosis, Sources, diagnose},
};

use super::{
    TemplateArgs,
    command::{Failure, Work},
};
use crate::{error::CommandError, ui::Ui};

/// Tells of failures what is known of them.
pub(super) struct Teller<'t> {
    pub(super) ui: &'t Ui,
    pub(super) directory: &'t Path,
    pub(super) args: &'t TemplateArgs,
    pub(super) profile: &'static Profile,
    pub(super) work: &'t Work,
}

impl Teller<'_> {
    /// Says what is wrong; Helm ends every failure with 1, and scripts rely on it.
    pub(super) fn tell(&self, failure: &Failure) -> CommandError {
        if self.args.helm_errors {
            self.ui.status(&format!("Error: {}", self.helm_text(failure)));
            return CommandError::rejected();
        }
        let diagnosis = match failure {
            Failure::Helm(error) => self.diagnosis(error),
            Failure::Input { text, help } => Diagnosis {
                headline: text.clone(),
                helps: help.iter().cloned().collect(),
                ..Diagnosis::default()
            },
        };
        let problem = Problem::from(&diagnosis);
        let text = sketch(&problem, self.ui.words.color, self.ui.words.width);
        self.ui.status(text.trim_end());
        CommandError::rejected()
    }

    /// What Helm prints behind `Error: `.
    fn helm_text(&self, failure: &Failure) -> String {
        match failure {
            Failure::Helm(error) if self.args.debug.0 => error.text().to_owned(),
            Failure::Helm(error) => error.helm_text(),
            Failure::Input { text, .. } => text.clone(),
        }
    }

    fn diagnosis(&self, error: &Error) -> Diagnosis {
        let chart_name = self.args.release_and_chart.last().map_or("", String::as_str);
        let sources = Sources {
            layers: &self.work.layers,
            chart: self.work.chart.as_deref(),
            chart_name,
            profile: self.profile,
            takes_flags: true,
        };
        let mut diagnosis = diagnose(error, &sources);
        for place in diagnosis.place.iter_mut().chain(&mut diagnosis.calls) {
            self.find(place, error.stage(), chart_name);
        }
        diagnosis
    }

    /// Names a file as it lies on the disk, if it is there: Helm begins with the chart's name.
    fn find(&self, place: &mut Place, stage: Stage, chart: &str) {
        let inside = match stage {
            Stage::Values => return,
            Stage::Load | Stage::Release | Stage::KubeVersion => place.file.as_str(),
            _ => place.file.split_once('/').map_or(place.file.as_str(), |(_, inside)| inside),
        };
        let path = Path::new(chart).join(inside);
        if self.directory.join(&path).is_file() {
            place.file = path.display().to_string();
        }
    }
}
