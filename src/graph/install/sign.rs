//! What gives an installation away: marks in commands, charts and manifests, with the version and namespace beside them.

use super::command::{applies, effective, expand, helm};
use crate::catalog::kfp;
use crate::cty::value::{Marks, OpenText, Value};
use crate::graph::fact::Fact;
use crate::graph::manifest::{all_text, documents, string};
use crate::graph::text::Text;
use std::collections::BTreeMap;

/// A sign of an installation.
#[derive(Clone, Debug)]
pub struct InstallSign {
    /// What gives it away.
    pub mark: &'static str,
    /// The version that is pinned.
    pub version: Option<Fact<Text>>,
    /// The namespace that it is in, where that is known.
    pub namespace: Option<Text>,
}

/// What a command is, with all that it names.
#[derive(Debug, Default)]
pub struct ShellCommand {
    /// The command itself, and scripts that it runs.
    pub texts: Vec<OpenText>,
    /// Manifests and overlays that it applies, by the names of their files.
    pub manifests: Vec<(String, String)>,
    /// The variables of its environment.
    pub environment: BTreeMap<String, String>,
    /// Whether any of it must not be shown.
    pub is_hidden: bool,
}

impl ShellCommand {
    /// Adds the files that were read for it, each a list of its name and text.
    pub fn add_files(&mut self, files: &Value) {
        for file in files.elements().into_iter().flatten() {
            let Some([name, text]) = file.elements() else { continue };
            let (Some(name), Some(content)) = (name.as_str(), text.as_str()) else { continue };
            self.is_hidden |= text.marks.is_hidden();
            let manifest = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end)) || name == "Kustomization";
            match manifest {
                true => self.manifests.push((name.to_string(), content.to_string())),
                false => self.texts.extend(OpenText::of(&Value::string(content))),
            }
        }
    }

    /// The sign that it gives of an installation.
    pub fn sign(&self) -> Option<InstallSign> {
        let effective: Vec<String> =
            self.texts.iter().map(|open| effective(&expand(&open.text, self.environment.clone()))).collect();
        let all = effective.join("\n");
        let in_command = || {
            let mut texts = self.texts.iter().zip(&effective);
            texts.find_map(|(open, text)| of_text(&(open, text.as_str()), "local-exec", self.is_hidden))
        };
        if helm(&all) && all.contains(CHART) {
            return Some(InstallSign { mark: CHART, version: None, namespace: None });
        }
        if !applies(&all) {
            return None;
        }
        in_command().or_else(|| in_files(&self.manifests, self.is_hidden)).or_else(|| cloned(&all, self.is_hidden))
    }
}

/// The name of the chart.
pub const CHART: &str = "kubeflow-pipelines";

/// A copy of the repository that is made first, and applied from the disk.
fn cloned(text: &str, hidden: bool) -> Option<InstallSign> {
    let both = text.contains("github.com/kubeflow/pipelines") && text.contains("manifests/kustomize");
    let open = OpenText::of(&Value::string(text))?;
    both.then(|| InstallSign {
        mark: "github.com/kubeflow/pipelines/manifests/",
        version: version(&open, text, hidden),
        namespace: Some(kfp::NAMESPACE.into()),
    })
}

/// The sign that overlays and manifests on disk give, those that are named first before the others.
pub fn in_files(files: &[(String, String)], hidden: bool) -> Option<InstallSign> {
    let tells = |text: &str| text.contains("kubeflow") || text.contains("ml-pipeline");
    let read = files.iter().filter_map(|(name, text)| Some((name, documents(&Value::string(text))?)));
    let all: Vec<(&String, Vec<Value>)> = read.collect();
    let is_overlay = |name: &str| name.to_ascii_lowercase().starts_with("kustomization");
    let overlays = all.iter().filter(|(name, _)| is_overlay(name)).flat_map(|(_, documents)| documents);
    let namespace = overlays.clone().find_map(|overlay| Some(Text::new(string(overlay, "namespace")?, hidden)));
    let mut remote = overlays.flat_map(|overlay| {
        let listed = ["resources", "bases", "components"].iter().filter_map(|name| overlay.get(name)?.elements());
        listed.flatten().filter_map(Value::as_str).collect::<Vec<_>>()
    });
    let by_url = remote.find_map(|url| {
        let open = OpenText::of(&Value::string(url))?;
        of_text(&(&open, url), "kustomization_", hidden)
    });
    let told = files.iter().any(|(_, text)| tells(text));
    let mut manifests = all.iter().filter(|(name, _)| told && !is_overlay(name)).flat_map(|(_, documents)| documents);
    let marks = if hidden { Marks::PRIVATE } else { Marks::NONE };
    let mut charts = all.iter().filter(|(name, _)| ["Chart.yaml", "requirements.yaml"].contains(&name.as_str()));
    let by_chart = || {
        charts.any(|(_, all)| all.iter().any(is_chart)).then_some(InstallSign {
            mark: CHART,
            version: None,
            namespace: None,
        })
    };
    let by_document = || manifests.find_map(|document| of_document(&document.clone().mark(marks)));
    let by_text = || {
        files.iter().filter(|(name, _)| !all.iter().any(|(read, _)| *read == name)).find_map(|(_, text)| by_words(text))
    };
    let sign = by_url.or_else(by_document).or_else(by_chart).or_else(by_text)?;
    Some(InstallSign { namespace: namespace.or(sign.namespace), ..sign })
}

