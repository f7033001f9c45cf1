//! Clusters and what follows from their own blocks.

use super::count;
use super::fact::{Fact, Interval};
use super::pool::Pool;
use super::text::Text;
use super::view::{AttributePlace, View};
use crate::catalog::gke;
use crate::catalog::machine::Machine;
use crate::cty::value::{Reasons, Value};
use crate::plan::Resource;
use crate::profile::Profile;

/// A GKE cluster that the configuration makes.
#[derive(Clone, Debug)]
pub struct Cluster<'p> {
    /// The resource.
    pub resource: &'p Resource,
    /// Its block.
    pub view: View<'p>,
    /// What is required of it.
    pub profile: &'p Profile,
    /// Whether Google manages its nodes (`enable_autopilot`).
    pub autopilot: Fact<bool>,
    /// Node auto-provisioning.
    pub auto_provisioning: AutoProvisioning,
    /// Its region or zone.
    pub location: Fact<Text>,
    /// The zones of its pools.
    pub zones: Interval,
    /// How many pods a node of its pools may have.
    pub max_pods: Interval,
    /// Whether the default pool is removed (`remove_default_node_pool`).
    pub removes_default_pool: Fact<bool>,
    /// Whether it has Workload Identity (`workload_identity_config`).
    pub workload_identity: Fact<bool>,
    /// Whether its nodes have no public address.
    pub private_nodes: Fact<bool>,
    /// Its pools, by address.
    pub pools: Vec<Pool<'p>>,
    /// Why there may be further pools: module calls that are not on disk and are handed the cluster.
    pub pools_elsewhere: Option<Reasons>,
    /// Why next to nothing is known of it, where another configuration makes it and only pools of it are here.
    pub elsewhere: Option<Reasons>,
    /// How many nodes all its pools have now, where it exists and says so.
    pub observed_nodes: Option<u64>,
    /// The pool that stands for those that auto-provisioning makes.
    pub auto_provisioned: Option<Pool<'p>>,
}

/// `cluster_autoscaling`.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoProvisioning {
    /// Whether it is on.
    pub enabled: Fact<bool>,
    /// vCPU that all nodes of the cluster may have together.
    pub vcpus: Interval,
    /// Memory that all nodes of the cluster may have together, in MiB.
    pub memory_mib: Interval,
    /// Whether GKE makes nodes for compute classes also where it is off (`default_compute_class_enabled`).
    pub compute_class: Fact<bool>,
}

