//! Encodings: base64, JSON, URLs, character sets; and the google provider's functions on resource names.

use super::string::text;
use super::{FunctionError, FunctionResult, Host};
use crate::cty::value::{ReasonKind, Reasons, Refinement, Type, Value, json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::Encoding;
use std::io::{Read, Write};

pub fn base64encode(args: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::string(STANDARD.encode(text(args, 0))))
}

fn decoded(source: &str) -> Result<Vec<u8>, FunctionError> {
    let compact: String = source.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(compact).map_err(|_| FunctionError::call("failed to decode base64 data"))
}

pub fn base64decode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let bytes = decoded(text(args, 0))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Value::string(text)),
        Err(_) => Err(FunctionError::call("the result of decoding the provided string is not valid UTF-8")),
    }
}

/// The compressed bytes depend on the compressor: only that there are some is known.
pub fn base64gzip(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let failed = encoder.write_all(text(args, 0).as_bytes()).is_err();
    if failed || encoder.finish().is_err() {
        return Err(FunctionError::call("failed to write gzip raw data"));
    }
    let reasons = Reasons::one(ReasonKind::Unsupported("the exact bytes of base64gzip".into()), None);
    // Every gzip stream starts with the same three bytes.
    let refinement = Refinement { not_null: true, prefix: Some("H4sI".into()), ..Refinement::default() };
    Ok(Value::unknown_refined(Type::String, reasons, refinement))
}

pub fn base64gunzip(args: &[Value], _: &dyn Host) -> FunctionResult {
    let bytes = decoded(text(args, 0))?;
    let mut out = String::new();
    let mut limited = flate2::read::GzDecoder::new(bytes.as_slice()).take(super::MOST_TEXT as u64 + 1);
    match limited.read_to_string(&mut out) {
        Ok(length) if length > super::MOST_TEXT => Err(FunctionError::too_much_text()),
        Ok(_) => Ok(Value::string(out)),
        Err(_) => Err(FunctionError::call("failed to read gzip raw data")),
    }
}

pub fn jsonencode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let value = args.first().cloned().unwrap_or_else(Value::null);
    json::encode(&value).map(Value::string).ok_or_else(|| FunctionError::call("the value is not known"))
}

pub fn jsondecode(args: &[Value], _: &dyn Host) -> FunctionResult {
    json::decode(text(args, 0)).map_err(FunctionError::call)
}

fn charset(label: &str) -> Result<&'static Encoding, FunctionError> {
    // To browsers, ASCII is another name for windows-1252.
    Encoding::for_label(label.as_bytes())
        .filter(|_| !label.to_ascii_lowercase().contains("ascii"))
        .ok_or_else(|| FunctionError::argument(1, format!("{label:?} is not a supported IANA encoding name or alias")))
}

pub fn textencodebase64(args: &[Value], _: &dyn Host) -> FunctionResult {
    let (source, label) = (text(args, 0), text(args, 1));
    let upper = label.to_uppercase();
    let bytes = match upper.as_str() {
        "UTF-16LE" | "UTF-16" => source.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => source.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let (bytes, _, unmappable) = charset(label)?.encode(source);
            if unmappable {
                return Err(FunctionError::argument(
                    0,
                    format!("the given string contains characters that cannot be represented in {label}"),
                ));
            }
            bytes.into_owned()
        }
    };
    Ok(Value::string(STANDARD.encode(bytes)))
}

pub fn textdecodebase64(args: &[Value], _: &dyn Host) -> FunctionResult {
    let bytes = decoded(text(args, 0)).map_err(|e| FunctionError::argument(0, e.message))?;
    let (decoded, failed) = charset(text(args, 1))?.decode_without_bom_handling(&bytes);
    match failed {
        true => Err(FunctionError::argument(0, format!("the given string is not valid {}", text(args, 1)))),
        false => Ok(Value::string(decoded)),
    }
}

pub fn urlencode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut out = String::new();
    for b in text(args, 0).bytes() {
        match b {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(b)),
            b if b.is_ascii_alphanumeric() => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    Ok(Value::string(out))
}

pub fn urldecode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let source = text(args, 0).replace('+', " ");
    let mut bytes = Vec::new();
    let mut rest = source.bytes();
    while let Some(b) = rest.next() {
        if b != b'%' {
            bytes.push(b);
            continue;
        }
        let pair: String = rest.by_ref().take(2).map(char::from).collect();
        let decoded = u8::from_str_radix(&pair, 16).ok().filter(|_| pair.len() == 2);
        bytes.push(decoded.ok_or_else(|| FunctionError::call(format!("invalid URL escape \"%{pair}\"")))?);
    }
    String::from_utf8(bytes).map(Value::string).map_err(|_| FunctionError::call("the result is not valid UTF-8"))
}

/// The segment after a word in a resource name, such as `projects/NAME/…`.
fn segment(args: &[Value], words: &[&str]) -> FunctionResult {
    let id = text(args, 0);
    let mut parts = id.split('/');
    while let Some(part) = parts.next() {
        if words.contains(&part) {
            return match parts.next() {
                Some(value) if !value.is_empty() => Ok(Value::string(value)),
                _ => break,
            };
        }
    }
    Err(FunctionError::argument(
        0,
        format!("the input string \"{id}\" doesn't contain the expected pattern \"{}/{{name}}/\"", words.join("|")),
    ))
}

pub fn google_project_from_id(args: &[Value], _: &dyn Host) -> FunctionResult {
    segment(args, &["projects"])
}

pub fn google_region_from_id(args: &[Value], _: &dyn Host) -> FunctionResult {
    segment(args, &["regions"])
}

pub fn google_zone_from_id(args: &[Value], _: &dyn Host) -> FunctionResult {
    segment(args, &["zones"])
}

pub fn google_location_from_id(args: &[Value], _: &dyn Host) -> FunctionResult {
    segment(args, &["locations"])
}

pub fn google_name_from_id(args: &[Value], _: &dyn Host) -> FunctionResult {
    match text(args, 0).rsplit('/').next() {
        Some(name) if !name.is_empty() => Ok(Value::string(name)),
        _ => Err(FunctionError::argument(0, "the input string has no name at its end")),
    }
}

pub fn google_region_from_zone(args: &[Value], _: &dyn Host) -> FunctionResult {
    match text(args, 0).rsplit_once('-') {
        Some((region, zone)) if !region.is_empty() && !zone.is_empty() => Ok(Value::string(region)),
        _ => Err(FunctionError::argument(0, "the input string is not a zone's name")),
    }
}
