//! Expressions of files that are not Terraform's own, such as Terragrunt's: `locals`, Terraform's functions and some more.

use crate::base::source::Span;
use crate::cty::value::Value;
use crate::eval::expr::eval;
use crate::eval::inputs::RootInputs;
use crate::eval::instance::Instance;
use crate::eval::world::{OwnFunctions, World};
use crate::eval::{Evaluator, ModuleConfig};
use crate::module::error::EvalResult;
use crate::syntax::ast::{Expr, File};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// A file with `locals`, in whose scope expressions are evaluated.
#[derive(Debug)]
pub struct Sheet {
    instance: Rc<Instance>,
}

impl Sheet {
    /// A file in a folder, with what its expressions see beside `local`.
    pub fn new(
        evaluator: &Arc<Evaluator>,
        dir: &Path,
        file: &Arc<File>,
        names: Vec<(Arc<str>, Value)>,
        functions: Rc<dyn OwnFunctions>,
    ) -> Sheet {
        let locals = file.body.blocks.iter().filter(|b| &*b.kind.name == "locals").flat_map(|b| &b.body.attributes);
        let locals = locals.map(|a| (a.name.name.clone(), a.clone())).collect();
        let config = Arc::new(ModuleConfig { locals, ..ModuleConfig::default() });
        let world = Rc::new(World::new(evaluator.clone(), dir.to_path_buf(), RootInputs::default(), false));
        let _ = world.functions.set(functions);
        let scope_id = world.scopes.borrow_mut().add_module(config.clone(), "".into(), None);
        let instance = Instance::new(world, config, dir.to_path_buf(), "".into(), None, None, scope_id);
        let _ = instance.names.set(names);
        Sheet { instance }
    }

    /// An expression's value, with further names in its scope.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn eval(&self, expr: &Expr, names: &[(Arc<str>, Value)]) -> EvalResult<Value> {
        let scope =
            names.iter().fold(self.instance.scope(), |scope, (name, value)| scope.with(name.clone(), value.clone()));
        eval(&scope, expr)
    }

    /// All of `local`.
    pub fn locals(&self) -> Value {
        let names = self.instance.config.locals.iter();
        let value = |(name, attribute): (&Arc<str>, &crate::syntax::ast::Attribute)| {
            let span: Span = attribute.span;
            Some((name.clone(), self.instance.local(name, span).ok()?))
        };
        Value::object(names.filter_map(value).collect::<BTreeMap<_, _>>())
    }
}
