//! Values as `terraform console` prints them.

use super::{Data, Marks, Type, Value};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// The text that `terraform console` prints for a value.
pub fn format_console(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, 0, &mut out);
    out
}

fn write_value(value: &Value, indent: usize, out: &mut String) {
    if !value.is_known() {
        return out.push_str("(known after apply)");
    }
    if value.marks.is_sensitive() || value.marks.contains(Marks::PRIVATE) {
        return out.push_str("(sensitive value)");
    }
    if value.marks.contains(Marks::EPHEMERAL) {
        return out.push_str("(ephemeral value)");
    }
    match &value.data {
        Data::Unknown(_) => out.push_str("(known after apply)"),
        Data::Null(ty) => out.push_str(&null(ty)),
        Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Data::Number(n) => {
            let _ = write!(out, "{n}");
        }
        Data::String(s) => write_string(s, indent, out),
        Data::List(_, items) => sequence("tolist([", items, "])", indent, out),
        Data::Set(_, items) => sequence("toset([", items, "])", indent, out),
        Data::Tuple(items) => sequence("[", items, "]", indent, out),
        Data::Map(_, entries) => mapping("tomap({", entries, "})", indent, out),
        Data::Object(entries) => mapping("{", entries, "}", indent, out),
    }
}

fn null(ty: &Type) -> String {
    match ty {
        Type::Any => "null".into(),
        Type::Bool | Type::Number | Type::String => format!("to{ty}(null)"),
        Type::List(of) => format!("tolist(null) /* of {of} */"),
        Type::Set(of) => format!("toset(null) /* of {of} */"),
        Type::Map(of) => format!("tomap(null) /* of {of} */"),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {ty} */"),
    }
}

fn write_string(text: &str, indent: usize, out: &mut String) {
    if !text.contains('\n') {
        out.push_str(&quote_go(text));
        return;
    }
    // A marker that no line of the text is.
    let mut marker = String::from("EOT");
    while text.lines().any(|l| l.trim() == marker) {
        marker.push('_');
    }
    if indent > 0 {
        let _ = writeln!(out, "<<-{marker}");
        let pad = " ".repeat(indent);
        for line in text.split('\n') {
            let _ = writeln!(out, "{pad}{line}");
        }
        let _ = write!(out, "{pad}{marker}");
    } else {
        let _ = write!(out, "<<{marker}\n{text}\n{marker}");
    }
}

fn push_printable(c: char, out: &mut String) {
    let code = u32::from(c);
    if is_print(c) {
        out.push(c);
    } else if code < 0x80 {
        let _ = write!(out, "\\x{code:02x}");
    } else if code <= 0xffff {
        let _ = write!(out, "\\u{code:04x}");
    } else {
        let _ = write!(out, "\\U{code:08x}");
    }
}

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the plain space.
fn is_print(c: char) -> bool {
    c == ' ' || !(c.is_control() || c.is_whitespace() || is_format(c) || is_private_or_not_a_character(c))
}

/// A string as Go's `%q` writes it.
pub fn quote_go(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            c => push_printable(c, &mut out),
        }
    }
    out.push('"');
    out
}

fn sequence(open: &str, items: &[Value], close: &str, indent: usize, out: &mut String) {
    out.push_str(open);
    for item in items {
        let _ = write!(out, "\n{}", " ".repeat(indent + 2));
        write_value(item, indent + 2, out);
        out.push(',');
    }
    if !items.is_empty() {
        let _ = write!(out, "\n{}", " ".repeat(indent));
    }
    out.push_str(close);
}

fn mapping(open: &str, entries: &BTreeMap<Arc<str>, Value>, close: &str, indent: usize, out: &mut String) {
    out.push_str(open);
    for (key, value) in entries {
        let _ = write!(out, "\n{}{} = ", " ".repeat(indent + 2), quote_go(key));
        write_value(value, indent + 2, out);
    }
    if !entries.is_empty() {
        let _ = write!(out, "\n{}", " ".repeat(indent));
    }
    out.push_str(close);
}

/// A type as `type(…)` prints it.
pub fn format_type(ty: &Type) -> String {
    let mut out = String::new();
    write_type(ty, 0, &mut out);
    out
}

fn write_type(ty: &Type, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent + 4);
    match ty {
        Type::Any => out.push_str("dynamic"),
        Type::Bool | Type::Number | Type::String => {
            let _ = write!(out, "{ty}");
        }
        Type::List(of) => wrapped("list", of, indent, out),
        Type::Set(of) => wrapped("set", of, indent, out),
        Type::Map(of) => wrapped("map", of, indent, out),
        Type::Tuple(types) if types.is_empty() => out.push_str("tuple([])"),
        Type::Tuple(types) => {
            out.push_str("tuple([\n");
            for ty in types.iter() {
                out.push_str(&pad);
                write_type(ty, indent + 4, out);
                out.push_str(",\n");
            }
            let _ = write!(out, "{}])", " ".repeat(indent));
        }
        Type::Object(attributes) if attributes.is_empty() => out.push_str("object({})"),
        Type::Object(attributes) => {
            out.push_str("object({\n");
            for (name, attribute) in attributes.iter() {
                let _ = write!(out, "{pad}{name}: ");
                write_type(&attribute.ty, indent + 4, out);
                out.push_str(",\n");
            }
            let _ = write!(out, "{}}})", " ".repeat(indent));
        }
    }
}

fn wrapped(name: &str, of: &Type, indent: usize, out: &mut String) {
    let _ = write!(out, "{name}(");
    // An element type that takes several lines stands on lines of its own.
    if matches!(of, Type::Object(_) | Type::Tuple(_)) {
        let _ = write!(out, "\n{}", " ".repeat(indent + 4));
        write_type(of, indent + 4, out);
        let _ = write!(out, ",\n{}", " ".repeat(indent));
    } else {
        write_type(of, indent, out);
    }
    out.push(')');
}

/// Unicode category Cf.
fn is_format(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x180e | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x2064 | 0x2066..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0x110bd | 0x110cd
        | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0001 | 0xe0020..=0xe007f)
}

/// Private use, and code points that are no characters.
fn is_private_or_not_a_character(c: char) -> bool {
    let code = u32::from(c);
    matches!(code, 0xe000..=0xf8ff | 0xf0000..=0x10ffff | 0xfdd0..=0xfdef) || code & 0xfffe == 0xfffe
}
