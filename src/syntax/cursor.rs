//! Walks the significant tokens: white space and comments are stepped over, line breaks only where they mean nothing.

use super::ast::{Comment, Expr, ExprKind, SyntaxError};
use super::lexer::{Token, TokenKind};
use crate::base::budget::{Limit, NESTING};
use crate::base::source::{FileId, Span};

/// How high the tree of one expression may be: brackets, operators and the links of chains together. Whoever walks the
/// tree needs stack for that much.
pub const MOST_HEIGHT: usize = 1000;

/// How many errors of one file are kept: a file with more is not HCL at all.
const MOST_ERRORS: usize = 100;

/// The parser's place in the tokens.
pub struct Cursor<'t> {
    /// The file.
    pub file: FileId,
    /// Its text (of the template, where it is one inside another file).
    pub text: &'t str,
    /// Added to every offset: where the text stands in the file.
    pub base: u32,
    tokens: &'t [Token],
    at: usize,
    /// Whether line breaks are significant; the innermost bracket decides.
    newlines: Vec<bool>,
    /// Nesting.
    pub depth: usize,
    /// The height of the highest tree among the operands that the innermost expression has so far.
    height: usize,
    /// What could not be parsed.
    pub errors: Vec<SyntaxError>,
    /// Comments stepped over.
    pub comments: Vec<Comment>,
    comments_to: usize,
    /// An error has been reported in the current item: further ones would only echo it.
    pub failed: bool,
    /// The text is known to be broken: what looks like the start of a top-level block is one, whatever is still open.
    pub recovering: bool,
}

impl<'t> Cursor<'t> {
    /// A cursor at the first token.
    pub fn new(file: FileId, text: &'t str, base: u32, tokens: &'t [Token]) -> Self {
        Cursor {
            file,
            text,
            base,
            tokens,
            at: 0,
            newlines: vec![true],
            depth: 0,
            height: 0,
            errors: Vec::new(),
            comments: Vec::new(),
            comments_to: 0,
            failed: false,
            recovering: false,
        }
    }

    fn insignificant(&self, kind: TokenKind) -> bool {
        match kind {
            TokenKind::Space | TokenKind::BlockComment => true,
            TokenKind::LineComment => true,
            TokenKind::Newline => self.newlines.last() == Some(&false),
            _ => false,
        }
    }

