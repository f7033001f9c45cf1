//! Data sources whose values follow from their arguments, or from files of the repository.

use crate::base::source::Span;
use crate::catalog::data_sources::{self, DataFormula, FormulaPiece};
use crate::cty::functions::{self, ErrorKind, FunctionError, Host};
use crate::cty::value::{Data, MapEntries, Marks, ReasonKind, Reasons, Refinement, Type, Value, convert, json};
use crate::eval::host::TreeHost;
use crate::eval::provider::{KnownResource, absent, unset};
use crate::eval::scope::Scope;
use crate::module::error::EvalError;
use std::sync::Arc;

/// Adds what is known of a data source that is read during the plan; `at` is the place of its block.
pub fn complete(scope: &Scope, known: &KnownResource, at: Span, values: &mut MapEntries) {
    match &*known.id.type_name {
        "google_service_account" => service_account(known, values),
        "google_netblock_ip_ranges" => netblock(values),
        "google_container_registry_image" | "google_container_registry_repository" => registry(known, values),
        "local_file" | "local_sensitive_file" => local_file(scope, known, at, values),
        "null_data_source" => {
            let inputs = values.get("inputs").and_then(|v| convert(v, &Type::Map(Arc::new(Type::String))).ok());
            values
                .insert("outputs".into(), inputs.unwrap_or_else(|| Value::null_of(Type::Map(Arc::new(Type::String)))));
        }
        "template_file" => {
            if let Some(rendered) = rendered(values) {
                values.insert("rendered".into(), rendered);
            }
        }
        "terraform_remote_state" => {
            if let Some(outputs) = remote_state(scope, values) {
                values.insert("outputs".into(), outputs);
            }
        }
        _ => {}
    }
    for formula in data_sources::formulas(&known.id.type_name) {
        if absent(values, formula.attribute)
            && let Some(value) = made(known, values, formula)
        {
            values.insert(formula.attribute.into(), value);
        }
    }
}

/// An argument, or what the provider's configuration puts in its place.
fn argument(known: &KnownResource, values: &MapEntries, name: &str) -> Value {
    let (argument, default) = if name == "place" { ("location", "region") } else { (name, name) };
    match values.get(argument).filter(|_| !unset(values, argument)) {
        Some(written) => written.clone(),
        None if matches!(default, "project" | "region" | "zone") => known.provider.default_of(default),
        None => Value::null(),
    }
}

/// The value of a formula; `None` where an argument is not what it is made of.
fn made(known: &KnownResource, values: &MapEntries, formula: DataFormula) -> Option<Value> {
    let (mut text, mut marks) = (String::new(), Marks::NONE);
    let mut unknown: Option<(Reasons, usize)> = None;
    for piece in formula.pieces() {
        let (name, whole) = match piece {
            FormulaPiece::Text(part) => {
                text.push_str(part);
                continue;
            }
            FormulaPiece::Argument(name) => (name, false),
            FormulaPiece::ResourceName(name) => (name, true),
        };
        let value = argument(known, values, name);
        marks = marks.union(value.marks);
        match &value.data {
            Data::Unknown(u) => {
                let (before, beginning) = unknown.unwrap_or_else(|| (Reasons::default(), text.len()));
                unknown = Some((before.union(&u.reasons), beginning));
            }
            Data::String(part) if whole == part.starts_with("projects/") && (whole || is_plain(name, part)) => {
                text.push_str(part);
            }
            _ => return None,
        }
    }
    Some(
        match unknown {
            None => Value::string(text),
            Some((reasons, beginning)) => {
                let prefix = text.get(..beginning).filter(|prefix| !prefix.is_empty()).map(Arc::from);
                let refinement = Refinement { not_null: true, prefix, ..Refinement::default() };
                Value::unknown_refined(Type::String, reasons, refinement)
            }
        }
        .mark(marks),
    )
}

/// Whether the cloud gives an argument back as it is: no link, no number of a project.
fn is_plain(name: &str, text: &str) -> bool {
    let number = text.bytes().all(|b| b.is_ascii_digit());
    !text.contains('/') && !(name == "project" && (number || text.contains(':')))
}

