//! The forms in which a report is printed and written to files.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use zij_core::report::{
    foreword::Foreword,
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
    /// Everything, after the schema of the command in docs/reference
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

/// What a command has to tell, for each of the forms.
pub(crate) struct Told<'t> {
    /// The report that people browse.
    report: &'t Report,
    /// What they are told before it.
    foreword: Option<Foreword>,
    /// The report for readers that know of nothing else.
    alone: &'t Report,
    /// All of it, where that is more than the report.
    json: Option<String>,
    /// The text that this command prints.
    terminal: Box<dyn Fn() -> String + 't>,
}

impl<'t> Told<'t> {
    /// A report and nothing else.
    pub(crate) fn report(report: &'t Report, terminal: impl Fn() -> String + 't) -> Self {
        Self { report, foreword: None, alone: report, json: None, terminal: Box::new(terminal) }
    }

    /// The same with what is told before it, and JSON that has both. `alone` says what cannot be
    /// left out for readers that know of nothing but a report.
    pub(crate) fn after(self, foreword: Foreword, json: String, alone: &'t Report) -> Self {
        Self { foreword: Some(foreword), json: Some(json), alone, ..self }
    }
}

impl FormatArgs {
    /// Writes the files and prints what is told.
    pub(crate) fn put(&self, ui: &Ui, told: &Told<'_>) -> CommandResult {
        for Output { format, file } in &self.output {
            let create = || self.write(*format, told, &mut File::create(file)?);
            create().map_err(|error| unwritable(file, &error))?;
        }
        match self.format {
            ReportFormat::Terminal => ui.page(&(told.terminal)()),
            format => ui.print_with(|stdout| self.write(format, told, stdout)),
        }
    }

    fn write(&self, format: ReportFormat, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
        let options = Options { limit: self.markdown_limit };
        let text = match (format, &told.foreword) {
            (ReportFormat::Terminal, _) => (told.terminal)(),
            (ReportFormat::Json, _) => return write_json(told, out),
            (ReportFormat::Markdown, None) => markdown::write(told.report, &options),
            (ReportFormat::Markdown, Some(foreword)) => {
                markdown::write_after(foreword, told.report, &options)
            }
            (ReportFormat::Html, None) => html::write(told.report),
            (ReportFormat::Html, Some(foreword)) => html::write_after(foreword, told.report),
            (ReportFormat::Sarif, _) => sarif::write(told.alone, env!("CARGO_PKG_VERSION")),
            (ReportFormat::Junit, _) => junit::write(told.alone),
        };
        out.write_all(text.as_bytes())
    }
}

/// Writes JSON piece by piece: that of a large fleet is longer than everything else in memory.
fn write_json(told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    match &told.json {
        Some(json) => out.write_all(json.as_bytes())?,
        None => json::write_pretty(told.report, &mut out)?,
    }
    out.write_all(b"\n")?;
    out.flush()
}

fn unwritable(file: &Path, error: &io::Error) -> CommandError {
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
