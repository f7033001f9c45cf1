//! What is refused of a pool for where its nodes are and for what its machines are asked for: zones, CPU platforms, threads, local
//! SSDs, GPUs that are shared, kubelet settings.

use super::pool::COS;
use super::{Refusal, block, number, text};
use crate::catalog::limits::{self, SeriesLimits};
use crate::catalog::machine::Machine;
use crate::graph::cluster::Cluster;
use crate::graph::pool::{Pool, PoolKind};
use crate::graph::view::View;
use crate::rules::support::list;
use std::ops::RangeInclusive;

/// Series of which each vCPU is a core: the number of threads is not theirs to choose.
const WHOLE_CORES: [&str; 4] = ["c4a", "n4a", "t2a", "t2d"];
/// Series without nested virtualization.
const NOT_NESTED: [&str; 3] = ["c4a", "e2", "n4a"];
/// Containers that may share a GPU.
const GPU_CLIENTS: RangeInclusive<u64> = 2..=48;
/// Processes of a pod.
const PIDS: RangeInclusive<u64> = 1024..=4_194_303;
/// Of the disk, in percent, where unused images are deleted.
const IMAGE_GC: RangeInclusive<u64> = 10..=85;
/// Pairs of Resource Manager tags.
const MOST_TAGS: u64 = 5;

/// All of it.
pub fn refusals(cluster: &Cluster, pool: &Pool) -> Vec<Refusal> {
    let mut all = Vec::new();
    if pool.kind != PoolKind::Default {
        all.extend([other_location(cluster, pool), no_upgrades(cluster, pool)].into_iter().flatten());
    }
    let Some(config) = &pool.config else { return all };
    all.extend(
        [sandbox_image(pool, config), two_uses_of_ssds(pool, config), iops(config), tags(pool, config)]
            .into_iter()
            .flatten(),
    );
    all.extend(config.blocks("guest_accelerator").iter().filter_map(|gpus| shared_gpus(pool, gpus)));
    if let Some(kubelet) = block(config, "kubelet_config") {
        all.extend(kubelet_settings(&kubelet));
    }
    let Some(machine) = pool.machine.machine.known() else { return all };
    all.extend(threads(pool, config, machine));
    if let Some(limits) = limits::series(machine.series) {
        all.extend(
            [platform(pool, config, limits), local_ssds(pool, config, limits), placement(pool, limits)]
                .into_iter()
                .flatten(),
        );
    }
    all
}

/// A pool is where its cluster is; `node_locations` say in which zones. Where it names its cluster by its id, the provider takes
/// the location of that.
fn other_location(cluster: &Cluster, pool: &Pool) -> Option<Refusal> {
    pool.view.written("location")?;
    text(&pool.view, "cluster").filter(|name| !name.contains('/'))?;
    let own = text(&pool.view, "location")?;
    let of_cluster = cluster.location.known().filter(|of_cluster| of_cluster.as_str() != own.as_str())?;
    let message = format!("{} is in {own}, and its cluster in {of_cluster}", pool.title());
    let help = "give it the cluster's location, and name zones in `node_locations`";
    Some(Refusal::new(message, pool.view.place("location"), help))
}

/// A release channel upgrades the nodes.
fn no_upgrades(cluster: &Cluster, pool: &Pool) -> Option<Refusal> {
    let management = block(&pool.view, "management").filter(|own| own.written("auto_upgrade").is_some())?;
    let off = management.flag("auto_upgrade", true).is_false();
    let channel = text(&block(&cluster.view, "release_channel").filter(|_| off)?, "channel")?;
    if !["RAPID", "REGULAR", "STABLE", "EXTENDED"].contains(&channel.as_str()) {
        return None;
    }
    let message = format!("{} is not upgraded, in a cluster with the release channel {channel}", pool.title());
    let (place, help) = (management.place("auto_upgrade"), "; maintenance exclusions put an upgrade off");
    Some(Refusal::set(message, place, &management, ("auto_upgrade", "true"), help))
}

