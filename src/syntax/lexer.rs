//! Cuts text into tokens: lossless (the tokens' texts together are the source), with a stack of modes for strings,
//! heredocs and interpolations. Follows the scanner of hashicorp/hcl (`hclsyntax/scan_tokens.rl`).

use rustc_hash::FxHashMap;
use unicode_normalization::char::is_combining_mark;

/// A token's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TokenKind {
    Space,
    Newline,
    LineComment,
    BlockComment,
    Ident,
    Number,
    /// The `"` that opens or closes a string.
    OpenQuote,
    CloseQuote,
    /// `<<EOT` with its line break.
    OpenHeredoc,
    /// The line with the closing marker, without its line break.
    CloseHeredoc,
    /// Literal text of a template, still escaped.
    Text,
    /// `${` or `${~`.
    Interpolation,
    /// `%{` or `%{~`.
    Directive,
    /// `}` or `~}` of an interpolation or directive.
    EndSequence,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    Ellipsis,
    Comma,
    Colon,
    DoubleColon,
    Question,
    Equal,
    Arrow,
    EqualEqual,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Not,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    /// A character that HCL does not know.
    Invalid,
    /// A string or heredoc that is not closed ends here (an empty token).
    Unterminated,
    End,
}

/// A token: kind and byte range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The kind.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

#[derive(Clone, Debug)]
enum LexerMode {
    Normal,
    /// In an interpolation: how many braces are open inside it, and whether it stands in a quoted string.
    Sequence {
        braces: u32,
        quoted: bool,
    },
    Quoted,
    Heredoc(String),
    /// The text of a template file.
    Bare,
}

/// How many modes may be nested; deeper ones are read as invalid characters.
const MOST_MODES: usize = 600;

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    modes: Vec<LexerMode>,
    /// For each line without its blanks: where its last occurrence starts. Built when the first heredoc is met.
    lines: Option<FxHashMap<&'t str, usize>>,
    /// No `*/` follows any more.
    no_comment_end: bool,
    /// The text is known to be broken: an unclosed interpolation ends where an item seems to start.
    recovering: bool,
}

/// The tokens of native syntax.
pub fn lex(text: &str) -> Vec<Token> {
    run(text, LexerMode::Normal, false)
}

/// The tokens of native syntax in a text that is known to be broken: an interpolation in a quoted string that is still
/// open where a line seems to start an item ends there, so that it does not swallow the rest of the text.
pub fn lex_broken(text: &str) -> Vec<Token> {
    run(text, LexerMode::Normal, true)
}

/// The tokens of a template without quotes: a template file, or a JSON string.
pub fn lex_template(text: &str) -> Vec<Token> {
    run(text, LexerMode::Bare, false)
}

/// Whether a text in native syntax has more tokens than this.
pub fn has_more_than(text: &str, most: usize) -> bool {
    let mut lexer = Lexer::new(text, LexerMode::Normal, false);
    while text.len() > most && lexer.at < lexer.bytes.len() && lexer.tokens.len() <= most {
        lexer.next();
    }
    lexer.tokens.len() > most
}

fn run(text: &str, mode: LexerMode, recovering: bool) -> Vec<Token> {
    let mut lexer = Lexer::new(text, mode, recovering);
    while lexer.at < lexer.bytes.len() {
        lexer.next();
    }
    lexer.finish();
    lexer.tokens
}

/// Whether a text can be written as a name.
pub fn is_identifier(text: &str) -> bool {
    text.starts_with(is_ident_start) && text.chars().all(is_ident_continue)
}

fn is_ident_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

