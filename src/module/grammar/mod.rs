//! Holds Terraform's own blocks against what they may hold, whatever values are: labels, arguments, nested blocks, and what
//! must be written out.

mod actions;
mod provisioners;
mod table;
mod values;

pub use table::{BACKENDS, RESERVED_VARIABLES};
pub use values::not_constant;

use super::language::UsedFeature;
use super::report::{EVALUATION_ERROR, INVALID_ARGUMENT, add, error};
use crate::base::source::Span;
use crate::base::suggest::suggest;
use crate::diagnostic::{Edit, Finding, Fix};
use crate::syntax::ast::{Attribute, Block, Body, ExprKind, Ident};
use crate::syntax::json;
use table::{ArgumentForm, ArgumentShape, BlockShape, Rest, is_reserved};

/// Checks a block at the top of a file. `whole` where no override file may give what it lacks. Whether its labels are as
/// they must be: a block without a name declares nothing. What not all versions read goes to `uses`.
pub fn check(block: &Block, whole: bool, findings: &mut Vec<Finding>, uses: &mut Vec<UsedFeature>) -> bool {
    let Some(shape) = table::top(&block.kind.name) else { return true };
    let mut checker = GrammarChecker { whole, findings, uses };
    checker.uses("", &block.kind.name, block.header);
    let named = checker.labels(block, shape.labels);
    if &*block.kind.name == "variable"
        && let Some(label) = block.labels.first().filter(|label| RESERVED_VARIABLES.contains(&&*label.text))
    {
        let message =
            format!("a variable cannot be named `{}`: a module call has an argument of that name", label.text);
        checker.report(EVALUATION_ERROR, label.span, message, "rename it");
    }
    checker.body(&block.kind.name, &block.body, block.header, shape);
    if &*block.kind.name == "variable" {
        let validations = block.body.blocks("validation");
        for v in validations {
            values::validation(block.label(0), &v.body, checker.findings);
            if let Some(other) = values::refers_to_others(block.label(0), &v.body) {
                checker.uses("variable", "validation of others", other);
            }
        }
        let body = &block.body;
        if let Some(optional) = body.attribute("type").and_then(|ty| values::optional(&ty.expr)) {
            checker.uses("variable", "optional attributes", optional);
        }
        let is = |name: &str| body.attribute(name).is_some_and(|a| matches!(a.expr.kind, ExprKind::Bool(true)));
        if let Some(constant) = body.attribute("const").filter(|_| is("const") && (is("sensitive") || is("ephemeral")))
        {
            checker.uses("variable", "sensitive const", constant.name.span);
        }
    }
    if &*block.kind.name == "resource" && block.label(0) == "terraform_data" {
        let store = block.body.blocks("store").next();
        store.into_iter().for_each(|store| checker.uses("terraform_data", "store", store.header));
        checker.uses("resource", "terraform_data", block.header);
    }
    named
}

struct GrammarChecker<'f> {
    whole: bool,
    findings: &'f mut Vec<Finding>,
    uses: &'f mut Vec<UsedFeature>,
}

