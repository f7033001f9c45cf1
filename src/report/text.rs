//! Keeps what comes from files from steering the terminal.

use std::borrow::Cow;

/// The text on one line, with everything that a terminal would obey made visible.
pub fn line(text: &str) -> Cow<'_, str> {
    clean(text, |_| false)
}

/// The text with its line breaks and tabs, everything else that a terminal would obey made visible.
pub fn lines(text: &str) -> Cow<'_, str> {
    clean(text, |c| c == '\n' || c == '\t')
}

fn clean(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(|c| keep(c) || visible(c) == c) {
        return text.into();
    }
    text.chars().map(|c| if keep(c) { c } else { visible(c) }).collect::<String>().into()
}

/// A character as it may be printed: control characters as their pictures, characters that reorder or hide text as U+FFFD.
pub fn visible(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        other => other,
    }
}

/// Whether a terminal may obey a character, or a reader be misled by it.
pub fn steers(c: char) -> bool {
    visible(c) != c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_reordering_are_made_visible() {
        assert_eq!(line("a\x1b[31mb\nc\u{202e}d"), "a\u{241b}[31mb\u{240a}c\u{fffd}d");
        assert_eq!(lines("a\n\tb\r"), "a\n\tb\u{240d}");
        assert!(matches!(line("größe = \"你好\""), Cow::Borrowed(_)));
    }
}
