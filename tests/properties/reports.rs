//! Every output format of a report is what it claims to be.

use kfplint::base::source::Sources;
use kfplint::merge::{self, Counts};
use kfplint::report::model::JsonReport;
use kfplint::report::{self, Detail, Format, Report, ReportStyle};
use serde_json::Value;

/// Writes the report in every format.
pub fn check(report: &Report, sources: &Sources) {
    let text = |format: Format| {
        let text = format.text(report, sources, ReportStyle::FILE);
        assert!(!text.is_empty() || format == Format::Compact, "a report is UTF-8");
        text
    };
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON is read");
    let json = read(&text(Format::Json));
    places(&json, sources);
    let typed: JsonReport = serde_json::from_value(json.clone()).expect("the types of the report read it");
    assert_eq!(serde_json::to_value(typed).expect("JSON is written"), json, "and write the same");
    for (format, counts) in [Format::Json, Format::Sarif].map(|format| (format, counts(&json))) {
        let text = text(format);
        let reports = ["one", "two"].map(|name| (name.to_string(), text.clone()));
        let joined = merge::merge(&reports).expect("a report can be joined with itself");
        assert_eq!(joined.counts, counts, "joining a report with itself adds nothing");
        joined.write(&mut std::io::sink()).expect("nothing fails");
    }
    for format in [Format::Gitlab, Format::Rdjson] {
        read(&text(format));
    }
    for format in [Format::Junit, Format::Checkstyle] {
        let text = text(format);
        if let Err(e) = roxmltree::Document::parse(&text) {
            panic!("{e}\n{text}");
        }
    }
    plain(&report::human(report, sources, ReportStyle::plain(Detail::Quiet, 20)));
    Format::ALL
        .into_iter()
        .for_each(|f| plain(f.text(report, sources, ReportStyle::plain(Detail::Verbose, 100)).as_bytes()));
    plain(report::graph::mermaid(&report.drawings).as_bytes());
    plain(report::graph::dot(&report.drawings).as_bytes());
    report::graph::graph_json(&report.drawings, sources);
}

fn counts(json: &Value) -> Counts {
    let count = |name: &str| json["summary"][name].as_u64().expect("a number") as usize;
    Counts { errors: count("errors"), warnings: count("warnings"), notes: count("notes") }
}

/// All places of a JSON report are in their files.
fn places(json: &Value, sources: &Sources) {
    match json {
        Value::Object(members) => {
            if let (Some(file), Some(start), Some(end)) =
                (members.get("file"), members.get("start"), members.get("end"))
            {
                let offset = |v: &Value| v["offset"].as_u64().expect("an offset") as usize;
                let all = (0..sources.len() as u32).filter_map(|i| sources.get(kfplint::base::source::FileId(i)));
                let named = |f: &std::sync::Arc<kfplint::base::source::SourceFile>| file == &*f.path.to_string_lossy();
                let length = all.filter(named).map(|f| f.text.len()).max();
                assert!(offset(start) <= offset(end), "{json}");
                assert!(length.is_some_and(|length| offset(end) <= length), "{json} in {length:?}");
            }
            members.values().for_each(|v| places(v, sources));
        }
        Value::Array(items) => items.iter().for_each(|v| places(v, sources)),
        _ => {}
    }
}

/// Text in UTF-8 that no terminal obeys.
fn plain(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("text is UTF-8");
    let steers = |c: &char| c.is_control() && !matches!(c, '\n' | '\t') || ('\u{202a}'..='\u{202e}').contains(c);
    assert_eq!(text.chars().find(steers), None, "{text:?}");
}
