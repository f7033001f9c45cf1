//! Kubernetes manifests: the pods that they make, as far as scheduling looks at them.
//!
//! Source: the Kubernetes API reference (workload resources; "Assigning Pods to Nodes"; resource quantities).

mod files;
mod kind;

use crate::base::budget::{Budget, DOCUMENT, PODS, size};
use crate::cty::functions::{ErrorKind, yaml_documents};
use crate::cty::value::json;
use crate::graph::fit::{Pod, Room, Toleration};
use crate::load::loader::up_to;
use kind::Makes;
use serde_json::Value as Json;
use std::collections::BTreeMap;
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
        match documents(&file) {
            Ok(all) => all.iter().for_each(|(line, object)| add(object, &format!("{shown}:{line}"), &mut pods)),
            Err((why, fatal)) if only || fatal => return Err(ManifestError { path: shown, why }),
            Err((why, _)) => pods.left.push(Left { path: shown, why }),
        }
    }
    Ok(pods)
}

/// The objects of a file with their lines; or why there are none, and whether a limit is exceeded.
fn documents(file: &Path) -> Result<Vec<(usize, Json)>, (String, bool)> {
    let bytes = up_to(file, DOCUMENT).map_err(|e| (e.to_string(), false))?;
    let bytes = bytes.ok_or_else(|| (format!("larger than {}", size(DOCUMENT)), false))?;
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
        Makes::Pods(template, count) => (template, count),
        Makes::Daemon(template) => match pod(object, template) {
            Ok(pod) => {
                pods.workloads += 1;
                return pods.daemons.push(pod);
            }
            Err(why) => return leave(why),
        },
        Makes::About(template, count, why) => {
            leave(why);
            (template, count)
        }
    };
    let pod = match pod(object, template) {
        Ok(pod) => pod,
        Err(why) => return leave(why),
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let room = PODS - pods.pods.len().min(PODS);
    if count > room {
        leave(format!("more than {PODS} pods in all: {} of this workload are not counted", count - room));
    }
    pods.workloads += 1;
    pods.pods.extend(std::iter::repeat_n(pod, count.min(room)));
}

fn pod(object: &Json, spec: &Json) -> Result<Pod, String> {
    let name = object["metadata"]["name"].as_str().or(object["metadata"]["generateName"].as_str()).unwrap_or("?");
    let containers = |member: &str| spec[member].as_array().cloned().unwrap_or_default();
    let mut room = Room::default();
    for container in containers("containers") {
        room = plus(room, requests(&container)?);
    }
    // Init containers run one after another, before the others; those that restart always stay beside them.
    for container in containers("initContainers") {
        let own = requests(&container)?;
        room = if container["restartPolicy"] == "Always" { plus(room, own) } else { larger(room, own) };
    }
    let texts = |json: &Json| {
        let member = |(k, v): (&String, &Json)| Some((k.clone(), v.as_str()?.to_string()));
        json.as_object().map(|o| o.iter().filter_map(member).collect()).unwrap_or_default()
    };
    let mut tolerations: Vec<Toleration> =
        spec["tolerations"].as_array().map(|all| all.iter().map(toleration).collect()).unwrap_or_default();
    if room.gpus > 0 {
        // GKE tolerates its own taint for pods that ask for GPUs (ExtendedResourceToleration).
        tolerations.push(Toleration { key: "nvidia.com/gpu".into(), ..Toleration::default() });
    }
    let selector: BTreeMap<String, String> = texts(&spec["nodeSelector"]);
    let labels = selector.iter().map(|(key, value)| key.len() + value.len() + 64);
    let tolerated =
        tolerations.iter().map(|t| t.key.len() + t.effect.len() + t.value.as_ref().map_or(0, String::len) + 64);
    if name.len() + labels.chain(tolerated).sum::<usize>() > POD_TEXT {
        return Err("its name, node selector and tolerations are longer than Kubernetes allows".into());
    }
    Ok(Pod { name: name.to_string().into(), room, selector, tolerations })
}

fn toleration(json: &Json) -> Toleration {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_string();
    let value = (json["operator"] != "Exists").then(|| text("value"));
    Toleration { key: text("key"), value, effect: text("effect") }
}

fn plus(a: Room, b: Room) -> Room {
    Room {
        cpu_m: a.cpu_m.saturating_add(b.cpu_m),
        memory_mib: a.memory_mib.saturating_add(b.memory_mib),
        gpus: a.gpus.saturating_add(b.gpus),
    }
}

fn larger(a: Room, b: Room) -> Room {
    Room { cpu_m: a.cpu_m.max(b.cpu_m), memory_mib: a.memory_mib.max(b.memory_mib), gpus: a.gpus.max(b.gpus) }
}

/// What a container requests; a limit counts where there is no request.
fn requests(container: &Json) -> Result<Room, String> {
    let resources = &container["resources"];
    let given = |name: &str| {
        [&resources["requests"][name], &resources["limits"][name]].into_iter().find(|v| !v.is_null()).map(|v| match v {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    let amount = |name: &str| match given(name) {
        Some(text) => {
            quantity(&text).ok_or_else(|| format!("`{text}` is no quantity of {name}; write for example 500m or 1Gi"))
        }
        None => Ok(0.0),
    };
    const MIB: f64 = 1024.0 * 1024.0;
    Ok(Room {
        cpu_m: (amount("cpu")? * 1000.0).ceil() as u64,
        memory_mib: (amount("memory")? / MIB).ceil() as u64,
        gpus: amount("nvidia.com/gpu")?.ceil() as u64,
    })
}

/// A Kubernetes quantity: `250m`, `1.5`, `512Mi`, `1e3`, `2G`.
fn quantity(text: &str) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 13] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
    ];
    let text = text.trim();
    let scaled = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (number, factor) = scaled.unwrap_or((text, 1.0));
    let number: f64 = number.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_as_kubernetes_reads_them() {
        for (text, value) in [("250m", 0.25), ("1.5", 1.5), ("1e3", 1000.0), ("2G", 2e9), ("1Ki", 1024.0)] {
            assert_eq!(quantity(text), Some(value), "{text}");
        }
        assert_eq!(quantity("many"), None);
        assert_eq!(quantity("-1"), None);
    }

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
        assert_eq!(pods.pods[0].room, Room { cpu_m: 1250, memory_mib: 2048, gpus: 0 });
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
