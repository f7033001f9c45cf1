//! Installations of Kubeflow Pipelines that the configuration makes.

mod command;
mod sign;

use super::fact::Fact;
use super::manifest::documents;
use super::text::Text;
use super::types::ByType;
use super::view::{AttributePlace, View};
use crate::catalog::kfp;
use crate::cty::value::{OpenText, Reasons, Value};
use crate::plan::{ConfigAttribute, ConfigBlock, InstanceKey, Mode, ModuleInstance, Resource, SCRIPTS, StaticPlan};
use crate::syntax::ast::{Expr, ExprKind, TemplatePart};
use rustc_hash::FxHashSet;
use sign::{InstallSign, SERVER, ShellCommand, by_argo, in_files, of_document, of_image, of_text};

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
    pub version: Option<Fact<Text>>,
    /// The namespace that it is in, where that is known.
    pub namespace: Option<Text>,
    /// Why it is not certain that it is made.
    pub uncertain: Option<Reasons>,
    /// Whether a machine does it when it starts: into which cluster is not known.
    pub at_startup: bool,
}

/// All installations of a plan; none where the clusters are another cloud's.
pub fn of_plan(plan: &StaticPlan, types: &ByType) -> Vec<Installation> {
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
    resources.filter_map(|r| of_resource(r, types)).chain(modules.flat_map(of_module)).collect()
}

fn of_resource(resource: &Resource, types: &ByType) -> Option<Installation> {
    let view = View::of(resource);
    let found = |(place, sign): (AttributePlace, InstallSign)| Installation {
        address: resource.address.to_string(),
        place,
        mark: sign.mark,
        version: sign.version,
        namespace: sign.namespace,
        uncertain: resource.uncertain.clone(),
        at_startup: false,
    };
    match &*resource.type_name {
        "helm_release" => helm_release(&view).map(found),
        "kubernetes_manifest" => manifest(&view, "manifest").map(found),
        // One manifest for each document that a data source divides text into: those are made for sure.
        "kubectl_manifest" => manifest(&view, "yaml_body")
            .map(found)
            .or_else(|| Some(Installation { uncertain: None, ..found(divided(&view, types)?) })),
        "argocd_application" => Some(found((view.place("spec"), by_argo(&resource.values)?))),
        name if name.starts_with("kustomization_") => kustomization(&view).map(found),
        "kubernetes_deployment" | "kubernetes_deployment_v1" => deployment(&view).map(found),
        name if name.starts_with("google_compute_") && name.contains("instance") => {
            let by_startup = || Some(Installation { at_startup: true, ..found(startup_script(&view)?) });
            provisioners(resource).map(found).or_else(by_startup)
        }
        // One resource with several commands (custom resource definitions first) is one installation.
        _ => provisioners(resource).map(found).or_else(|| unseen(resource)),
    }
}

fn helm_release(view: &View) -> Option<(AttributePlace, InstallSign)> {
    let namespace = view.text("namespace").map_or_else(|| Some("default".into()), |text| text.known().cloned());
    let by_name = ["chart", "name"].iter().find_map(|name| {
        let open = argument(view, name)?;
        let sign = of_text(&(&open, &open.text), "helm_release", view.value(name)?.marks.is_hidden())?;
        Some((view.place(name), InstallSign { version: None, namespace: namespace.clone(), ..sign }))
    });
    by_name.or_else(|| {
        // A chart that makes applications of Argo CD from its values.
        argument(view, "chart").filter(|chart| chart.text.contains("argo"))?;
        let values = view.value("values")?;
        let all: Vec<Value> = values.elements()?.iter().filter_map(documents).flatten().collect();
        Some((view.place("values"), by_argo(&Value::tuple(all).mark(values.marks))?))
    })
}

fn kustomization(view: &View) -> Option<(AttributePlace, InstallSign)> {
    let by_url = ["resources", "path", "manifest"].iter().find_map(|name| {
        let open = argument(view, name)?;
        let sign = of_text(&(&open, &open.text), "kustomization_", view.get(name)?.marks.is_hidden())?;
        Some((view.place(name), sign))
    });
    by_url.or_else(|| {
        let files = files(&view.resource.provisioners)?;
        let name = ["resources", "path"].iter().find(|name| view.get(name).is_some())?;
        Some((view.place(name), in_files(&files.manifests, files.is_hidden)?))
    })
}