/// Whether a chart is Kubeflow Pipelines', or depends on it.
fn is_chart(chart: &Value) -> bool {
    let dependencies = chart.get("dependencies").and_then(Value::elements).into_iter().flatten();
    let mut names = dependencies.chain([chart]).filter_map(|chart| string(chart, "name"));
    names.any(|name| name.contains(CHART))
}

/// A custom resource definition or the API server of Kubeflow Pipelines in text that cannot be read as YAML.
pub fn by_words(text: &str) -> Option<InstallSign> {
    let lower = text.to_lowercase();
    let mut crds = kfp::install_marks().filter(|m| m.installs && m.kind == "crd");
    let crd = crds.find(|m| lower.contains("customresourcedefinition") && lower.contains(m.pattern));
    let mut images = kfp::install_marks().filter(|m| m.installs && m.looks_in.contains("container image"));
    let mark = crd.or_else(|| images.find(|m| text.contains(m.pattern)))?.pattern;
    Some(InstallSign { mark, version: None, namespace: None })
}

/// The sign that text gives, of those that are looked for in `place`. What is not known of it tells nothing.
pub fn of_text((open, text): &(&OpenText, &str), place: &str, hidden: bool) -> Option<InstallSign> {
    let (at, mark) = mark(text, place)?;
    let after = text.get(at..)?;
    let own = mark.contains("kubeflow/pipelines");
    let namespace = own.then(|| kfp::NAMESPACE.into());
    Some(InstallSign { mark, version: version(open, after, hidden).or_else(|| version(open, text, hidden)), namespace })
}

/// The first mark of an installation in a text, of those that are looked for in `place`, and where it stands.
fn mark(text: &str, place: &str) -> Option<(usize, &'static str)> {
    let marks = kfp::install_marks().filter(|m| m.installs && m.looks_in.contains(place));
    marks.map(|m| m.pattern).find_map(|pattern| {
        let mut found = text.match_indices(pattern).map(|(at, _)| at);
        Some((
            found.find(|at| names_pipelines(pattern, text.get(at + pattern.len()..).unwrap_or_default(), text))?,
            pattern,
        ))
    })
}

/// Whether what follows a mark in a text leaves it one: of the manifests of all of Kubeflow, only those parts count that hold
/// Kubeflow Pipelines. Where the address names none, the paths that are applied from a copy do.
fn names_pipelines(pattern: &str, after: &str, text: &str) -> bool {
    if !pattern.ends_with("kubeflow/manifests") {
        return true;
    }
    let has = |path: &str| path.contains("pipeline") || path.contains("example");
    let end = after.find(|c: char| c.is_whitespace() || "\"'?;)".contains(c)).unwrap_or(after.len());
    let path = after.get(..end).unwrap_or_default();
    let path = path.strip_prefix(".git").unwrap_or(path).trim_matches('/');
    if !path.is_empty() {
        return has(path);
    }
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || "\"'`;|&()".contains(c)).collect();
    let is_applied = |before: &str| matches!(before, "-k" | "--kustomize" | "-f" | "--filename" | "build");
    let applied =
        words.windows(2).filter(|pair| is_applied(pair[0]) && !pair[1].contains("github.com/")).map(|pair| pair[1]);
    let mut copies = applied.filter(|path| *path != "-").peekable();
    copies.peek().is_none() || copies.any(has)
}

/// The sign that an image gives: Kubeflow Pipelines' API server, by tag or digest.
pub fn of_image(image: &str, hidden: bool) -> Option<InstallSign> {
    let marks = kfp::install_marks().filter(|m| m.installs && m.looks_in.contains("container image"));
    let mut names = marks.filter_map(|m| Some((m.pattern, m.pattern.strip_suffix(':')?)));
    let ends = |rest: &str| rest.is_empty() || rest.starts_with([':', '@']);
    let (mark, tag) = names.find_map(|(pattern, name)| {
        let rest = image.get(image.find(name)? + name.len()..)?;
        ends(rest).then_some((pattern, rest.strip_prefix(':')))
    })?;
    let version = tag.and_then(|tag| bare(tag.split('@').next()?)).map(|v| Fact::Known(Text::new(v, hidden)));
    Some(InstallSign { mark, version, namespace: None })
}

/// The images of containers in a value.
pub fn images(value: &Value) -> Vec<&str> {
    if let Some(image) = value.get("image").and_then(Value::as_str) {
        return vec![image];
    }
    let elements = value.elements().into_iter().flatten();
    let entries = value.entries().into_iter().flat_map(|entries| entries.values());
    elements.chain(entries).flat_map(images).collect()
}

