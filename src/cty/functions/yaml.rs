//! YAML as Terraform reads and writes it (go-cty-yaml, YAML 1.1's scalars in the core).

use super::string::text;
use super::{FunctionError, FunctionResult, Host, MOST_ELEMENTS, MOST_TEXT};
use crate::base::budget::{Limit, TEXT, size};
use crate::cty::value::{Data, Number, ReasonKind, Reasons, Type, Value};
use base64::Engine;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// A byte order mark, which is no part of the text.
const BOM: char = '\u{feff}';
/// How deep a document may be nested.
const MOST_DEPTH: usize = 500;

struct YamlReader<'y> {
    parser: Parser<'y, StrInput<'y>>,
    anchors: BTreeMap<usize, Anchor>,
    /// What there is so far, with all aliases written out.
    total: Total,
    /// How deep the last node goes.
    height: usize,
    /// The line of the last event.
    line: usize,
    /// As Terraform reads it; else as Kubernetes does.
    strict: bool,
    /// The lines of a text with tabs.
    lines: Vec<&'y str>,
    /// For each collection around, whether it is in brackets or braces.
    flow: Vec<bool>,
}

/// A value that aliases stand for.
struct Anchor {
    value: Value,
    total: Total,
    height: usize,
}

/// How much there is.
#[derive(Clone, Copy, Default)]
struct Total {
    values: usize,
    text: usize,
}

pub fn decode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let text = text(args, 0);
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let result = document(text);
    // libyaml takes a tab for a blank after a colon, where the parser here does not.
    if !(result.is_err() && text.contains(":\t")) {
        return result;
    }
    match text.contains(['"', '\'', '|', '>']) {
        false => document(&text.replace(":\t", ": ")),
        true => {
            let kind = ReasonKind::Unsupported("YAML with a tab after a colon".into());
            Ok(Value::unknown(Type::Any, Reasons::one(kind, None)))
        }
    }
}

/// The one document of a text.
fn document(text: &str) -> FunctionResult {
    let version = text.lines().find_map(|line| line.strip_prefix("%YAML"));
    if version.is_some_and(|version| version.trim() != "1.1") {
        return Err(FunctionError::call("found incompatible YAML document"));
    }
    let lines = if text.contains('\t') { text.lines().collect() } else { Vec::new() };
    let mut reader = YamlReader { strict: true, lines, ..YamlReader::new(text) };
    let mut value = None;
    loop {
        match reader.next()? {
            Event::StreamEnd => return value.ok_or_else(|| FunctionError::call("missing start of document")),
            Event::DocumentStart(_) => {
                if value.is_some() {
                    return Err(FunctionError::call("unexpected extra content after value"));
                }
                let event = reader.next()?;
                value = Some(reader.node(event, 0)?);
            }
            _ => {}
        }
    }
}

/// All documents of a YAML stream, each with the line that it starts on (from 1).
///
/// # Errors
/// What is not YAML, with its line and column.
pub fn documents(text: &str) -> Result<Vec<(usize, Value)>, FunctionError> {
    let mut reader = YamlReader::new(text.strip_prefix(BOM).unwrap_or(text));
    let mut all = Vec::new();
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(all),
            Event::DocumentStart(_) => {
                let line = reader.line;
                let event = reader.next()?;
                all.push((line, reader.node(event, 0)?));
            }
            _ => {}
        }
    }
}

impl<'y> YamlReader<'y> {
    fn new(text: &'y str) -> YamlReader<'y> {
        let parser = Parser::new_from_str(text);
        YamlReader {
            parser,
            anchors: BTreeMap::new(),
            total: Total::default(),
            height: 0,
            line: 1,
            strict: false,
            lines: Vec::new(),
            flow: Vec::new(),
        }
    }

    /// Counts more values, which go so deep.
    fn grow(&mut self, by: Total, depth: usize) -> Result<(), FunctionError> {
        self.total.values = self.total.values.saturating_add(by.values);
        self.total.text = self.total.text.saturating_add(by.text);
        let line = self.line;
        let over = |what: String| {
            let message = format!("on line {line}: {what}, with its aliases written out");
            Err(FunctionError::over(Limit::Fixed, message))
        };
        match self.total {
            _ if depth > MOST_DEPTH => over(format!("the document is nested more than {MOST_DEPTH} deep")),
            t if t.values > MOST_ELEMENTS => over(format!("the document has more than {MOST_ELEMENTS} values")),
            t if t.text > MOST_TEXT => over(format!("the document has more than {} of text", size(TEXT))),
            _ => Ok(()),
        }
    }

    fn next(&mut self) -> Result<Event<'y>, FunctionError> {
        match self.parser.next() {
            Some(Ok((event, span))) => {
                self.line = span.start.line();
                if !self.lines.is_empty() {
                    self.tabs(&event, span.start.col())?;
                }
                Ok(event)
            }
            Some(Err(e)) => {
                let at = e.marker();
                let message = format!("on line {}, column {}: {}", at.line(), at.col() + 1, e.info());
                Err(FunctionError::call(message))
            }
            None => Ok(Event::StreamEnd),
        }
    }

