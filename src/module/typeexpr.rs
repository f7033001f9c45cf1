//! Type constraints (`string`, `list(object({ name = optional(string, "x") }))`) as Terraform reads them.

use crate::cty::ty::{Attr, Type};
use crate::cty::value::{ConvertError, Data, Defaults, Number, Value, convert};
use crate::diagnostic::Finding;
use crate::module::error::EvalError;
use crate::module::report::{INVALID_ARGUMENT, add, error};
use crate::syntax::ast::{Call, Expr, ExprKind, ObjectItem, ObjectKey, UnaryOp};
use crate::syntax::visit::is_constant;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A variable's type with the defaults of its optional attributes.
#[derive(Clone, Debug)]
pub struct TypeConstraint {
    /// The type, with its optional attributes marked.
    pub ty: Type,
    /// What missing optional attributes become; `None` where no attribute has a default.
    pub defaults: Option<Defaults>,
}

impl TypeConstraint {
    /// `any`.
    pub fn any() -> TypeConstraint {
        TypeConstraint { ty: Type::Any, defaults: None }
    }

    fn plain(ty: Type) -> TypeConstraint {
        TypeConstraint { ty, defaults: None }
    }

    /// A value with the defaults of its missing attributes, converted to the type.
    ///
    /// # Errors
    /// Why the value does not fit.
    pub fn conform(&self, value: &Value) -> Result<Value, ConvertError> {
        match &self.defaults {
            Some(defaults) => convert(&defaults.apply(value), &self.ty),
            None => convert(value, &self.ty),
        }
    }
}

/// Reads a type constraint; what is wrong is noted and read as `any`.
pub fn type_constraint(expr: &Expr, findings: &mut Vec<Finding>) -> TypeConstraint {
    read_type(expr).unwrap_or_else(|e| {
        findings.push(e.finding());
        TypeConstraint::any()
    })
}

/// Reports a type in quotes, as Terraform 0.11 wrote it and none does since 1.0; JSON has no other way.
pub fn refuse_quotes(expr: &Expr, findings: &mut Vec<Finding>) {
    let ExprKind::String(name) = &expr.kind else { return };
    let plain = match &**name {
        "list" => "list(string)",
        "map" => "map(string)",
        other => other,
    };
    let finding = error(INVALID_ARGUMENT, expr.span, format!("the type \"{name}\" stands in quotes"), "");
    add(findings, || Finding { help: vec![format!("write type = {plain}")], ..finding });
}

type TypeResult<T> = Result<T, Box<EvalError>>;

/// Reads a type constraint.
///
/// # Errors
/// What is wrong with it.
pub fn read_type(expr: &Expr) -> TypeResult<TypeConstraint> {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => read_type(inner),
        ExprKind::Variable(name) => keyword(name, expr),
        // Terraform 0.11 wrote type names in quotes.
        ExprKind::String(name) => keyword(name, expr),
        ExprKind::Call(call) => constructor(call, expr),
        _ => Err(not_a_type(expr)),
    }
}

fn not_a_type(expr: &Expr) -> Box<EvalError> {
    EvalError::new(expr.span, "this is not a type")
        .help("write string, number, bool, any, list(…), set(…), map(…), tuple([…]) or object({ … })")
}

fn keyword(name: &str, expr: &Expr) -> TypeResult<TypeConstraint> {
    Ok(TypeConstraint::plain(match name {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "any" => Type::Any,
        "list" => Type::List(Arc::new(Type::Any)),
        "set" => Type::Set(Arc::new(Type::Any)),
        "map" => Type::Map(Arc::new(Type::Any)),
        _ => return Err(not_a_type(expr)),
    }))
}

fn constructor(call: &Call, expr: &Expr) -> TypeResult<TypeConstraint> {
    let [argument] = call.args.as_slice() else {
        return Err(EvalError::new(expr.span, format!("`{}` needs exactly one argument", call.name.name)));
    };
    match &*call.name.name {
        "list" | "set" | "map" => {
            let element = read_type(argument)?;
            let of = Arc::new(element.ty);
            let ty = match &*call.name.name {
                "list" => Type::List(of),
                "set" => Type::Set(of),
                _ => Type::Map(of),
            };
            Ok(TypeConstraint { ty, defaults: element.defaults.map(Defaults::of_elements) })
        }
        "tuple" => tuple(argument),
        "object" => object(argument),
        "optional" => Err(EvalError::new(expr.span, "`optional` can stand only at an attribute of an object type")),
        _ => Err(not_a_type(expr)),
    }
}

