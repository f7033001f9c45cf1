//! From the bytes of a document to JSON: gzip, the encodings that shells write, and what is most often passed by mistake.

use super::error::{DocumentError, MAKE, MAKE_PLAN, make};
use crate::base::budget::{DOCUMENT, VALUES, has_more_values, size};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::io::Read;

/// Reads JSON, and says how many bytes it has. Deep nesting is refused by the parser (128 levels).
///
/// # Errors
/// What is wrong with the bytes, and where.
pub fn parse(file: &str, bytes: Vec<u8>) -> Result<(Json, usize), DocumentError> {
    let bytes = unpack(file, bytes)?;
    let text = decode(file, &bytes)?;
    let start = text.trim_start();
    if start.is_empty() {
        let what = "the file is empty; JSON was expected";
        return Err(DocumentError::new(
            file,
            what,
            format!("create it again, and look for an error on the way:\n{MAKE}"),
        ));
    }
    if !start.starts_with(['{', '[']) {
        return Err(not_json(file, &text));
    }
    if has_more_values(text.as_bytes(), VALUES) {
        return Err(too_large(file, format!("the document has more than {VALUES} values")));
    }
    let json = serde_json::from_str(&text).map_err(|error| broken(file, &text, &error))?;
    Ok((json, text.len()))
}

fn too_large(file: &str, what: String) -> DocumentError {
    DocumentError::new(file, what, "check the folder of the configuration instead")
}

fn unpack(file: &str, bytes: Vec<u8>) -> Result<Vec<u8>, DocumentError> {
    let too_large = || too_large(file, format!("the document is larger than {}", size(DOCUMENT)));
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut out = Vec::new();
        let mut limited = flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(DOCUMENT + 1);
        limited.read_to_end(&mut out).map_err(|e| {
            DocumentError::new(file, format!("the gzip data cannot be unpacked: {e}"), "compress the file again")
        })?;
        return if out.len() as u64 > DOCUMENT { Err(too_large()) } else { Ok(out) };
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let what = "this is a plan in Terraform's binary form; its JSON form was expected";
        return Err(DocumentError::new(file, what, format!("terraform show -json {file} > plan.json")));
    }
    if bytes.len() as u64 > DOCUMENT { Err(too_large()) } else { Ok(bytes) }
}

/// UTF-8, or UTF-16 as Windows PowerShell redirects it; with or without a byte order mark.
fn decode<'b>(file: &str, bytes: &'b [u8]) -> Result<Cow<'b, str>, DocumentError> {
    let encoding = encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::UTF_8, |(encoding, _)| encoding);
    let (text, wrong) = encoding.decode_with_bom_removal(bytes);
    if !wrong {
        return Ok(text);
    }
    let before: String = text.chars().take_while(|c| *c != char::REPLACEMENT_CHARACTER).collect();
    let what = format!("this is not text in {}; JSON was expected", encoding.name());
    Err(DocumentError { at: Some(end_of(&before)), ..DocumentError::new(file, what, make(&before)) })
}

/// Line and column behind a text, from 1.
fn end_of(text: &str) -> (usize, usize) {
    let last = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() + 1, last.chars().count() + 1)
}

/// Text that does not even begin as JSON.
fn not_json(file: &str, text: &str) -> DocumentError {
    let before = text.len() - text.trim_start().len();
    let at = Some(end_of(text.get(..before).unwrap_or_default()));
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let key = first.split_once(':').map(|(key, _)| key).unwrap_or_default();
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let yaml = first.starts_with("---") || first.starts_with("- ") || is_key;
    let human = text.contains("Terraform will perform") || text.contains("OpenTofu will perform");
    let (what, help) = match (yaml, human) {
        (_, true) => ("this is a plan as people read it; JSON was expected", MAKE_PLAN.to_string()),
        (true, _) => (
            "this looks like YAML; JSON was expected",
            "write it as JSON: --format=json with gcloud, -o json with kubectl".to_string(),
        ),
        _ => ("this is not JSON", MAKE.to_string()),
    };
    DocumentError { at, ..DocumentError::new(file, what, help) }
}

fn broken(file: &str, text: &str, error: &serde_json::Error) -> DocumentError {
    let first = text.lines().next().unwrap_or_default();
    if first.contains("\"@level\"") && first.contains("\"@message\"") {
        let what = "this is the log of a command with -json, one message a line; a plan was expected";
        return DocumentError::new(file, what, MAKE_PLAN);
    }
    let full = error.to_string();
    let said = full.split(" at line ").next().unwrap_or_default();
    let (what, help) = match (error.is_eof(), said.starts_with("recursion limit")) {
        (true, _) => (
            "the JSON ends too early, inside of a value that is still open".to_string(),
            "the file is truncated; regenerate it and check that the command succeeded",
        ),
        (_, true) => (
            "the JSON is nested more than 128 levels deep".to_string(),
            "neither Terraform nor gcloud writes a file like this; check where it comes from",
        ),
        _ => (format!("this is not JSON: {said}"), "create it again, and do not edit it by hand"),
    };
    let at = Some((error.line().max(1), column(text, error)));
    DocumentError { at, ..DocumentError::new(file, what, format!("{help}\n{}", make(text))) }
}

/// The parser counts bytes; people count characters.
fn column(text: &str, error: &serde_json::Error) -> usize {
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let bytes = error.column().saturating_sub(1).min(line.len());
    line.char_indices().take_while(|(at, _)| *at < bytes).count() + 1
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn error(bytes: &[u8]) -> String {
        parse("x.json", bytes.to_vec()).map_or_else(|e| e.to_string(), |(json, _)| format!("no error: {json}"))
    }

    #[test]
    fn text_comes_in_the_encodings_that_shells_write() {
        let utf16: Vec<u8> = "\u{feff}{\"a\": \"ä\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse("x.json", utf16).unwrap().0["a"], "ä");
        assert_eq!(parse("x.json", "\u{feff}{\"a\": 1}".into()).unwrap().0["a"], 1);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(error(b""), "x.json: the file is empty; JSON was expected");
        assert_eq!(error(b"# c\nname: x\n"), "x.json:1:1: this looks like YAML; JSON was expected");
        assert_eq!(
            error("{\"ä\": 1,\n\"é\": tru".as_bytes()),
            "x.json:2:8: the JSON ends too early, inside of a value that is still open"
        );
        assert_eq!(error("{\"é\": x}".as_bytes()), "x.json:1:7: this is not JSON: expected value");
        assert!(error(b"{\"a\": \"\xff\"}").starts_with("x.json:1:8: this is not text in UTF-8"), "{}", error(b"\xff"));
        assert!(error(b"PK\x03\x04rest").contains("binary form"));
        assert!(error(b"\x1f\x8b\x08").contains("gzip"));
        assert!(error(b"{\"@level\":\"info\",\"@message\":\"x\"}\n{}\n").contains("log of a command"));
        assert!(error("[".repeat(100_000).as_bytes()).contains("128 levels"));
        assert!(error(format!("[{}1]", "[],".repeat(6_000_100)).as_bytes()).contains("more than 12000000 values"));
    }
}
