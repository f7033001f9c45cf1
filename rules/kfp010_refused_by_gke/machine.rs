//! What is refused of a pool because of its machines: too small ones, disks, accelerators, confidential nodes.

use super::{Refusal, block, number, text};
use crate::catalog::limits::{self, Limited, SeriesLimits};
use crate::catalog::machine::Machine;
use crate::graph::cluster::Cluster;
use crate::graph::pool::Pool;
use crate::graph::view::View;
use crate::rules::support::list;

/// Disk types that there are.
const DISKS: [&str; 9] = [
    "pd-standard",
    "pd-balanced",
    "pd-ssd",
    "pd-extreme",
    "hyperdisk-balanced",
    "hyperdisk-balanced-high-availability",
    "hyperdisk-extreme",
    "hyperdisk-throughput",
    "hyperdisk-ml",
];

/// All of it; nothing where the machine type is not known.
pub fn refusals(cluster: &Cluster, pool: &Pool) -> Vec<Refusal> {
    let Some(machine) = pool.machine.machine.known() else { return Vec::new() };
    let mut all: Vec<Refusal> = shared_core(pool, machine).into_iter().collect();
    let Some(limits) = limits::series(machine.series) else { return all };
    let of = JudgedMachine { pool, machine, limits };
    if let Some(config) = &pool.config {
        all.extend(of.disk(config, config));
        all.extend(block(config, "boot_disk").and_then(|boot| of.disk(config, &boot)));
        all.extend(config.blocks("guest_accelerator").iter().filter_map(|gpus| of.accelerator(gpus)));
    }
    all.extend(of.confidential(cluster));
    all
}

/// GKE takes no machines with so little memory.
fn shared_core(pool: &Pool, machine: &Machine) -> Option<Refusal> {
    let verified = match &*machine.name {
        "f1-micro" => true,
        "g1-small" => false,
        _ => return None,
    };
    let name = pool.machine.type_name.known()?;
    let message =
        format!("GKE does not take {name} machines, on the nodes of {}: they have too little memory", pool.title());
    let bigger = ("machine_type", "\"e2-standard-2\"");
    let config = pool.config.as_ref().unwrap_or(&pool.view);
    let refusal = Refusal::set(message, pool.place("machine_type"), config, bigger, " or a bigger one");
    Some(Refusal { verified, ..refusal })
}

struct JudgedMachine<'a, 'p> {
    pool: &'a Pool<'p>,
    machine: &'a Machine,
    limits: SeriesLimits,
}

impl JudgedMachine<'_, '_> {
    fn name(&self) -> &str {
        self.pool.machine.shown_type()
    }

    /// What may be said of the series: nothing where its name must not be shown.
    fn help(&self, help: String) -> String {
        if self.pool.machine.hidden { "choose another machine type".into() } else { help }
    }

    /// Nothing of what a hidden machine type allows is shown.
    fn hide(&self, refusal: Refusal) -> Refusal {
        match self.pool.machine.hidden {
            true => Refusal { help: self.help(String::new()), edit: None, ..refusal },
            false => refusal,
        }
    }

    /// Reads the type in a block of the node configuration, or in itself.
    fn disk(&self, config: &View, block: &View) -> Option<Refusal> {
        let disk = text(block, "disk_type")?;
        let refused = self.limits.says(Limited::BootDisks)
            && DISKS.contains(&disk.as_str())
            && !self.limits.takes(Limited::BootDisks).any(|known| known == disk.as_str());
        // Confidential storage has disks that the series does not boot from elsewhere.
        let may_be_encrypted = || !config.flag("enable_confidential_storage", false).is_false();
        if self.limits.attaches(&disk) && may_be_encrypted() {
            return None;
        }
        let message = format!("machines of type {} cannot boot from a {disk} disk", self.name());
        let disks: Vec<String> = self.limits.takes(Limited::BootDisks).map(|disk| format!("\"{disk}\"")).collect();
        let more = format!(", or leave it out; the series boots from {}", list(&disks));
        let verified = self.limits.is_verified(Limited::BootDisks) && !self.limits.attaches(&disk);
        let refusal = Refusal::set(message, block.place("disk_type"), block, ("disk_type", disks.first()?), &more);
        refused.then(|| self.hide(Refusal { verified, ..refusal }))
    }

    fn accelerator(&self, gpus: &View) -> Option<Refusal> {
        let (count, kind) = (number(gpus, "count").filter(|count| *count > 0)?, text(gpus, "type")?);
        let accelerator = limits::accelerator(&kind)?;
        if gpus.uncertain.is_some() {
            return None;
        }
        let verified = self.limits.is_verified(Limited::Accelerators);
        let series = accelerator.series();
        if series != self.machine.series || self.machine.shared_core {
            let message = format!("machines of type {} cannot have {kind}", self.name());
            let help = self.help(format!("choose a machine type of the series {series}"));
            return Some(Refusal { verified, ..Refusal::new(message, gpus.place("type"), help) });
        }
        let another = accelerator.is_built_in() && self.machine.accelerator.is_some_and(|own| own != kind.as_str());
        if another || accelerator.fits(self.machine, count) {
            let own = self.machine.accelerator.unwrap_or_default();
            let message = format!("machines of type {} come with {own}, not with {kind}", self.name());
            return another.then(|| Refusal {
                verified,
                ..self.hide(Refusal::set(message, gpus.place("type"), gpus, ("type", &format!("\"{own}\"")), ""))
            });
        }
        let counts: Vec<String> = match accelerator.is_built_in() {
            true => vec![self.machine.accelerator_count.to_string()],
            false => {
                accelerator.counts().filter(|n| accelerator.fits(self.machine, *n)).map(|n| n.to_string()).collect()
            }
        };
        let message = format!("a machine of type {} cannot have {count} of {kind}", self.name());
        let help = match counts.is_empty() {
            true => self.help("choose a smaller machine type".into()),
            false => self.help(format!("it can have {}", list(&counts))),
        };
        Some(Refusal { verified, ..Refusal::new(message, gpus.place("count"), help) })
    }

    /// The pool's own block decides, else the cluster's.
    fn confidential(&self, cluster: &Cluster) -> Option<Refusal> {
        let own = self.pool.config.as_ref().and_then(|config| config.block("confidential_nodes"));
        let nodes = own.or_else(|| cluster.view.block("confidential_nodes"))?;
        if nodes.uncertain.is_some() || !nodes.flag("enabled", false).is_true() {
            return None;
        }
        let technology = match nodes.text("confidential_instance_type") {
            Some(named) => named.known()?.clone(),
            None => "SEV".into(),
        };
        let refused = self.limits.can_be_confidential(&self.machine.name, &technology) == Some(false);
        let message =
            format!("nodes of type {} cannot be confidential by {technology}, in {}", self.name(), self.pool.title());
        let can: Vec<String> = self.limits.takes(Limited::Confidential).map(str::to_string).collect();
        let help = match can.is_empty() {
            true => "choose machines that can, such as n2d-standard-4, or take `confidential_nodes` away".into(),
            false => self.help(format!("machines of this series can be by {}, some of them only", list(&can))),
        };
        let place = match nodes.get("confidential_instance_type") {
            Some(_) => nodes.place("confidential_instance_type"),
            None => nodes.place("enabled"),
        };
        let verified = self.limits.is_verified(Limited::Confidential);
        refused.then(|| Refusal { verified, ..Refusal::new(message, place, help) })
    }
}
