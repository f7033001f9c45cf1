//! YAML as Terraform reads and writes it (go-cty-yaml, YAML 1.1's scalars in the core).

use super::string::text;
use super::{FunctionError, FunctionResult, Host, MOST_ELEMENTS, MOST_TEXT};
use crate::base::budget::{Limit, TEXT, size};
use crate::cty::value::{Data, Number, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

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
    let mut reader = YamlReader::new(text(args, 0));
    let mut value = Value::null();
    let mut documents = 0;
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(value),
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(FunctionError::call("unexpected extra content after value"));
                }
                let event = reader.next()?;
                value = reader.node(event, 0)?;
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
    let mut reader = YamlReader::new(text);
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
        YamlReader { parser, anchors: BTreeMap::new(), total: Total::default(), height: 0, line: 1 }
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
                let tag = tag.map(|t| t.suffix.clone());
                (anchor, scalar(&content, style, tag.as_deref())?)
            }
            Event::SequenceStart(anchor, _) => {
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
            Event::MappingStart(anchor, _) => {
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

    fn mapping(&mut self, depth: usize) -> FunctionResult {
        let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let mut merged: Vec<Value> = Vec::new();
        let mut height = 0;
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::StreamEnd => return Err(FunctionError::call("unexpected end of the document")),
                Event::Scalar(content, ScalarStyle::Plain, 0, None) if content == "<<" => {
                    let event = self.next()?;
                    merged.push(self.node(event, depth + 1)?);
                    height = height.max(self.height + 1);
                    continue;
                }
                event => self.node(event, depth + 1)?,
            };
            let name = crate::cty::value::convert(&key, &crate::cty::ty::Type::String).ok();
            let Some(Data::String(name)) = name.map(|n| n.data) else {
                return Err(FunctionError::call("only primitive types and strings can be used as mapping keys"));
            };
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            height = height.max(self.height + 1);
            entries.insert(name, value);
        }
        for source in merged {
            let maps: Vec<&Value> = match source.elements() {
                Some(items) => items.iter().collect(),
                None => vec![&source],
            };
            for map in maps {
                // Each step of a chain of merges copies what those before it have.
                self.grow(Total { values: map.entries().map_or(0, BTreeMap::len), text: 0 }, depth)?;
                for (k, v) in map.entries().into_iter().flatten() {
                    entries.entry(k.clone()).or_insert_with(|| v.clone());
                }
            }
        }
        self.height = height;
        Ok(Value::object(entries))
    }
}

fn scalar(content: &str, style: ScalarStyle, tag: Option<&str>) -> FunctionResult {
    match tag {
        Some("str") => return Ok(Value::string(content)),
        Some("binary") => return Ok(Value::string(content.split_whitespace().collect::<String>())),
        Some("int" | "float") => {
            let number =
                number(content).ok_or_else(|| FunctionError::call(format!("cannot parse \"{content}\" as a number")));
            return number.map(Value::number);
        }
        _ => {}
    }
    if style != ScalarStyle::Plain {
        return Ok(Value::string(content));
    }
    Ok(match content {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => Value::bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => Value::bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::number(Number::infinity(false)),
        "-.inf" | "-.Inf" | "-.INF" => Value::number(Number::infinity(true)),
        text => match (number(text), timestamp(text)) {
            (Some(n), _) => Value::number(n),
            (None, Some(t)) => Value::string(t),
            (None, None) => Value::string(text),
        },
    })
}

/// A plain number: decimal, `0x`, `0o`, `0b`.
fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let radix = |prefix: &str, radix: u32| {
        let digits = digits.strip_prefix(prefix)?;
        let integer = dashu_int::UBig::from_str_radix(digits, radix).ok()?;
        Some(Number::from_integer(integer.into()))
    };
    let value = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)).or_else(|| {
        let first = digits.chars().next()?;
        let fixed = if first == '.' { format!("0{digits}") } else { digits.to_string() };
        let fixed = fixed.strip_suffix('.').map_or(fixed.clone(), str::to_string);
        (first.is_ascii_digit() || first == '.' && digits.len() > 1).then(|| Number::parse(&fixed)).flatten()
    })?;
    Some(if negative { value.neg() } else { value })
}

/// A date or time in the forms that YAML has, as RFC 3339.
fn timestamp(text: &str) -> Option<String> {
    use time::format_description::well_known::Rfc3339;
    let date = text.get(..10)?;
    let shaped = date.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    if !shaped {
        return None;
    }
    let rest = &text[10..];
    let full = match rest.chars().next() {
        None => format!("{date}T00:00:00Z"),
        Some('T' | 't' | ' ') => {
            let rest = rest.get(1..)?.trim_start();
            let zoned = rest.ends_with('Z') || rest.get(8..).is_some_and(|z| z.contains(['+', '-']));
            format!("{date}T{rest}{}", if zoned { "" } else { "Z" })
        }
        _ => return None,
    };
    let parsed = time::OffsetDateTime::parse(&full, &Rfc3339).ok()?;
    parsed.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}

pub fn encode(args: &[Value], _: &dyn Host) -> FunctionResult {
    let mut out = String::new();
    let value = args.first().cloned().unwrap_or_else(Value::null);
    write_node(&value, 0, YamlPlace::Top, &mut out);
    out.push('\n');
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
            out.push_str(marker);
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

/// Whether text can stand in a literal block: no leading blanks, nothing that needs an escape.
fn literal_block(s: &str) -> bool {
    !s.starts_with([' ', '\n', '\t']) && s.chars().all(|c| c == '\n' || c == '\t' || !c.is_control())
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
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
