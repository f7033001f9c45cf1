//! Every place of a syntax tree is in its file, and inside of what is around it.

use kfplint::base::source::{SourceFile, Span};
use kfplint::syntax::ast::{Body, Expr, File};

/// Holds a file's tree and errors to its text.
pub fn check(file: &File, source: &SourceFile) {
    let whole = Span::new(file.id, 0, source.text.len() as u32);
    for error in &file.errors {
        inside(error.span, whole, source);
        assert!(!error.message.is_empty());
        if let Some((span, _)) = &error.related {
            inside(*span, whole, source);
        }
    }
    assert!(file.errors.is_sorted_by_key(|e| e.span.start), "errors are in the order of the file");
    for comment in &file.comments {
        inside(comment.span, whole, source);
    }
    body(&file.body, whole, source);
}

fn body(body: &Body, around: Span, source: &SourceFile) {
    inside(body.span, around, source);
    for attribute in &body.attributes {
        inside(attribute.span, around, source);
        inside(attribute.name.span, attribute.span, source);
        expression(&attribute.expr, attribute.span, source);
    }
    for block in &body.blocks {
        inside(block.span, around, source);
        // In JSON a block's type and labels are keys of the objects around it.
        let header = if body.json { Span::new(block.span.file, 0, source.text.len() as u32) } else { block.span };
        inside(block.header, header, source);
        for label in &block.labels {
            inside(label.span, if body.json { header } else { block.header }, source);
        }
        self::body(&block.body, block.span, source);
    }
}

fn expression(expr: &Expr, around: Span, source: &SourceFile) {
    inside(expr.span, around, source);
}

fn inside(span: Span, around: Span, source: &SourceFile) {
    assert!(span.start <= span.end, "{span:?}");
    assert!(around.start <= span.start && span.end <= around.end, "{span:?} is not in {around:?}");
    for at in [span.start, span.end] {
        assert!(source.text.is_char_boundary(at as usize), "{span:?} cuts a character");
    }
}