fn sandbox_image(pool: &Pool, config: &View) -> Option<Refusal> {
    block(config, "sandbox_config")?;
    let image = text(config, "image_type").filter(|image| !image.eq_ignore_ascii_case("COS_CONTAINERD"))?;
    let message = format!("{} has GKE Sandbox, which the image type {image} does not", pool.title());
    (!image.is_empty()).then(|| Refusal::set(message, config.place("image_type"), config, ("image_type", COS), ""))
}

/// Local SSDs are disks for pods, or room for what containers write.
fn two_uses_of_ssds(pool: &Pool, config: &View) -> Option<Refusal> {
    let count = number(config, "local_ssd_count").filter(|count| *count > 0)?;
    let room = block(config, "ephemeral_storage_local_ssd_config")?;
    number(&room, "local_ssd_count").filter(|count| *count > 0)?;
    let message =
        format!("{} has {count} local SSDs as disks in addition to those for ephemeral storage", pool.title());
    Some(Refusal::new(message, config.place("local_ssd_count"), "use local SSDs in one way: remove `local_ssd_count`"))
}

fn iops(config: &View) -> Option<Refusal> {
    let disk = block(config, "boot_disk")?;
    let name = ["provisioned_iops", "provisioned_throughput"].into_iter().find(|name| number(&disk, name) > Some(0))?;
    let kind = text(&disk, "disk_type").filter(|kind| kind.starts_with("pd-"))?;
    let message = format!("a boot disk of type {kind} has no `{name}`");
    let help = format!("remove `{name}`, or use a disk of type hyperdisk-balanced");
    Some(Refusal::new(message, disk.place(name), help))
}

fn tags(pool: &Pool, config: &View) -> Option<Refusal> {
    let count = config.length("resource_manager_tags")?.shown().filter(|count| *count > MOST_TAGS)?;
    let message = format!("the nodes of {} have {count} Resource Manager tags; GKE takes {MOST_TAGS}", pool.title());
    Some(Refusal::new(message, config.place("resource_manager_tags"), "leave some out"))
}

fn shared_gpus(pool: &Pool, gpus: &View) -> Option<Refusal> {
    let sharing = block(gpus, "gpu_sharing_config")?;
    let name = "max_shared_clients_per_gpu";
    let clients = number(&sharing, name).filter(|clients| !GPU_CLIENTS.contains(clients))?;
    let message = format!(
        "{} shares a GPU between {clients} containers; GKE takes {} to {}",
        pool.title(),
        GPU_CLIENTS.start(),
        GPU_CLIENTS.end()
    );
    Some(Refusal::new(message, sharing.place(name), "choose a number in that range"))
}

fn kubelet_settings(kubelet: &View) -> Vec<Refusal> {
    let ranges = [
        ("pod_pids_limit", PIDS),
        ("image_gc_low_threshold_percent", IMAGE_GC),
        ("image_gc_high_threshold_percent", IMAGE_GC),
    ];
    let out = |(name, range): (&str, RangeInclusive<u64>)| {
        let value = number(kubelet, name).filter(|value| *value > 0 && !range.contains(value))?;
        let message = format!("`{name}` is {value}; GKE takes {} to {}", range.start(), range.end());
        Some(Refusal::new(message, kubelet.place(name), "choose a number in that range"))
    };
    let mut all: Vec<Refusal> = ranges.into_iter().filter_map(out).collect();
    let (low, high) = (gc_threshold(kubelet, "low"), gc_threshold(kubelet, "high"));
    if let (Some(low), Some(high)) = (low, high)
        && low >= high
        && IMAGE_GC.contains(&high)
    {
        let message = format!("images are deleted down to {low} percent of the disk, from {high} percent on");
        let place = kubelet.place("image_gc_low_threshold_percent");
        all.push(Refusal::new(message, place, "lower `image_gc_low_threshold_percent`"));
    }
    all
}

fn gc_threshold(kubelet: &View, end: &str) -> Option<u64> {
    number(kubelet, &format!("image_gc_{end}_threshold_percent")).filter(|value| *value > 0)
}

