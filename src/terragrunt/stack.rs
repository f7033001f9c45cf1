//! Stacks: a `terragrunt.stack.hcl` names units and further stacks, each with a source, which Terragrunt copies into
//! `.terragrunt-stack` before it runs them. They are evaluated as if they lay there.

use super::config::{ConfigReader, UnitContext, value};
use super::functions::Functions;
use crate::cty::value::Value;
use crate::eval::mounts::Mounts;
use crate::eval::{Evaluator, Sheet};
use crate::load::bounds::normalise;
use crate::load::{STACK, UNIT};
use crate::syntax::ast::Block;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// The folder into which Terragrunt copies.
const COPIES: &str = ".terragrunt-stack";
/// How deep stacks lie in stacks.
const DEEPEST: usize = 8;
/// The most units of one stack, with those of the stacks in it.
const MOST: usize = 2000;

/// A unit of a stack.
#[derive(Clone, Debug)]
pub struct StackUnit {
    /// The folder into which it is copied.
    pub dir: PathBuf,
    /// The folder on disk that is copied.
    pub source: PathBuf,
    /// `values`.
    pub values: Option<Value>,
    /// The folders into which it and the stacks around it are copied, with those on disk.
    pub mounts: Vec<(PathBuf, PathBuf)>,
}

impl StackUnit {
    /// Its file, in the folder into which it is copied.
    pub fn file(&self) -> PathBuf {
        self.dir.join(UNIT)
    }
}

/// What a stack's file names.
#[derive(Clone, Debug, Default)]
pub struct ReadStack {
    /// Its units, and those of the stacks in it.
    pub units: Vec<Arc<StackUnit>>,
    /// Folders of which it makes stacks.
    pub stacks: Vec<PathBuf>,
    /// Units and stacks that are not on disk: their name and why.
    pub missing: Vec<(String, String)>,
}

/// Stacks that were read, by the folder of their file.
#[derive(Debug, Default)]
pub struct Stacks(Mutex<FxHashMap<PathBuf, Arc<ReadStack>>>);

impl Stacks {
    /// The unit of a stack that is copied into this folder.
    pub fn unit(&self, dir: &Path, evaluator: &Arc<Evaluator>) -> Option<Arc<StackUnit>> {
        let tree = evaluator.loader().tree();
        let around = dir.ancestors().skip(1).filter(|folder| tree.is_file(&folder.join(STACK)));
        around.into_iter().find_map(|folder| {
            let stack = self.read(folder, evaluator);
            stack.units.iter().find(|unit| unit.dir == dir).cloned()
        })
    }

    /// The stack whose file is in this folder.
    pub fn read(&self, folder: &Path, evaluator: &Arc<Evaluator>) -> Arc<ReadStack> {
        if let Some(known) = self.0.lock().unwrap_or_else(|e| e.into_inner()).get(folder) {
            return known.clone();
        }
        let mut read = ReadStack::default();
        add(&mut read, &Place { at: folder, mounts: Vec::new(), values: None, depth: 0 }, evaluator);
        let read = Arc::new(read);
        self.0.lock().unwrap_or_else(|e| e.into_inner()).insert(folder.to_path_buf(), read.clone());
        read
    }
}

/// Where a stack's file lies when Terragrunt reads it.
struct Place<'p> {
    at: &'p Path,
    mounts: Vec<(PathBuf, PathBuf)>,
    values: Option<Value>,
    depth: usize,
}

fn add(read: &mut ReadStack, place: &Place, evaluator: &Arc<Evaluator>) {
    let evaluator = &evaluator.with_mounts(Mounts { folders: place.mounts.clone() });
    let reader = ConfigReader::alone(evaluator);
    let Ok(file) = evaluator.loader().hcl(&reader.on_disk(&place.at.join(STACK))) else { return };
    if !file.errors.is_empty() {
        read.missing.push(("the stack".into(), "its file cannot be parsed".into()));
    }
    let context = UnitContext { values: place.values.clone(), ..UnitContext::of(place.at) };
    let names = vec![("values".into(), reader.values(&context))];
    let functions = Rc::new(Functions { reader: reader.clone(), context });
    let sheet = Sheet::new(evaluator, place.at, &file, names, functions);
    for block in file.body.blocks.iter().filter(|block| ["unit", "stack"].contains(&&*block.kind.name)) {
        let name = format!("{} \"{}\"", block.kind.name, block.label(0));
        let of = |name: &str| block.body.attribute(name).map(|a| value(&sheet, &a.expr, &[]));
        if of("enabled").is_some_and(|enabled| enabled.as_bool() == Some(false)) {
            continue;
        }
        if read.units.len() + read.stacks.len() >= MOST || place.depth >= DEEPEST {
            let why = format!("more than {MOST} units, or stacks more than {DEEPEST} deep in stacks, are not read");
            read.missing.push((name, why));
            return;
        }
        match component(block, &of, place.at, &reader) {
            Ok((dir, source)) => {
                let mut mounts = vec![(dir.clone(), source.clone())];
                mounts.extend(place.mounts.iter().cloned());
                let values = Some(of("values").unwrap_or_else(|| Value::object(Default::default())));
                if &*block.kind.name == "unit" {
                    read.units.push(Arc::new(StackUnit { dir, source, values, mounts }));
                } else {
                    read.stacks.push(source);
                    add(read, &Place { at: &dir, mounts, values, depth: place.depth + 1 }, evaluator);
                }
            }
            Err(why) => read.missing.push((name, why)),
        }
    }
}

/// The folder into which a unit or a stack is copied, and the one on disk that is.
fn component(
    block: &Block,
    of: &dyn Fn(&str) -> Option<Value>,
    at: &Path,
    reader: &ConfigReader,
) -> Result<(PathBuf, PathBuf), String> {
    if block.body.blocks("expansion").next().is_some() {
        return Err("its `expansion` is not modelled".into());
    }
    let text = |name: &str| {
        let value = of(name).ok_or_else(|| format!("it has no `{name}`"))?;
        value.as_str().map(str::to_string).ok_or_else(|| format!("its `{name}` is not known"))
    };
    let (path, source) = (text("path")?, text("source")?);
    let is_beside = of("no_dot_terragrunt_stack").is_some_and(|flag| flag.as_bool() == Some(true));
    let dir = normalise(&if is_beside { at.join(path) } else { at.join(COPIES).join(path) });
    let wanted = if &*block.kind.name == "unit" { UNIT } else { STACK };
    let loader = reader.evaluator.loader();
    let plain = source.replace("//", "/");
    let folder = normalise(&at.join(&plain));
    let near = normalise(&reader.on_disk(at).join(&plain));
    let found = [reader.on_disk(&folder), near].into_iter().find(|folder| loader.tree().is_file(&folder.join(wanted)));
    let real = found.and_then(|folder| loader.tree().canonicalize(&folder).ok()).filter(|real| loader.may_read(real));
    match real {
        Some(real) => Ok((dir, real)),
        None if loader.tree().is_file(&dir.join(wanted)) => Ok((dir.clone(), dir)),
        None => Err(format!("its source `{source}` is not on disk; generate the stack to check it")),
    }
}
