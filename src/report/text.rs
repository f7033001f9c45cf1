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
        | '\u{e0000}'..='\u{e007f}'
        // No characters: XML may not have them.
        | '\u{fdd0}'..='\u{fdef}' => '\u{fffd}',
        other if u32::from(other) & 0xfffe == 0xfffe => '\u{fffd}',
        other => other,
    }
}

/// Whether a terminal may obey a character, or a reader be misled by it.
pub fn steers(c: char) -> bool {
    visible(c) != c
}

/// The text as the log of a CI job may have it: nothing in it is a command of GitHub Actions or Azure Pipelines. These obey
/// `##[name]` and `##vso[name]` anywhere in a line, and GitHub `::name::` at its start.
pub fn inert(text: &str) -> Cow<'_, str> {
    let starts = |line: &str| line.trim_start().starts_with("::");
    if !text.contains("::") || !text.lines().any(starts) {
        return unmarked(text);
    }
    let line = |line: &str| if starts(line) { line.replacen("::", ": :", 1) } else { line.to_string() };
    let text: String = text.split_inclusive('\n').map(line).collect();
    unmarked(&text).into_owned().into()
}

/// The text without `##[name]` and `##vso[name]`.
pub fn unmarked(text: &str) -> Cow<'_, str> {
    match text.contains("##[") || text.contains("##vso[") {
        true => text.replace("##[", "# #[").replace("##vso[", "# #vso[").into(),
        false => text.into(),
    }
}

/// The lines of a message with colours: of all that a terminal would obey, only these are left.
pub fn coloured(text: &str) -> String {
    let mut pieces = text.split('\x1b');
    let mut out = pieces.next().map(lines).unwrap_or_default().into_owned();
    for piece in pieces {
        let colour = piece.strip_prefix('[').and_then(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
            rest.get(end..)?.starts_with('m').then_some(end + 2)
        });
        let (colour, rest) = piece.split_at(colour.unwrap_or(0));
        out.push(if colour.is_empty() { visible('\x1b') } else { '\x1b' });
        out += colour;
        out += &lines(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_reordering_are_made_visible() {
        assert_eq!(line("a\x1b[31mb\nc\u{202e}d"), "a\u{241b}[31mb\u{240a}c\u{fffd}d");
        assert_eq!(lines("a\n\tb\r"), "a\n\tb\u{240d}");
        assert_eq!(line("a\u{fffe}\u{ffff}\u{1ffff}\u{fdd0}"), "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
        assert!(matches!(line("größe = \"你好\""), Cow::Borrowed(_)));
        assert_eq!(
            coloured("\x1b[1;31ma\x1b[0m\x1b[2Jb\x1b]8;;x\x1b"),
            "\x1b[1;31ma\x1b[0m\u{241b}[2Jb\u{241b}]8;;x\u{241b}"
        );
    }

    #[test]
    fn a_log_has_no_commands() {
        assert_eq!(inert("a\n  ::set-env::x\n::b::\n"), "a\n  : :set-env::x\n: :b::\n");
        assert_eq!(inert("x ##[a]b ##vso[c]d"), "x # #[a]b # #vso[c]d");
        assert!(matches!(inert("a::b\n## title\n"), Cow::Borrowed(_)));
    }
}
