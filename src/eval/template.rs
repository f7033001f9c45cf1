//! String templates: interpolation, `%{ if }`, `%{ for }`.

use crate::base::budget::{Limit, TEXT, size};
use crate::base::source::Span;
use crate::cty::value::{Data, DraftWriter, Marks, Reasons, Refinement, Type, Value, convert};
use crate::eval::expr::{bind_element, elements_of, eval, eval_as};
use crate::eval::scope::Scope;
use crate::module::error::{EvalError, EvalResult};
use crate::syntax::ast::TemplatePart;
use std::sync::Arc;

#[derive(Default)]
struct Output {
    /// The text up to the first part that is not known, with the known beginning of that.
    text: String,
    /// All of it, once a part is not known.
    draft: DraftWriter,
    /// Why what follows `text` is not known.
    unknown: Option<Reasons>,
    marks: Marks,
}

/// Renders the parts of a template to a string.
///
/// # Errors
/// What an interpolation or directive gets wrong.
pub fn render(scope: &Scope, parts: &[TemplatePart]) -> EvalResult<Value> {
    let mut out = Output::default();
    write_parts(scope, parts, &mut out)?;
    Ok(match out.unknown {
        None => Value::string(out.text),
        Some(reasons) => {
            let prefix = crate::cty::value::refine::safe_prefix(&out.text);
            let prefix = (!prefix.is_empty()).then(|| Arc::from(prefix));
            let refinement = Refinement { not_null: true, prefix, draft: out.draft.finish(), ..Refinement::default() };
            Value::unknown_refined(Type::String, reasons, refinement)
        }
    }
    .mark(out.marks))
}

fn write_parts(scope: &Scope, parts: &[TemplatePart], out: &mut Output) -> EvalResult<()> {
    for part in parts {
        match part {
            TemplatePart::Text(text) => out.push(text),
            TemplatePart::Interpolation(expr) => {
                let value = eval(scope, expr)?;
                out.interpolate(&value, expr.span)?;
            }
            TemplatePart::If(directive) => {
                let condition = eval_as(scope, &directive.condition, &Type::Bool, "the condition of %{ if }")?;
                out.marks = out.marks.union(condition.marks);
                match &condition.data {
                    Data::Bool(true) => write_parts(scope, &directive.yes, out)?,
                    Data::Bool(false) => write_parts(scope, &directive.no, out)?,
                    _ => out.not_known(&condition),
                }
            }
            TemplatePart::For(directive) => match elements_of(scope, &directive.collection)? {
                Err(reasons) => out.not_known(&Value::unknown(Type::String, reasons)),
                Ok(found) => {
                    out.marks = out.marks.union(found.marks);
                    let conceal = found.conceal(directive.span);
                    for element in found.items {
                        scope.instance.world.spend(1, directive.span)?;
                        let (key, value) = (directive.key.as_ref(), &directive.value);
                        let inner = bind_element(scope, key, value, element);
                        write_parts(&inner, &directive.body, out).map_err(&conceal)?;
                    }
                }
            },
        }
        if out.text.len() as u64 > TEXT {
            let message = format!("this template makes more than {} of text", size(TEXT));
            return Err(EvalError::over(Limit::Fixed, part_span(part), message));
        }
    }
    Ok(())
}

fn part_span(part: &TemplatePart) -> Span {
    match part {
        TemplatePart::Interpolation(e) => e.span,
        TemplatePart::If(d) => d.span,
        TemplatePart::For(d) => d.span,
        TemplatePart::Text(_) => Span::new(crate::base::source::FileId(0), 0, 0),
    }
}

impl Output {
    fn push(&mut self, text: &str) {
        match self.unknown {
            None => self.text.push_str(text),
            Some(_) => self.draft.text(text),
        }
    }

    fn because(&mut self, reasons: &Reasons) {
        self.unknown = Some(match &self.unknown {
            Some(have) => have.union(reasons),
            None => reasons.clone(),
        });
    }

    fn not_known(&mut self, value: &Value) {
        if let Data::Unknown(u) = &value.data {
            if self.unknown.is_none() {
                self.draft.text(&self.text);
            }
            self.draft.value(value);
            if self.unknown.is_none()
                && let Some(prefix) = &u.refinement.prefix
            {
                self.text.push_str(prefix);
            }
            self.because(&u.reasons);
        }
    }

    fn interpolate(&mut self, value: &Value, span: Span) -> EvalResult<()> {
        if value.is_null() {
            return Err(EvalError::new(span, "a null value cannot be part of a string")
                .help("use `coalesce` or a conditional to say what stands in its place"));
        }
        self.marks = self.marks.union(value.marks);
        let text = convert(value, &Type::String)
            .map_err(|_| EvalError::new(span, format!("a {} cannot be part of a string", value.ty())))?;
        match &text.data {
            Data::String(s) => self.push(s),
            _ => self.not_known(&text),
        }
        Ok(())
    }
}
