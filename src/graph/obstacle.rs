//! What keeps pods without tolerations, built for x86-64 Linux, off a pool's nodes.
//!
//! Sources: GKE's documentation of Arm workloads, GPUs, TPUs, Windows nodes, GKE Sandbox and queued provisioning; API replies
//! that show the taints.

use super::cluster::Cluster;
use super::fact::Fact;
use super::machine::{NodeMachine, place};
use super::view::{AttributePlace, View};
use crate::catalog::gke;
use crate::catalog::machine::{Arch, Machine};
use crate::cty::value::{HIDDEN, Reasons};

/// Something that keeps Kubeflow Pipelines' pods off a pool's nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Obstacle {
    /// What it is, such as `the taint NO_SCHEDULE`.
    pub what: String,
    /// Where it stands.
    pub place: AttributePlace,
}

/// Whether there is nothing in the way; and what there is, or may be.
pub type ObstacleCheck = (Fact<bool>, Option<Obstacle>);

/// Nothing in the way.
const CLEAR: ObstacleCheck = (Fact::Known(true), None);

/// Whether pods can run on the nodes, as far as the pool alone tells: whether GKE taints nodes with GPUs hangs on the other
/// pools ([`taint_gpus`]).
pub fn usable(config: Option<&View>, pool: &View, machine: &NodeMachine) -> ObstacleCheck {
    let in_config = |check: fn(&View) -> ObstacleCheck| config.map_or(CLEAR, check);
    let mut open = Vec::new();
    let checks = [
        in_config(taints),
        by_machine(machine, || place(config, pool, "machine_type")),
        in_config(windows),
        in_config(sandbox),
        queued(pool),
    ];
    for (fact, obstacle) in checks {
        match &fact {
            Fact::Known(false) => return (fact, obstacle),
            Fact::Known(true) => {}
            other => open.push((other.clone(), obstacle)),
        }
    }
    let fact = open.iter().fold(Fact::Known(true), |all, (fact, _)| all.and(fact));
    (fact, open.into_iter().find_map(|(_, o)| o))
}

fn taints(config: &View) -> ObstacleCheck {
    let mut open: Option<ObstacleCheck> = None;
    for taint in config.blocks("taint") {
        let effect = taint.text("effect");
        let name = match effect.as_ref().and_then(|e| e.known()) {
            Some(effect) => format!("the taint {effect}"),
            None => "a taint".to_string(),
        };
        let obstacle = Obstacle { what: name, place: taint.own_place() };
        let blocks = match (&effect, &taint.uncertain) {
            (Some(effect), None) => effect.judge(|e| Fact::Known(gke::BLOCKING_TAINT_EFFECTS.contains(&&**e))),
            (_, Some(reasons)) => match effect.as_ref().and_then(|e| e.known()) {
                Some(e) if !gke::BLOCKING_TAINT_EFFECTS.contains(&&**e) => Fact::Known(false),
                _ => Fact::Unknown(reasons.clone()),
            },
            (None, None) => Fact::Known(false),
        };
        if blocks.is_true() {
            return (Fact::Known(false), Some(obstacle));
        }
        if !blocks.is_false() {
            open.get_or_insert((blocks.not(), Some(obstacle)));
        }
    }
    open.unwrap_or(CLEAR)
}

fn by_machine(node: &NodeMachine, place: impl Fn() -> AttributePlace) -> ObstacleCheck {
    let fact = node.machine.judge(|m| Fact::Known(m.arch == Arch::Amd64 && !is_tpu(m)));
    // A name that the catalog lacks is somebody else's finding; here only inputs leave it open.
    match (&fact, &node.type_name) {
        (Fact::Unknown(_), Fact::Known(_)) | (Fact::Known(true), _) => return CLEAR,
        _ => {}
    }
    let what = match node.machine.known() {
        Some(_) if node.hidden => format!("the machine type {HIDDEN}"),
        Some(m) if m.arch == Arch::Arm64 => format!("the Arm machine type {}", m.name),
        Some(m) => format!("the TPUs of machine type {} (GKE taints such nodes)", m.name),
        None => "the machine type".to_string(),
    };
    (fact, Some(Obstacle { what, place: place() }))
}

/// GKE taints nodes with TPUs whatever other pools there are.
fn is_tpu(machine: &Machine) -> bool {
    machine.accelerator.is_some_and(|kind| kind.contains("tpu"))
}

