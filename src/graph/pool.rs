//! Node pools: the default pool, pools inside the cluster's block, pools of their own, and auto-provisioning's.

use super::count::{self, NodeCount};
use super::fact::{Fact, Interval};
use super::machine::{self, Account, NodeMachine, NodeScopes};
use super::obstacle::{self, Obstacle};
use super::reserved::{self, KeptMemory};
use super::view::{AttributePlace, View};
use crate::catalog::allocatable::{Allocatable, NodeShape, allocatable_on};
use crate::cty::value::{ReasonKind, Reasons};
use crate::plan::Observed;
use crate::profile::Profile;

/// What tells how many nodes a pool that exists has.
const NODES: &str = "`kubectl get nodes -o json`";

/// What kind of pool it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolKind {
    /// Made with the cluster from `initial_node_count` and `node_config`.
    Default,
    /// A `node_pool` block in the cluster.
    Inline,
    /// A `google_container_node_pool`.
    Separate,
    /// Pools that node auto-provisioning makes (`auto_provisioning_defaults`).
    AutoProvisioned,
}

/// A node pool.
#[derive(Clone, Debug)]
pub struct Pool<'p> {
    /// What kind it is.
    pub kind: PoolKind,
    /// The resource's address; the cluster's for pools in its block; with the root module before it for one of another.
    pub address: String,
    /// The block that describes it.
    pub view: View<'p>,
    /// Its `node_config`.
    pub config: Option<View<'p>>,
    /// Why it is not certain that it is there, or belongs to the cluster.
    pub uncertain: Option<Reasons>,
    /// How many zones it has nodes in.
    pub zones: Interval,
    /// How many nodes it has.
    pub nodes: NodeCount,
    /// Their machine.
    pub machine: NodeMachine,
    /// Whether KFP's pods can run on them.
    pub usable: Fact<bool>,
    /// What keeps them off, or may.
    pub obstacle: Option<Obstacle>,
    /// Whether the nodes have GPUs.
    pub gpus: Fact<bool>,
    /// Where these stand, unless there are certainly none.
    pub gpu_place: Option<AttributePlace>,
    /// Whether GKE taints the nodes because of them; set where the pools of the cluster are known.
    pub gpu_taint: Fact<bool>,
    /// How many pods a node may have.
    pub max_pods: Interval,
    /// Memory that the nodes' configuration keeps from pods.
    pub kept: KeptMemory,
    /// The nodes' account.
    pub account: Fact<Account>,
    /// Their scopes.
    pub scopes: NodeScopes,
    /// Whether they may be taken away at any time.
    pub spot: Fact<bool>,
    /// Whether they come only when Google has room for them, and leave again (`flex_start`).
    pub flex_start: Fact<bool>,
    /// Its nodes as they are, where it exists and they were listed.
    pub observed: Option<Observed>,
    /// The root module that makes it, where that is another one than the cluster's.
    pub root: Option<&'p str>,
}

/// What makes a pool, beside its block.
pub struct PoolParts<'p> {
    /// What kind it is.
    pub kind: PoolKind,
    /// The block that describes it.
    pub view: View<'p>,
    /// The zones of a cluster's pool that names none.
    pub zones: Interval,
    /// The pods of a node of a pool that does not say how many.
    pub max_pods: Interval,
    /// Why it is not certain that it is there.
    pub uncertain: Option<Reasons>,
    /// Its nodes as they are, where it exists and they were listed.
    pub observed: Option<Observed>,
    /// The root module that makes it, where that is another one than the cluster's.
    pub root: Option<&'p str>,
}

impl<'p> Pool<'p> {
    /// Derives everything about a pool.
    pub fn new(
        parts: PoolParts<'p>,
        profile: &Profile,
        knows_account: impl Fn(&View<'p>) -> Option<Account>,
    ) -> Pool<'p> {
        let PoolParts { kind, view, zones, max_pods, uncertain, observed, root } = parts;
        let config = match kind {
            PoolKind::AutoProvisioned => Some(view.clone()),
            _ => view.block("node_config"),
        };
        let zones = match kind {
            PoolKind::Default => zones,
            PoolKind::AutoProvisioned => Interval::exact(0),
            _ => count::pool_zones(&view, &zones),
        };
        let mut nodes = match kind {
            PoolKind::Default | PoolKind::AutoProvisioned => count::default_pool(&view, &zones),
            _ => count::pool(&view, &zones),
        };
        if let Some(seen) = observed.filter(|_| nodes.autoscaled.is_false()) {
            let reasons = Reasons::one(ReasonKind::NotGiven(NODES.into(), NODES.into()), None);
            let most = seen.more.map(|more| seen.nodes + more);
            nodes.floor = Interval { min: seen.nodes, max: most, ..Interval::any(reasons) };
            if most == Some(seen.nodes) {
                nodes.floor = Interval::exact(seen.nodes);
            }
            nodes.ceiling = nodes.floor.clone();
        }
        if let Some(reasons) = &uncertain {
            nodes.floor = repeated(&nodes.floor, kind, reasons);
            nodes.ceiling = repeated(&nodes.ceiling, kind, reasons);
        }
        let flag = |name: &str| config.as_ref().map_or(Fact::Known(false), |c| c.flag(name, false));
        let flex_start = flag("flex_start");
        if !flex_start.is_false() {
            let reasons = flex_start.reasons().cloned().unwrap_or_default();
            let none = Interval::exact(0);
            nodes.floor = if flex_start.is_true() { none } else { nodes.floor.hull(&none, &reasons) };
        }
        let machine = machine::node_machine(config.as_ref(), profile);
        let (usable, obstacle) = obstacle::usable(config.as_ref(), &view, &machine);
        let (gpus, gpu_place) = obstacle::gpus(config.as_ref(), &view, &machine);
        let max_pods = match view.get("max_pods_per_node") {
            Some(_) => view.number("max_pods_per_node", 0),
            None => max_pods,
        };
        let account = match config.as_ref().and_then(knows_account) {
            Some(account) => Fact::Known(account),
            None => machine::account(config.as_ref()),
        };
        let scopes = machine::scopes(config.as_ref(), &account);
        let spot = flag("spot").or(&flag("preemptible"));
        let kept = reserved::kept(config.as_ref());
        let address = match root {
            Some(root) => format!("{root}:{}", view.resource.address),
            None => view.resource.address.to_string(),
        };
        Pool {
            kind,
            address,
            view,
            config,
            uncertain,
            zones,
            nodes,
            machine,
            usable,
            obstacle,
            gpu_taint: gpus.clone(),
            gpus,
            gpu_place,
            max_pods,
            kept,
            account,
            scopes,
            spot,
            flex_start,
            observed,
            root,
        }
    }