fn is_ident_continue(c: char) -> bool {
    c == '-' || unicode_ident::is_xid_continue(c) || is_combining_mark(c) && unicode_ident::is_xid_continue(c)
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, mode: LexerMode, recovering: bool) -> Lexer<'t> {
        let mut lexer = Lexer {
            text,
            bytes: text.as_bytes(),
            at: 0,
            tokens: Vec::with_capacity(text.len() / 4),
            modes: vec![mode],
            lines: None,
            no_comment_end: false,
            recovering,
        };
        if text.starts_with('\u{feff}') {
            lexer.push(TokenKind::Space, 3);
        }
        lexer
    }

    fn push(&mut self, kind: TokenKind, len: usize) {
        let start = self.at as u32;
        self.at += len;
        self.tokens.push(Token { kind, start, end: self.at as u32 });
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn next(&mut self) {
        match self.modes.last() {
            Some(LexerMode::Quoted) => self.quoted(),
            Some(LexerMode::Heredoc(_)) => self.heredoc(),
            Some(LexerMode::Bare) => self.bare(),
            _ => self.normal(),
        }
    }

    /// Unclosed strings and interpolations at the end of the text.
    fn finish(&mut self) {
        while let Some(mode) = self.modes.pop() {
            if matches!(mode, LexerMode::Quoted | LexerMode::Heredoc(_)) {
                self.push(TokenKind::Unterminated, 0);
            }
        }
        self.push(TokenKind::End, 0);
    }

    fn normal(&mut self) {
        let b = self.byte(0);
        match b {
            b' ' | b'\t' => {
                let len = self.bytes[self.at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
                self.push(TokenKind::Space, len);
            }
            b'\n' => self.newline(1),
            b'\r' if self.byte(1) == b'\n' => self.newline(2),
            b'#' => self.line_comment(),
            b'/' if self.byte(1) == b'/' => self.line_comment(),
            b'/' if self.byte(1) == b'*' => {
                let rest = &self.text[self.at + 2..];
                let end = if self.no_comment_end { None } else { rest.find("*/") };
                self.no_comment_end |= end.is_none();
                match end {
                    Some(len) => self.push(TokenKind::BlockComment, len + 4),
                    None => self.push(TokenKind::Invalid, 2),
                }
            }
            b'"' => self.open(TokenKind::OpenQuote, 1, LexerMode::Quoted),
            b'0'..=b'9' => self.number(),
            b'<' if self.byte(1) == b'<' => self.open_heredoc(),
            _ if b < 0x80 && !(b.is_ascii_alphabetic() || b == b'_') => self.punctuation(b),
            _ => self.ident(),
        }
    }

    fn open(&mut self, kind: TokenKind, len: usize, mode: LexerMode) {
        if self.modes.len() >= MOST_MODES {
            return self.push(TokenKind::Invalid, len);
        }
        self.push(kind, len);
        self.modes.push(mode);
    }

    fn newline(&mut self, len: usize) {
        self.push(TokenKind::Newline, len);
        if self.recovering && matches!(self.modes.last(), Some(LexerMode::Sequence { quoted: true, .. })) {
            // A name at the start of a line, after an interpolation that was not closed: the string ends here.
            let starts_item = self.bytes.get(self.at).is_some_and(|b| b.is_ascii_alphabetic())
                || self.bytes[self.at..].starts_with(b"}\n")
                || self.at >= self.bytes.len();
            if starts_item {
                while self.modes.len() > 1 {
                    if matches!(self.modes.pop(), Some(LexerMode::Quoted | LexerMode::Heredoc(_))) {
                        self.push(TokenKind::Unterminated, 0);
                    }
                }
                let end = self.at as u32;
                self.tokens.push(Token { kind: TokenKind::Newline, start: end, end });
            }
        }
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut len = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        if len > 0 && rest.get(len) == Some(&b'\n') && rest[len - 1] == b'\r' {
            len -= 1;
        }
        self.push(TokenKind::LineComment, len);
    }

    fn number(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut len = 0;
        while let Some(b) = rest.get(len) {
            let exponent = matches!(b, b'e' | b'E');
            let signed = exponent && matches!(rest.get(len + 1), Some(b'+' | b'-'));
            let digit_at = |i: usize| rest.get(i).is_some_and(u8::is_ascii_digit);
            if b.is_ascii_digit() || *b == b'.' {
                len += 1;
            } else if exponent && digit_at(len + 1 + usize::from(signed)) {
                len += 2 + usize::from(signed);
            } else {
                break;
            }
        }
        while len > 1 && rest[len - 1] == b'.' {
            len -= 1;
        }
        self.push(TokenKind::Number, len);
    }

    fn ident(&mut self) {
        let mut chars = self.text[self.at..].char_indices();
        match chars.next() {
            Some((_, c)) if is_ident_start(c) => {
                let end = chars.find(|(_, c)| !is_ident_continue(*c)).map_or(self.text.len() - self.at, |(i, _)| i);
                self.push(TokenKind::Ident, end);
            }
            Some((_, c)) => self.push(TokenKind::Invalid, c.len_utf8()),
            None => {}
        }
    }

    fn punctuation(&mut self, b: u8) {
        let (second, third) = (self.byte(1), self.byte(2));
        let (kind, len) = match (b, second) {
            (b'{', _) => {
                if let Some(LexerMode::Sequence { braces, .. }) = self.modes.last_mut() {
                    *braces += 1;
                }
                (TokenKind::OpenBrace, 1)
            }
            (b'}', _) => return self.close_brace(1),
            (b'~', b'}') if matches!(self.modes.last(), Some(LexerMode::Sequence { braces: 0, .. })) => {
                return self.close_brace(2);
            }
            (b'[', _) => (TokenKind::OpenBracket, 1),
            (b']', _) => (TokenKind::CloseBracket, 1),
            (b'(', _) => (TokenKind::OpenParen, 1),
            (b')', _) => (TokenKind::CloseParen, 1),
            (b'.', b'.') if third == b'.' => (TokenKind::Ellipsis, 3),
            (b'.', _) => (TokenKind::Dot, 1),
            (b',', _) => (TokenKind::Comma, 1),
            (b':', b':') => (TokenKind::DoubleColon, 2),
            (b':', _) => (TokenKind::Colon, 1),
            (b'?', _) => (TokenKind::Question, 1),
            (b'=', b'=') => (TokenKind::EqualEqual, 2),
            (b'=', b'>') => (TokenKind::Arrow, 2),
            (b'=', _) => (TokenKind::Equal, 1),
            (b'!', b'=') => (TokenKind::NotEqual, 2),
            (b'!', _) => (TokenKind::Not, 1),
            (b'<', b'=') => (TokenKind::LessEqual, 2),
            (b'<', _) => (TokenKind::Less, 1),
            (b'>', b'=') => (TokenKind::GreaterEqual, 2),
            (b'>', _) => (TokenKind::Greater, 1),
            (b'&', b'&') => (TokenKind::And, 2),
            (b'|', b'|') => (TokenKind::Or, 2),
            (b'+', _) => (TokenKind::Plus, 1),
            (b'-', _) => (TokenKind::Minus, 1),
            (b'*', _) => (TokenKind::Star, 1),
            (b'/', _) => (TokenKind::Slash, 1),
            (b'%', _) => (TokenKind::Percent, 1),
            _ => (TokenKind::Invalid, 1),
        };
        self.push(kind, len);
    }

    fn close_brace(&mut self, len: usize) {
        match self.modes.last_mut() {
            Some(LexerMode::Sequence { braces: 0, .. }) => {
                self.modes.pop();
                self.push(TokenKind::EndSequence, len);
            }
            Some(LexerMode::Sequence { braces, .. }) => {
                *braces -= 1;
                self.push(TokenKind::CloseBrace, 1);
            }
            _ => self.push(TokenKind::CloseBrace, 1),
        }
    }

    /// Where template text ends: at a sequence, or where `stop` says. Escaped markers (`$${`) are text.
    fn sequence_at(&self, i: usize) -> bool {
        let marker = matches!(self.bytes.get(i), Some(b'$' | b'%')) && self.bytes.get(i + 1) == Some(&b'{');
        marker && !(i > self.at && self.bytes[i - 1] == self.bytes[i])
    }

    fn open_sequence(&mut self, quoted: bool) {
        let kind = if self.byte(0) == b'$' { TokenKind::Interpolation } else { TokenKind::Directive };
        let len = if self.byte(2) == b'~' { 3 } else { 2 };
        self.open(kind, len, LexerMode::Sequence { braces: 0, quoted });
    }

    fn quoted(&mut self) {
        let start = self.at;
        let mut i = start;
        while let Some(b) = self.bytes.get(i) {
            match b {
                b'"' | b'\n' => break,
                b'\r' if self.bytes.get(i + 1) == Some(&b'\n') => break,
                b'\\' if self.bytes.get(i + 1).is_some_and(|b| !matches!(b, b'\n' | b'\r')) => i += 1,
                _ if self.sequence_at(i) => break,
                _ => {}
            }
            i += 1;
        }
        while !self.text.is_char_boundary(i) {
            i += 1;
        }
        if i > start {
            self.push(TokenKind::Text, i - start);
        }
        match self.bytes.get(i) {
            Some(b'"') => {
                self.modes.pop();
                self.push(TokenKind::CloseQuote, 1);
            }
            Some(b'$' | b'%') => self.open_sequence(true),
            Some(_) => {
                self.modes.pop();
                self.push(TokenKind::Unterminated, 0);
            }
            None => {}
        }
    }

    fn bare(&mut self) {
        let start = self.at;
        let end = (start..self.bytes.len()).find(|i| self.sequence_at(*i)).unwrap_or(self.bytes.len());
        if end > start {
            self.push(TokenKind::Text, end - start);
        }
        if end < self.bytes.len() {
            self.open_sequence(false);
        }
    }

    fn open_heredoc(&mut self) {
        let flush = self.byte(2) == b'-';
        let from = self.at + 2 + usize::from(flush);
        let rest = &self.text[from..];
        let mut chars = rest.char_indices();
        let starts = chars.next().is_some_and(|(_, c)| is_ident_start(c));
        let len = chars.find(|(_, c)| !is_ident_continue(*c)).map_or(rest.len(), |(i, _)| i);
        let after = &rest[len..];
        let line_break = if after.starts_with("\r\n") { 2 } else { usize::from(after.starts_with('\n')) };
        if !starts || line_break == 0 {
            return self.push(TokenKind::Less, 1);
        }
        let marker = rest[..len].to_string();
        let body = from + len + line_break;
        let text = self.text;
        let lines = self.lines.get_or_insert_with(|| last_lines(text));
        if lines.get(&*marker).is_none_or(|last| *last < body) {
            // Never closed: the heredoc ends where the next block seems to start.
            let opening = body - self.at;
            self.push(TokenKind::OpenHeredoc, opening);
            let end = next_item(&self.text[body..]).map_or(self.text.len(), |i| body + i);
            self.push(TokenKind::Text, end - body);
            self.push(TokenKind::Unterminated, 0);
            return;
        }
        let opening = body - self.at;
        self.open(TokenKind::OpenHeredoc, opening, LexerMode::Heredoc(marker));
    }

    fn heredoc(&mut self) {
        let Some(LexerMode::Heredoc(marker)) = self.modes.last() else { return };
        let (start, mut i) = (self.at, self.at);
        let at_line_start = start == 0 || self.bytes[start - 1] == b'\n';
        let mut line_start = at_line_start.then_some(i);
        while i < self.bytes.len() {
            if let Some(line) = line_start.filter(|l| *l == i) {
                let end = self.bytes[line..].iter().position(|b| *b == b'\n').map(|n| line + n);
                if let Some(end) = end
                    && self.text[line..end].trim() == marker
                {
                    if line > start {
                        self.push(TokenKind::Text, line - start);
                    }
                    let cut = if self.text[line..end].ends_with('\r') { end - 1 } else { end };
                    self.modes.pop();
                    return self.push(TokenKind::CloseHeredoc, cut - line);
                }
            }
            if self.sequence_at(i) {
                if i > start {
                    self.push(TokenKind::Text, i - start);
                }
                return self.open_sequence(false);
            }
            if self.bytes[i] == b'\n' {
                line_start = Some(i + 1);
            }
            i += 1;
        }
        if i > start {
            self.push(TokenKind::Text, i - start);
        }
    }
}

fn last_lines(text: &str) -> FxHashMap<&str, usize> {
    let mut out = FxHashMap::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.ends_with('\n') {
            out.insert(line.trim(), at);
        }
        at += line.len();
    }
    out
}

/// The first line that looks like the start of a block: a name at its start, and `{` at its end.
fn next_item(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let starts = line.starts_with(|c: char| c.is_ascii_alphabetic()) || line.starts_with('}');
        if starts && (line.trim_end().ends_with('{') || line.trim_end() == "}") {
            return Some(at);
        }
        at += line.len();
    }
    None
}
