//! The files that commands name: scripts that they run, and manifests and overlays that they apply to a cluster.

use crate::cty::functions::{Host, yaml_documents};
use crate::cty::value::{OpenText, ReasonKind, Reasons, Type, Value};
use crate::eval::host::TreeHost;
use crate::eval::scope::Scope;
use crate::load::bounds::normalise;
use crate::plan::{ConfigAttribute, ConfigBlock, ConfigBody, SCRIPTS};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::visit;
use std::collections::BTreeSet;
use std::path::Path;

/// The most files that are followed from one command.
const MOST_FILES: usize = 1024;
/// The most text that is read for one command, in bytes.
const MOST_TEXT: usize = 1 << 23;

/// Adds the files that a provisioner names beside its arguments.
pub fn with_files(scope: &Scope, kind: &str, mut config: ConfigBody) -> ConfigBody {
    let text = |name: &str| config.attribute(name).and_then(|a| OpenText::of(&a.value)).map(|open| open.text);
    let mut reader = AppliedFiles::new(scope, text("working_dir"));
    match kind {
        "local-exec" => text("command").iter().for_each(|command| reader.command(command)),
        "remote-exec" => {
            let listed = config.attribute("scripts").and_then(|a| a.value.elements());
            let listed = listed.into_iter().flatten().filter_map(Value::as_str);
            let script = text("script");
            listed.chain(script.as_deref()).for_each(|path| reader.script(path));
        }
        _ => {}
    }
    config.attributes.extend(reader.attribute());
    config
}

/// The files that a resource applies by its arguments, as a block; `None` where there are none.
pub fn of_resource(scope: &Scope, type_name: &str, config: &ConfigBody) -> Option<ConfigBlock> {
    let mut reader = AppliedFiles::new(scope, None);
    let named = ["path", "resources", "pattern"].iter().filter_map(|name| config.attribute(name));
    match type_name {
        "kubectl_path_documents" => {
            let patterns = named.filter_map(|pattern| pattern.value.as_str());
            patterns
                .for_each(|pattern| reader.manifests(pattern.split_once('*').map_or(pattern, |(folder, _)| folder)));
        }
        "helm_release" => {
            let chart =
                config.attribute("chart").and_then(|chart| chart.value.as_str()).filter(|chart| chart.contains('/'));
            chart.into_iter().for_each(|folder| reader.chart(folder));
        }
        "kubernetes_manifest" | "kubectl_manifest" => {
            let named = ["manifest", "yaml_body"].iter().find_map(|name| config.attribute(name));
            let is_error = |kind: &ReasonKind| matches!(kind, ReasonKind::Error(_));
            let failed = named.filter(|manifest| manifest.value.reasons().is_some_and(|reasons| reasons.has(is_error)));
            let origin = failed.and_then(|manifest| manifest.origin.as_ref());
            origin.into_iter().for_each(|origin| read_by(scope, &origin.expr, &mut reader));
        }
        name if name.starts_with("kustomization_") => {
            let all = named.flat_map(|a| a.value.elements().unwrap_or(std::slice::from_ref(&a.value)));
            all.filter_map(Value::as_str).for_each(|path| reader.overlay(path));
        }
        _ => return None,
    }
    let body = ConfigBody { attributes: vec![reader.attribute()?], ..ConfigBody::default() };
    Some(ConfigBlock { kind: SCRIPTS.into(), header: None, span: None, body, uncertain: None })
}

/// Reads the files that functions of an expression read.
fn read_by(scope: &Scope, expr: &Expr, reader: &mut AppliedFiles) {
    let mut paths = Vec::new();
    visit::expr(expr, &mut |inner| match &inner.kind {
        ExprKind::Call(call) if matches!(&*call.name.name, "file" | "templatefile") => {
            paths.extend(call.args.first().cloned())
        }
        _ => {}
    });
    let values = paths.iter().filter_map(|path| super::expr::eval(scope, path).ok());
    values.filter_map(|path| path.as_str().map(str::to_string)).for_each(|path| drop(reader.read(&path)));
}

/// Reads files, each once.
struct AppliedFiles<'s> {
    host: TreeHost<'s>,
    folder: String,
    seen: BTreeSet<String>,
    files: Vec<Value>,
    size: usize,
}

