//! `required_version` and `required_providers`: which versions and providers a module asks for.

use super::grammar::not_constant;
use super::language::UsedFeature;
use super::report::{EVALUATION_ERROR, INVALID_ARGUMENT, add, error};
use super::version::{self, Constraint};
use crate::address::Reference;
use crate::base::source::Span;
use crate::diagnostic::{Finding, Level};
use crate::syntax::ast::{Attribute, Body, Expr, ExprKind, ObjectItem};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A provider that a module asks for.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// The source, without the host of a public registry: `hashicorp/google`. `None` where it cannot be read.
    pub source: Option<Arc<str>>,
    /// The versions asked for; `None` where they cannot be read.
    pub constraint: Option<Constraint>,
    /// The aliases that callers pass: `configuration_aliases`.
    pub aliases: Vec<Arc<str>>,
    /// Where it stands.
    pub span: Span,
}

/// Reads what a `terraform` block asks for.
pub fn read(body: &Body, into: &mut BTreeMap<Arc<str>, RequiredProvider>, findings: &mut Vec<Finding>) {
    if let Some(version) = body.attribute("required_version") {
        core_version(&version.expr, findings);
    }
    for attribute in body.blocks("required_providers").flat_map(|block| &block.body.attributes) {
        let provider = provider(attribute, findings);
        into.insert(attribute.name.name.clone(), provider);
    }
}

/// Sources of providers that not all versions read.
pub fn newer_sources(body: &Body) -> impl Iterator<Item = UsedFeature> {
    let asked = body.blocks("required_providers").flat_map(|block| &block.body.attributes);
    let sources = asked.filter_map(|attribute| match &attribute.expr.kind {
        ExprKind::Object(items) => items.iter().find(|item| item.key.text() == Some("source")),
        _ => None,
    });
    sources.filter_map(|item| {
        let (space, _) = item.value.as_str()?.rsplit_once('/')?;
        let space = space.rsplit('/').next().filter(|space| space.contains('_'))?;
        UsedFeature::find("required_providers", "underscore", item.value.span).filter(|_| !space.is_empty())
    })
}

/// Newest versions of Terraform and OpenTofu that kfplint knows.
const NEWEST: [(&str, [u64; 3]); 2] = [("Terraform", [1, 17, 0]), ("OpenTofu", [1, 12, 0])];

fn core_version(expr: &Expr, findings: &mut Vec<Finding>) {
    let Some(text) = expr.as_str() else { return };
    if !is_constraint(text) {
        return invalid_constraint(expr.span, text, findings);
    }
    let Some(range) = Constraint::parse(text) else { return };
    if range.is_empty() {
        let message = format!("no version of Terraform fits `{text}`");
        add(findings, || error(INVALID_ARGUMENT, expr.span, message, ""));
    } else if NEWEST.iter().all(|(_, newest)| range.is_after(*newest)) {
        let known = NEWEST.map(|(tool, [major, minor, _])| format!("{tool} until {major}.{minor}")).join(" and ");
        let message = format!("`{text}` asks for a version that kfplint does not know: {known} refuse this module");
        let finding = error(INVALID_ARGUMENT, expr.span, message, "");
        let help = "ask for a version that is released, such as \">= 1.5\"".to_string();
        add(findings, || Finding { level: Level::Warning, help: vec![help], ..finding });
    }
}

/// Whether a text is a version constraint.
pub fn is_constraint(text: &str) -> bool {
    text.split(',').all(|part| {
        let part = part.trim();
        let number = part.trim_start_matches(['=', '!', '<', '>', '~']);
        let operator = &part[..part.len() - number.len()];
        let number = number.trim();
        let number = number.strip_prefix('v').unwrap_or(number);
        let release = number.split(['-', '+']).next().unwrap_or_default();
        let is_part = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
        ["", "=", "!=", "<", "<=", ">", ">=", "~>"].contains(&operator) && release.split('.').all(is_part)
    })
}

fn invalid_constraint(span: Span, text: &str, findings: &mut Vec<Finding>) {
    let message = format!("`{text}` is not a version constraint");
    let help = "write numbers with an operator, such as \">= 1.5, < 2.0\" or \"~> 7.1\"".to_string();
    add(findings, || Finding { help: vec![help], ..error(INVALID_ARGUMENT, span, message, "") });
}

