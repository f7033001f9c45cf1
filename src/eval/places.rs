//! Text that depends on where the tree lies on this machine, as Terragrunt's `get_repo_root()` gives it. It finds files, and
//! paths are made of it. Anything else that is made of it is not known: it is another where Terragrunt runs.

use crate::cty::value::{Data, Marks, ReasonKind, Reasons, Type, Value};
use crate::eval::scope::Scope;
use crate::load::bounds::repository;
use crate::syntax::ast::ExprKind;
use std::path::Path;
use std::sync::Arc;

/// Functions of which the result is a path, or has paths in it, where arguments are.
const KEEPING: [&str; 12] = [
    "abspath",
    "coalesce",
    "concat",
    "dirname",
    "flatten",
    "format",
    "join",
    "mark_as_read",
    "merge",
    "tolist",
    "tostring",
    "trimspace",
];
/// Functions that take the path of a file and give what does not depend on where it lies.
const READING: [&str; 15] = [
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
    "find_in_parent_folders",
    "read_terragrunt_config",
    "read_tfvars_file",
    "sops_decrypt_file",
    "templatefile",
];

fn unknown(marks: Marks) -> Value {
    let kind = ReasonKind::Impure("the folder in which the repository lies".into());
    Value::unknown(Type::Any, Reasons::one(kind, None)).mark(marks.without(Marks::PLACE))
}

/// The arguments as a function may have them; `Err` is its result where that would tell where the tree lies.
pub fn arguments(scope: &Scope, name: &str, mut args: Vec<Value>) -> Result<Vec<Value>, Value> {
    if scope.instance.world.functions.get().is_none() {
        return Ok(args);
    }
    let has_place = |arg: &Value| arg.deep_marks().contains(Marks::PLACE);
    if !args.iter().any(has_place) {
        return Ok(args);
    }
    if let (true, Some(path)) = (READING.contains(&name), args.first_mut()) {
        path.marks = path.marks.without(Marks::PLACE);
        // Variables of a template become part of its text.
        return if args.iter().any(has_place) { Err(unknown(Marks::NONE)) } else { Ok(args) };
    }
    if let ("basename", Some(path)) = (name, args.first_mut()) {
        let top = repository(&scope.instance.dir);
        let is_below = |text: &str| top.is_some_and(|top| Path::new(text) != top && Path::new(text).starts_with(top));
        if path.as_str().is_some_and(is_below) {
            path.marks = path.marks.without(Marks::PLACE);
            return Ok(args);
        }
    }
    let looks_up = name == "lookup" && !args.iter().skip(1).any(has_place);
    match KEEPING.contains(&name) || looks_up {
        true => Ok(args),
        false => Err(unknown(args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.deep_marks())))),
    }
}

/// The value of an expression: not known, where it is made of such text in another way than paths are.
pub fn made(kind: &ExprKind, value: Value) -> Value {
    let keeps = !matches!(kind, ExprKind::Binary(_) | ExprKind::Unary(..) | ExprKind::Object(_) | ExprKind::For(_));
    if keeps || !value.marks.contains(Marks::PLACE) { value } else { unknown(value.marks) }
}

/// The element at a key that is such text.
pub fn at_key(key: &Value) -> Option<Value> {
    key.marks.contains(Marks::PLACE).then(|| unknown(key.marks))
}

/// A value as it leaves the file: without any such text.
pub fn without(value: &Value) -> Value {
    if !value.deep_marks().contains(Marks::PLACE) {
        return value.clone();
    }
    if value.marks.contains(Marks::PLACE) {
        return unknown(value.deep_marks());
    }
    let all = |items: &[Value]| items.iter().map(without).collect::<Vec<_>>();
    match &value.data {
        Data::Tuple(items) | Data::List(_, items) => Value::tuple(all(items)),
        Data::Object(entries) | Data::Map(_, entries) => {
            Value::object(entries.iter().map(|(name, value)| (Arc::clone(name), without(value))).collect())
        }
        _ => unknown(value.deep_marks()),
    }
    .mark(value.marks)
}