fn deployment(view: &View) -> Option<(AttributePlace, InstallSign)> {
    let values = &view.resource.values;
    let hidden = values.deep_marks().is_hidden();
    let metadata = view.block("metadata");
    let text = |name: &str| metadata.as_ref().and_then(|m| m.text(name)?.known().cloned());
    let by_image = || sign::images(values).into_iter().find_map(|image| of_image(image, hidden));
    let is_server = text("name").is_some_and(|name| &*name == SERVER);
    let namespace = text("namespace");
    let here = namespace.as_deref() == Some(kfp::NAMESPACE);
    let by_name = || Some(InstallSign { mark: "Deployment ml-pipeline", version: None, namespace: None });
    let sign = by_image().or_else(|| by_name().filter(|_| is_server && here))?;
    Some((view.place("spec"), InstallSign { namespace, ..sign }))
}

fn manifest(view: &View, name: &'static str) -> Option<(AttributePlace, InstallSign)> {
    let written = view.written(name).map(|written| &written.value);
    let value = written.filter(|value| value.is_known() || value.draft().is_some()).or(view.get(name))?;
    let value = value.clone().mark(view.resource.values.marks);
    let sign = match documents(&value) {
        Some(all) => all.iter().find_map(of_document),
        None => by_words(&value),
    };
    Some((view.place(name), sign?))
}

/// A custom resource definition of Kubeflow Pipelines' in text that cannot be read as YAML.
fn by_words(value: &Value) -> Option<InstallSign> {
    let text = OpenText::of(value)?.text.to_lowercase();
    let mut crds = kfp::install_marks().filter(|m| m.installs && m.kind == "crd");
    let mark = crds.find(|m| text.contains("customresourcedefinition") && text.contains(m.pattern))?.pattern;
    Some(InstallSign { mark, version: None, namespace: None })
}

/// The sign that text gives which a data source beside a manifest divides into documents.
fn divided(view: &View, types: &ByType) -> Option<(AttributePlace, InstallSign)> {
    let references = view.references("yaml_body");
    let open = view.resource.key == InstanceKey::Unknown;
    let all = ["kubectl_file_documents", "kubectl_path_documents"].into_iter().flat_map(|name| types.read(name));
    let named = |source: &&Resource| match references.is_empty() {
        true => open && source.module == view.resource.module,
        false => references.iter().any(|r| r.is_to(source)),
    };
    let sign = all.filter(named).find_map(|source| {
        let all = View::of(source).value("content").and_then(|content| documents(&content)).unwrap_or_default();
        let files = || files(&source.provisioners).and_then(|files| in_files(&files.manifests, files.is_hidden));
        all.iter().find_map(of_document).or_else(files)
    });
    Some((view.place("yaml_body"), sign?))
}

/// A start-up script of a machine.
fn startup_script(view: &View) -> Option<(AttributePlace, InstallSign)> {
    let own = view.value("metadata_startup_script").map(|script| ("metadata_startup_script", script));
    let metadata = view.value("metadata");
    let entry = |name: &str| {
        let metadata = metadata.as_ref()?;
        Some(("metadata", metadata.get(name)?.clone().mark(metadata.marks)))
    };
    let all = own.into_iter().chain(["startup-script", "user-data"].into_iter().filter_map(entry));
    let mut scripts = all.filter_map(|(name, script)| {
        let command = ShellCommand {
            texts: vec![OpenText::of(&script)?],
            is_hidden: script.marks.is_hidden(),
            ..ShellCommand::default()
        };
        Some((view.place(name), command.sign()?))
    });
    scripts.next()
}

/// The text of an argument, written or only recorded.
fn argument(view: &View, name: &str) -> Option<OpenText> {
    match view.written(name) {
        Some(written) => Some(text(written)),
        None => OpenText::of(&view.value(name)?),
    }
}

