//! The parser: the tokens are the text, every part has its place, and nothing makes it panic.

use super::tree;
use kfplint::base::source::{FileId, SourceFile};
use kfplint::syntax::{self, lexer};

/// Parses the bytes as native syntax, as a template and as a lone expression.
pub fn check(bytes: &[u8]) {
    let source = SourceFile::new("main.tf".into(), bytes.to_vec());
    assert_eq!(source.text.len(), bytes.len(), "offsets are those of the file");
    for tokens in [lexer::lex(&source.text), lexer::lex_broken(&source.text)] {
        let joined: String = tokens.iter().map(|t| source.slice(t.start, t.end)).collect();
        assert_eq!(joined, &*source.text, "the tokens are the text");
    }
    let joined: String = lexer::lex_template(&source.text).iter().map(|t| source.slice(t.start, t.end)).collect();
    assert_eq!(joined, &*source.text, "the tokens of a template are the text");
    let file = syntax::parse(FileId(0), &source.text, &source.invalid_utf8);
    tree::check(&file, &source);
    if file.errors.is_empty() {
        assert!(
            lexer::lex(&source.text).iter().all(|t| t.kind != lexer::TokenKind::Invalid),
            "an unknown token is an error"
        );
    }
    for (expr, errors) in
        [syntax::parse_template(FileId(0), 0, &source.text), syntax::parse_expression(FileId(0), &source.text)]
    {
        let end = source.text.len() as u32;
        assert!(expr.span.start <= expr.span.end && expr.span.end <= end, "{:?} of {end}", expr.span);
        errors.iter().for_each(|e| assert!(e.span.start <= e.span.end && e.span.end <= end, "{e:?} of {end}"));
    }
}
