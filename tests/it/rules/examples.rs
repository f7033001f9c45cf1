//! The examples of rules' pages and cases, and the comments in them that say what is found.

use super::Checked;
use kfplint::diagnostic::{Finding, Level};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// One executed example.
#[derive(Clone, Debug, Default)]
pub struct Example {
    /// `fail`, `pass`, `undecided` or `not-applicable`.
    pub expected: String,
    /// Name and text of each file.
    pub files: Vec<(String, String)>,
    /// The index of each file's first line in the page.
    pub starts: Vec<usize>,
    /// The line of the page at which the example begins, counted from 1.
    pub line: usize,
}

/// The fenced blocks of a page that are marked `hcl` and what they show. Lines `# file: NAME` part several files.
pub fn examples(page: &str) -> Vec<Example> {
    let mut all = Vec::new();
    let mut open: Option<Example> = None;
    for (at, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let Some(expected) = info.strip_prefix("hcl ") else { continue };
                open = Some(Example {
                    expected: expected.trim().into(),
                    files: Vec::new(),
                    starts: Vec::new(),
                    line: at + 1,
                });
            }
            (Some(_), Some(_)) => all.extend(open.take()),
            (Some(example), None) => match line.strip_prefix("# file: ") {
                Some(name) => {
                    example.files.push((name.trim().into(), String::new()));
                    example.starts.push(at + 1);
                }
                None => {
                    if example.files.is_empty() {
                        example.files.push(("main.tf".into(), String::new()));
                        example.starts.push(at);
                    }
                    if let Some((_, text)) = example.files.last_mut() {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            },
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    all
}

/// `# error: [KFP002] "2 vCPU and 2048 MiB"`: the code, the level and a piece of the message of a finding whose primary place is
/// on this line or, where the comment has a line of its own, on the next line that has something else.
struct Comment {
    /// The line that it is on, as an index into the page.
    at: usize,
    /// The line that it is about, as an index into the page.
    about: usize,
    level: String,
    code: String,
    text: String,
}

static COMMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"# (error|warning|note): \[([A-Z]+[0-9]{3})\] "(.+)"$"#).expect("an expression"));

/// Whether a comment about a finding has a line of its own.
fn is_alone(line: &str) -> bool {
    COMMENT.find(line).is_some_and(|found| line[..found.start()].trim().is_empty())
}

fn comments(example: &Example) -> Vec<Comment> {
    let mut all = Vec::new();
    for ((_, text), start) in example.files.iter().zip(&example.starts) {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(found) = COMMENT.captures(line) else { continue };
            let next = (at..lines.len()).find(|i| !is_alone(lines[*i])).unwrap_or(at);
            let [level, code, text] = [1, 2, 3].map(|group| found[group].to_string());
            all.push(Comment { at: start + at, about: start + next, level, code, text });
        }
    }
    all
}

/// A finding at a line of the page.
struct Found<'f> {
    finding: &'f Finding,
    line: usize,
}

impl Found<'_> {
    fn fits(&self, comment: &Comment) -> bool {
        let Finding { code, level, message, .. } = self.finding;
        comment.about == self.line
            && comment.code == *code
            && comment.level == word(*level)
            && message.contains(&comment.text)
    }

    /// The comment that says so.
    fn comment(&self) -> String {
        let Finding { code, level, message, .. } = self.finding;
        format!("# {}: [{code}] \"{}\"", word(*level), piece(message))
    }
}

fn word(level: Level) -> String {
    format!("{level:?}").to_lowercase()
}

/// A piece of a message for a comment: all of a short one without the address before it, of a long one the part after its last colon,
/// or the beginning up to a word's end.
fn piece(message: &str) -> &str {
    const LONGEST: usize = 72;
    let message = match message.split_once(": ") {
        Some((address, rest)) if address.contains('.') && !address.contains(' ') => rest,
        _ => message,
    };
    if message.len() <= LONGEST {
        return message;
    }
    if let Some((_, reason)) = message.rsplit_once(": ").filter(|(_, reason)| reason.len() <= LONGEST) {
        return reason;
    }
    let cut = message.char_indices().take_while(|(at, _)| *at <= LONGEST).filter(|(_, c)| *c == ' ').last();
    message[..cut.map_or(message.len(), |(at, _)| at)].trim_end_matches([':', ',', ';'])
}

fn found<'f>(code: &str, example: &Example, checked: &'f Checked) -> Vec<Found<'f>> {
    let own = checked.report.findings.iter().filter(|f| f.code == code);
    let line = |finding: &Finding| {
        let file = checked.sources.get(finding.span()?.file)?;
        let path = Path::new(&file.path);
        let of = example.files.iter().enumerate().filter(|(_, (name, _))| path.ends_with(name));
        let (at, _) = of.max_by_key(|(_, (name, _))| name.len())?;
        Some(example.starts[at] + file.position(finding.span()?.start).line as usize - 1)
    };
    own.filter_map(|finding| Some(Found { finding, line: line(finding)? })).collect()
}

/// Where a page's comments and the findings of its examples differ.
#[derive(Default)]
pub struct Differences {
    /// Comments to be written above a line of the page.
    missing: BTreeMap<usize, BTreeSet<String>>,
    /// Lines of the page with a comment about nothing.
    wrong: BTreeSet<usize>,
}

impl Differences {
    /// Adds those of one example.
    pub fn add(&mut self, code: &str, example: &Example, checked: &Checked) {
        let (comments, found) = (comments(example), found(code, example, checked));
        for found in found.iter().filter(|found| !comments.iter().any(|comment| found.fits(comment))) {
            self.missing.entry(found.line).or_default().insert(found.comment());
        }
        let wrong = comments.iter().filter(|comment| !found.iter().any(|found| found.fits(comment)));
        self.wrong.extend(wrong.map(|comment| comment.at));
    }

    /// Each difference, with the page's line.
    pub fn shown<'d>(&'d self, page: &'d str) -> impl Iterator<Item = String> + 'd {
        let lines: Vec<&str> = page.lines().collect();
        let wrong = self.wrong.iter().map(move |at| format!("{}: not found: {}", at + 1, lines[*at].trim()));
        let missing = self.missing.iter().flat_map(|(at, all)| all.iter().map(move |comment| (at, comment)));
        wrong.chain(missing.map(|(at, comment)| format!("{}: found, but no comment says so: {comment}", at + 1)))
    }

    /// The page with the comments that are true.
    pub fn mended(&self, page: &str) -> String {
        let mut out = String::new();
        for (at, line) in page.lines().enumerate() {
            let indent = &line[..line.len() - line.trim_start().len()];
            for comment in self.missing.get(&at).into_iter().flatten() {
                out.push_str(&format!("{indent}{comment}\n"));
            }
            match COMMENT.find(line).filter(|_| self.wrong.contains(&at)) {
                Some(_) if is_alone(line) => {}
                Some(comment) => out.push_str(&format!("{}\n", line[..comment.start()].trim_end())),
                None => out.push_str(&format!("{line}\n")),
            }
        }
        out
    }
}
