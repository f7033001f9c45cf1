//! Kubernetes manifests: the pods that they make, as far as scheduling looks at them.
//!
//! Source: the Kubernetes API reference (workload resources; "Assigning Pods to Nodes"; resource quantities).

mod files;
mod kind;
mod pod;

use crate::base::budget::{Budget, DOCUMENT, PARSED, PODS, size};
use crate::cty::functions::{ErrorKind, yaml_documents};
use crate::cty::value::json;
use crate::graph::fit::Pod;
use crate::load::loader::up_to;
use kind::Makes;
use pod::ReadPod;
use serde_json::Value as Json;
use std::path::Path;

/// The most bytes of a pod's name, labels and tolerations: Kubernetes allows less.
const POD_TEXT: usize = 16 << 10;

/// The pods of some manifests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pods {
    /// Those that run once or a given number of times.
    pub pods: Vec<Pod>,
    /// Those of DaemonSets: one on every node that admits it.
    pub daemons: Vec<Pod>,
    /// How many workloads there are.
    pub workloads: usize,
    /// What may make more pods, or others.
    pub left: Vec<Left>,
}

/// A manifest, or a part of one, that is left out or not known for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The file, with the line where that is known.
    pub path: String,
    /// Why.
    pub why: String,
}

/// Why manifests cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct ManifestError {
    /// The file, with the line where that is known.
    pub path: String,
    /// What is wrong.
    pub why: String,
}

/// Reads a file, or all `.yaml`, `.yml` and `.json` files below a folder.
///
/// # Errors
/// A path that cannot be read, a file given by itself that is not YAML, or one that is larger when its aliases are written
/// out than any manifest is.
pub fn read(path: &Path, budget: &Budget) -> Result<Pods, ManifestError> {
    let (files, left) = files::files(path, budget)?;
    let only = files.iter().all(|file| file == path);
    let mut pods = Pods { left, ..Pods::default() };
    for file in files {
        let shown = file.display().to_string();
        if budget.is_late() {
            pods.left.push(Left { path: shown, why: format!("{}: this file and the others", budget.late()) });
            break;
        }
        match documents(&file, budget) {
            Ok(all) => all.iter().for_each(|(line, object)| add(object, &format!("{shown}:{line}"), &mut pods)),
            Err((why, fatal)) if only || fatal => return Err(ManifestError { path: shown, why }),
            Err((why, _)) => pods.left.push(Left { path: shown, why }),
        }
    }
    Ok(pods)
}

/// The objects of a file with their lines; or why there are none, and whether a limit is exceeded.
fn documents(file: &Path, budget: &Budget) -> Result<Vec<(usize, Json)>, (String, bool)> {
    let bytes = up_to(file, DOCUMENT).map_err(|e| (e.to_string(), false))?;
    let bytes = bytes.ok_or_else(|| (format!("larger than {}", size(DOCUMENT)), false))?;
    if bytes.len() > budget.room(PARSED) {
        return Err((budget.too_long(), true));
    }
    let text = String::from_utf8(bytes).map_err(|_| ("not UTF-8".to_string(), false))?;
    let all = yaml_documents(&text).map_err(|e| {
        let hint = if text.contains("{{") { " (a Helm template? render it first)" } else { "" };
        (format!("{}{hint}", e.message), matches!(e.kind, ErrorKind::Budget(_)))
    })?;
    Ok(all.into_iter().map(|(line, document)| (line, json::plain(&document))).collect())
}

/// Adds the pods of one object, or notes why it cannot; a `List` holds several.
fn add(object: &Json, place: &str, pods: &mut Pods) {
    let list = object["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    let items = object.as_array().or_else(|| object["items"].as_array().filter(|_| list));
    if let Some(items) = items {
        return items.iter().for_each(|item| add(item, place, pods));
    }
    let mut leave = |why: String| pods.left.push(Left { path: place.to_string(), why });
    let (template, count) = match kind::makes(object) {
        Makes::Nothing => return,
        Makes::Unknown(why) => return leave(why),
        Makes::Pods(template, count) => (template, Some(count)),
        Makes::Daemon(template) => (template, None),
        Makes::About(template, count, why) => {
            leave(why);
            (template, Some(count))
        }
    };
    let ReadPod { pod, doubts } = match pod::read(object, template) {
        Ok(read) => read,
        Err(why) => return leave(why),
    };
    doubts.into_iter().for_each(|why| leave(format!("{}: {why}", pod.name)));
    let Some(count) = count else {
        pods.workloads += 1;
        return pods.daemons.push(pod);
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let room = PODS - pods.pods.len().min(PODS);
    if count > room {
        leave(format!("more than {PODS} pods in all: {} of this workload are not counted", count - room));
    }
    pods.workloads += 1;
    pods.pods.extend(std::iter::repeat_n(pod, count.min(room)));
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::graph::fit::Room;

    #[test]
    fn pods_are_those_of_every_kind() {
        let folder = tempfile::tempdir().unwrap();
        let text = "kind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      \
                    - resources: {requests: {cpu: 250m, memory: 1Gi}}\n      - resources: {limits: {cpu: 1}}\n      \
                    initContainers:\n      - resources: {requests: {memory: 2Gi}}\n---\nkind: DaemonSet\nmetadata: {name: d}\n\
                    spec: {template: {spec: {containers: [{resources: {requests: {cpu: 10m}}}]}}}\n---\nkind: Service\n";
        std::fs::write(folder.path().join("all.yaml"), text).unwrap();
        let pods = read(folder.path(), &Budget::default()).unwrap();
        assert_eq!((pods.pods.len(), pods.daemons.len(), pods.workloads), (2, 1, 2));
        assert_eq!(pods.pods[0].room, Room { cpu_m: 1250, memory_mib: 2048, gpus: 0, pods: 1 });
        std::fs::write(
            folder.path().join("bad.yaml"),
            "kind: Pod\nspec:\n  containers: [{resources: {requests: {cpu: lots}}}]\n",
        )
        .unwrap();
        let pods = read(folder.path(), &Budget::default()).unwrap();
        let [left] = pods.left.as_slice() else { panic!("{:?}", pods.left) };
        assert!(left.path.ends_with("bad.yaml:1") && left.why.contains("`lots`"), "{left:?}");
    }
}
