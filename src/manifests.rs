//! Kubernetes manifests: the pods that they make, as far as scheduling looks at them.
//!
//! Source: the Kubernetes API reference (workload resources; "Assigning Pods to Nodes"; resource quantities).

use crate::budget::{DOCUMENT, size};
use crate::discover::loader::up_to;
use crate::eval::functions::yaml_documents;
use crate::eval::value::json;
use crate::graph::fit::{Pod, Room, Toleration};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// The most pods that manifests may make.
const MOST_PODS: usize = 10_000;

/// The pods of some manifests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pods {
    /// Those that run once or a given number of times.
    pub pods: Vec<Pod>,
    /// Those of DaemonSets: one on every node that admits it.
    pub daemons: Vec<Pod>,
    /// How many workloads there are.
    pub workloads: usize,
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
/// A file that cannot be read or is not YAML, or a quantity that is none.
pub fn read(path: &Path) -> Result<Pods, ManifestError> {
    let mut pods = Pods::default();
    for file in files(path)? {
        let shown = file.display().to_string();
        let fail = |why: String| ManifestError { path: shown.clone(), why };
        let bytes = up_to(&file, DOCUMENT).map_err(|e| fail(e.to_string()))?;
        let bytes = bytes.ok_or_else(|| fail(format!("larger than {}", size(DOCUMENT))))?;
        let text = String::from_utf8(bytes).map_err(|_| fail("not UTF-8".into()))?;
        for (line, document) in yaml_documents(&text).map_err(|e| fail(e.message))? {
            let at = |why: String| ManifestError { path: format!("{shown}:{line}"), why };
            add(&json::plain(&document), &mut pods).map_err(at)?;
        }
    }
    Ok(pods)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, ManifestError> {
    let fail = |why: String| ManifestError { path: path.display().to_string(), why };
    let kind = std::fs::metadata(path).map_err(|e| fail(e.to_string()))?;
    if kind.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let yaml = |p: &Path| p.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json");
    let walk = ignore::WalkBuilder::new(path).sort_by_file_path(Path::cmp).build();
    let mut found = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|e| fail(e.to_string()))?;
        if entry.file_type().is_some_and(|t| t.is_file()) && yaml(entry.path()) {
            found.push(entry.into_path());
        }
    }
    match found.is_empty() {
        true => Err(fail("no .yaml, .yml or .json files here".into())),
        false => Ok(found),
    }
}

/// Adds the pods of one object; a `List` holds several.
fn add(object: &Json, pods: &mut Pods) -> Result<(), String> {
    if let (Some(kind), Some(items)) = (object["kind"].as_str(), object["items"].as_array())
        && kind.ends_with("List")
    {
        return items.iter().try_for_each(|item| add(item, pods));
    }
    let spec = &object["spec"];
    let (template, count) = match object["kind"].as_str().unwrap_or_default() {
        "Pod" => (object, 1),
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
            (&spec["template"], spec["replicas"].as_u64().unwrap_or(1))
        }
        "Job" => (&spec["template"], spec["parallelism"].as_u64().unwrap_or(1)),
        "CronJob" => {
            let job = &spec["jobTemplate"]["spec"];
            (&job["template"], job["parallelism"].as_u64().unwrap_or(1))
        }
        "DaemonSet" => (&spec["template"], 0),
        _ => return Ok(()),
    };
    let pod = pod(object, &template["spec"])?;
    pods.workloads += 1;
    if object["kind"] == "DaemonSet" {
        pods.daemons.push(pod);
        return Ok(());
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if pods.pods.len().saturating_add(count) > MOST_PODS {
        return Err(format!("more than {MOST_PODS} pods"));
    }
    pods.pods.extend(std::iter::repeat_n(pod, count));
    Ok(())
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
    Ok(Pod { name: name.to_string().into(), room, selector: texts(&spec["nodeSelector"]), tolerations })
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
        let pods = read(folder.path()).unwrap();
        assert_eq!((pods.pods.len(), pods.daemons.len(), pods.workloads), (2, 1, 2));
        assert_eq!(pods.pods[0].room, Room { cpu_m: 1250, memory_mib: 2048, gpus: 0 });
        std::fs::write(
            folder.path().join("bad.yaml"),
            "kind: Pod\nspec:\n  containers: [{resources: {requests: {cpu: lots}}}]\n",
        )
        .unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("bad.yaml:1") && error.contains("`lots`"), "{error}");
    }
}