    /// The next significant token; it is not taken.
    pub fn peek(&mut self) -> Token {
        while let Some(token) = self.tokens.get(self.at) {
            if !self.insignificant(token.kind) {
                return *token;
            }
            if matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment) && self.at >= self.comments_to {
                let span = self.span(*token);
                self.comments.push(Comment { span, within: None });
                self.comments_to = self.at + 1;
            }
            self.at += 1;
        }
        self.end()
    }

    /// The token after the next significant one.
    pub fn peek_second(&mut self) -> Token {
        self.peek();
        let rest = self.tokens.get(self.at + 1..).unwrap_or_default();
        rest.iter().find(|t| !self.insignificant(t.kind)).copied().unwrap_or_else(|| self.end())
    }

    /// The token right after the taken ones, white space included.
    pub fn raw(&self) -> Token {
        self.tokens.get(self.at).copied().unwrap_or_else(|| self.end())
    }

    fn end(&self) -> Token {
        let end = self.text.len() as u32;
        Token { kind: TokenKind::End, start: end, end }
    }

    /// Takes the next significant token.
    pub fn take(&mut self) -> Token {
        let token = self.peek();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    /// Takes the next significant token if it is of this kind.
    pub fn eat(&mut self, kind: TokenKind) -> Option<Token> {
        (self.peek().kind == kind).then(|| self.take())
    }

    /// Whether the next significant token is of this kind.
    pub fn is(&mut self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    /// Whether the next significant token is this name.
    pub fn is_word(&mut self, word: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Ident && self.text_of(token) == word
    }

    /// The end of the last taken token that is not white space, in file offsets.
    pub fn last_end(&self) -> u32 {
        let taken = self.tokens.get(..self.at).unwrap_or_default();
        let solid = taken.iter().rev().find(|t| {
            !matches!(t.kind, TokenKind::Space | TokenKind::Newline | TokenKind::LineComment | TokenKind::BlockComment)
        });
        solid.map_or(0, |t| t.end) + self.base
    }

    /// Makes line breaks significant or not until [`Cursor::leave`].
    pub fn enter(&mut self, newlines: bool) {
        self.newlines.push(newlines);
    }

    /// Ends the innermost [`Cursor::enter`].
    pub fn leave(&mut self) {
        if self.newlines.len() > 1 {
            self.newlines.pop();
        }
    }

    /// How many [`Cursor::enter`] are open; to return to after an error.
    pub fn level(&self) -> usize {
        self.newlines.len()
    }

    /// Ends every [`Cursor::enter`] above a level.
    pub fn leave_to(&mut self, level: usize) {
        self.newlines.truncate(level.max(1));
    }

    /// Parses an operand, and gives it with the height of its tree.
    pub fn measured<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> (T, usize) {
        let outer = std::mem::take(&mut self.height);
        let operand = parse(self);
        let height = std::mem::replace(&mut self.height, outer);
        (operand, height)
    }

    /// Takes an operand of this height into the innermost expression. A tree that is too high is reported.
    pub fn reach(&mut self, height: usize) {
        self.height = self.height.max(height);
        if height > MOST_HEIGHT {
            let token = self.peek();
            let span = self.span(token);
            self.over(
                span,
                format!("this expression has more than {MOST_HEIGHT} operators and brackets around each other"),
            );
        }
    }

    /// Reports what lies too deep in something else.
    pub fn too_deep(&mut self, span: Span, what: &str) {
        self.over(span, format!("{what} more than {NESTING} deep in others"));
    }

    fn over(&mut self, span: Span, message: String) {
        let before = self.errors.len();
        self.error(span, message, None);
        self.errors.iter_mut().skip(before).for_each(|e| e.limit = Some(Limit::Fixed));
    }

    /// The height of the highest operand so far.
    pub fn height(&self) -> usize {
        self.height
    }

    /// A token's text.
    pub fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    /// A token's place.
    pub fn span(&self, token: Token) -> Span {
        Span::new(self.file, token.start + self.base, token.end + self.base)
    }

    /// From a place to the end of the last taken token.
    pub fn span_from(&self, start: u32) -> Span {
        Span::new(self.file, start, self.last_end().max(start))
    }

    /// The column of a token, from 0 in bytes.
    pub fn column(&self, token: Token) -> usize {
        let before = self.text.get(..token.start as usize).unwrap_or("");
        before.len() - before.rfind('\n').map_or(0, |i| i + 1)
    }

    /// Reports an error, unless one was reported in this item already.
    pub fn error(&mut self, span: Span, message: impl Into<String>, help: Option<&str>) {
        if !self.failed && self.errors.len() < MOST_ERRORS {
            let help = help.map(str::to_string);
            self.errors.push(SyntaxError { span, message: message.into(), help, related: None, limit: None });
        } else if !self.failed && self.errors.len() == MOST_ERRORS {
            let message = format!("this file has more than {MOST_ERRORS} errors: the others are not listed");
            self.errors.push(SyntaxError { span, message, help: None, related: None, limit: Some(Limit::Fixed) });
        }
        self.failed = true;
    }

    /// An error node at a place; the error was reported.
    pub fn broken(&self, span: Span) -> Expr {
        Expr::new(ExprKind::Error, span)
    }

    /// Steps over all up to the `}` that closes the `{` taken last.
    pub fn skip_braces(&mut self) {
        let mut open = 1usize;
        while open > 0 {
            match self.take().kind {
                TokenKind::End => return,
                TokenKind::OpenBrace => open += 1,
                TokenKind::CloseBrace => open -= 1,
                _ => {}
            }
        }
    }

    /// Steps over the rest of a broken item: to the end of the line at its own nesting, or to what surely starts a new
    /// item (a name at the start of a line). The last taken token may be the line break.
    pub fn recover(&mut self, level: usize, indent: usize) {
        self.leave_to(level);
        let mut open = 0usize;
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::End => return,
                TokenKind::Newline => {
                    let next = self.peek_second();
                    let column = self.column(next);
                    let starts_item = next.kind == TokenKind::Ident && column == 0;
                    let closes = next.kind == TokenKind::CloseBrace && column <= indent.saturating_sub(1);
                    let sibling = next.kind == TokenKind::Ident && column <= indent;
                    if open == 0 || starts_item || closes || sibling && open > 0 && column < indent {
                        return;
                    }
                }
                TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen => open += 1,
                TokenKind::CloseBrace if open == 0 => return,
                TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen => {
                    open = open.saturating_sub(1)
                }
                _ => {}
            }
            self.take();
        }
    }
}

/// What a token is called in messages.
pub fn describe(token: Token, text: &str) -> String {
    match token.kind {
        TokenKind::Newline => "the end of the line".into(),
        TokenKind::End => "the end of the file".into(),
        TokenKind::Unterminated => "an unterminated string".into(),
        TokenKind::OpenQuote | TokenKind::CloseQuote => "a quote".into(),
        _ => format!("`{}`", text.chars().take(30).collect::<String>()),
    }
}
