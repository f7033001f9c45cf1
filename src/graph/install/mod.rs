//! Installations of Kubeflow Pipelines that the configuration makes.

use super::text::Text;
use super::view::{AttributePlace, View};
use crate::catalog::kfp;
use crate::cty::value::{Reasons, Value};
use crate::plan::{ConfigAttribute, Mode, ModuleInstance, Resource, SCRIPTS, StaticPlan};
use crate::syntax::ast::{Expr, ExprKind, TemplatePart};
use rustc_hash::FxHashSet;

/// Something that installs Kubeflow Pipelines.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The address of the resource or module call.
    pub address: String,
    /// The command or chart expression.
    pub place: AttributePlace,
    /// What gives it away, such as `github.com/kubeflow/pipelines/manifests/`.
    pub mark: &'static str,
    /// The version that it pins, if any.
    pub version: Option<Text>,
    /// Why it is not certain that it is made.
    pub uncertain: Option<Reasons>,
}

/// All installations of a plan; none where the clusters are another cloud's.
pub fn of_plan(plan: &StaticPlan) -> Vec<Installation> {
    let any = |prefix: &str| plan.resources.iter().any(|r| r.type_name.starts_with(prefix));
    if !any("google_") && (any("aws_") || any("azurerm_")) {
        return Vec::new();
    }
    let kustomize = |r: &&Resource| r.type_name.starts_with("kustomization_");
    let made = plan.resources.iter().filter(|r| r.mode == Mode::Managed);
    let applying: FxHashSet<&str> = made.filter(kustomize).map(|r| &*r.module).collect();
    // A data source renders manifests that a resource beside it applies.
    let builds = |r: &Resource| kustomize(&r) && applying.contains(&*r.module);
    let resources = plan.resources.iter().filter(|r| r.mode == Mode::Managed || builds(r));
    let modules = plan.modules.iter().filter(|m| !m.present);
    resources.flat_map(of_resource).chain(modules.flat_map(of_module)).collect()
}

fn of_resource(resource: &Resource) -> Vec<Installation> {
    let view = View::of(resource);
    let found = |place: AttributePlace, mark: &'static str, text: &Text| Installation {
        address: resource.address.to_string(),
        place,
        mark,
        version: version(text),
        uncertain: resource.uncertain.clone(),
    };
    match &*resource.type_name {
        "helm_release" => ["chart", "name"]
            .iter()
            .find_map(|name| {
                let text = argument(&view, name)?;
                Some(found(view.place(name), mark(&text, "helm_release")?, &text))
            })
            .into_iter()
            .collect(),
        "kubernetes_manifest" | "kubectl_manifest" => {
            manifest(&view).map(|(p, m, t)| found(p, m, &t)).into_iter().collect()
        }
        name if name.starts_with("kustomization_") => ["resources", "path", "manifest"]
            .iter()
            .filter_map(|name| {
                let text = argument(&view, name)?;
                Some(found(view.place(name), mark(&text, "kustomization_")?, &text))
            })
            .take(1)
            .collect(),
        "kubernetes_deployment" | "kubernetes_deployment_v1" => {
            let image = image(&resource.values).map(|i| Text::new(i, resource.values.is_hidden()));
            let mark = image.as_deref().and_then(|image| mark(image, "container image"));
            mark.zip(image.as_ref()).map(|(mark, image)| found(view.place("spec"), mark, image)).into_iter().collect()
        }
        // One resource with several commands (custom resource definitions first) is one installation.
        _ => provisioners(resource)
            .map(|(place, mark, text)| found(place, mark, &text))
            .next()
            .or_else(|| unseen(resource))
            .into_iter()
            .collect(),
    }
}

/// The image of a container that is KFP's API server.
fn image(value: &Value) -> Option<String> {
    if let Some(image) = value.get("image").and_then(Value::as_str) {
        return mark(image, "container image").map(|_| image.to_string());
    }
    let inside = value.elements().into_iter().flatten().chain(value.entries().into_iter().flat_map(|e| e.values()));
    inside.into_iter().find_map(image)
}

