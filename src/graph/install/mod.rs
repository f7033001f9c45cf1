//! Installations of Kubeflow Pipelines that the configuration makes.

mod argument;
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
use argument::{ArgumentText, by_error, by_input};
use rustc_hash::FxHashSet;
use sign::{
    CHART, InstallSign, SERVER, ShellCommand, by_argo, by_words, in_files, is_flux, of_document, of_image, of_text,
};
use std::collections::BTreeMap;

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

/// A sign, and where it stands.
struct FoundSign {
    place: AttributePlace,
    sign: InstallSign,
    /// Why it is not certain that it is there.
    doubt: Option<Reasons>,
}

impl FoundSign {
    fn sure(place: AttributePlace, sign: InstallSign) -> FoundSign {
        FoundSign { place, sign, doubt: None }
    }

    fn doubtful(place: AttributePlace, mark: &'static str, reasons: &Reasons) -> FoundSign {
        let sign = InstallSign { mark, version: None, namespace: None };
        FoundSign { place, sign, doubt: Some(reasons.clone()) }
    }

    fn of((sign, doubt): (InstallSign, Option<Reasons>), place: AttributePlace) -> FoundSign {
        FoundSign { place, sign, doubt }
    }
}

fn of_resource(resource: &Resource, types: &ByType) -> Option<Installation> {
    let view = View::of(resource);
    let found = |FoundSign { place, sign, doubt }: FoundSign| Installation {
        address: resource.address.to_string(),
        place,
        mark: sign.mark,
        version: sign.version,
        namespace: sign.namespace,
        uncertain: match (&resource.uncertain, doubt) {
            (Some(reasons), Some(doubt)) => Some(reasons.union(&doubt)),
            (reasons, doubt) => reasons.clone().or(doubt),
        },
        at_startup: false,
    };
    // One manifest for each document that a data source divides text into: those are made for sure.
    let divided = |name| divided(&view, types, name).map(|sign| Installation { uncertain: None, ..found(sign) });
    match &*resource.type_name {
        "helm_release" => helm_release(&view).map(found),
        "kubernetes_manifest" => divided("manifest").or_else(|| manifest(&view, types, "manifest").map(found)),
        "kubectl_manifest" => divided("yaml_body").or_else(|| manifest(&view, types, "yaml_body").map(found)),
        "argocd_application" => Some(found(FoundSign::sure(view.place("spec"), by_argo(&resource.values)?))),
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

fn helm_release(view: &View) -> Option<FoundSign> {
    let namespace = view.text("namespace").map_or_else(|| Some("default".into()), |text| text.known().cloned());
    let hidden = |name: &str| view.get(name).is_some_and(|value| value.marks.is_hidden());
    let read = |name: &str, open: &OpenText| {
        let sign = of_text(&(open, &open.text), "helm_release", hidden(name))?;
        Some(InstallSign { version: None, namespace: namespace.clone(), ..sign })
    };
    let by_chart = ArgumentText::in_view(view, "chart").and_then(|chart| chart.sign(|open| read("chart", open)));
    if let Some(sign) = by_chart {
        return Some(FoundSign::of(sign, view.place("chart")));
    }
    let files = files(&view.resource.provisioners).and_then(|files| in_files(&files.manifests, files.is_hidden));
    if let Some(sign) = files {
        return Some(FoundSign::sure(view.place("chart"), InstallSign { namespace, ..sign }));
    }
    // The name of a release tells of a chart that is not known; of another chart only if it is Kubeflow Pipelines' own.
    let chart = view.get("chart").filter(|chart| is_open_chart(chart)).and_then(Value::reasons);
    let is_own = view.text("name").is_some_and(|name| name.known().is_some_and(|name| &**name == CHART));
    let by_name = ArgumentText::in_view(view, "name").and_then(|name| name.sign(|open| read("name", open)));
    if let Some((sign, doubt)) = by_name.filter(|_| is_own || chart.is_some()) {
        let doubt = if is_own { doubt } else { chart.cloned() };
        return Some(FoundSign { place: view.place("name"), sign, doubt });
    }
    let may_be_here = namespace.as_ref().is_none_or(|name| &**name == kfp::NAMESPACE);
    if let Some(reasons) = chart.filter(|_| may_be_here) {
        return Some(FoundSign::doubtful(view.place("chart"), "a chart that is not known", reasons));
    }
    // A chart that makes applications of Argo CD from its values.
    let mut charts = ArgumentText::in_view(view, "chart")?.texts.into_iter();
    charts.find(|chart| chart.text.contains("argo"))?;
    let values = view.value("values")?;
    let all: Vec<Value> = values.elements()?.iter().filter_map(documents).flatten().collect();
    Some(FoundSign::sure(view.place("values"), by_argo(&Value::tuple(all).mark(values.marks))?))
}

/// Whether it is not known which chart it is: the last part of its path is open.
fn is_open_chart(chart: &Value) -> bool {
    let last = OpenText::of(chart).map(|open| open.value_of(open.text.rsplit('/').next().unwrap_or_default()));
    last.as_ref().unwrap_or(chart).reasons().is_some()
}

fn kustomization(view: &View) -> Option<FoundSign> {
    let by_url = ["resources", "path", "manifest"].iter().find_map(|name| {
        let hidden = view.get(name)?.marks.is_hidden();
        let sign =
            ArgumentText::in_view(view, name)?.sign(|open| of_text(&(open, &open.text), "kustomization_", hidden))?;
        Some(FoundSign::of(sign, view.place(name)))
    });
    by_url.or_else(|| {
        let files = files(&view.resource.provisioners)?;
        let name = ["resources", "path"].iter().find(|name| view.get(name).is_some())?;
        Some(FoundSign::sure(view.place(name), in_files(&files.manifests, files.is_hidden)?))
    })
}

fn deployment(view: &View) -> Option<FoundSign> {
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
    Some(FoundSign::sure(view.place("spec"), InstallSign { namespace, ..sign }))
}

fn manifest(view: &View, types: &ByType, name: &'static str) -> Option<FoundSign> {
    let written = view.written(name).map(|written| &written.value);
    let value = written.filter(|value| value.is_known() || value.draft().is_some()).or(view.get(name))?;
    let value = value.clone().mark(view.resource.values.marks);
    let all = documents(&value);
    let sign = match &all {
        Some(all) => all.iter().find_map(of_document).or_else(|| by_flux(all, types)),
        None => OpenText::of(&value).and_then(|open| by_words(&open.text)),
    };
    // Files that cannot be decoded as they are written have text that tells.
    let files = files(&view.resource.provisioners);
    let in_files = || files.as_ref().and_then(|files| in_files(&files.manifests, files.is_hidden));
    if let Some(sign) = sign.or_else(in_files) {
        return Some(FoundSign::sure(view.place(name), sign));
    }
    let reasons = by_error(&value).filter(|_| files.is_none()).or_else(|| by_input(&value))?;
    Some(FoundSign::doubtful(view.place(name), "a manifest that is not known", reasons))
}

/// A kustomization of Flux that applies Kubeflow Pipelines' own manifests.
fn by_flux(documents: &[Value], types: &ByType) -> Option<InstallSign> {
    documents
        .iter()
        .find(|document| is_flux(document, "kustomize.toolkit.fluxcd.io/", &["path", "manifests/kustomize"]))?;
    let manifests = [("kubernetes_manifest", "manifest"), ("kubectl_manifest", "yaml_body")];
    let mut sources = manifests.into_iter().flat_map(|(name, argument)| {
        types.managed(name).filter_map(move |r| super::manifest::documents(&View::of(r).value(argument)?)).flatten()
    });
    let is_own =
        |source: &Value| is_flux(source, "source.toolkit.fluxcd.io/", &["url", "github.com/kubeflow/pipelines"]);
    sources.any(|source| is_own(&source)).then(|| InstallSign {
        mark: "Flux Kustomization",
        version: None,
        namespace: Some(kfp::NAMESPACE.into()),
    })
}

/// The sign that text gives which a data source beside a manifest divides into documents.
fn divided(view: &View, types: &ByType, name: &'static str) -> Option<FoundSign> {
    if view.written(name).is_some_and(|written| written.value.is_known()) {
        return None;
    }
    let references = view.references(name);
    let open = view.resource.key == InstanceKey::Unknown;
    let all =
        ["kubectl_file_documents", "kubectl_path_documents", "http"].into_iter().flat_map(|name| types.read(name));
    let named = |source: &&Resource| match references.is_empty() {
        true => open && source.module == view.resource.module,
        false => references.iter().any(|r| r.is_to(source)),
    };
    let sign = all.filter(named).find_map(|source| {
        let all = View::of(source).value("content").and_then(|content| documents(&content)).unwrap_or_default();
        let files = || files(&source.provisioners).and_then(|files| in_files(&files.manifests, files.is_hidden));
        all.iter().find_map(of_document).or_else(files).or_else(|| of_url(&View::of(source)))
    });
    Some(FoundSign::sure(view.place(name), sign?))
}

/// The sign that the address gives from which text is read.
fn of_url(source: &View) -> Option<InstallSign> {
    let url = source.value("url")?;
    let open = OpenText::of(&url)?;
    of_text(&(&open, &open.text), "local-exec", url.marks.is_hidden())
}

/// A start-up script of a machine.
fn startup_script(view: &View) -> Option<FoundSign> {
    let own = ArgumentText::in_view(view, "metadata_startup_script").map(|script| ("metadata_startup_script", script));
    let metadata = view.value("metadata");
    let entry = |name: &str| Some(("metadata", ArgumentText::of_value(metadata.as_ref()?.get(name)?)?));
    let all = own.into_iter().chain(["startup-script", "user-data"].into_iter().filter_map(entry));
    let mut scripts = all.filter_map(|(name, script)| {
        let is_hidden = view.value(name).is_some_and(|value| value.marks.is_hidden());
        let sign = script
            .sign(|open| ShellCommand { texts: vec![open.clone()], is_hidden, ..ShellCommand::default() }.sign())?;
        Some(FoundSign::of(sign, view.place(name)))
    });
    scripts.next()
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
fn provisioners(resource: &Resource) -> Option<FoundSign> {
    let all: Vec<FoundSign> = resource.provisioners.iter().filter_map(provisioner).collect();
    let (sure, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|found| found.doubt.is_none());
    sure.into_iter().chain(open).next()
}

fn provisioner(provisioner: &ConfigBlock) -> Option<FoundSign> {
    let body = &provisioner.body;
    let name = match &*provisioner.kind {
        "local-exec" => "command",
        "remote-exec" => ["inline", "script", "scripts"].into_iter().find(|name| body.attribute(name).is_some())?,
        _ => return None,
    };
    let at_end = body.attribute("when").is_some_and(|when| when.value.as_str() == Some("destroy"));
    let argument = body.attribute(name).filter(|_| !at_end)?;
    let mut is_hidden = argument.value.marks.is_hidden();
    let mut environment = BTreeMap::new();
    for (name, value) in body.attribute("environment").and_then(|e| e.value.entries()).into_iter().flatten() {
        is_hidden |= value.marks.is_hidden();
        environment.extend(value.as_str().map(|value| (name.to_string(), value.to_string())));
    }
    let read = |open: &OpenText| {
        let mut command = files(std::slice::from_ref(provisioner)).unwrap_or_default();
        command.texts.insert(0, open.clone());
        command.is_hidden |= is_hidden;
        command.environment = environment.clone();
        command.sign()
    };
    let place = || place(argument, provisioner.header);
    match ArgumentText::of(argument).sign(read) {
        Some(sign) => Some(FoundSign::of(sign, place())),
        None => Some(FoundSign::doubtful(place(), "a command that is not known", by_input(&argument.value)?)),
    }
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
        let is_hidden = argument.value.marks.is_hidden();
        let read =
            |open: &OpenText| ShellCommand { texts: vec![open.clone()], is_hidden, ..ShellCommand::default() }.sign();
        let (sign, doubt) = ArgumentText::of(argument).sign(read)?;
        Some(Installation {
            address: module.address.to_string(),
            place: place(argument, module.header),
            mark: sign.mark,
            version: sign.version,
            namespace: sign.namespace,
            uncertain: module.uncertain.clone().or(doubt),
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