    /// Whether its nodes count: big enough, and KFP's pods can run on them.
    pub fn counts(&self) -> Fact<bool> {
        self.machine.big_enough.and(&self.usable)
    }

    /// Whether it stands for pools that auto-provisioning makes.
    pub fn auto(&self) -> bool {
        self.kind == PoolKind::AutoProvisioned
    }

    /// Whether it is certain that it never has a node.
    pub fn is_empty(&self) -> bool {
        !self.auto() && self.nodes.ceiling.max == Some(0)
    }

    /// Whether it is certain that it is there and can have a node.
    pub fn is_certain(&self) -> bool {
        self.uncertain.is_none() && (self.auto() || self.nodes.ceiling.min > 0)
    }

    /// Whether its own block says that its nodes have private addresses alone, and where; `None` where it does not say.
    pub fn private_nodes(&self) -> Option<(Fact<bool>, AttributePlace)> {
        let network = self.view.block("network_config")?;
        network.get("enable_private_nodes")?;
        let flag = match &network.uncertain {
            Some(reasons) => Fact::Unknown(reasons.clone()),
            None => network.flag("enable_private_nodes", false),
        };
        Some((flag, network.place("enable_private_nodes")))
    }

    /// Where an argument of its nodes' configuration stands, or the block that lacks it.
    pub fn place(&self, argument: &str) -> AttributePlace {
        machine::place(self.config.as_ref(), &self.view, argument)
    }

    /// Whether its `service_account` is an e-mail address or `default`, as the API asks; so it is where none is named.
    pub fn is_email(&self) -> Fact<bool> {
        self.config
            .as_ref()
            .and_then(|config| config.get("service_account"))
            .map_or(Fact::Known(true), machine::is_email)
    }

    /// Where the number of its nodes stands.
    pub fn count_place(&self) -> AttributePlace {
        let (block, name) = self.nodes.decided_by;
        match self.view.block(block).filter(|_| !block.is_empty()) {
            Some(scaling) if scaling.get(name).is_some() => scaling.place(name),
            Some(scaling) => scaling.own_place(),
            None => self.view.place(name),
        }
    }

    /// What pods can use of one node: as it is, where that was seen.
    pub fn allocatable(&self) -> Fact<Allocatable> {
        if let Some((cpu_m, memory_mib)) = self.observed.and_then(|seen| seen.allocatable) {
            return Fact::Known(Allocatable { cpu_m, memory_mib });
        }
        let (Some(max_pods), Some(kept)) = (self.max_pods.known(), self.kept.mib.known()) else {
            let machine = self.machine.machine.reasons().cloned().unwrap_or_default();
            return Fact::Unknown(machine.union(&self.max_pods.reasons).union(&self.kept.mib.reasons));
        };
        let shape = NodeShape { max_pods, ..NodeShape::default() };
        self.machine.machine.map(|machine| {
            let left = allocatable_on(machine, shape);
            Allocatable { memory_mib: left.memory_mib.saturating_sub(kept), ..left }
        })
    }

    /// How messages name it.
    pub fn title(&self) -> String {
        match self.kind {
            PoolKind::Default => format!("the default pool of {}", self.address),
            PoolKind::Inline => match self.view.text("name").as_ref().and_then(|n| n.known()) {
                Some(name) => format!("node_pool \"{name}\" of {}", self.address),
                None => format!("a node_pool of {}", self.address),
            },
            PoolKind::Separate => self.address.clone(),
            PoolKind::AutoProvisioned => format!("the auto-provisioned pools of {}", self.address),
        }
    }
}

/// A default pool is there once or not at all; another uncertain block any number of times.
fn repeated(nodes: &Interval, kind: PoolKind, reasons: &Reasons) -> Interval {
    match kind {
        PoolKind::Default => nodes.hull(&Interval::exact(0), reasons),
        _ => nodes.repeated(reasons),
    }
}
