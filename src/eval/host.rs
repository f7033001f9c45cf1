//! Files and templates for functions: reads only what the loader may read.

use crate::base::budget::Limit;
use crate::base::source::SourceFile;
use crate::cty::functions::{ErrorKind, FolderListing, FunctionError, Host};
use crate::cty::value::{Marks, Value};
use crate::eval::scope::Scope;
use crate::load::bounds::{normalise, repository};
use crate::load::{bounds, private, reason};
use crate::syntax;
use crate::syntax::ast::Block;
use crate::syntax::lexer::is_identifier;
use crate::tree::{FileKind, Tree, WalkStep};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// The most files that `fileset` may list.
const MOST_FILES: usize = 100_000;

/// The files in a folder `.git`, without its objects. A `fileset` whose pattern matches one of them is unknown.
fn own_files_of_git(git: &Path) -> Vec<PathBuf> {
    let is_named = |entry: &DirEntry| entry.depth() != 1 || entry.file_name() != "objects";
    let files = WalkDir::new(git).into_iter().filter_entry(is_named).flatten();
    files.filter(|entry| !entry.file_type().is_dir()).take(MOST_FILES).map(DirEntry::into_path).collect()
}

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

    /// The way to the file, and where it leads, if it may be read.
    fn resolve(&self, path: &str) -> Result<(PathBuf, PathBuf), FunctionError> {
        // Terraform expands it, and no file of the tree has to do with that.
        if path.starts_with('~') {
            let why = "it depends on the home folder of the user who runs Terraform";
            return Err(file_error(format!("\"{path}\" cannot be read: {why}")));
        }
        let world = &self.scope.instance.world;
        let full = world.evaluator.options.mounts.on_disk(&normalise(&world.root_dir.join(path)), self.tree());
        let real = self.tree().canonicalize(&full).unwrap_or_else(|_| full.clone());
        match world.evaluator.loader().refusal(&real) {
            None => Ok((full, real)),
            Some(why) => Err(file_error(format!("\"{path}\" cannot be read: {why}"))),
        }
    }
}

/// Files that `terraform init`, a run or a state make in a root module's folder.
const MADE: [&str; 8] = [
    ".terraform.lock.hcl",
    ".terraform/environment",
    ".terraform/modules/modules.json",
    ".terraform/terraform.tfstate",
    "crash.log",
    "errored.tfstate",
    "terraform.tfstate",
    "terraform.tfstate.backup",
];

/// Whether a file of this path, relative to a root module, may be there or not when Terraform runs.
fn is_made(below: &Path) -> bool {
    let mut parts = below.components().map(|part| part.as_os_str());
    let name = below.file_name().unwrap_or_default().to_string_lossy();
    parts.any(|part| [".terraform", ".terragrunt-cache", "terraform.tfstate.d"].iter().any(|made| part == *made))
        || name.contains(".tfstate")
        || name.ends_with(".tfplan")
        || ["crash.log", "tfplan"].contains(&&*name)
}

impl TreeHost<'_> {
    /// Refuses what `init`, a run or a state make: what is here now tells nothing of where Terraform runs.
    fn refuse_what_is_made(&self, path: &str, way: &Path) -> Result<(), FunctionError> {
        let below = way.strip_prefix(&self.scope.instance.world.root_dir).unwrap_or(way);
        let lock = below.file_name().is_some_and(|name| name == ".terraform.lock.hcl") && !self.tree().is_file(way);
        match !self.is_here() && (is_made(below) || lock) {
            true => Err(file_error(format!("\"{path}\" is made by `terraform init` or a run"))),
            false => Ok(()),
        }
    }
}

impl TreeHost<'_> {
    /// The bytes of a state that Git tracks: it is there wherever Terraform runs.
    pub fn tracked_state(&self, path: &str) -> Option<Vec<u8>> {
        let (_, full) = self.resolve(path).ok()?;
        let world = &self.scope.instance.world;
        let index = world.evaluator.loader().index(repository(full.parent()?)?)?;
        index.below(&full).next()?;
        self.tree().up_to(&full, world.evaluator.options.budget.file_size).ok()?
    }
}