/// A `local-exec` command of which a plan keeps only that it is there. The resource's own values may hold what it runs,
/// as `triggers` do where a module runs commands for its callers.
fn unseen(resource: &Resource) -> Option<Installation> {
    let commands = resource.provisioners.iter().filter(|p| &*p.kind == "local-exec");
    let hidden = |c: &&ConfigAttribute| c.origin.is_none() && !c.value.is_known();
    let command = commands.filter_map(|p| p.body.attribute("command")).find(hidden)?;
    let held = ShellCommand {
        texts: OpenText::of(&Value::string(super::manifest::all_text(&resource.values))).into_iter().collect(),
        is_hidden: resource.values.is_hidden(),
        ..ShellCommand::default()
    };
    let seen = held.sign();
    Some(Installation {
        address: resource.address.to_string(),
        place: place(command, None),
        mark: seen.as_ref().map_or("a command that the plan does not show", |sign| sign.mark),
        version: seen.as_ref().and_then(|sign| sign.version.clone()),
        namespace: seen.as_ref().and_then(|sign| sign.namespace.clone()),
        uncertain: match seen {
            Some(_) => resource.uncertain.clone(),
            None => command.value.reasons().cloned(),
        },
        at_startup: false,
    })
}

/// The first command that installs when the resource is made.
fn provisioners(resource: &Resource) -> Option<(AttributePlace, InstallSign)> {
    resource.provisioners.iter().find_map(|provisioner| {
        let body = &provisioner.body;
        let name = match &*provisioner.kind {
            "local-exec" => "command",
            "remote-exec" => ["inline", "script", "scripts"].into_iter().find(|name| body.attribute(name).is_some())?,
            _ => return None,
        };
        let at_end = body.attribute("when").is_some_and(|when| when.value.as_str() == Some("destroy"));
        let argument = body.attribute(name).filter(|_| !at_end)?;
        let mut command = files(std::slice::from_ref(provisioner)).unwrap_or_default();
        command.texts.insert(0, text(argument));
        command.is_hidden |= argument.value.marks.is_hidden();
        if let Some(environment) = body.attribute("environment").and_then(|e| e.value.entries()) {
            for (name, value) in environment {
                command.is_hidden |= value.marks.is_hidden();
                command.environment.extend(value.as_str().map(|value| (name.to_string(), value.to_string())));
            }
        }
        Some((place(argument, provisioner.header), command.sign()?))
    })
}

/// The files that provisioners name.
fn files(provisioners: &[ConfigBlock]) -> Option<ShellCommand> {
    let mut command = ShellCommand::default();
    provisioners.iter().filter_map(|p| p.body.attribute(SCRIPTS)).for_each(|files| command.add_files(&files.value));
    (!command.texts.is_empty() || !command.manifests.is_empty()).then_some(command)
}

/// A wrapper module that is not on disk and is handed the command.
fn of_module(module: &ModuleInstance) -> Vec<Installation> {
    let found = module.arguments.attributes.iter().filter_map(|argument| {
        let command = ShellCommand {
            texts: vec![text(argument)],
            is_hidden: argument.value.marks.is_hidden(),
            ..ShellCommand::default()
        };
        let sign = command.sign()?;
        Some(Installation {
            address: module.address.to_string(),
            place: place(argument, module.header),
            mark: sign.mark,
            version: sign.version,
            namespace: sign.namespace,
            uncertain: module.uncertain.clone(),
            at_startup: false,
        })
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

/// The text of an argument; where nothing of its value is known, the literal parts of its expression.
fn text(attribute: &ConfigAttribute) -> OpenText {
    let value = &attribute.value;
    let lines = |elements: &[Value]| -> OpenText {
        let texts: Vec<String> = elements.iter().filter_map(OpenText::of).map(|open| open.text).collect();
        OpenText::of(&Value::string(texts.join("\n"))).unwrap_or_default()
    };
    let literal = || {
        let mut text = String::new();
        attribute.origin.iter().for_each(|o| literals(&o.expr, &mut text));
        OpenText::of(&Value::string(text)).unwrap_or_default()
    };
    OpenText::of(value).or_else(|| value.elements().map(lines)).unwrap_or_else(literal)
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
