//! JSON as reports have it: indented, and without anything that a terminal or a CI job would obey.

use super::text::steers;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{Result, Write};

/// JSON with line breaks, and one at the end. What would steer a terminal or command a CI job is escaped.
pub fn pretty(json: &impl Serialize) -> Vec<u8> {
    let mut text = Vec::new();
    // Writing into memory does not fail, and what kfplint writes has texts for keys.
    let _ = write_json(json, &mut text);
    text
}

/// Writes the same piece by piece. A text must come as a whole: [`Serializer::collect_str`](serde::Serializer::collect_str)
/// could tear what a CI job obeys into two.
///
/// # Errors
/// What `out` gives.
pub fn write_json(json: &impl Serialize, out: &mut impl Write) -> Result<()> {
    json.serialize(&mut Serializer::with_formatter(&mut *out, Indented::default()))?;
    out.write_all(b"\n")
}

/// Two columns for each level, as serde's own does, but in one piece.
#[derive(Debug, Default)]
struct Indented {
    depth: usize,
    /// The list or object that ends has something in it.
    is_filled: bool,
}

const SPACES: &[u8; 64] = &[b' '; 64];

impl Indented {
    fn line<W: ?Sized + Write>(&self, out: &mut W) -> Result<()> {
        out.write_all(b"\n")?;
        let mut columns = 2 * self.depth;
        while columns > SPACES.len() {
            out.write_all(SPACES)?;
            columns -= SPACES.len();
        }
        out.write_all(SPACES.get(..columns).unwrap_or_default())
    }

    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> Result<()> {
        self.depth += 1;
        self.is_filled = false;
        out.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.is_filled {
            self.line(out)?;
        }
        out.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&self, out: &mut W, first: bool) -> Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.line(out)
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _out: &mut W) -> Result<()> {
        self.is_filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _out: &mut W) -> Result<()> {
        self.is_filled = true;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> Result<()> {
        let is_plain = |byte: u8| byte < 0x7f && byte != b'#';
        if fragment.bytes().all(is_plain) {
            return out.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        for (at, c) in fragment.char_indices() {
            if !steers(c) && !commands(c, fragment, at) {
                continue;
            }
            out.write_all(fragment.get(written..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        out.write_all(fragment.get(written..).unwrap_or_default().as_bytes())
    }
}

/// Whether a character is the second of `##[` or `##vso[`, which the log of a CI job obeys.
fn commands(c: char, text: &str, at: usize) -> bool {
    let rest = || text.get(at + 1..).unwrap_or_default();
    c == '#'
        && text.get(..at).is_some_and(|before| before.ends_with('#'))
        && (rest().starts_with('[') || rest().starts_with("vso["))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_layout_is_that_of_serde() {
        let value =
            json!({ "a": [], "b": {}, "c": [1, [2.5, {}], { "d": null }], "e": "ü\n\"\\\u{1}", "f": [[[[true]]]] });
        assert_eq!(pretty(&value), format!("{value:#}\n").into_bytes());
        let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(pretty(&deep), format!("{deep:#}\n").into_bytes());
    }

    #[test]
    fn nothing_steers_a_terminal_or_commands_a_job() {
        let text = "a\u{7f}ü\u{202e}b ###[x ##vso[y ##\n[z #[ \u{e0001}";
        let shown = String::from_utf8(pretty(&text)).unwrap();
        assert_eq!(shown, "\"a\\u007fü\\u202eb ##\\u0023[x #\\u0023vso[y ##\\n[z #[ \\udb40\\udc01\"\n");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }
}