/// Types whose resources may write files; what has a provisioner may too.
const WRITERS: [&str; 5] = ["archive_file", "external", "local_", "null_resource", "template_dir"];

impl TreeHost<'_> {
    /// Whether a file that is not here is not where Terraform runs either: it belongs into a folder of the tree, Git does
    /// not ignore it, and nothing that is declared writes files.
    fn is_never_there(&self, way: &Path, full: &Path) -> bool {
        let instance = &self.scope.instance;
        let loader = instance.world.evaluator.loader();
        let around = std::iter::successors(Some(instance.clone()), |at| at.parent());
        let writes = |block: &Block| {
            let provisions = block.body.blocks("provisioner").next().is_some();
            let reads = &*block.kind.name == "data" && block.label(0).starts_with("local_");
            provisions || !reads && WRITERS.iter().any(|writer| block.label(0).starts_with(writer))
        };
        let mut configs = around.map(|at| at.config.clone());
        loader.bounds().tree_of(full).is_some()
            && full.parent().is_some_and(|folder| self.tree().is_dir(folder))
            && !loader.is_private(way, full)
            && !configs.any(|config| config.facts.is_some() || config.resources.values().any(|block| writes(block)))
    }
}

impl Host for TreeHost<'_> {
    fn is_here(&self) -> bool {
        self.scope.instance.world.strict()
    }

    fn may_be_made(&self, dir: &str, fits: &dyn Fn(&str) -> bool) -> bool {
        let root = &self.scope.instance.world.root_dir;
        let Ok((way, real)) = self.resolve(dir) else { return false };
        if self.is_here() {
            return false;
        }
        let below = [way, real].iter().find_map(|dir| Some(root.strip_prefix(dir).ok()?.to_path_buf()));
        let below = below.map(|below| below.to_string_lossy().replace('\\', "/"));
        let there = |file: &str| file == MADE[0] && self.tree().is_file(&root.join(file));
        below.is_some_and(|below| {
            let path = |file: &str| if below.is_empty() { file.to_string() } else { format!("{below}/{file}") };
            MADE.iter().any(|file| !there(file) && fits(&path(file)))
        })
    }

    fn read(&self, path: &str) -> Result<(Vec<u8>, Marks), FunctionError> {
        let (way, full) = self.resolve(path)?;
        self.refuse_what_is_made(path, &way)?;
        let kind = self.tree().kind(&full).map_err(|e| {
            let error = file_error(format!("there is no file \"{path}\" here"));
            match e.kind() == std::io::ErrorKind::NotFound && self.is_never_there(&way, &full) {
                true => FunctionError { kind: ErrorKind::Call, ..error },
                false => error,
            }
        })?;
        if kind != FileKind::File {
            return Err(file_error(format!("\"{path}\" is not a regular file")));
        }
        let evaluator = &self.scope.instance.world.evaluator;
        let budget = &evaluator.options.budget;
        let read = self.tree().up_to(&full, budget.file_size);
        match read.map_err(|e| file_error(format!("\"{path}\" cannot be read: {}", reason(&e))))? {
            Some(bytes) => {
                let private = evaluator.loader().is_private(&way, &full) || private::by_content(&bytes, &full);
                Ok((bytes, if private { Marks::PRIVATE } else { Marks::NONE }))
            }
            None => Err(FunctionError::over(Limit::FileSize, format!("\"{path}\" is {}", budget.too_large()))),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, FunctionError> {
        let (way, full) = self.resolve(path)?;
        self.refuse_what_is_made(path, &way)?;
        if self.tree().is_dir(&full) {
            let message = format!("\"{path}\" is a directory, not a file");
            return Err(FunctionError { kind: ErrorKind::Call, ..file_error(message) });
        }
        Ok(self.tree().is_file(&full))
    }

    fn list(&self, dir: &str) -> Result<FolderListing, FunctionError> {
        let full = self.resolve(dir)?.1;
        let world = &self.scope.instance.world;
        let folders = world.evaluator.options.mounts.all(&normalise(&world.root_dir.join(dir)), self.tree());
        let mut all = self.list_folder(dir, &full)?;
        for folder in folders.iter().filter(|folder| **folder != full && world.evaluator.loader().may_read(folder)) {
            let more = self.list_folder(dir, folder)?;
            all.files.extend(more.files);
            all.closed.extend(more.closed);
            all.closed_trees.extend(more.closed_trees);
        }
        Ok(all)
    }

    fn absolute(&self, path: &str) -> String {
        self.scope.instance.world.absolute(path)
    }

    fn render(&self, name: &str, text: &str, marks: Marks, variables: &Value) -> Result<Value, FunctionError> {
        let world = &self.scope.instance.world;
        let sources = &world.evaluator.sources;
        let file = SourceFile::new(PathBuf::from(name), text.as_bytes().to_vec()).private(marks.is_hidden());
        let text = file.text.clone();
        let id = sources.add(file);
        let (expr, errors) = syntax::parse_template(id, 0, &text);
        let call_error = |message: String| FunctionError { argument: None, message, kind: ErrorKind::Call };
        if let Some(e) = errors.first() {
            if marks.is_hidden() {
                return Err(call_error("the template, whose text is sensitive, cannot be parsed".into()));
            }
            return Err(call_error(format!("the template \"{name}\" cannot be parsed: {}", e.message)));
        }
        if world.in_template.get() {
            let message = "a template cannot render another: templatefile and templatestring are not for templates";
            return Err(call_error(message.into()));
        }
        let mut scope = crate::eval::template_scope(self.scope);
        if let Some(wrong) = variables.entries().and_then(|entries| entries.keys().find(|key| !is_identifier(key))) {
            let shown = if variables.is_hidden() { String::new() } else { format!(" `{wrong}`") };
            let message = format!("the name{shown} cannot be that of a template's variable");
            return Err(FunctionError { argument: Some(1), ..call_error(message) });
        }
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
        match value.is_null() {
            true => Err(call_error("the result of the template is null".into())),
            false => Ok(value),
        }
    }
}

impl TreeHost<'_> {
    /// The files of one folder on disk.
    fn list_folder(&self, dir: &str, full: &Path) -> Result<FolderListing, FunctionError> {
        let (mut found, closed) = (FolderListing::default(), RefCell::new(Vec::new()));
        let (bounds, tree) = (self.scope.instance.world.evaluator.loader().bounds(), self.tree());
        let budget = &self.scope.instance.world.evaluator.options.budget;
        let clock = budget.clock();
        let is_open = |step: &WalkStep| {
            let refused = match step.is_link {
                true => tree.canonicalize(&step.path).is_ok_and(|real| !bounds.holds(&real)),
                false => {
                    !bounds.holds(&step.path) && bounds::is_git(step.path.file_name().unwrap_or_default().as_ref())
                }
            };
            if refused {
                closed.borrow_mut().push(step.path.clone());
            }
            !refused
        };
        let below = |path: &Path| Some(path.strip_prefix(full).ok()?.to_string_lossy().replace('\\', "/"));
        let mut each = |step: &WalkStep| {
            if is_open(step) && step.kind == FileKind::File {
                found.files.extend(below(&step.path));
            }
            found.files.len() <= MOST_FILES && !clock.is_late()
        };
        let whole = tree.walk(full, &mut |step| !clock.is_late() && is_open(step), &mut each);
        if clock.is_late() {
            return Err(FunctionError::over(Limit::Timeout, budget.late()));
        }
        if !whole || found.files.len() > MOST_FILES {
            return Err(FunctionError::over(Limit::Fixed, format!("\"{dir}\" has more than {MOST_FILES} files")));
        }
        for path in closed.take() {
            match path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(".git")) {
                true => found.closed.extend(own_files_of_git(&path).iter().filter_map(|path| below(path))),
                false => found.closed_trees.extend(below(&path)),
            }
        }
        Ok(found)
    }
}