    /// Refuses a tab where libyaml looks for the beginning of a block: before it on the line, or after `-` and `?`.
    fn tabs(&mut self, event: &Event, column: usize) -> Result<(), FunctionError> {
        let line = self.line.checked_sub(1).and_then(|i| self.lines.get(i)).copied().unwrap_or_default();
        let at = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let (before, after) = line.split_at(at);
        let starts = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let around = self.flow.last() == Some(&true);
                self.flow.push(around || after.starts_with(['[', '{']));
                !around
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.flow.pop();
                false
            }
            Event::Scalar(..) | Event::Alias(_) => self.flow.last() != Some(&true),
            _ => false,
        };
        let indented = before.contains('\t') && before.chars().all(|c| matches!(c, ' ' | '\t' | '-' | '?'));
        match starts && indented {
            true => Err(FunctionError::call(format!("on line {}: found a tab that cannot start any token", self.line))),
            false => Ok(()),
        }
    }

    fn node(&mut self, event: Event<'y>, depth: usize) -> FunctionResult {
        let before = self.total;
        self.grow(Total { values: 1, text: 0 }, depth)?;
        let mut height = 0;
        let (anchor, value) = match event {
            Event::Alias(id) => {
                let Some(Anchor { value, total, height }) = self.anchors.get(&id) else {
                    return Err(FunctionError::call("cannot refer to an anchor before it is complete"));
                };
                let (value, total, height) = (value.clone(), *total, *height);
                self.grow(total, depth.saturating_add(height))?;
                self.height = height;
                return Ok(value);
            }
            Event::Scalar(content, style, anchor, tag) => {
                self.grow(Total { values: 0, text: content.len() }, depth)?;
                let tag = tag.as_deref().map(full).filter(|tag| self.strict || tag.starts_with(CORE));
                (anchor, scalar(&content, style, tag.as_deref())?)
            }
            Event::SequenceStart(anchor, tag) => {
                self.has_tag(tag.as_deref(), "seq")?;
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        Event::StreamEnd => return Err(FunctionError::call("unexpected end of the document")),
                        event => items.push(self.node(event, depth + 1)?),
                    }
                    height = height.max(self.height + 1);
                }
                (anchor, Value::tuple(items))
            }
            Event::MappingStart(anchor, tag) => {
                self.has_tag(tag.as_deref(), "map")?;
                let value = self.mapping(depth)?;
                height = self.height;
                (anchor, value)
            }
            _ => return Err(FunctionError::call("unexpected end of the document")),
        };
        if anchor > 0 {
            let total = Total { values: self.total.values - before.values, text: self.total.text - before.text };
            self.anchors.insert(anchor, Anchor { value: value.clone(), total, height });
        }
        self.height = height;
        Ok(value)
    }

    /// Refuses a collection with any tag but its own.
    fn has_tag(&self, tag: Option<&Tag>, own: &str) -> Result<(), FunctionError> {
        match tag.map(full) {
            Some(tag) if self.strict && tag.strip_prefix(CORE) != Some(own) => Err(unsupported_tag(&tag)),
            _ => Ok(()),
        }
    }

    /// Adds what stands after `<<`. Terraform takes one mapping, which replaces the entries before it; others take a list
    /// too, and keep what is written beside it.
    fn merge(
        &mut self,
        merged: &Value,
        into: &mut BTreeMap<Arc<str>, Value>,
        depth: usize,
    ) -> Result<(), FunctionError> {
        let maps = merged.elements().filter(|_| !self.strict).unwrap_or(std::slice::from_ref(merged));
        for map in maps {
            let Some(map) = map.entries() else {
                let message = format!("on line {}: cannot merge {} into mapping", self.line, merged.ty());
                return if self.strict { Err(FunctionError::call(message)) } else { Ok(()) };
            };
            // Each step of a chain of merges copies what those before it have.
            self.grow(Total { values: map.len(), text: 0 }, depth)?;
            for (key, value) in map {
                if self.strict || !into.contains_key(key) {
                    into.insert(key.clone(), value.clone());
                }
            }
        }
        Ok(())
    }

    fn mapping(&mut self, depth: usize) -> FunctionResult {
        let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let mut height = 0;
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::StreamEnd => return Err(FunctionError::call("unexpected end of the document")),
                Event::Scalar(content, ..) if content == "<<" => {
                    let event = self.next()?;
                    let merged = self.node(event, depth + 1)?;
                    height = height.max(self.height + 1);
                    self.merge(&merged, &mut entries, depth)?;
                    continue;
                }
                event => self.node(event, depth + 1)?,
            };
            let name = crate::cty::value::convert(&key, &Type::String).ok();
            let Some(Data::String(name)) = name.map(|n| n.data) else {
                return Err(FunctionError::call("only primitive types and strings can be used as mapping keys"));
            };
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            height = height.max(self.height + 1);
            entries.insert(name, value);
        }
        self.height = height;
        Ok(Value::object(entries))
    }
}

