//! The formats of the report: the only list of them.

use super::{Detail, Report, ReportStyle, ReportView, own};
use crate::base::source::Sources;
use serde_json::Value;
use std::io::{BufWriter, Result, Write};
use std::path::PathBuf;

/// How much of a report is in memory before it is written.
pub const BUFFER: usize = 64 << 10;

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people, on a terminal.
    #[default]
    Human,
    /// Everything, for programs.
    Json,
    /// One finding a line.
    Compact,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit XML: a test case for each cluster and requirement.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// reviewdog's diagnostics.
    Rdjson,
    /// A comment for a pull request.
    Markdown,
    /// One page with everything, the resource graph as a picture.
    Html,
    /// Logging commands of Azure Pipelines.
    Azure,
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Format; 12] = [
        Format::Human,
        Format::Json,
        Format::Compact,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Checkstyle,
        Format::Rdjson,
        Format::Markdown,
        Format::Html,
        Format::Azure,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Json => "json",
            Format::Compact => "compact",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Checkstyle => "checkstyle",
            Format::Rdjson => "rdjson",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Azure => "azure",
        }
    }

    /// What it is, for help.
    pub fn about(self) -> &'static str {
        match self {
            Format::Human => "For people, on a terminal",
            Format::Json => "Everything, for programs",
            Format::Compact => "One finding a line",
            Format::Sarif => "SARIF 2.1.0, for code scanning",
            Format::Github => "Annotations of GitHub Actions",
            Format::Gitlab => "GitLab's Code Quality report",
            Format::Junit => "JUnit XML: a test case for each cluster and requirement",
            Format::Checkstyle => "Checkstyle XML",
            Format::Rdjson => "reviewdog's diagnostics",
            Format::Markdown => "A comment for a pull request",
            Format::Html => "One page with everything, the resource graph as a picture",
            Format::Azure => "Issues of Azure Pipelines",
        }
    }

    /// The format of this name, in letters of any case.
    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// Reads `FORMAT=FILE`.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse_output(text: &str) -> std::result::Result<(Format, PathBuf), String> {
        let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE, for example json=report.json")?;
        let format = Format::parse(format).ok_or_else(|| format!("there is no format `{format}`"))?;
        if file.is_empty() {
            return Err("the file's name is missing after `=`".into());
        }
        Ok((format, file.into()))
    }

    /// Writes the report in this format, piece by piece through one buffer. The style counts for people's alone.
    ///
    /// # Errors
    /// What `to` gives.
    pub fn write(self, report: &Report, sources: &Sources, style: ReportStyle, to: &mut dyn Write) -> Result<()> {
        let view = match style.detail == Detail::Quiet && self != Format::Human {
            true => ReportView::errors(report),
            false => ReportView::all(report),
        };
        let mut out = BufWriter::with_capacity(BUFFER, to);
        match self {
            Format::Human => out.write_all(&super::human(report, sources, style))?,
            Format::Json => super::json(view, sources, &mut out)?,
            Format::Compact => super::compact(view, sources, &mut out)?,
            Format::Sarif => super::sarif(view, sources, &mut out)?,
            Format::Github => super::github(view, sources, &mut out)?,
            Format::Gitlab => super::gitlab(view, sources, &mut out)?,
            Format::Junit => super::junit(view, sources, &mut out)?,
            Format::Checkstyle => super::checkstyle(view, sources, &mut out)?,
            Format::Rdjson => super::rdjson(view, sources, &mut out)?,
            Format::Markdown => out.write_all(super::markdown(view, sources).as_bytes())?,
            Format::Html => super::html(view, sources, &mut out)?,
            Format::Azure => super::azure(view, sources, &mut out)?,
        }
        out.flush()
    }

    /// The report in this format as a text in memory.
    pub fn text(self, report: &Report, sources: &Sources, style: ReportStyle) -> String {
        let mut bytes = Vec::new();
        // Writing into memory does not fail.
        let _ = self.write(report, sources, style, &mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// About how many bytes of it are sorted, joined and written in a second, on a slow machine.
    pub fn bytes_per_second(self) -> f64 {
        const MIB: f64 = 1_048_576.0;
        match self {
            Format::Html => 8.0 * MIB,
            Format::Sarif => 12.0 * MIB,
            Format::Json | Format::Junit => 16.0 * MIB,
            Format::Human
            | Format::Compact
            | Format::Github
            | Format::Azure
            | Format::Gitlab
            | Format::Checkstyle
            | Format::Rdjson
            | Format::Markdown => 40.0 * MIB,
        }
    }

    /// Whether it shows pictures of the resource graphs.
    pub fn draws(self) -> bool {
        self == Format::Html
    }

    /// Whether a file is, as a whole, a report that kfplint wrote in this format.
    pub fn is_own(self, bytes: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let json = || serde_json::from_str::<Value>(text).unwrap_or_default();
        let has = |begin: &str, mark: &str, end: &str| {
            text.starts_with(begin) && text.trim_end().ends_with(end) && text.contains(mark)
        };
        match self {
            Format::Json => {
                let report = json();
                report["kfplint"].is_string() && report["verdict"].is_string() && report["diagnostics"].is_array()
            }
            Format::Sarif => {
                let named = |run: &Value| run["tool"]["driver"]["name"] == "kfplint";
                json()["runs"].as_array().is_some_and(|runs| !runs.is_empty() && runs.iter().all(named))
            }
            Format::Rdjson => json()["source"]["name"] == "kfplint",
            Format::Gitlab => json().as_array().is_some_and(|all| all.iter().all(own::is_gitlab)),
            Format::Junit => has("<?xml", "<testsuites name=\"kfplint\"", "</testsuites>"),
            Format::Checkstyle => {
                let own = |line: &str| !line.contains("<error ") || line.contains(" source=\"kfplint.");
                has("<?xml", "<checkstyle version=", "</checkstyle>") && text.lines().all(own)
            }
            Format::Html => has("<!doctype html>", "<title>kfplint: ", "</html>"),
            Format::Markdown => text.starts_with("## kfplint: "),
            Format::Compact => text.lines().all(own::is_compact),
            Format::Github => text.lines().all(|line| own::is_command(line) && line.contains("title=")),
            Format::Azure => text.lines().all(own::is_azure),
            Format::Human => own::is_human(text),
        }
    }
}
