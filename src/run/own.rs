//! Tells reports of kfplint's own from other files: a `kfplint.toml` may ask for a report only where nothing else is lost.

use crate::cli::Format;
use serde_json::Value;

/// Whether a file is, as a whole, a report that kfplint wrote in this format.
pub fn is_report(format: Format, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let json = || serde_json::from_str::<Value>(text).unwrap_or_default();
    let has = |begin: &str, mark: &str, end: &str| {
        text.starts_with(begin) && text.trim_end().ends_with(end) && text.contains(mark)
    };
    match format {
        Format::Json => {
            let report = json();
            report["kfplint"].is_string() && report["verdict"].is_string() && report["diagnostics"].is_array()
        }
        Format::Sarif => {
            let named = |run: &Value| run["tool"]["driver"]["name"] == "kfplint";
            json()["runs"].as_array().is_some_and(|runs| !runs.is_empty() && runs.iter().all(named))
        }
        Format::Rdjson => json()["source"]["name"] == "kfplint",
        Format::Gitlab => json().as_array().is_some_and(|all| all.iter().all(is_gitlab)),
        Format::Junit => has("<?xml", "<testsuites name=\"kfplint\"", "</testsuites>"),
        Format::Checkstyle => {
            let own = |line: &str| !line.contains("<error ") || line.contains(" source=\"kfplint.");
            has("<?xml", "<checkstyle version=", "</checkstyle>") && text.lines().all(own)
        }
        Format::Html => has("<!doctype html>", "<title>kfplint: ", "</html>"),
        Format::Markdown => text.starts_with("## kfplint: "),
        Format::Compact => text.lines().all(is_compact),
        Format::Github => text.lines().all(|line| is_command(line) && line.contains("title=")),
        Format::Human => is_human(text),
    }
}

/// What stands in a rule's place where a report says what the configuration turns off.
const CONFIGURATION: &str = "configuration";

fn is_gitlab(entry: &Value) -> bool {
    let code = entry["check_name"].as_str().unwrap_or_default();
    (is_code(code) || code == CONFIGURATION)
        && entry["fingerprint"].is_string()
        && entry["location"]["path"].is_string()
}

/// `FILE:LINE:COLUMN: LEVEL CODE NAME: MESSAGE`, or without a place.
fn is_compact(line: &str) -> bool {
    let levels = ["error ", "warning ", "note "];
    let after = levels.iter().filter_map(|level| line.find(level).map(|at| (at, at + level.len()))).min();
    let Some((at, after)) = after else { return false };
    let before = line.get(..at).unwrap_or_default();
    let code = line.get(after..).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let configuration = code.strip_suffix(':') == Some(CONFIGURATION);
    (before.is_empty() || before.ends_with(": ")) && (is_code(code) || configuration)
}

/// Verdicts or findings first, and the summary last: `… 1 root module, 2 files`. One line on the configuration may follow.
fn is_human(text: &str) -> bool {
    let begins = ["READY ", "NOT READY ", "UNDECIDED ", "NO CLUSTER", "NO CHANGE ", "error[", "warning[", "note["];
    let mut ends = text.trim_end().lines().rev().skip_while(|line| line.starts_with("Configuration: "));
    let last = ends.next().unwrap_or_default();
    let mut words = last.rsplit(' ');
    let files = matches!(words.next(), Some("file" | "files"))
        && words.next().is_some_and(|n| n.parse::<usize>().is_ok())
        && matches!(words.next(), Some("module," | "modules,"))
        && words.next() == Some("root");
    files && begins.iter().any(|begin| text.starts_with(begin))
}

/// `::LEVEL PROPERTIES::MESSAGE`.
fn is_command(line: &str) -> bool {
    ["::error ", "::warning ", "::notice "].iter().any(|level| line.starts_with(level))
}

/// Whether a text is the code of a rule, such as KFP001.
fn is_code(text: &str) -> bool {
    let digits = ["KFP", "LINT", "TF"].iter().find_map(|family| text.strip_prefix(family));
    digits.is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_no_reports() {
        let formats = [
            Format::Human,
            Format::Json,
            Format::Compact,
            Format::Sarif,
            Format::Github,
            Format::Gitlab,
            Format::Junit,
            Format::Checkstyle,
            Format::Rdjson,
            Format::Html,
            Format::Markdown,
        ];
        let files = [
            "resource \"a\" \"b\" {}\n",
            "{\"version\": 4, \"serial\": 7}",
            "on: push\n",
            "<?xml version=\"1.0\"?>\n<checkstyle version=\"8.0\">\n<error source=\"other\"/>\n</checkstyle>\n",
            "[{\"check_name\": \"x\"}]",
            "# kfplint\n",
            "an error KFP001 in a text\n",
            "\u{0}",
        ];
        for format in formats {
            for file in files {
                assert!(!is_report(format, file.as_bytes()), "{format:?}: {file}");
            }
        }
    }
}
