//! Files and templates for functions: reads only what the loader may read.

use crate::budget::Limit;
use crate::discover::bounds::{OUTSIDE, normalise};
use crate::discover::reason;
use crate::eval::functions::{ErrorKind, FunctionError, Host};
use crate::eval::scope::Scope;
use crate::eval::value::Value;
use crate::source::SourceFile;
use crate::syntax;
use crate::tree::{Kind, Tree};
use std::path::{Path, PathBuf};

/// The most files that `fileset` may list.
const MOST_FILES: usize = 100_000;

/// Gives functions the files below the root module.
pub struct TreeHost<'s> {
    /// Where the call stands.
    pub scope: &'s Scope,
}

fn file_error(message: String) -> FunctionError {
    FunctionError { argument: Some(0), message, kind: ErrorKind::File }
}

impl TreeHost<'_> {
    fn tree(&self) -> &Tree {
        self.scope.instance.world.evaluator.loader().tree()
    }

    /// The file's place on disk, if it may be read.
    fn resolve(&self, path: &str) -> Result<PathBuf, FunctionError> {
        let world = &self.scope.instance.world;
        let full = normalise(&world.root_dir.join(path));
        let real = self.tree().canonicalize(&full).unwrap_or_else(|_| full.clone());
        match world.evaluator.loader().may_read(&real) {
            true => Ok(full),
            false => Err(file_error(format!("\"{path}\" cannot be read: {OUTSIDE}"))),
        }
    }
}

impl Host for TreeHost<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FunctionError> {
        let full = self.resolve(path)?;
        let kind = self.tree().kind(&full).map_err(|_| file_error(format!("there is no file \"{path}\" here")))?;
        if kind != Kind::File {
            return Err(file_error(format!("\"{path}\" is not a regular file")));
        }
        let budget = &self.scope.instance.world.evaluator.options.budget;
        match self
            .tree()
            .up_to(&full, budget.file_size)
            .map_err(|e| file_error(format!("\"{path}\" cannot be read: {}", reason(&e))))?
        {
            Some(bytes) => Ok(bytes),
            None => Err(FunctionError::over(Limit::FileSize, format!("\"{path}\" is {}", budget.too_large()))),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, FunctionError> {
        Ok(self.tree().is_file(&self.resolve(path)?))
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, FunctionError> {
        let full = self.resolve(dir)?;
        let mut found = Vec::new();
        let loader = self.scope.instance.world.evaluator.loader();
        let inside = |path: &Path| self.tree().canonicalize(path).is_ok_and(|real| loader.may_read(&real));
        let walk = ignore::WalkBuilder::new(&full).standard_filters(false).follow_links(true).build();
        for entry in walk.flatten().filter(|entry| !entry.path_is_symlink() || inside(entry.path())) {
            if entry.file_type().is_some_and(|t| t.is_file())
                && let Ok(below) = entry.path().strip_prefix(&full)
            {
                found.push(below.to_string_lossy().replace('\\', "/"));
            }
            if found.len() > MOST_FILES {
                return Err(FunctionError::over(Limit::Fixed, format!("\"{dir}\" has more than {MOST_FILES} files")));
            }
        }
        Ok(found)
    }

    fn absolute(&self, path: &str) -> String {
        self.scope.instance.world.absolute(path)
    }

    fn render(&self, name: &str, text: &str, variables: &Value) -> Result<Value, FunctionError> {
        let world = &self.scope.instance.world;
        let sources = &world.evaluator.sources;
        let file = SourceFile::new(PathBuf::from(name), text.as_bytes().to_vec());
        let text = file.text.clone();
        let id = sources.add(file);
        let (expr, errors) = syntax::parse_template(id, 0, &text);
        let call_error = |message: String| FunctionError { argument: None, message, kind: ErrorKind::Call };
        if let Some(e) = errors.first() {
            return Err(call_error(format!("the template \"{name}\" cannot be parsed: {}", e.message)));
        }
        if world.in_template.get() {
            let message = "a template cannot render another: templatefile and templatestring are not for templates";
            return Err(call_error(message.into()));
        }
        let mut scope = crate::eval::template_scope(self.scope);
        if let Some(entries) = variables.entries() {
            for (key, value) in entries {
                scope = scope.with(key.clone(), value.clone());
            }
        }
        world.in_template.set(true);
        let value = crate::eval::expr::eval(&scope, &expr);
        world.in_template.set(false);
        let value = value.map_err(|e| match e.limit {
            Some(limit) => FunctionError::over(limit, e.message.clone()),
            None => call_error(e.message.clone()),
        })?;
        crate::eval::value::convert(&value, &crate::ty::Type::String).map_err(|e| call_error(e.to_string()))
    }
}
