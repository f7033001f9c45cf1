//! A Markdown page as a terminal shows it: headings, bold, code, lists, tables and links.

use super::text::{line, lines};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::io::Write;
use std::mem::take;
use termcolor::{Buffer, Color, ColorSpec, WriteColor};
use unicode_width::UnicodeWidthStr;

/// How a page is shown.
#[derive(Clone, Copy, Debug)]
pub struct PageStyle {
    /// Columns.
    pub width: usize,
    /// Whether there are colours.
    pub color: bool,
    /// Whether links are hyperlinks (OSC 8); elsewhere their address follows their text.
    pub links: bool,
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PieceLook {
    bold: bool,
    code: bool,
    heading: bool,
    dim: bool,
}

/// A word: pieces of text without a space between them.
type Word = Vec<(String, PieceLook, Option<String>)>;

/// The page as text.
pub fn rendered(markdown: &str, style: PageStyle) -> Vec<u8> {
    let mut writer = PageWriter::new(style);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        writer.take(event);
    }
    writer.flow();
    writer.buffer.into_inner()
}

struct PageWriter {
    buffer: Buffer,
    style: PageStyle,
    /// Words of the paragraph, heading, item or cell so far.
    words: Vec<Word>,
    /// A space stands before the next piece.
    spaced: bool,
    look: PieceLook,
    /// The address of the link that is open.
    link: Option<String>,
    /// For each list that is open, the number of its next item.
    lists: Vec<Option<u64>>,
    /// What the next line begins with, once.
    bullet: String,
    /// Code of the block that is open.
    code: Option<String>,
    table: Vec<Vec<Vec<Word>>>,
    /// Something has been written: a block begins with an empty line.
    begun: bool,
    /// The next block stands right beneath.
    tight: bool,
}

impl PageWriter {
    fn new(style: PageStyle) -> PageWriter {
        PageWriter {
            buffer: if style.color { Buffer::ansi() } else { Buffer::no_color() },
            style,
            words: Vec::new(),
            spaced: true,
            look: PieceLook::default(),
            link: None,
            lists: Vec::new(),
            bullet: String::new(),
            code: None,
            table: Vec::new(),
            begun: false,
            tight: false,
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.text(&text),
            },
            Event::Code(text) => {
                self.piece(&line(&text), PieceLook { code: true, ..self.look });
            }
            Event::SoftBreak | Event::HardBreak => self.spaced = true,
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Rule => self.block(),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Heading { .. } => self.look.heading = true,
            Tag::Strong => self.look.bold = true,
            Tag::Link { dest_url, .. } => self.link = Some(address(&line(&dest_url))),
            Tag::CodeBlock(kind) => {
                self.flow();
                if let CodeBlockKind::Fenced(info) = &kind
                    && let Some(what) = info.split_whitespace().nth(1)
                {
                    self.look.dim = true;
                    self.text(&format!("{what}:"));
                    self.look.dim = false;
                    self.flow();
                    self.tight = true;
                }
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.flow();
                self.lists.push(first);
            }
            Tag::Item => {
                self.bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".into(),
                };
            }
            Tag::TableHead | Tag::TableRow => self.table.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flow();
                self.look.heading = false;
            }
            TagEnd::Strong => self.look.bold = false,
            TagEnd::Link => {
                let is_page = |url: &String| url.starts_with(env!("CARGO_PKG_REPOSITORY"));
                if let Some(url) = self.link.take().filter(|url| !self.style.links && !is_page(url)) {
                    self.spaced = true;
                    self.piece(&format!("({url})"), PieceLook { dim: true, ..PieceLook::default() });
                }
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.block();
                for text in code.lines() {
                    let text = lines(text).replace('\t', "  ");
                    let look = PieceLook { code: true, ..PieceLook::default() };
                    let indent = "  ".repeat(self.lists.len() + 1);
                    self.put(if text.is_empty() { "" } else { &indent }, PieceLook::default(), None);
                    self.put(&text, look, None);
                    self.put("\n", PieceLook::default(), None);
                }
            }
            TagEnd::Paragraph => self.flow(),
            TagEnd::Item => {
                self.flow();
                self.tight = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.tight = !self.lists.is_empty();
            }
            TagEnd::TableCell => {
                let cell = take(&mut self.words);
                self.spaced = true;
                if let Some(row) = self.table.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.table(),
            _ => {}
        }
    }

    /// Text of a paragraph, in words.
    fn text(&mut self, text: &str) {
        let text = line(text).into_owned();
        for (at, part) in text.split(' ').enumerate() {
            self.spaced |= at > 0;
            if !part.is_empty() {
                self.piece(part, self.look);
            }
        }
    }

    /// A piece that is not broken.
    fn piece(&mut self, text: &str, look: PieceLook) {
        let piece = (text.to_string(), look, self.link.clone());
        match self.words.last_mut().filter(|_| !self.spaced) {
            Some(word) => word.push(piece),
            None => self.words.push(vec![piece]),
        }
        self.spaced = false;
    }

    /// Begins a block.
    fn block(&mut self) {
        if self.begun && !self.tight {
            self.put("\n", PieceLook::default(), None);
        }
        (self.begun, self.tight) = (true, false);
    }

    /// Writes the words so far as a block.
    fn flow(&mut self) {
        let words = take(&mut self.words);
        self.spaced = true;
        if words.is_empty() {
            return;
        }
        self.block();
        let bullet = take(&mut self.bullet);
        let depth = 2 * self.lists.len();
        let begin = if bullet.is_empty() {
            " ".repeat(depth)
        } else {
            format!("{}{bullet}", " ".repeat(depth.saturating_sub(2)))
        };
        let after = begin.width();
        self.put(&begin, PieceLook::default(), None);
        self.words_from(&words, after, self.style.width);
    }

    /// Writes words from a column on, with lines of at most `width` columns, and ends the line.
    fn words_from(&mut self, words: &[Word], indent: usize, width: usize) {
        let mut used = indent;
        let mut before = PieceLook::default();
        for word in words {
            let wide = columns(word);
            if used > indent && used + 1 + wide > width {
                self.put("\n", PieceLook::default(), None);
                self.put(&" ".repeat(indent), PieceLook::default(), None);
                used = indent;
            }
            let first = word.first().map(|(_, look, _)| *look).unwrap_or_default();
            if used > indent {
                // What is underlined or bold is so between its words, too.
                self.put(" ", if first == before { first } else { PieceLook::default() }, None);
                used += 1;
            }
            before = word.last().map(|(_, look, _)| *look).unwrap_or_default();
            for (text, look, link) in word {
                self.put(text, *look, link.as_deref());
            }
            used += wide;
        }
        self.put("\n", PieceLook::default(), None);
    }

    /// Writes the table so far: its columns aligned where there is room, else each row as a block.
    fn table(&mut self) {
        let rows = take(&mut self.table);
        self.block();
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let wide = |cell: &Vec<Word>| cell.iter().map(|word| columns(word) + 1).sum::<usize>().saturating_sub(1);
        let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(wide).max().unwrap_or(0);
        let widths: Vec<usize> = (0..count).map(width).collect();
        let last: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
        let fits = last + 24 <= self.style.width;
        for (number, row) in rows.iter().enumerate() {
            let mut used = 0;
            for (at, cell) in row.iter().enumerate() {
                let cell: Vec<Word> = match number {
                    0 => cell
                        .iter()
                        .map(|word| {
                            word.iter()
                                .map(|(text, look, link)| {
                                    (text.clone(), PieceLook { bold: true, ..*look }, link.clone())
                                })
                                .collect()
                        })
                        .collect(),
                    _ => cell.clone(),
                };
                if at + 1 == row.len() || !fits {
                    self.words_from(&cell, used, self.style.width);
                    used = if fits { 0 } else { 2 };
                    if !fits && at + 1 < row.len() {
                        self.put("  ", PieceLook::default(), None);
                    }
                    continue;
                }
                for (i, word) in cell.iter().enumerate() {
                    self.put(if i == 0 { "" } else { " " }, PieceLook::default(), None);
                    for (text, look, link) in word {
                        self.put(text, *look, link.as_deref());
                    }
                }
                let gap = widths.get(at).map_or(0, |width| width.saturating_sub(wide(&cell))) + 2;
                self.put(&" ".repeat(gap), PieceLook::default(), None);
                used += wide(&cell) + gap;
            }
        }
    }

    fn put(&mut self, text: &str, look: PieceLook, link: Option<&str>) {
        let link = link.filter(|_| self.style.links);
        let begin = link.map(super::human::link_begin).unwrap_or_default();
        let _ = self.buffer.write_all(begin.as_bytes());
        let mut spec = ColorSpec::new();
        spec.set_bold(look.bold || look.heading).set_underline(look.heading).set_dimmed(look.dim);
        spec.set_fg(look.code.then_some(Color::Cyan));
        if look != PieceLook::default() {
            let _ = self.buffer.set_color(&spec);
        }
        let _ = self.buffer.write_all(text.as_bytes());
        if look != PieceLook::default() {
            let _ = self.buffer.reset();
        }
        if link.is_some() {
            let _ = self.buffer.write_all(super::human::LINK_END.as_bytes());
        }
    }
}