/// The tags of YAML's own types begin so.
const CORE: &str = "tag:yaml.org,2002:";

fn full(tag: &Tag) -> String {
    [&*tag.handle, &*tag.suffix].concat()
}

fn unsupported_tag(tag: &str) -> FunctionError {
    FunctionError::call(format!("unsupported tag \"{tag}\""))
}

fn scalar(content: &str, style: ScalarStyle, tag: Option<&str>) -> FunctionResult {
    let as_text = || Ok(Value::string(content));
    let plain = style == ScalarStyle::Plain;
    let Some(tag) = tag else {
        return if plain { Ok(resolved(content)?.unwrap_or_else(|| Value::string(content))) } else { as_text() };
    };
    match tag.strip_prefix(CORE) {
        Some("str") => as_text(),
        Some("null") => Ok(Value::null()),
        Some("binary") => {
            let compact: String = content.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
            match base64::engine::general_purpose::STANDARD.decode(compact) {
                Ok(_) => as_text(),
                Err(_) => Err(FunctionError::call(format!("cannot parse \"{content}\" as {tag}: not valid base64"))),
            }
        }
        Some("bool" | "float" | "int" | "timestamp") if !plain => as_text(),
        Some("bool" | "float" | "int" | "timestamp") => {
            resolved(content)?.ok_or_else(|| FunctionError::call(format!("cannot parse \"{content}\" as {tag}")))
        }
        _ => Err(unsupported_tag(tag)),
    }
}

/// What a plain scalar is if it is more than text.
fn resolved(content: &str) -> Result<Option<Value>, FunctionError> {
    Ok(Some(match content {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => Value::bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => Value::bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::number(Number::infinity(false)),
        "-.inf" | "-.Inf" | "-.INF" => Value::number(Number::infinity(true)),
        ".nan" | ".NaN" | ".NAN" => return Err(FunctionError::call("floating point NaN is not supported")),
        text => match (number(text), timestamp(text)) {
            (Some(n), _) => Value::number(n),
            (None, Some(t)) => Value::string(t),
            (None, None) => return Ok(None),
        },
    }))
}

/// A plain number: decimal, or without a sign `0x` and `0o`.
fn number(text: &str) -> Option<Number> {
    let radix = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix)?;
        let integer = dashu_int::UBig::from_str_radix(digits, radix).ok()?;
        digits.chars().all(|c| c.is_digit(radix)).then(|| Number::from_integer(integer.into()))
    };
    radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let number = digits.strip_suffix('.').filter(|whole| !whole.is_empty()).unwrap_or(digits);
        let (first, second) = (number.chars().next()?, number.chars().nth(1));
        let is_number = first.is_ascii_digit() || first == '.' && second.is_some_and(|c| c.is_ascii_digit());
        let fixed = if first == '.' { format!("0{number}") } else { number.to_string() };
        let value = is_number.then(|| Number::parse(&fixed)).flatten()?;
        Some(if negative { value.neg() } else { value })
    })
}

