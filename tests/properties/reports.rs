//! Every output format of a report is what it claims to be.

use kfplint::base::source::Sources;
use kfplint::merge::{self, Counts};
use kfplint::report::{self, Detail, Format, Report, ReportStyle};
use serde_json::Value;

/// Writes the report in every format.
pub fn check(report: &Report, sources: &Sources) {
    let json = report::json(report, sources);
    places(&json, sources);
    let Counts { errors, warnings, notes } = merge::counts(&json);
    assert_eq!(json["summary"]["errors"], errors);
    assert_eq!(json["summary"]["warnings"], warnings);
    assert_eq!(json["summary"]["notes"], notes);
    for value in [json, report::sarif(report, sources)] {
        let text = serde_json::to_string(&value).expect("JSON is written");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON is read"), value);
        let joined = merge::merge(vec![("one".into(), value.clone()), ("two".into(), value.clone())]);
        let joined = joined.expect("a report can be joined with itself");
        assert_eq!(merge::counts(&joined), merge::counts(&value), "joining a report with itself adds nothing");
    }
    for value in [report::gitlab(report, sources), report::rdjson(report, sources)] {
        serde_json::from_str::<Value>(&serde_json::to_string(&value).expect("JSON is written")).expect("JSON is read");
    }
    for xml in [report::junit(report, sources), report::checkstyle(report, sources)] {
        let text = String::from_utf8(xml).expect("XML is UTF-8");
        if let Err(e) = roxmltree::Document::parse(&text) {
            panic!("{e}\n{text}");
        }
    }
    plain(&report::human(report, sources, ReportStyle::plain(Detail::Quiet, 20)));
    Format::ALL.into_iter().for_each(|f| plain(&f.write(report, sources, ReportStyle::plain(Detail::Verbose, 100))));
    plain(report::graph::mermaid(&report.drawings).as_bytes());
    plain(report::graph::dot(&report.drawings).as_bytes());
    report::graph::graph_json(&report.drawings, sources);
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
