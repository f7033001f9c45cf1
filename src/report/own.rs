//! Tells reports of kfplint's own from other files: a `kfplint.toml` may ask for a report only where nothing else is lost.

use serde_json::Value;

/// What stands in a rule's place where a report says what the configuration turns off.
const CONFIGURATION: &str = "configuration";

/// Whether an entry of a Code Quality report is kfplint's.
pub fn is_gitlab(entry: &Value) -> bool {
    let code = entry["check_name"].as_str().unwrap_or_default();
    (is_code(code) || code == CONFIGURATION)
        && entry["fingerprint"].is_string()
        && entry["location"]["path"].is_string()
}

/// `FILE:LINE:COLUMN: LEVEL CODE NAME: MESSAGE`, or without a place.
pub fn is_compact(line: &str) -> bool {
    let levels = ["error ", "warning ", "note "];
    let after = levels.iter().filter_map(|level| line.find(level).map(|at| (at, at + level.len()))).min();
    let Some((at, after)) = after else { return false };
    let before = line.get(..at).unwrap_or_default();
    let code = line.get(after..).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let configuration = code.strip_suffix(':') == Some(CONFIGURATION);
    (before.is_empty() || before.ends_with(": ")) && (is_code(code) || configuration)
}

/// Verdicts or findings first, and the summary last: `… 1 root module, 2 files`. What to do next and one line on the configuration may follow.
pub fn is_human(text: &str) -> bool {
    let begins = ["READY ", "NOT READY ", "UNDECIDED ", "NO CLUSTER", "NO CHANGE ", "error[", "warning[", "note["];
    let text_before = text.rfind("\nConfiguration: ").map_or(text, |at| text.get(..at).unwrap_or(text));
    let is_next = |line: &&str| line.contains("kfplint explain ") || line.contains(" fixable with ");
    let mut ends = text_before.trim_end().lines().rev().skip_while(is_next);
    let last = ends.next().unwrap_or_default();
    let mut words = last.rsplit(' ');
    let files = matches!(words.next(), Some("file" | "files"))
        && words.next().is_some_and(|n| n.parse::<usize>().is_ok())
        && matches!(words.next(), Some("module," | "modules,"))
        && words.next() == Some("root");
    files && begins.iter().any(|begin| text.starts_with(begin))
}

/// `::LEVEL PROPERTIES::MESSAGE`.
pub fn is_command(line: &str) -> bool {
    ["::error ", "::warning ", "::notice "].iter().any(|level| line.starts_with(level))
}

/// `##vso[task.logissue PROPERTIES;code=KFP001;]MESSAGE`, or a note as a line of the log.
pub fn is_azure(line: &str) -> bool {
    let code = |rest: &str| rest.rsplit_once(";code=").is_some_and(|(_, code)| is_code(code));
    match line.strip_prefix("##vso[task.logissue type=") {
        Some(rest) => rest.split_once(";]").is_some_and(|(properties, _)| code(properties)),
        None => is_compact(line),
    }
}

/// Whether a text is the code of a rule, such as KFP001.
fn is_code(text: &str) -> bool {
    let digits = ["KFP", "LINT", "TF"].iter().find_map(|family| text.strip_prefix(family));
    digits.is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use crate::report::Format;

    #[test]
    fn other_files_are_no_reports() {
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
        for format in Format::ALL {
            for file in files {
                assert!(!format.is_own(file.as_bytes()), "{format:?}: {file}");
            }
        }
    }
}