fn provider(attribute: &Attribute, findings: &mut Vec<Finding>) -> RequiredProvider {
    let name = &attribute.name.name;
    let implied = |name: &str| Some(Arc::from(format!("hashicorp/{name}")));
    let mut provider =
        RequiredProvider { source: implied(name), constraint: None, aliases: Vec::new(), span: attribute.name.span };
    let items = match &attribute.expr.kind {
        ExprKind::String(_) => {
            provider.constraint = version_of(&attribute.expr, findings);
            return provider;
        }
        ExprKind::Object(items) => items,
        ExprKind::Error => return RequiredProvider { source: None, ..provider },
        _ => {
            let message = format!("`{name}` must be an object with a source and a version, written out");
            let help = format!("write {name} = {{ source = \"hashicorp/{name}\" }}");
            let finding = error(INVALID_ARGUMENT, attribute.expr.span, message, "");
            add(findings, || Finding { help: vec![help], ..finding });
            return RequiredProvider { source: None, ..provider };
        }
    };
    provider.constraint = Constraint::parse(">= 0");
    for item in items {
        match item.key.text() {
            Some("source") => provider.source = source_of(item, findings),
            Some("version") => provider.constraint = version_of(&item.value, findings),
            Some("configuration_aliases") => provider.aliases = aliases_of(name, item, findings),
            Some(other) => unknown(other, item, findings),
            None => {}
        }
    }
    provider
}

fn unknown(name: &str, item: &ObjectItem, findings: &mut Vec<Finding>) {
    const NAMES: [&str; 3] = ["source", "version", "configuration_aliases"];
    let help = match crate::base::suggest::suggest(name, NAMES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a provider has a `source`, a `version` and `configuration_aliases`".into(),
    };
    let message = format!("a required provider has no `{name}`");
    let finding = error(INVALID_ARGUMENT, item.value.span, message, "");
    add(findings, || Finding { help: vec![help], ..finding });
}

/// Whether a value is written out; reported where it is not.
fn is_written(what: &str, value: &Expr, findings: &mut Vec<Finding>) -> bool {
    if matches!(value.kind, ExprKind::String(_)) {
        return true;
    }
    if !matches!(value.kind, ExprKind::Error) {
        let why = if not_constant(value).is_some() { "not a reference or a call" } else { "a text" };
        let message = format!("the {what} of a required provider must be written out: {why}");
        let finding = error(EVALUATION_ERROR, value.span, message, "");
        add(findings, || Finding { help: vec![format!("write {what} = \"…\"")], ..finding });
    }
    false
}

fn version_of(value: &Expr, findings: &mut Vec<Finding>) -> Option<Constraint> {
    if !is_written("version", value, findings) {
        return None;
    }
    let text = value.as_str()?;
    if !is_constraint(text) {
        invalid_constraint(value.span, text, findings);
    }
    version::of_providers(text)
}

fn source_of(item: &ObjectItem, findings: &mut Vec<Finding>) -> Option<Arc<str>> {
    if !is_written("source", &item.value, findings) {
        return None;
    }
    let text = item.value.as_str()?;
    let parts: Vec<&str> = text.split('/').collect();
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let is_host = |part: &str| !part.is_empty() && part.contains(['.', ':']) || part == "localhost";
    let valid = match parts[..] {
        [name] => is_name(name),
        [space, name] => is_name(space) && is_name(name),
        [host, space, name] => is_host(host) && is_name(space) && is_name(name),
        _ => false,
    };
    if !valid {
        let message = format!("`{text}` is not the source of a provider");
        let help = "write a namespace and a name, such as \"hashicorp/google\"".to_string();
        let finding = error(INVALID_ARGUMENT, item.value.span, message, "");
        add(findings, || Finding { help: vec![help], ..finding });
        return None;
    }
    let lower = text.to_lowercase();
    let hosts = ["registry.terraform.io/", "registry.opentofu.org/"];
    let plain = hosts.iter().find_map(|host| lower.strip_prefix(host)).unwrap_or(&lower);
    Some(if plain.contains('/') { plain.into() } else { format!("hashicorp/{plain}").into() })
}

fn aliases_of(name: &str, item: &ObjectItem, findings: &mut Vec<Finding>) -> Vec<Arc<str>> {
    let ExprKind::Tuple(items) = &item.value.kind else { return Vec::new() };
    let mut aliases = Vec::new();
    for alias in items {
        match &alias.kind {
            ExprKind::GetAttr(object, alias) if matches!(&object.kind, ExprKind::Variable(root) if **root == *name) => {
                aliases.push(alias.name.clone());
            }
            ExprKind::String(text) => aliases.extend(text.split_once('.').map(|(_, alias)| Arc::from(alias))),
            ExprKind::GetAttr(..) if Reference::of(alias, |_| false).is_some() => {
                let message = format!("an alias of `{name}` must begin with its name");
                let finding = error(EVALUATION_ERROR, alias.span, message, "");
                add(findings, || Finding { help: vec![format!("write {name}.…")], ..finding });
            }
            _ => {}
        }
    }
    aliases
}
