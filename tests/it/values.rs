//! Values, conversions and operators held against what `terraform console` (1.11.4) answers for the same expressions:
//! `tests/values/facts.jsonl` has an expression, and the text or the error that it gave, on each line.

use kfplint::engine::{PathScope, Session, Settings};
use serde_json::Value as Json;
use std::path::Path;

/// What the evaluator says to an expression: the text that the console prints, or an error.
fn answer(session: &Session, expr: &str) -> Result<String, String> {
    let console = session.console(&session.roots()[0], None).expect("an evaluator");
    console.answer(expr).map_err(|e| e.message.clone())
}

#[test]
fn answers_as_terraform_console_does() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/values");
    let text = std::fs::read_to_string(dir.join("facts.jsonl")).expect("the recorded facts are there");
    let session = Session::new(Settings { scope: PathScope::One, ..Settings::of(&dir) }).expect("a folder");
    let mut wrong = Vec::new();
    let mut held = 0;
    for line in text.lines() {
        let fact: Json = serde_json::from_str(line).expect("a fact is a JSON object");
        let expr = fact["expr"].as_str().expect("a fact has an expression");
        held += 1;
        // `kfplint` is our own answer where it differs on purpose; `why` says for what purpose.
        let wanted = fact["kfplint"].as_str().or(fact["result"].as_str());
        match (answer(&session, expr), wanted) {
            (Ok(got), Some(wanted)) if got == wanted => {}
            (Err(_), None) => {}
            (got, Some(wanted)) => wrong.push(format!("{expr}\n  wanted {wanted}\n  got    {got:?}")),
            (got, None) => wrong.push(format!("{expr}\n  wanted an error: {}\n  got    {got:?}", fact["detail"])),
        }
    }
    assert!(held > 800, "only {held} facts were read");
    assert!(wrong.is_empty(), "{} of {held} facts do not hold:\n{}", wrong.len(), wrong.join("\n"));
}