impl GrammarChecker<'_> {
    /// Notes what is written, if not all versions read it.
    fn uses(&mut self, kind: &str, name: &str, span: Span) {
        self.uses.extend(UsedFeature::find(kind, name, span));
    }

    /// Notes an argument, and a value of it, that not all versions read.
    fn uses_argument(&mut self, kind: &str, attribute: &Attribute, form: ArgumentForm) {
        let name = &*attribute.name.name;
        self.uses(kind, name, attribute.name.span);
        if form == ArgumentForm::Switch && not_constant(&attribute.expr).is_some() {
            self.uses(kind, &format!("{name} by expression"), attribute.expr.span);
            if let Some(repeated) = values::of_an_instance(&attribute.expr) {
                let message = format!("`{name}` cannot differ from instance to instance");
                self.report(EVALUATION_ERROR, repeated, message, "use neither `each` nor `count` in it");
            }
        }
        if form == ArgumentForm::Events
            && let Some(event) = actions::on_destroy(&attribute.expr)
        {
            self.uses(kind, "destroy events", event.span);
        }
    }

    fn report(&mut self, rule: (&'static str, &'static str), span: Span, message: String, help: &str) {
        add(self.findings, || Finding { help: vec![help.into()], ..error(rule, span, message, "") });
    }

    fn labels(&mut self, block: &Block, names: &[&str]) -> bool {
        let kind = &block.kind.name;
        if let Some(missing) = names.get(block.labels.len()) {
            let written: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.to_uppercase())).collect();
            let message = format!("this block `{kind}` has no {missing}");
            self.report(INVALID_ARGUMENT, block.header, message, &format!("write {kind} {}", written.join(" ")));
            return false;
        }
        if let Some(extra) = block.labels.get(names.len()) {
            let takes = match names {
                [] => "no label".to_string(),
                names => format!("no label after its {}", names.join(" and ")),
            };
            self.report(INVALID_ARGUMENT, extra.span, format!("a block `{kind}` takes {takes}"), "remove this label");
        }
        true
    }

    fn body(&mut self, kind: &str, body: &Body, header: Span, shape: &BlockShape) {
        for attribute in &body.attributes {
            let name = &*attribute.name.name;
            if let Some(argument) = shape.arguments.iter().find(|a| a.name == name) {
                values::check(attribute, argument.form, self.findings);
                self.uses_argument(kind, attribute, argument.form);
            } else if let Some(nested) = shape.blocks.iter().find(|b| b.name == name) {
                match body.json {
                    true => {
                        self.uses(kind, name, attribute.name.span);
                        for block in json::blocks_of(attribute) {
                            self.body(name, &block.body, block.header, nested.shape);
                        }
                    }
                    false => {
                        let help = format!("write {name} {{ … }}, without the equals sign");
                        self.report(INVALID_ARGUMENT, attribute.name.span, format!("`{name}` is a block"), &help);
                    }
                }
            } else if kind == "provider" && matches!(name, "count" | "depends_on" | "source") {
                let message = format!("a provider configuration has no `{name}`: Terraform keeps the name for itself");
                self.report(INVALID_ARGUMENT, attribute.name.span, message, "remove it");
            } else if shape.rest == Rest::Nothing {
                self.unknown(kind, &attribute.name, "argument", body, shape);
            }
        }
        for block in &body.blocks {
            self.nested(kind, block, body, shape);
        }
        for nested in shape.blocks {
            let mut blocks = body.blocks(nested.name);
            if let Some(extra) = blocks.nth(nested.most).filter(|_| nested.most > 0) {
                let message = format!("a second block `{}` stands here, and there can be one", nested.name);
                self.report(INVALID_ARGUMENT, extra.header, message, "remove or merge it");
            }
            let count = body.blocks(nested.name).count();
            if self.whole && count < nested.least && body.attribute(nested.name).is_none() {
                let message = format!("a block `{kind}` needs a block `{}`", nested.name);
                let help = format!("write {} {{ … }} in it", nested.name);
                self.report(INVALID_ARGUMENT, header, message, &help);
            }
        }
        self.required(kind, body, header, shape.arguments);
        values::condition(kind, body, self.findings);
        if kind == "import" && self.whole {
            self.import(body, header);
        }
        if kind == "provider" && self.whole {
            self.provider(body);
        }
        provisioners::check(kind, body, self.whole, self.findings);
    }

    fn required(&mut self, kind: &str, body: &Body, header: Span, arguments: &[ArgumentShape]) {
        let missing = arguments.iter().filter(|a| a.required && self.whole && body.attribute(a.name).is_none());
        for argument in missing.collect::<Vec<_>>() {
            let meant = |a: &&Attribute| suggest(&a.name.name, [argument.name]).is_some();
            if !body.attributes.iter().any(|a| meant(&a) && arguments.iter().all(|known| known.name != &*a.name.name)) {
                let message = format!("a block `{kind}` needs the argument `{}`", argument.name);
                self.report(INVALID_ARGUMENT, header, message, &format!("write {} = …", argument.name));
            }
        }
    }

    fn nested(&mut self, kind: &str, block: &Block, around: &Body, shape: &BlockShape) {
        let name = &*block.kind.name;
        if kind == "resource" && name == "connection" && around.blocks("provisioner").next().is_none() {
            // Without a provisioner Terraform does not look at it.
            return;
        }
        let known = shape.blocks.iter().find(|b| b.name == name);
        if kind == "output" && name == "postcondition" {
            let help = "write a `precondition`, which also sees the value's parts";
            self.report(INVALID_ARGUMENT, block.header, "an output has no `postcondition`".into(), help);
        } else if kind == "module" && name == "lifecycle" && block.body.attribute("enabled").is_some() {
            // OpenTofu's.
        } else if is_reserved(kind, name) {
            let message = format!("a block `{kind}` has no block `{name}`: Terraform keeps the name for itself");
            self.report(INVALID_ARGUMENT, block.header, message, "remove it");
        } else if let Some(nested) = known {
            self.uses(kind, name, block.header);
            if self.labels(block, nested.shape.labels) {
                self.body(name, &block.body, block.header, nested.shape);
            }
        } else if shape.arguments.iter().any(|a| a.name == name) || kind == "module" {
            let message = format!("`{name}` of a block `{kind}` is an argument, not a block");
            self.report(INVALID_ARGUMENT, block.header, message, &format!("write {name} = …"));
        } else if matches!(kind, "data" | "ephemeral") && matches!(name, "provisioner" | "connection") {
            let message = format!("a block `{kind}` has no `{name}`: only managed resources have");
            self.report(INVALID_ARGUMENT, block.header, message, "remove it");
        } else if shape.rest != Rest::Anything && name != "_" {
            self.unknown(kind, &block.kind, "block", around, shape);
        }
    }

    /// A name that the table does not have.
    fn unknown(&mut self, kind: &str, name: &Ident, what: &str, body: &Body, shape: &BlockShape) {
        let names = shape.arguments.iter().map(|a| a.name).chain(shape.blocks.iter().map(|b| b.name));
        let near = suggest(&name.name, names.filter(|name| body.attribute(name).is_none()));
        let mut finding =
            error(INVALID_ARGUMENT, name.span, format!("a block `{kind}` has no {what} `{}`", name.name), "");
        match near {
            Some(near) => {
                let text = if body.json { format!("\"{near}\"") } else { near.to_string() };
                finding.help.push(format!("did you mean `{near}`?"));
                finding.fixes.push(Fix::unsafe_edit(format!("rename it to {near}"), Edit { span: name.span, text }));
            }
            None => finding.help.push("remove it".into()),
        }
        add(self.findings, || finding);
    }

    /// OpenTofu repeats a configuration only under an alias.
    fn provider(&mut self, body: &Body) {
        if let Some(each) = body.attribute("for_each")
            && body.attribute("alias").is_none()
        {
            let message = "a provider configuration with `for_each` needs an `alias`".to_string();
            self.report(INVALID_ARGUMENT, each.name.span, message, "write alias = \"…\" in it");
        }
    }

    /// One of `id` and `identity`.
    fn import(&mut self, body: &Body, header: Span) {
        match (body.attribute("id"), body.attribute("identity")) {
            (None, None) => {
                let message = "a block `import` needs the argument `id`".to_string();
                self.report(INVALID_ARGUMENT, header, message, "write id = …, or identity = { … }");
            }
            _ if values::repeats_target(body) => {
                let each = body.attribute("for_each").map_or(header, |each| each.expr.span);
                let message = "`for_each` of an import cannot refer to the resource that it imports".to_string();
                self.report(EVALUATION_ERROR, each, message, "take the keys from a variable or a local value");
            }
            (Some(_), Some(identity)) => {
                let message = "a block `import` has `id` or `identity`, not both".to_string();
                self.report(INVALID_ARGUMENT, identity.name.span, message, "remove one of them");
            }
            _ => {}
        }
    }
}
