//! From the bytes of a file to its tree, within the limits.

use super::{FileKey, Loader, Parsed, slot};
use crate::base::budget::{Limit, PARSED, TOKENS, has_more_values};
use crate::base::reads::{Read, note};
use crate::base::source::{FileId, SourceFile, Span};
use crate::load::files::Syntax;
use crate::load::private;
use crate::load::walk::reason;
use crate::syntax::{self, ast};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What was read of a file: nothing, and why, where that is more than a budget allows.
pub(super) struct Content {
    source: SourceFile,
    over: Option<(Limit, String)>,
}

/// The same, its source among those of the run.
pub(super) struct Added {
    id: FileId,
    over: Option<(Limit, String)>,
}

/// What is said of a private file that cannot be parsed.
pub(super) const UNREADABLE: &str = "this private file cannot be parsed";

impl Loader {
    /// A file by its real path, read and parsed once.
    pub(super) fn file(&self, key: &FileKey) -> Parsed {
        note(|| Read::Parsed(key.real.clone()));
        let parsed = || match self.kept.get(key) {
            Some(kept) => {
                self.read.fetch_add(usize::from(kept.read), Ordering::Relaxed);
                Ok(kept.file.clone())
            }
            None => self.read(key).map(|file| self.parse(&self.add(file, key), key.syntax)),
        };
        slot(&self.files, key).get_or_init(parsed).clone()
    }

    pub(super) fn read(&self, FileKey { real, syntax, private }: &FileKey) -> Result<Content, String> {
        let source = |bytes: Vec<u8>| {
            let private = *private || private::by_content(&bytes, real);
            SourceFile::new(PathBuf::from(self.shown(real)), bytes).private(private)
        };
        if let Some(bytes) = self.tree.text(real) {
            return Ok(Content { source: source(bytes.to_vec()), over: None });
        }
        let over = |limit, why: String| {
            self.skip(real, why.clone());
            Ok(Content { source: source(Vec::new()), over: Some((limit, why)) })
        };
        if self.budget.is_late() {
            return over(Limit::Timeout, self.budget.late());
        }
        match self.tree.up_to(real, self.budget.file_size).map_err(|e| reason(&e))? {
            Some(bytes) if is_dense(&bytes, *syntax) => over(Limit::Tokens, format!("more than {TOKENS} tokens")),
            Some(bytes) => Ok(Content { source: source(bytes), over: None }),
            None => over(Limit::FileSize, self.budget.too_large()),
        }
    }

    pub(super) fn add(&self, read: Content, key: &FileKey) -> Added {
        self.read.fetch_add(usize::from(read.over.is_none()), Ordering::Relaxed);
        let id = match self.ids.get(key) {
            Some(id) => {
                self.sources.put(*id, read.source);
                *id
            }
            None => self.sources.add(read.source),
        };
        Added { id, over: read.over }
    }

    pub(super) fn parse(&self, added: &Added, syntax: Syntax) -> Arc<ast::File> {
        self.parsed.fetch_add(1, Ordering::Relaxed);
        let Added { id, over } = added;
        let source = self.sources.get(*id);
        let long = |file: &Arc<SourceFile>| over.is_none() && file.text.len() > self.budget.room(PARSED);
        let late = source.as_ref().filter(|file| long(file)).map(|file| self.too_long(file));
        let over = over.clone().or(late);
        let mut file = match source.filter(|_| over.is_none()) {
            Some(file) => parse(*id, &file, syntax),
            None => syntax::parse(*id, "", &[]),
        };
        if self.sources.is_private(*id) && !file.errors.is_empty() {
            redact(&mut file);
        }
        if let Some((limit, why)) = over {
            let message = format!("this file is not read: {why}");
            let span = Span::new(*id, 0, 0);
            file.errors = vec![ast::SyntaxError { span, message, help: None, related: None, limit: Some(limit) }];
        }
        Arc::new(file)
    }

    /// Notes a file for which the time that is left does not suffice.
    pub(super) fn too_long(&self, file: &SourceFile) -> (Limit, String) {
        let why = self.budget.too_long();
        let path = file.path.to_string_lossy().into_owned();
        self.skipped.lock().unwrap_or_else(|e| e.into_inner()).insert(path, why.clone());
        (Limit::Timeout, why)
    }
}

/// Whether an error says that its file was not read, for want of a budget.
pub(super) fn is_left_out(error: &ast::SyntaxError) -> bool {
    matches!(error.limit, Some(Limit::FileSize | Limit::Timeout | Limit::Tokens))
}

/// Takes all that stands in a private file out of what was parsed of it. Recovery makes names of whatever it finds: a key
/// file would be read as arguments.
fn redact(file: &mut ast::File) {
    file.errors.truncate(1);
    for error in &mut file.errors {
        let help = "the file has keys in it, is ignored by Git, or is behind a link or outside: kfplint shows none of its text";
        *error = ast::SyntaxError {
            message: UNREADABLE.into(),
            help: Some(help.into()),
            related: None,
            span: error.span,
            limit: error.limit,
        };
    }
    file.body.attributes.clear();
    file.body.blocks.clear();
    file.comments.clear();
}

/// Whether a file has more tokens than may be.
fn is_dense(bytes: &[u8], syntax: Syntax) -> bool {
    match syntax {
        Syntax::Native => bytes.len() > TOKENS && syntax::lexer::has_more_than(&String::from_utf8_lossy(bytes), TOKENS),
        Syntax::Json | Syntax::JsonValues => has_more_values(bytes, TOKENS),
    }
}

/// Parses a file that is written in this way.
pub fn parse(id: FileId, file: &SourceFile, syntax: Syntax) -> ast::File {
    match syntax {
        Syntax::Native => syntax::parse(id, &file.text, &file.invalid_utf8),
        Syntax::Json => syntax::parse_json(id, &file.text),
        Syntax::JsonValues => syntax::parse_tfvars_json(id, &file.text),
    }
}