/// A date or time in the forms that go-yaml has, as RFC 3339: `2006-1-2`, `2006-1-2 15:4:5.9` and `2006-1-2T15:4:5.9Z`.
fn timestamp(text: &str) -> Option<String> {
    use time::format_description::well_known::Rfc3339;
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, Some(text.get(at..)?)),
        None => (text, None),
    };
    let padded = |part: &str, most: usize| {
        let digits = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| format!("{part:0>2}"))
    };
    let [year, month, day] = date.split('-').collect::<Vec<_>>().try_into().ok()?;
    let date = format!("{}-{}-{}", padded(year, 4).filter(|y| y.len() == 4)?, padded(month, 2)?, padded(day, 2)?);
    let full = match time {
        None => format!("{date}T00:00:00Z"),
        Some(time) => {
            let spaced = time.starts_with(' ');
            let time = time.get(1..)?;
            let zone = time.find(['Z', '+', '-']).filter(|_| !spaced);
            let (clock, zone) = if spaced { (time, "Z") } else { (time.get(..zone?)?, time.get(zone?..)?) };
            let [hour, minute, second] = clock.split(':').collect::<Vec<_>>().try_into().ok()?;
            let (second, fraction) = second.split_once('.').map_or((second, ""), |(whole, fraction)| (whole, fraction));
            let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
            format!("{date}T{}:{}:{}{fraction}{zone}", padded(hour, 2)?, padded(minute, 2)?, padded(second, 2)?)
        }
    };
    let parsed = time::OffsetDateTime::parse(&full, &Rfc3339).ok()?;
    parsed.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}

pub fn encode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut out = String::new();
    let value = args.first().cloned().unwrap_or_else(Value::null);
    write_node(&value, 0, YamlPlace::Top, &mut out);
    out.push('\n');
    // A plain scalar as a whole document needs its end.
    if matches!(value.data, Data::Null(_) | Data::Bool(_) | Data::Number(_)) {
        out.push_str("...\n");
    }
    Ok(Value::string(out))
}

#[derive(Clone, Copy, PartialEq)]
enum YamlPlace {
    Top,
    Item,
    Member,
}

fn write_node(value: &Value, indent: usize, place: YamlPlace, out: &mut String) {
    let pad = " ".repeat(indent);
    match &value.data {
        Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                if i > 0 || place == YamlPlace::Member {
                    let _ = write!(out, "\n{pad}");
                }
                out.push_str("- ");
                write_node(item, indent + 2, YamlPlace::Item, out);
            }
        }
        Data::Map(_, entries) | Data::Object(entries) if !entries.is_empty() => {
            let inner = if place == YamlPlace::Member { indent + 2 } else { indent };
            for (i, (key, item)) in entries.iter().enumerate() {
                if i > 0 || place == YamlPlace::Member {
                    let _ = write!(out, "\n{}", " ".repeat(inner));
                }
                let _ = write!(out, "{}:", quote(key));
                let nested = matches!(&item.data, Data::List(_, v) | Data::Set(_, v) | Data::Tuple(v) if !v.is_empty())
                    || matches!(&item.data, Data::Map(_, e) | Data::Object(e) if !e.is_empty());
                if !nested {
                    out.push(' ');
                }
                write_node(item, inner, YamlPlace::Member, out);
            }
        }
        Data::List(..) | Data::Set(..) | Data::Tuple(_) => out.push_str("[]"),
        Data::Map(..) | Data::Object(_) => out.push_str("{}"),
        Data::String(s) if s.contains('\n') && literal_block(s) => {
            let marker = if s.ends_with("\n\n") {
                "|+"
            } else if s.ends_with('\n') {
                "|"
            } else {
                "|-"
            };
            let (bar, end) = marker.split_at(1);
            out.push_str(bar);
            // Where the text begins with a blank, its indentation is written out.
            out.push_str(if s.starts_with([' ', '\n']) { "2" } else { "" });
            out.push_str(end);
            let pad = " ".repeat(if place == YamlPlace::Item { indent } else { indent + 2 });
            for line in s.trim_end_matches('\n').split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    out.push_str(&pad);
                    out.push_str(line);
                }
            }
            out.push_str(&"\n".repeat((s.len() - s.trim_end_matches('\n').len()).saturating_sub(1)));
        }
        Data::String(s) => out.push_str(&quote(s)),
        Data::Number(n) => {
            let _ = write!(out, "{n}");
        }
        Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Data::Null(_) | Data::Unknown(_) => out.push_str("null"),
    }
}

/// Whether text can stand in a literal block: no blank before a line's end, nothing that needs an escape.
fn literal_block(s: &str) -> bool {
    !s.contains(" \n") && s.chars().all(|c| c == '\n' || is_printable(c))
}

/// What go-yaml writes as it is.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn quote(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{1b}' => out.push_str("\\e"),
            c if is_printable(c) => out.push(c),
            c => {
                let _ = match u32::from(c) {
                    code @ ..=0xff => write!(out, "\\x{code:02X}"),
                    code @ ..=0xffff => write!(out, "\\u{code:04X}"),
                    code => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}