/// The sign that a manifest gives.
pub fn of_document(document: &Value) -> Option<InstallSign> {
    let hidden = document.deep_marks().is_hidden();
    let metadata = document.get("metadata");
    let named = |name: &str| metadata.and_then(|m| string(m, name));
    let namespace = named("namespace").map(|text| Text::new(text, hidden));
    let sign = |mark: &'static str| InstallSign { mark, version: None, namespace: None };
    match string(document, "kind")? {
        "CustomResourceDefinition" => {
            let mut crds = kfp::install_marks().filter(|m| m.installs && m.kind == "crd");
            crds.find(|m| named("name") == Some(m.pattern)).map(|m| sign(m.pattern))
        }
        "Application" | "ApplicationSet" => {
            let market = metadata.map(all_text).unwrap_or_default().to_lowercase();
            let market =
                market.contains("marketplace.cloud.google.com/deploy-info") && market.contains("kubeflow pipelines");
            match market {
                true => Some(InstallSign { namespace, ..sign("app.k8s.io Application") }),
                false if string(document, "apiVersion").is_some_and(|v| v.starts_with("argoproj.io/")) => {
                    by_argo(document)
                }
                false => None,
            }
        }
        "KfDef" => Some(sign("kfdef.apps.kubeflow.org")),
        "Deployment" => {
            let by_image = images(document).into_iter().find_map(|image| of_image(image, hidden));
            let by_name = || (named("name") == Some(SERVER)).then(|| sign("Deployment ml-pipeline"));
            let here = namespace.as_deref() == Some(kfp::NAMESPACE);
            Some(InstallSign { namespace, ..by_image.or_else(|| by_name().filter(|_| here))? })
        }
        _ => None,
    }
}

/// The name of Kubeflow Pipelines' API server.
pub const SERVER: &str = "ml-pipeline";

/// Whether a document is of this group of Flux's, and an entry of its `spec` holds a text.
pub fn is_flux(document: &Value, group: &str, [name, text]: &[&str; 2]) -> bool {
    let spec = document.get("spec");
    string(document, "apiVersion").is_some_and(|version| version.starts_with(group))
        && spec.and_then(|spec| string(spec, name)).is_some_and(|entry| entry.contains(text))
}

/// An application of Argo CD that takes Kubeflow Pipelines' own manifests.
pub fn by_argo(application: &Value) -> Option<InstallSign> {
    let text = all_text(application);
    let own = text.contains("github.com/kubeflow/pipelines") && text.contains("manifests/kustomize");
    let all = text.contains("github.com/kubeflow/manifests") && text.contains("pipeline");
    (own || all).then(|| InstallSign {
        mark: "argoproj.io Application",
        version: revision(application, application.deep_marks().is_hidden()),
        namespace: own.then(|| kfp::NAMESPACE.into()),
    })
}

/// The revision beside the address of Kubeflow Pipelines' repository.
fn revision(value: &Value, hidden: bool) -> Option<Fact<Text>> {
    for (url, revision) in [("repoURL", "targetRevision"), ("repo_url", "target_revision")] {
        if string(value, url).is_some_and(|url| url.contains("kubeflow/pipelines")) {
            let revision = value.get(revision)?;
            return match (OpenText::of(revision), revision.reasons()) {
                (Some(open), None) => Some(Fact::Known(Text::new(bare(&open.text)?, hidden))),
                (_, Some(reasons)) => Some(Fact::Unknown(reasons.clone())),
                _ => None,
            };
        }
    }
    let elements = value.elements().into_iter().flatten();
    let entries = value.entries().into_iter().flat_map(|entries| entries.values());
    elements.chain(entries).find_map(|inside| revision(inside, hidden))
}

/// The version in `?ref=2.4.1`, in the path of a raw file, or of a branch that is checked out.
fn version(open: &OpenText, text: &str, hidden: bool) -> Option<Fact<Text>> {
    const BEFORE: [&str; 5] =
        ["ref=", "raw.githubusercontent.com/kubeflow/pipelines/", "--branch ", " -b ", "checkout "];
    let rest = BEFORE.iter().find_map(|mark| text.get(text.find(mark)? + mark.len()..))?;
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-') || ('\u{E000}'..='\u{F8FF}').contains(&c);
    let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
    let word = rest.get(..end)?;
    match open.value_of(word).reasons() {
        Some(reasons) => Some(Fact::Unknown(reasons.clone())),
        None => Some(Fact::Known(Text::new(bare(word)?, hidden))),
    }
}

/// A version without its `v`; `None` for the name of a branch or a commit.
fn bare(word: &str) -> Option<&str> {
    let bare = word.strip_prefix('v').unwrap_or(word);
    (bare.starts_with(|c: char| c.is_ascii_digit()) && bare.contains('.')).then_some(bare)
}