/// Threads for each core, and nested virtualization.
fn threads(pool: &Pool, config: &View, machine: &Machine) -> Vec<Refusal> {
    let Some(features) = block(config, "advanced_machine_features") else { return Vec::new() };
    let name = pool.machine.shown_type();
    let mut all = Vec::new();
    let fixed = WHOLE_CORES.contains(&machine.series) || machine.shared_core;
    if fixed && number(&features, "threads_per_core") > Some(0) {
        let message = format!("machines of type {name} do not let one choose `threads_per_core`");
        all.push(Refusal::new(message, features.place("threads_per_core"), "remove `threads_per_core`"));
    }
    if NOT_NESTED.contains(&machine.series) && features.flag("enable_nested_virtualization", false).is_true() {
        let message = format!("machines of type {name} have no nested virtualization");
        let place = features.place("enable_nested_virtualization");
        all.push(Refusal::new(
            message,
            place,
            "remove `enable_nested_virtualization`, or choose another series, such as n2",
        ));
    }
    all
}

fn platform(pool: &Pool, config: &View, limits: SeriesLimits) -> Option<Refusal> {
    let wanted = text(config, "min_cpu_platform").filter(|wanted| limits::is_cpu_platform(wanted))?;
    let own: Vec<String> = limits.cpu_platforms()?.map(str::to_string).collect();
    if own.iter().any(|own| own == wanted.as_str()) {
        return None;
    }
    let name = pool.machine.shown_type();
    let message = format!("machines of type {name} cannot be asked for the CPU platform {wanted}");
    let help = match own.is_empty() || pool.machine.hidden {
        true => "remove `min_cpu_platform`".into(),
        false => format!("remove `min_cpu_platform`, or choose {}", list(&own)),
    };
    Some(Refusal::new(message, config.place("min_cpu_platform"), help))
}

fn local_ssds(pool: &Pool, config: &View, limits: SeriesLimits) -> Option<Refusal> {
    let blocks = ["ephemeral_storage_local_ssd_config", "local_nvme_ssd_block_config"];
    let inner: Vec<View> = blocks.iter().filter_map(|kind| block(config, kind)).collect();
    let views = std::iter::once(config).chain(&inner);
    let counts = views.filter_map(|view| Some((view, number(view, "local_ssd_count")?)));
    let asked: Vec<(&View, u64)> = counts.filter(|(_, count)| *count > 0).collect();
    if asked.is_empty() {
        return None;
    }
    let allowed: Vec<u64> = limits.local_ssds()?.collect();
    let (view, count) = asked.into_iter().find(|(_, count)| !allowed.contains(count))?;
    let name = pool.machine.shown_type();
    let message = format!("machines of type {name} cannot have {count} local SSDs");
    let counts: Vec<String> = allowed.iter().map(u64::to_string).collect();
    let help = match counts.is_empty() || pool.machine.hidden {
        true => "remove it, or choose another series, such as n2".into(),
        false => format!("choose {}; bigger machine types take only the bigger of these", list(&counts)),
    };
    Some(Refusal::new(message, view.place("local_ssd_count"), help))
}

/// Nodes that are close together are in one zone.
fn placement(pool: &Pool, limits: SeriesLimits) -> Option<Refusal> {
    let placement = block(&pool.view, "placement_policy")?;
    if text(&placement, "type")?.as_str() != "COMPACT" {
        return None;
    }
    let place = placement.place("type");
    if limits.lacks_compact_placement() {
        let name = pool.machine.shown_type();
        let message = format!("machines of type {name} cannot be placed close together");
        return Some(Refusal::new(message, place, "remove the block `placement_policy`"));
    }
    let zones = pool.zones.shown().filter(|zones| *zones > 1)?;
    let message = format!("{} has nodes in {zones} zones, and places them close together", pool.title());
    let refusal = Refusal::new(message, place, "name one zone in `node_locations`");
    Some(Refusal { verified: false, ..refusal })
}
