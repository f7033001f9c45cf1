//! Breaks lines between words.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text in lines of at most `width` columns; what stands in backticks stays on one line if it fits there. A word that is
/// longer breaks after the separators of addresses, paths and URLs; a part without one stands on a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in words(text, width) {
        let word = word.as_str();
        let parts = if word.width() > width { parts(word, width) } else { vec![word] };
        for (at, part) in parts.into_iter().enumerate() {
            let wide = part.width();
            if at > 0 || (used > 0 && used + 1 + wide > width) {
                lines.push(String::new());
                used = 0;
            }
            if let Some(last) = lines.last_mut() {
                if used > 0 {
                    last.push(' ');
                    used += 1;
                }
                last.push_str(part);
                used += wide;
            }
        }
    }
    lines
}

/// The words of a text; code in backticks is one word if a line has room for it.
fn words(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut code: Vec<&str> = Vec::new();
    let is_open = |word: &str| word.matches('`').count() % 2 == 1;
    for word in text.split_whitespace() {
        if code.is_empty() && !is_open(word) {
            out.push(word.into());
            continue;
        }
        let ends = !code.is_empty() && is_open(word);
        code.push(word);
        let whole = code.iter().map(|word| word.width() + 1).sum::<usize>().saturating_sub(1);
        if whole > width {
            out.extend(code.drain(..).map(String::from));
        } else if ends {
            out.push(code.join(" "));
            code.clear();
        }
    }
    out.extend(code.into_iter().map(String::from));
    out
}

/// A long word in parts of at most `width` columns, where separators allow it.
fn parts(word: &str, width: usize) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut separator, mut used) = (0, None, 0);
    for (at, c) in word.char_indices() {
        used += c.width().unwrap_or(0);
        if let Some(cut) = separator.filter(|_| used > width) {
            out.extend(word.get(from..cut));
            used = word.get(cut..at + c.len_utf8()).map_or(0, UnicodeWidthStr::width);
            (from, separator) = (cut, None);
        }
        if matches!(c, '.' | '/' | ',' | '?' | '&' | '=') {
            separator = Some(at + c.len_utf8());
        }
    }
    out.extend(word.get(from..).filter(|rest| !rest.is_empty()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn code_stays_on_one_line_where_there_is_room() {
        assert_eq!(wrap("now write `a = 1` here", 12), ["now write", "`a = 1` here"]);
        assert_eq!(wrap("write `a = 1, b = 2`", 8), ["write `a", "= 1, b =", "2`"]);
    }

    #[test]
    fn a_longer_word_breaks_after_separators_only() {
        assert_eq!(wrap("a-very-long-word b", 4), ["a-very-long-word", "b"]);
        assert_eq!(
            wrap("see module.gke.google_container_cluster.primary now", 20),
            ["see module.gke.", "google_container_cluster.", "primary now"]
        );
        assert_eq!(wrap("git::https://e.com/x.git?ref=1", 16), ["git::https://e.", "com/x.git?ref=1"]);
    }
}
