//! The forms in which a report is printed and written to files.

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use zij_core::report::{
    html, json, junit,
    markdown::{self, Options},
    model::Report,
    sarif,
};

use crate::{
    error::{CommandError, CommandResult},
    ui::Ui,
};

/// How a report is printed, and where else it goes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct FormatArgs {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: ReportFormat,
    /// Write it to a file as well, such as `html=report.html` (repeatable)
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<Output>,
    /// Bytes that Markdown may have; GitHub takes 65,536, GitLab 1,000,000
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().limit)]
    markdown_limit: usize,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text for a terminal
    Terminal,
    /// Everything, after docs/reference/report.schema.json
    Json,
    /// A comment for a pull request
    Markdown,
    /// One page that needs nothing else
    Html,
    /// Findings for code scanning
    Sarif,
    /// A test case for each cell
    Junit,
}

/// A form and the file that it is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Output {
    format: ReportFormat,
    file: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected FORMAT=FILE, such as `html=report.html`".to_owned();
        let (format, file) = text.split_once('=').ok_or_else(expected)?;
        if file.is_empty() {
            return Err(expected());
        }
        let format = <ReportFormat as clap::ValueEnum>::from_str(format, false)
            .map_err(|_| format!("`{format}` is no format of reports"))?;
        Ok(Self { format, file: file.into() })
    }
}

impl FormatArgs {
    /// Writes the files and prints the report; `terminal` is the text that this command prints.
    pub(crate) fn put(
        &self,
        ui: &Ui,
        report: &Report,
        terminal: impl Fn() -> String,
    ) -> CommandResult {
        for Output { format, file } in &self.output {
            let text = self.text(*format, report, &terminal);
            fs::write(file, text).map_err(|error| unwritable(file, &error))?;
        }
        let text = self.text(self.format, report, &terminal);
        if self.format == ReportFormat::Terminal { ui.page(&text) } else { ui.print(text) }
    }

    fn text(
        &self,
        format: ReportFormat,
        report: &Report,
        terminal: &impl Fn() -> String,
    ) -> String {
        match format {
            ReportFormat::Terminal => terminal(),
            ReportFormat::Json => json::write_pretty(report),
            ReportFormat::Markdown => {
                markdown::write(report, &Options { limit: self.markdown_limit })
            }
            ReportFormat::Html => html::write(report),
            ReportFormat::Sarif => sarif::write(report, env!("CARGO_PKG_VERSION")),
            ReportFormat::Junit => junit::write(report),
        }
    }
}

fn unwritable(file: &Path, error: &std::io::Error) -> CommandError {
    CommandError::usage(format!("cannot write {}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_name_a_format_and_a_file() {
        let html = Output { format: ReportFormat::Html, file: "a=b.html".into() };
        assert_eq!("html=a=b.html".parse(), Ok(html));
        for text in ["html", "html=", "pdf=a.pdf"] {
            assert!(text.parse::<Output>().is_err(), "{text}");
        }
    }
}