/// The web address of a link: of a rule's page where it leads to one beside this page.
fn address(target: &str) -> String {
    let folder = target.strip_prefix("../").and_then(|rest| rest.strip_suffix("/rule.md"));
    let code = folder.and_then(|folder| folder.split('_').next()).unwrap_or_default().to_uppercase();
    super::url(&code).unwrap_or_else(|| target.to_string())
}

/// Columns of a word.
fn columns(word: &Word) -> usize {
    word.iter().map(|(text, ..)| text.width()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str, width: usize, links: bool) -> String {
        let style = PageStyle { width, color: false, links };
        String::from_utf8(rendered(markdown, style)).unwrap()
    }

    #[test]
    fn a_page_has_its_parts_and_no_marks() {
        let page = "# Title\nSome **bold** and `a = 1`, long enough to wrap.\n\n- one\n- two [site](https://e.com)\n\n```hcl fail\nx = 1\n```\n";
        let expected = "Title\n\nSome bold and a = 1, long\nenough to wrap.\n\n• one\n• two site (https://e.com)\n\nfail:\n  x = 1\n";
        assert_eq!(shown(page, 26, false), expected);
    }

    #[test]
    fn links_are_hyperlinks_where_there_are_some() {
        assert_eq!(shown("a [b](https://e.com)\n", 40, true), "a \x1b]8;;https://e.com\x1b\\b\x1b]8;;\x1b\\\n");
    }

    #[test]
    fn tables_are_aligned_and_wrap_in_the_last_column() {
        let table = "| k | what it is |\n|---|---|\n| `key` | some words that are long and more |\n";
        assert_eq!(shown(table, 40, false), "k    what it is\nkey  some words that are long and more\n");
        assert_eq!(shown(table, 30, false), "k    what it is\nkey  some words that are long\n     and more\n");
        assert_eq!(shown(table, 28, false), "k\n  what it is\nkey\n  some words that are long\n  and more\n");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let out = shown("a \x1b[31m `b\x1b[0m` [x](https://e.com/\x1b]8;;)\n\n```\n\x1b[2J\n```\n", 80, false);
        assert!(!out.contains('\x1b'), "{out:?}");
    }
}