fn tuple(argument: &Expr) -> TypeResult<TypeConstraint> {
    let ExprKind::Tuple(items) = &argument.kind else {
        return Err(EvalError::new(argument.span, "`tuple` needs a list of types in square brackets"));
    };
    let elements = items.iter().map(read_type).collect::<TypeResult<Vec<_>>>()?;
    let defaults = Defaults::of_tuple(elements.iter().map(|e| e.defaults.clone()).collect());
    Ok(TypeConstraint { ty: Type::Tuple(Arc::new(elements.into_iter().map(|e| e.ty).collect())), defaults })
}

fn object(argument: &Expr) -> TypeResult<TypeConstraint> {
    let ExprKind::Object(items) = &argument.kind else {
        return Err(EvalError::new(argument.span, "`object` needs attributes with their types in braces"));
    };
    let mut attributes = BTreeMap::new();
    let mut values = BTreeMap::new();
    let mut children = BTreeMap::new();
    for item in items {
        let name = attribute_name(item)?;
        if attributes.contains_key(&name) {
            let message = format!("the object type has two attributes `{name}`");
            return Err(EvalError::new(item.value.span, message).help("remove one of them"));
        }
        let (constraint, optional, default) = attribute(&item.value)?;
        if let Some(default) = default {
            values.insert(name.clone(), default);
        }
        if let Some(child) = constraint.defaults {
            children.insert(name.clone(), child);
        }
        attributes.insert(name, Attr { ty: constraint.ty, optional });
    }
    Ok(TypeConstraint { ty: Type::Object(Arc::new(attributes)), defaults: Defaults::of_object(values, children) })
}

fn attribute_name(item: &ObjectItem) -> TypeResult<Arc<str>> {
    match &item.key {
        ObjectKey::Name(name) => Ok(name.name.clone()),
        ObjectKey::Expr(key) => match key.as_str() {
            Some(name) => Ok(name.into()),
            None => Err(EvalError::new(key.span, "an attribute of an object type needs a plain name")),
        },
    }
}

fn attribute(expr: &Expr) -> TypeResult<(TypeConstraint, bool, Option<Value>)> {
    let ExprKind::Call(call) = &expr.kind else { return Ok((read_type(expr)?, false, None)) };
    if &*call.name.name != "optional" {
        return Ok((read_type(expr)?, false, None));
    }
    match call.args.as_slice() {
        [ty] => Ok((read_type(ty)?, true, None)),
        [ty, default] => {
            let constraint = read_type(ty)?;
            let value = constraint
                .conform(&constant(default)?)
                .map_err(|e| EvalError::new(default.span, format!("this default does not fit its type: {e}")))?;
            Ok((constraint, true, Some(value)))
        }
        _ => Err(EvalError::new(expr.span, "`optional` needs a type and, if wanted, a default")),
    }
}

/// A literal's value, without any scope.
fn constant(expr: &Expr) -> TypeResult<Value> {
    if !is_constant(expr) {
        return Err(EvalError::new(expr.span, "the default of an optional attribute must be a literal"));
    }
    Ok(match &expr.kind {
        ExprKind::Bool(b) => Value::bool(*b),
        ExprKind::Number(text) => match Number::parse(text) {
            Some(number) => Value::number(number),
            None => return Err(EvalError::new(expr.span, format!("`{text}` is not a number"))),
        },
        ExprKind::String(text) => Data::String(text.clone()).into(),
        ExprKind::Tuple(items) => Value::tuple(items.iter().map(constant).collect::<TypeResult<_>>()?),
        ExprKind::Object(items) => {
            let entry = |item: &ObjectItem| Ok((attribute_name(item)?, constant(&item.value)?));
            Value::object(items.iter().map(entry).collect::<TypeResult<_>>()?)
        }
        ExprKind::Paren(inner) | ExprKind::Wrap(inner) => constant(inner)?,
        ExprKind::Unary(UnaryOp::Negate, inner) => match constant(inner)?.as_number() {
            Some(number) => Value::number(number.neg()),
            None => return Err(EvalError::new(expr.span, "only a number can be negated")),
        },
        _ => Value::null(),
    })
}
