//! What goes to the log of a CI job, made inert while it is written.

use super::text::{inert, unmarked};
use std::io::{Result, Write};

/// Passes text on so that nothing in it is a command of GitHub Actions or Azure Pipelines, as [`inert`] does with a whole text:
/// it keeps back what may be the start of a command.
#[derive(Debug)]
pub struct InertWriter<W> {
    to: W,
    /// The text's own lines are commands: only what hides inside of them is changed.
    has_commands: bool,
    /// What is kept back.
    kept: Vec<u8>,
    /// The line so far is blank: a command of GitHub may begin.
    is_blank: bool,
}

/// What a command of Azure Pipelines begins with; the shorter `##[` begins as this does.
const MARK: &str = "##vso[";

impl<W: Write> InertWriter<W> {
    /// Writes to `to`.
    pub fn new(to: W, has_commands: bool) -> InertWriter<W> {
        InertWriter { to, has_commands, kept: Vec::new(), is_blank: true }
    }

    /// Writes what was kept back: nothing follows it.
    ///
    /// # Errors
    /// What `to` gives.
    pub fn finish(mut self) -> Result<()> {
        let kept = std::mem::take(&mut self.kept);
        let (text, rest) = split_valid(&kept);
        self.pass(text)?;
        self.to.write_all(rest)?;
        self.to.flush()
    }

    fn pass(&mut self, text: &str) -> Result<()> {
        if self.has_commands {
            return self.to.write_all(unmarked(text).as_bytes());
        }
        // Commands count at the start of a line; the rest of one that has begun is no such place.
        let here = if self.is_blank { 0 } else { text.find('\n').map_or(text.len(), |at| at + 1) };
        let (begun, lines) = text.split_at(here);
        self.to.write_all(unmarked(begun).as_bytes())?;
        self.to.write_all(inert(lines).as_bytes())?;
        let last = text.rsplit_once('\n').map(|(_, last)| last);
        self.is_blank = match last {
            Some(last) => last.trim().is_empty(),
            None => self.is_blank && text.trim().is_empty(),
        };
        Ok(())
    }
}

impl<W: Write> Write for InertWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let mut all = std::mem::take(&mut self.kept);
        all.extend_from_slice(bytes);
        let (text, _) = split_valid(&all);
        let now = text.len() - tail(text);
        self.pass(text.get(..now).unwrap_or_default())?;
        all.drain(..now);
        self.kept = all;
        // What is no text comes from no report; it is passed on as it is.
        if self.kept.len() > MOST_KEPT {
            let kept = std::mem::take(&mut self.kept);
            self.to.write_all(&kept)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }
}

/// More bytes are never kept back of a text: the start of a command, and a part of a character.
const MOST_KEPT: usize = 16;

/// The text at the start, and the bytes from where it is none: part of a character, at the end of a piece.
fn split_valid(bytes: &[u8]) -> (&str, &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text, &[]),
        Err(error) => {
            let (text, rest) = bytes.split_at(error.valid_up_to());
            (std::str::from_utf8(text).unwrap_or_default(), rest)
        }
    }
}

/// How many bytes at the end of a text may be the start of a command: one of two colons, or a part of a mark.
fn tail(text: &str) -> usize {
    let is_one_colon = text.ends_with(':') && !text.ends_with("::");
    let mark = (1..MARK.len()).rev().find(|n| MARK.get(..*n).is_some_and(|begun| text.ends_with(begun)));
    mark.unwrap_or(usize::from(is_one_colon))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "::a::b\n \u{a0} ::c ::d\nx ##[e]f ###[g ##vso[h]\n:\n\n  :: i\r\n\t:ü: ##\n[ ##vs\u{3000}\n\u{3000}::set x::\n::";

    fn written(pieces: &[&[u8]], has_commands: bool) -> String {
        let mut out = Vec::new();
        let mut writer = InertWriter::new(&mut out, has_commands);
        pieces.iter().for_each(|piece| writer.write_all(piece).unwrap());
        writer.finish().unwrap();
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn pieces_of_any_size_give_what_the_whole_gives() {
        for size in 1..TEXT.len() {
            let pieces: Vec<&[u8]> = TEXT.as_bytes().chunks(size).collect();
            assert_eq!(written(&pieces, false), inert(TEXT), "pieces of {size} bytes");
            assert_eq!(written(&pieces, true), unmarked(TEXT), "pieces of {size} bytes");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_passed_on() {
        assert_eq!(written(&[b"a\xff", b"b"], false), "a\u{fffd}b");
        assert_eq!(written(&[b"\xff", &[b'x'; 100]], false), format!("\u{fffd}{}", "x".repeat(100)));
    }
}