/// The text of an argument, written or only recorded.
fn argument(view: &View, name: &str) -> Option<Text> {
    match view.written(name) {
        Some(written) => Some(text(written)),
        None => Text::of(&view.value(name)?),
    }
}

/// A `local-exec` command of which a plan keeps only that it is there. The resource's own values may hold what it runs,
/// as `triggers` do where a module runs commands for its callers.
fn unseen(resource: &Resource) -> Option<Installation> {
    let commands = resource.provisioners.iter().filter(|p| &*p.kind == "local-exec");
    let hidden = |c: &&ConfigAttribute| c.origin.is_none() && !c.value.is_known();
    let command = commands.filter_map(|p| p.body.attribute("command")).find(hidden)?;
    let held = Text::new(flat_all(&resource.values), resource.values.is_hidden());
    let seen = mark(&held, "local-exec").filter(|_| applies(&held));
    Some(Installation {
        address: resource.address.to_string(),
        place: place(command, None),
        mark: seen.unwrap_or("a command that the plan does not show"),
        version: seen.and_then(|_| version(&held)),
        uncertain: match seen {
            Some(_) => resource.uncertain.clone(),
            None => command.value.reasons().cloned(),
        },
    })
}

/// `local-exec` commands that run when the resource is made.
fn provisioners(resource: &Resource) -> impl Iterator<Item = (AttributePlace, &'static str, Text)> + '_ {
    resource.provisioners.iter().filter(|p| &*p.kind == "local-exec").filter_map(|provisioner| {
        let when = provisioner.body.attribute("when").and_then(|w| w.value.as_str().map(str::to_string));
        let command = provisioner.body.attribute("command")?;
        let scripts = provisioner.body.attribute(SCRIPTS).map(text).unwrap_or_else(|| Text::from(""));
        let command_text = text(command);
        let hidden = command_text.is_hidden() || scripts.is_hidden();
        let text = Text::new(format!("{}\n{}", command_text.as_str(), scripts.as_str()), hidden);
        let mark = mark(&text, "local-exec").filter(|_| when.as_deref() != Some("destroy") && applies(&text))?;
        Some((place(command, provisioner.header), mark, text))
    })
}

/// Whether a command makes things in a cluster, rather than deleting or only rendering them.
fn applies(command: &str) -> bool {
    ["kubectl apply", "kubectl create", "kfctl apply", " apply -k", " apply -f", " create -k", " create -f"]
        .iter()
        .any(|verb| command.contains(verb))
}

/// A wrapper module that is not on disk and is handed the command.
fn of_module(module: &ModuleInstance) -> Vec<Installation> {
    let found = module.arguments.attributes.iter().filter_map(|argument| {
        let text = text(argument);
        let mark = mark(&text, "local-exec").filter(|_| applies(&text))?;
        let place = place(argument, module.header);
        let (address, version) = (module.address.to_string(), version(&text));
        Some(Installation { address, place, mark, version, uncertain: module.uncertain.clone() })
    });
    found.filter(|i| !i.place.attribute.contains("destroy")).collect()
}

fn place(attribute: &ConfigAttribute, header: Option<crate::base::source::Span>) -> AttributePlace {
    AttributePlace {
        span: attribute.span.or(header),
        attribute: attribute.name.to_string(),
        written: true,
        trace: attribute.trace(),
    }
}

/// Whether a manifest is an application of Argo CD that takes Kubeflow Pipelines' own manifests.
fn by_argo(manifest: &Value) -> bool {
    let text = flat_all(manifest);
    ["argoproj.io", "Application", "github.com/kubeflow/pipelines", "manifests/kustomize"]
        .iter()
        .all(|p| text.contains(p))
}

/// A custom resource definition, or an application of the Marketplace or Argo CD.
fn manifest(view: &View) -> Option<(AttributePlace, &'static str, Text)> {
    let name = if view.get("yaml_body").is_some() { "yaml_body" } else { "manifest" };
    let value = view.written(name).map(|w| &w.value).or(view.get(name))?;
    let text = match value.get("metadata") {
        Some(metadata) => {
            let text = format!("{} {} {}", flat(value, "kind"), flat(metadata, "name"), flat_all(metadata));
            Text::new(text, value.is_hidden())
        }
        None => argument(view, name).unwrap_or_else(|| Text::from("")),
    };
    let lower = text.to_lowercase();
    let is_crd = lower.contains("customresourcedefinition");
    let crds = kfp::install_marks().filter(|m| m.installs && m.kind == "crd");
    let by_crd = crds.map(|m| m.pattern).find(|p| is_crd && lower.contains(p));
    let market = lower.contains("marketplace.cloud.google.com/deploy-info") && lower.contains("kubeflow pipelines");
    let argo = by_argo(value).then_some("argoproj.io Application");
    let mark = by_crd.or(market.then_some("app.k8s.io Application")).or(argo)?;
    Some((view.place(name), mark, text))
}

fn flat(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_string()
}

fn flat_all(value: &Value) -> String {
    match (value.entries(), value.as_str()) {
        (Some(entries), _) => entries.iter().map(|(k, v)| format!("{k} {} ", flat_all(v))).collect(),
        (None, Some(text)) => text.to_string(),
        _ => value.elements().into_iter().flatten().map(flat_all).collect(),
    }
}

/// The first mark of an installation in a text, of those that are looked for in `place`.
fn mark(text: &str, place: &str) -> Option<&'static str> {
    let marks = kfp::install_marks().filter(|m| m.installs && m.looks_in.contains(place));
    marks.map(|m| m.pattern).find(|pattern| text.contains(pattern))
}

