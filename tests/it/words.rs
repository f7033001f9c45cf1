//! Plain English: words that STYLE.md rules out stand in no message, help, page or report.

use crate::tree::{files, repository};

/// Old or translated words, each with what to say in its place.
const BANNED: [(&str, &str); 20] = [
    ("made here", "declared, created by this configuration"),
    ("made elsewhere", "created by another configuration"),
    ("beside", "next to, in addition to"),
    ("whoever", "the identity that"),
    ("hangs on", "depends on"),
    ("hang on", "depend on"),
    ("all the same", "still"),
    ("out of account", "ignored"),
    ("at hand", "available"),
    ("anew", "again"),
    ("in vain", "unused"),
    ("set aside", "suppressed"),
    ("somebody", "someone"),
    ("nobody", "no one"),
    ("so many", "a number"),
    ("so much", "an amount"),
    ("for others", "reusable"),
    ("lies in", "is in"),
    ("shuts off", "disables"),
    ("parted", "separated"),
];

/// The banned words of a line, as words of their own.
fn banned(line: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let stands = move |word: &str| {
        line.match_indices(word).any(|(at, _)| {
            let (before, after) = (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
            !is_letter(before) && !is_letter(after)
        })
    };
    BANNED.into_iter().filter(move |(word, _)| stands(word))
}

/// The texts in quotes of a line of Rust; none of a comment, and none of an attribute.
fn quoted(line: &str) -> String {
    let code = line.trim_start();
    if code.starts_with("//") || code.starts_with("#[") {
        return String::new();
    }
    // A text that goes on over lines has no quote on some of them.
    match line.matches('"').count() {
        0 if line.trim_end().ends_with('\\') => line.to_string(),
        0 => String::new(),
        _ => line.split('"').skip(1).step_by(2).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn messages_and_pages_are_in_plain_english() {
    let mut wrong = Vec::new();
    let mut look = |place: String, line: &str| {
        wrong.extend(
            banned(line).map(|(word, better)| format!("{place}: \"{word}\", better \"{better}\": {}", line.trim())),
        );
    };
    for folder in ["src", "rules"] {
        for path in files(folder, "rs") {
            let text = std::fs::read_to_string(&path).expect("a file");
            // Tests come last in a file.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for (at, line) in code.lines().enumerate() {
                look(format!("{}:{}", path.display(), at + 1), &quoted(line));
            }
        }
    }
    for (folder, extension) in
        [("rules", "md"), ("fixtures", "snap"), ("tests/documents", "snap"), ("tests/report", "snap")]
    {
        for path in files(folder, extension) {
            // Cases are for those who write rules, and name resources as they like; so do fixtures.
            if path.components().any(|part| part.as_os_str() == "cases") {
                continue;
            }
            let text =
                std::fs::read_to_string(&path).expect("a file").replace("pool.beside", "").replace("\"beside\"", "");
            text.lines().enumerate().for_each(|(at, line)| look(format!("{}:{}", path.display(), at + 1), line));
        }
    }
    for page in ["README.md", "docs/cli.md", "docs/rules.md", "docs/documents.md", "src/config/template.toml"] {
        let text = std::fs::read_to_string(repository(page)).expect("a page");
        text.lines().enumerate().for_each(|(at, line)| look(format!("{page}:{}", at + 1), line));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