fn windows(config: &View) -> ObstacleCheck {
    let Some(image) = config.text("image_type") else { return CLEAR };
    let fact = image.judge(|i| Fact::Known(!i.to_ascii_uppercase().starts_with("WINDOWS")));
    let obstacle = Obstacle { what: "a Windows image".into(), place: config.place("image_type") };
    (fact, Some(obstacle))
}

/// GKE Sandbox: `type`, in version 6 of google-beta `sandbox_type`.
fn sandbox(config: &View) -> ObstacleCheck {
    let Some(block) = config.block("sandbox_config") else { return CLEAR };
    let obstacle = Obstacle {
        what: "GKE Sandbox, whose nodes have the taint sandbox.gke.io/runtime".into(),
        place: block.own_place(),
    };
    let is_none = |kind: &str| kind.is_empty() || kind.ends_with("UNSPECIFIED");
    let kind = block.text("type").or_else(|| block.text("sandbox_type"));
    let none = kind.map_or(Fact::Known(true), |kind| kind.judge(|kind| Fact::Known(is_none(kind))));
    (when(block.uncertain.as_ref(), none), Some(obstacle))
}

/// Queued provisioning: nodes come for a ProvisioningRequest only, and have a taint that its pods alone tolerate.
fn queued(pool: &View) -> ObstacleCheck {
    let Some(block) = pool.block("queued_provisioning") else { return CLEAR };
    let obstacle = Obstacle {
        what: "queued provisioning, whose nodes have the taint cloud.google.com/gke-queued".into(),
        place: block.own_place(),
    };
    (when(block.uncertain.as_ref(), block.flag("enabled", false).not()), Some(obstacle))
}

/// What a block says that may not be there: without it nothing is in the way.
fn when(uncertain: Option<&Reasons>, clear: Fact<bool>) -> Fact<bool> {
    match uncertain {
        Some(reasons) if !clear.is_true() => Fact::Unknown(reasons.clone()),
        _ => clear,
    }
}

/// Whether nodes have GPUs, and where these stand, unless there are certainly none.
pub fn gpus(config: Option<&View>, pool: &View, node: &NodeMachine) -> (Fact<bool>, Option<AttributePlace>) {
    for block in config.map(|c| c.blocks("guest_accelerator")).unwrap_or_default() {
        let count = block.number("count", 1);
        match (&block.uncertain, count.min, count.max) {
            (_, _, Some(0)) => {}
            (None, 1.., _) => return (Fact::Known(true), Some(block.own_place())),
            (Some(reasons), ..) => return (Fact::Unknown(reasons.clone()), Some(block.own_place())),
            _ => return (Fact::Unknown(count.reasons), Some(block.own_place())),
        }
    }
    let built_in = node.machine.judge(|m| Fact::Known(m.has_accelerator() && !is_tpu(m)));
    let built_in = match (&built_in, &node.type_name) {
        (Fact::Unknown(_), Fact::Known(_)) => Fact::Known(false),
        _ => built_in,
    };
    let at = (!built_in.is_false()).then(|| place(config, pool, "machine_type"));
    (built_in, at)
}

/// Says of the pools with GPUs whether GKE taints their nodes: it does where the cluster has a pool without GPUs when the
/// pool is made. A pool that is in the configuration counts as being there first.
pub fn taint_gpus(cluster: &mut Cluster) {
    let none: Vec<Fact<bool>> = cluster.pools.iter().map(|p| p.gpus.not()).collect();
    let certain = |at: usize| none[at].is_true() && cluster.pools[at].uncertain.is_none();
    let has_other = (0..none.len()).any(certain);
    for pool in &mut cluster.pools {
        let Some(place) = pool.gpu_place.clone() else { continue };
        let tainted = match has_other {
            true => pool.gpus.clone(),
            false => {
                let what = format!("whether the cluster has a pool without GPUs when GKE makes {}", pool.title());
                let asks = format!("{}.{}", pool.view.resource.address, place.attribute);
                let alone = Reasons::elsewhere(asks, what, place.span);
                Fact::Unknown(pool.gpus.reasons().cloned().unwrap_or(alone))
            }
        };
        if !pool.usable.is_false() {
            let what = match pool.machine.machine.known().filter(|_| !pool.machine.hidden) {
                Some(m) if m.has_accelerator() => {
                    format!("the GPUs of machine type {} (GKE taints such nodes)", m.name)
                }
                _ => "GPUs (GKE taints such nodes)".to_string(),
            };
            pool.usable = pool.usable.and(&tainted.not());
            pool.obstacle = Some(Obstacle { what, place });
        }
        pool.gpu_taint = tainted;
    }
}