/// The text of an argument without the lines that are comments; where its value is not known, the literal parts of its
/// expression.
fn text(attribute: &ConfigAttribute) -> Text {
    let whole = whole_text(attribute);
    let lines = whole.lines().filter(|line| !line.trim_start().starts_with('#'));
    Text::new(lines.collect::<Vec<_>>().join("\n"), attribute.value.is_hidden())
}

fn whole_text(attribute: &ConfigAttribute) -> String {
    let mut text = String::new();
    match (attribute.value.as_str(), attribute.value.elements()) {
        (Some(known), _) => text.push_str(known),
        (None, Some(elements)) => elements.iter().filter_map(Value::as_str).for_each(|e| {
            text.push_str(e);
            text.push('\n');
        }),
        _ => attribute.origin.iter().for_each(|o| literals(&o.expr, &mut text)),
    }
    text
}

fn literals(expr: &Expr, text: &mut String) {
    match &expr.kind {
        ExprKind::String(s) => text.push_str(s),
        ExprKind::Template(parts) => parts.iter().for_each(|part| match part {
            TemplatePart::Text(s) => text.push_str(s),
            TemplatePart::Interpolation(e) => literals(e, text),
            _ => {}
        }),
        ExprKind::Paren(e) | ExprKind::Wrap(e) => literals(e, text),
        ExprKind::Call(call) => call.args.iter().for_each(|a| literals(a, text)),
        ExprKind::Tuple(items) => items.iter().for_each(|a| literals(a, text)),
        _ => {}
    }
}

/// The version in `?ref=2.4.1`, in the path of a raw file, or behind an image's name.
fn version(text: &Text) -> Option<Text> {
    const RAW: &str = "raw.githubusercontent.com/kubeflow/pipelines/";
    let after = |mark: &str| text.find(mark).and_then(|at| text.get(at + mark.len()..));
    let rest = after("ref=").or_else(|| after(RAW)).or_else(|| after("api-server:"))?;
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    let bare = word.strip_prefix('v').unwrap_or(&word);
    (bare.starts_with(|c: char| c.is_ascii_digit()) && bare.contains('.')).then(|| text.derive(bare))
}