impl<'p> Cluster<'p> {
    /// Reads a cluster's own block; its pools are added later. `drawn` is how many zones are drawn at random for it.
    pub fn new(resource: &'p Resource, drawn: Option<u64>, profile: &'p Profile) -> Cluster<'p> {
        let view = View::of(resource);
        let location = location(&view);
        let private = view.block("private_cluster_config");
        let identity = view.block("workload_identity_config");
        let flag_in = |block: &Option<View>, name: &str| match block {
            None => Fact::Known(false),
            Some(b) => match &b.uncertain {
                Some(reasons) => Fact::Unknown(reasons.clone()),
                None => b.flag(name, false),
            },
        };
        Cluster {
            profile,
            resource,
            autopilot: view.flag("enable_autopilot", false),
            auto_provisioning: auto_provisioning(&view),
            zones: count::cluster_zones(&location, &view, drawn),
            max_pods: view.number("default_max_pods_per_node", gke::MAX_PODS_PER_NODE),
            location,
            removes_default_pool: view.flag("remove_default_node_pool", false),
            workload_identity: match &identity {
                // Autopilot clusters always have it.
                _ if view.flag("enable_autopilot", false).is_true() => Fact::Known(true),
                Some(block) => match (&block.uncertain, block.get("workload_pool").or(block.get("identity_namespace")))
                {
                    (Some(reasons), _) => Fact::Unknown(reasons.clone()),
                    (None, pool) => Fact::Known(pool.is_some()),
                },
                None => Fact::Known(false),
            },
            private_nodes: flag_in(&private, "enable_private_nodes"),
            view,
            pools: Vec::new(),
            pools_elsewhere: None,
            elsewhere: None,
            observed_nodes: None,
            auto_provisioned: None,
        }
    }

    /// Its full address.
    pub fn address(&self) -> &'p str {
        &self.resource.address
    }

    /// The project that it is in.
    pub fn project(&self) -> Value {
        default_of(&self.view, "project")
    }

    /// The project as code to write has it: `my-project` where it is not known or must not be shown.
    pub fn project_to_write(&self) -> String {
        self.shown_project().unwrap_or_else(|| "my-project".to_string())
    }

    /// The project, where it is known and may be shown.
    pub fn shown_project(&self) -> Option<String> {
        let project = Text::of(&self.project()).filter(|project| !project.is_empty() && !project.is_hidden());
        project.map(|project| project.to_string())
    }

    /// Whether it asks for no nodes to begin with: no default pool, though only to remove it, and no pools in its block.
    pub fn starts_without_nodes(&self) -> bool {
        self.view.blocks("node_pool").is_empty() && self.view.number("initial_node_count", 0).max == Some(0)
    }

    /// Where an Autopilot cluster names an account that GKE ignores: in `node_config`, and nowhere for the nodes that it makes.
    pub fn ignored_account(&self) -> Option<AttributePlace> {
        let config = self.view.block("node_config").filter(|config| config.get("service_account").is_some())?;
        let named = |pool: &Pool| pool.view.get("service_account").is_some();
        let is_ignored = self.autopilot.is_true() && !self.auto_provisioned.as_ref().is_some_and(named);
        is_ignored.then(|| config.place("service_account"))
    }

    /// The nodes that qualify where auto-provisioning adds as many as its limits allow, beside the nodes that are always
    /// there: the limits are for all of the cluster's nodes together.
    pub fn provisioned(&self) -> Interval {
        let auto = &self.auto_provisioning;
        if auto.enabled.is_false() {
            return Interval::exact(0);
        }
        let (mut vcpus, mut memory_mib, mut qualifying) = (Interval::exact(0), Interval::exact(0), Interval::exact(0));
        for pool in &self.pools {
            let nodes = &pool.nodes.floor;
            let each = |of: fn(&Machine) -> u64| pool.machine.machine.map(of).known().map(|n| Interval::exact(*n));
            let unknown = || Interval::any(pool.machine.machine.reasons().cloned().unwrap_or_default());
            vcpus = vcpus.plus(&nodes.times(&each(|m| m.vcpus.into()).unwrap_or_else(unknown)));
            memory_mib = memory_mib.plus(&nodes.times(&each(|m| m.memory_mib).unwrap_or_else(unknown)));
            qualifying = match pool.counts() {
                Fact::Known(true) => qualifying.plus(nodes),
                Fact::Known(false) => qualifying,
                open => qualifying.plus(&nodes.hull(&Interval::exact(0), &open.reasons().cloned().unwrap_or_default())),
            };
        }
        let vcpus = auto.vcpus.minus(&vcpus).divided(self.profile.vcpus.into());
        let memory = auto.memory_mib.minus(&memory_mib).divided(self.profile.memory_mib);
        vcpus.least(&memory).plus(&qualifying)
    }

    /// The pools that KFP's pods may land on: those with nodes that can run them, and those that auto-provisioning makes,
    /// where it is on.
    pub fn landing_pools(&self) -> Vec<&Pool<'p>> {
        let with_nodes = self.pools.iter().filter(|p| !p.is_empty());
        let mut pools: Vec<_> = with_nodes.filter(|p| !p.usable.is_false()).collect();
        pools.extend(&self.auto_provisioned);
        pools
    }
}

/// An argument, else the provider's default of that name.
pub fn default_of(view: &View, name: &str) -> Value {
    match view.value(name) {
        Some(value) => value,
        None => view.resource.provider.default_of(name),
    }
}

/// `location`, the older `region` and `zone`, or the provider's zone (the provider's own order).
fn location(view: &View) -> Fact<Text> {
    let own = ["location", "region", "zone"].iter().find_map(|name| view.text(name));
    own.unwrap_or_else(|| super::view::text_of(&default_of(view, "zone")))
}

fn auto_provisioning(view: &View) -> AutoProvisioning {
    let none = || Interval::exact(0);
    let off = Fact::Known(false);
    let Some(block) = view.block("cluster_autoscaling") else {
        return AutoProvisioning { enabled: Fact::Known(false), vcpus: none(), memory_mib: none(), compute_class: off };
    };
    if let Some(reasons) = &block.uncertain {
        let any = || Interval::any(reasons.clone());
        return AutoProvisioning {
            enabled: Fact::Unknown(reasons.clone()),
            vcpus: any(),
            memory_mib: any(),
            compute_class: off,
        };
    }
    let limit = |kind: &str| {
        let mut limits = block.blocks("resource_limits").into_iter();
        let found = limits.find(|l| match l.text("resource_type") {
            Some(Fact::Known(t)) => &*t == kind,
            Some(_) => true,
            None => l.uncertain.is_some(),
        });
        let Some(found) = found else { return none() };
        match &found.uncertain {
            Some(reasons) => Interval::any(reasons.clone()),
            None => found.number("maximum", 0),
        }
    };
    // What nobody wrote of a module that is not on disk is off, as it is by default.
    let compute_class = match block.flag("default_compute_class_enabled", false) {
        Fact::Known(is_on) => Fact::Known(is_on),
        _ if block.written("default_compute_class_enabled").is_none() => Fact::Known(false),
        open => open,
    };
    let memory_mib = limit("memory").times(&Interval::exact(1024));
    AutoProvisioning { enabled: block.flag("enabled", false), vcpus: limit("cpu"), memory_mib, compute_class }
}
