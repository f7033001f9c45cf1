//! Kubernetes manifests: read, left out, or refused with the file's name; no pod is lost or made up, and no node holds more than it has.

use super::parts;
use kfplint::base::budget::Budget;
use kfplint::graph::fit::{FitNode, Room, left_over};
use kfplint::manifests::{Pods, read};
use std::path::Path;

/// The most pods that manifests may make.
const MOST: usize = 10_000;

/// Reads the manifests that the bytes are, YAML or JSON.
pub fn check(bytes: &[u8]) {
    let folder = super::scratch();
    let parts: Vec<&[u8]> = parts(bytes).into_iter().take(4).collect();
    for (index, part) in parts.iter().enumerate() {
        let ending = if part.first() == Some(&b'{') { "json" } else { "yaml" };
        std::fs::write(folder.path().join(format!("{index}.{ending}")), part).expect("a file is written");
    }
    let Some(once) = tried(folder.path(), "") else { return };
    assert_eq!(read(folder.path(), &Budget::default()).as_ref().ok(), Some(&once), "the same files make the same pods");
    pack(&once);
    // A copy of each file makes each pod once more.
    for (index, part) in parts.iter().enumerate() {
        let ending = if part.first() == Some(&b'{') { "json" } else { "yaml" };
        std::fs::write(folder.path().join(format!("copy-{index}.{ending}")), part).expect("a file is written");
    }
    let Some(twice) = tried(folder.path(), "more than") else { return };
    if twice.left.iter().any(|left| left.why.contains("pods in all")) {
        return;
    }
    let count = |pods: &Pods| (pods.pods.len(), pods.daemons.len(), pods.workloads);
    let (pods, daemons, workloads) = count(&once);
    assert_eq!(count(&twice), (2 * pods, 2 * daemons, 2 * workloads), "a copy makes each pod once more");
}

/// What the folder's manifests make; an error names its file, and says `why`.
fn tried(folder: &Path, why: &str) -> Option<Pods> {
    match read(folder, &Budget::default()) {
        Ok(pods) => {
            assert!(pods.pods.len() <= MOST);
            Some(pods)
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains(".yaml") || text.contains(".json"), "{text} names no file");
            assert!(text.contains(why), "{text}");
            None
        }
    }
}

/// What has a place and what has none are all pods, and the places are there.
fn pack(pods: &Pods) {
    let node =
        |cpu_m, memory_mib| FitNode { room: Room { cpu_m, memory_mib, gpus: 1, pods: 50 }, ..FitNode::default() };
    let nodes = [node(940, 2645), node(1930, 6025), node(15_890, 58_000)];
    let left = left_over(&pods.pods, &nodes);
    let sum = |rooms: &mut dyn Iterator<Item = Room>| {
        rooms.fold((0u128, 0u128, 0u128), |(c, m, g), room| {
            (c + u128::from(room.cpu_m), m + u128::from(room.memory_mib), g + u128::from(room.gpus))
        })
    };
    let all = sum(&mut pods.pods.iter().map(|p| p.room));
    let out = sum(&mut left.iter().map(|p| p.room));
    let most = sum(&mut nodes.iter().map(|n| n.room));
    assert!(all.0 - out.0 <= most.0 && all.1 - out.1 <= most.1 && all.2 - out.2 <= most.2, "nodes hold too much");
    assert_eq!(left_over(&pods.pods, &[]).len(), pods.pods.len(), "without nodes no pod has a place");
}