impl<'s> AppliedFiles<'s> {
    fn new(scope: &'s Scope, folder: Option<String>) -> AppliedFiles<'s> {
        let folder = folder.unwrap_or_else(|| ".".into());
        AppliedFiles { host: TreeHost { scope }, folder, seen: BTreeSet::new(), files: Vec::new(), size: 0 }
    }

    fn is_full(&self) -> bool {
        self.seen.len() > MOST_FILES || self.size > MOST_TEXT
    }

    /// Follows what a command, or the text of a script, names.
    fn command(&mut self, text: &str) {
        let splits = |c: char| c.is_whitespace() || "\"'`;&|()<>".contains(c);
        let words: Vec<&str> = text.split(splits).flat_map(|word| word.split_inclusive('=')).collect();
        for (i, word) in words.iter().enumerate().filter(|(_, word)| !word.is_empty()) {
            if word.ends_with(".sh") {
                self.script(word);
            }
            let mut next = words.iter().skip(i + 1).filter(|word| !word.is_empty());
            match *word {
                "-k" | "--kustomize" | "--kustomize=" => next.next().into_iter().for_each(|path| self.overlay(path)),
                "kustomize" if next.next() == Some(&"build") => {
                    let path = next.find(|word| !word.starts_with('-'));
                    path.into_iter().for_each(|path| self.overlay(path));
                }
                "-f" | "--filename" | "--filename=" => {
                    next.next().into_iter().for_each(|path| self.manifests(path));
                }
                _ => {}
            }
        }
    }

    fn script(&mut self, path: &str) {
        if let Some(text) = self.read(&format!("{}/{path}", self.folder)) {
            self.command(&text);
        }
    }

    fn overlay(&mut self, path: &str) {
        if is_here(path) {
            self.kustomization(&format!("{}/{path}", self.folder));
        }
    }

    /// An overlay's own file, and the overlays and manifests below it.
    fn kustomization(&mut self, folder: &str) {
        let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
        let Some(text) = names.iter().find_map(|name| self.read(&format!("{folder}/{name}"))) else { return };
        let documents = yaml_documents(&text).unwrap_or_default();
        for (_, document) in &documents {
            for name in ["resources", "bases", "components"] {
                let listed = document.get(name).and_then(Value::elements).into_iter().flatten();
                for path in listed.filter_map(Value::as_str).filter(|path| is_here(path)) {
                    let path = format!("{folder}/{path}");
                    match is_manifest(&path) {
                        true => drop(self.read(&path)),
                        false => self.kustomization(&path),
                    }
                }
            }
        }
    }

    /// A Helm chart: what it is, what it depends on, and its manifests.
    fn chart(&mut self, folder: &str) {
        if is_here(folder) {
            ["Chart.yaml", "requirements.yaml"].iter().for_each(|name| drop(self.read(&format!("{folder}/{name}"))));
            ["crds", "templates"].iter().for_each(|name| self.manifests(&format!("{folder}/{name}")));
        }
    }

    /// A manifest, or all that are in a folder.
    fn manifests(&mut self, path: &str) {
        if !is_here(path) {
            return;
        }
        let path = format!("{}/{path}", self.folder);
        if is_manifest(&path) {
            self.read(&path);
        } else if let Ok(listing) = self.host.list(&path) {
            let mut files: Vec<_> = listing.files.into_iter().filter(|f| !f.contains('/') && is_manifest(f)).collect();
            files.sort();
            files.iter().for_each(|file| drop(self.read(&format!("{path}/{file}"))));
        }
    }

    /// A file's text, the first time that it is asked for.
    fn read(&mut self, path: &str) -> Option<String> {
        let key = normalise(Path::new(path)).to_string_lossy().replace('\\', "/");
        if self.is_full() || self.seen.contains(&key) {
            return None;
        }
        let (bytes, marks) = self.host.read(path).ok()?;
        self.seen.insert(key.clone());
        self.size += bytes.len();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let name = Path::new(&key).file_name().unwrap_or_default().to_string_lossy();
        self.files.push(Value::tuple(vec![Value::string(name), Value::string(&text)]).mark_leaves(marks));
        Some(text)
    }

    /// The files that were read, each with its name.
    fn attribute(self) -> Option<ConfigAttribute> {
        let value = match self.is_full() {
            true => {
                let kind = ReasonKind::Unsupported("a command with too many files".into());
                Value::unknown(Type::Any, Reasons::one(kind, None))
            }
            false if self.files.is_empty() => return None,
            false => Value::tuple(self.files),
        };
        Some(ConfigAttribute { name: SCRIPTS.into(), value, span: None, origin: None, refers: Vec::new() })
    }
}

/// Whether a path is one of this disk: no URL, and none that begins with what is not known.
fn is_here(path: &str) -> bool {
    let remote = ["://", "?ref=", "github.com/", "git@", "$"].iter().any(|mark| path.contains(mark));
    !remote && path != "-" && !path.starts_with(|c: char| ('\u{E000}'..='\u{F8FF}').contains(&c))
}

fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}