/// A service account, which is named by its id, its e-mail or its resource name.
fn service_account(known: &KnownResource, values: &mut MapEntries) {
    const END: &str = ".iam.gserviceaccount.com";
    let Some(written) = values.get("account_id").cloned() else { return };
    let project = argument(known, values, "project");
    let named = written.as_str().map(|name| name.rsplit('/').next().unwrap_or(name).to_string());
    let (id, project, email) = match named {
        Some(email) if email.contains('@') => {
            let (id, host) = email.split_once('@').unwrap_or((&email, ""));
            let own = host.strip_suffix(END).filter(|project| !project.contains('.'));
            let unknown = || known.unknown("project", Type::String);
            (Value::string(id), own.map_or_else(unknown, Value::string), Value::string(&email))
        }
        Some(id) if written.as_str() == Some(&id) && !id.bytes().all(|b| b.is_ascii_digit()) => {
            let email = DataFormula { attribute: "email", formula: "{account_id}@{project}.iam.gserviceaccount.com" };
            let Some(email) = made(known, values, email) else { return };
            (written.clone(), project, email)
        }
        _ => {
            if written.is_known() {
                values.insert("account_id".into(), known.unknown("account_id", Type::String));
            }
            return;
        }
    };
    let marks = written.marks.union(project.marks);
    let parts: MapEntries = [("email".into(), email.clone()), ("own".into(), project.clone())].into();
    let member = made(known, &parts, DataFormula { attribute: "member", formula: "serviceAccount:{email}" });
    let name = DataFormula { attribute: "name", formula: "projects/{own}/serviceAccounts/{email}" };
    let name = made(known, &parts, name).unwrap_or_else(|| known.unknown("name", Type::String));
    values.insert("account_id".into(), id.mark(marks));
    values.insert("project".into(), project.mark(marks));
    values.insert("email".into(), email.mark(marks));
    values.insert("id".into(), name.clone().mark(marks));
    values.insert("name".into(), name.mark(marks));
    if let Some(member) = member {
        values.insert("member".into(), member.mark(marks));
    }
}

fn netblock(values: &mut MapEntries) {
    let Some(range_type) = values.get("range_type").cloned() else { return };
    let Some((v4, v6)) = range_type.as_str().and_then(data_sources::netblock_ranges) else { return };
    let texts = |all: &mut dyn Iterator<Item = &&str>| Value::list(Type::String, all.map(Value::string).collect());
    let none = || Value::null_of(Type::List(Arc::new(Type::String)));
    let lists = [
        ("cidr_blocks", texts(&mut v4.iter().chain(v6))),
        ("cidr_blocks_ipv4", texts(&mut v4.iter())),
        ("cidr_blocks_ipv6", if v6.is_empty() { none() } else { texts(&mut v6.iter()) }),
    ];
    for (name, list) in lists {
        values.insert(name.into(), list.mark(range_type.marks));
    }
}

/// Container Registry's URLs: the host has the region, and a colon of the project becomes a slash.
fn registry(known: &KnownResource, values: &mut MapEntries) {
    let project = argument(known, values, "project");
    values.entry("project".into()).or_insert_with(|| project.clone());
    let names = ["region", "name", "tag", "digest"];
    let parts = names.map(|name| values.get(name).cloned().unwrap_or_else(Value::null));
    let all = || parts.iter().chain([&project]);
    let marks = all().fold(Marks::NONE, |marks, part| marks.union(part.marks));
    let reasons = all().fold(Reasons::default(), |reasons, part| reasons.union(&part.collect_reasons()));
    let url = match reasons.is_empty() {
        true => {
            let [region, name, tag, digest] = parts.each_ref().map(|part| part.as_str().unwrap_or_default());
            let host = if region.is_empty() { "gcr.io".to_string() } else { format!("{region}.gcr.io") };
            let name = if name.is_empty() { String::new() } else { format!("/{name}") };
            let end = match (tag, digest) {
                ("", "") => String::new(),
                ("", digest) => format!("@{digest}"),
                (tag, _) => format!(":{tag}"),
            };
            Value::string(format!("{host}/{}{name}{end}", project.as_str().unwrap_or_default().replace(':', "/")))
        }
        false => Value::unknown(Type::String, reasons).not_null(),
    };
    let attribute = if known.id.type_name.ends_with("_image") { "image_url" } else { "repository_url" };
    values.insert(attribute.into(), url.clone().mark(marks));
    values.insert("id".into(), url.mark(marks));
}

/// Attributes of `local_file`, each with the function that gives the same; the first two are the content itself.
const OF_FILE: [(&str, &str); 9] = [
    ("content", "file"),
    ("content_base64", "filebase64"),
    ("content_base64sha256", "filebase64sha256"),
    ("content_base64sha512", "filebase64sha512"),
    ("content_md5", "filemd5"),
    ("content_sha1", "filesha1"),
    ("content_sha256", "filesha256"),
    ("content_sha512", "filesha512"),
    ("id", "filesha1"),
];

fn local_file(scope: &Scope, known: &KnownResource, at: Span, values: &mut MapEntries) {
    let Some(path) = values.get("filename").cloned().filter(|v| v.as_str().is_some()) else { return };
    let (host, world) = (TreeHost { scope }, &scope.instance.world);
    let failed = |e: &FunctionError| {
        let message = format!("{}: {}", known.address, e.message);
        Value::unknown(Type::String, Reasons::one(ReasonKind::File(message.into()), Some(at)))
    };
    if let Err(e) = host.read(path.as_str().unwrap_or_default()) {
        if e.kind == ErrorKind::Call && !path.marks.is_hidden() {
            world.report_error(&EvalError::new(at, format!("{}: {}", known.address, e.message)));
        }
        values.extend(OF_FILE.map(|(attribute, _)| (Arc::from(attribute), failed(&e).mark(path.marks))));
        return;
    }
    for (i, (attribute, function)) in OF_FILE.into_iter().enumerate() {
        let value = functions::call(function, std::slice::from_ref(&path), &host).unwrap_or_else(|e| failed(&e));
        let value = world.make_text(value, at).unwrap_or_else(|e| e.poison());
        let secret = i < 2 && &*known.id.type_name == "local_sensitive_file";
        values.insert(attribute.into(), value.mark(if secret { Marks::SENSITIVE } else { Marks::NONE }));
    }
}

/// The text of a template with its variables. The template provider reads an older language than Terraform: only plain
/// `${name}` is the same in both.
fn rendered(values: &MapEntries) -> Option<Value> {
    let (template, vars) = (values.get("template")?, values.get("vars"));
    let (mut text, mut marks) = (String::new(), template.marks);
    let mut rest = template.as_str()?;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(literal) = before.strip_suffix('$') {
            text.push_str(literal);
            text.push_str("${");
            rest = after;
            continue;
        }
        let (name, end) = after.split_once('}')?;
        let value = convert(vars?.get(name.trim())?, &Type::String).ok()?;
        marks = marks.union(value.marks);
        text.push_str(before);
        text.push_str(value.as_str()?);
        rest = end;
    }
    text.push_str(rest);
    Some(Value::string(text).mark(marks.union(vars.map_or(Marks::NONE, |vars| vars.marks))))
}

/// The outputs in a state that the local backend keeps and the repository has.
fn remote_state(scope: &Scope, values: &MapEntries) -> Option<Value> {
    let workspace = values.get("workspace").filter(|v| !v.is_null());
    if values.get("backend")?.as_str()? != "local" || workspace.is_some_and(|v| v.as_str() != Some("default")) {
        return None;
    }
    let path = values.get("config").and_then(|config| config.get("path"));
    let bytes = TreeHost { scope }.tracked_state(path.map_or(Some("terraform.tfstate"), Value::as_str)?)?;
    let state: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let mut outputs = values.get("defaults").and_then(Value::entries).cloned().unwrap_or_default();
    for (name, output) in state.get("outputs")?.as_object()? {
        let value = json::from_json(output.get("value")?).ok()?;
        let ty = output.get("type").and_then(json::type_of);
        let value = ty.and_then(|ty| convert(&value, &ty).ok()).unwrap_or(value);
        outputs.insert(name.as_str().into(), value.mark_leaves(Marks::PRIVATE));
    }
    Some(Value::object(outputs).mark(Marks::PRIVATE))
}
