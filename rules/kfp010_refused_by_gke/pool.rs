//! What is refused of a pool whatever its machines are: images, a Kubernetes that is gone, sizes at odds.

use super::{Refusal, block, number, text};
use crate::base::suggest::within_two;
use crate::catalog::limits::{self, Offered};
use crate::graph::pool::{Pool, PoolKind};
use crate::graph::view::View;

/// Images that GKE takes.
const IMAGES: [&str; 6] = [
    "COS_CONTAINERD",
    "UBUNTU_CONTAINERD",
    "WINDOWS_LTSC_CONTAINERD",
    "WINDOWS_SAC_CONTAINERD",
    "CUSTOM_CONTAINERD",
    "CUSTOM",
];
/// Images with Docker, gone from Kubernetes 1.24 on, which GKE does not make any more itself.
const DOCKER: [&str; 4] = ["COS", "UBUNTU", "WINDOWS_LTSC", "WINDOWS_SAC"];
/// The image that most nodes have, as an argument's value.
pub const COS: &str = "\"COS_CONTAINERD\"";
/// Pods on a node.
const PODS: std::ops::RangeInclusive<u64> = 8..=256;
/// Nodes that an upgrade adds and takes away at once.
const MOST_SURGE: u64 = 100;
/// The least boot disk that an image fits on, in GB.
const LEAST_DISK_GB: u64 = 12;

/// All of it.
pub fn refusals(pool: &Pool) -> Vec<Refusal> {
    let mut all = Vec::new();
    if let Some(config) = &pool.config {
        all.extend(image(pool, config));
        all.extend(disk_size(config));
    }
    if pool.kind == PoolKind::Default {
        return all;
    }
    if let Some(scaling) = block(&pool.view, "autoscaling") {
        all.extend(floor_above_ceiling(pool, &scaling, "min_node_count", "max_node_count"));
        all.extend(floor_above_ceiling(pool, &scaling, "total_min_node_count", "total_max_node_count"));
        all.extend(two_kinds_of_limits(pool, &scaling));
    }
    all.extend(
        [both_counts(pool), pods(&pool.view, "max_pods_per_node", &pool.title()), surge(pool), version_is_gone(pool)]
            .into_iter()
            .flatten(),
    );
    all
}

fn image(pool: &Pool, config: &View) -> Option<Refusal> {
    let image = text(config, "image_type")?;
    let (name, place) = (image.to_ascii_uppercase(), config.place("image_type"));
    if DOCKER.contains(&name.as_str()) {
        let message = format!(
            "the image type {image} of {} has no containerd, and GKE takes no others from Kubernetes 1.24 on",
            pool.title()
        );
        let other = if image.is_hidden() { COS.into() } else { format!("\"{name}_CONTAINERD\"") };
        return Some(Refusal::set(message, place, config, ("image_type", &other), ""));
    }
    if IMAGES.contains(&name.as_str()) {
        let windows = name.starts_with("WINDOWS");
        let gpus = config
            .blocks("guest_accelerator")
            .into_iter()
            .any(|gpus| gpus.uncertain.is_none() && number(&gpus, "count") > Some(0));
        let built_in = pool
            .machine
            .machine
            .known()
            .is_some_and(|machine| machine.accelerator.is_some_and(|own| own.starts_with("nvidia")));
        let message = format!("nodes of {} have GPUs, and GKE takes no Windows image with them", pool.title());
        return (windows && (gpus || built_in)).then(|| Refusal::set(message, place, config, ("image_type", COS), ""));
    }
    let near = within_two(&name, IMAGES).filter(|_| !image.is_hidden())?;
    Some(Refusal::new(format!("there is no image type {image}"), place, format!("did you mean \"{near}\"?")))
}

fn disk_size(config: &View) -> Option<Refusal> {
    let size = number(config, "disk_size_gb").filter(|size| (1..LEAST_DISK_GB).contains(size))?;
    let message =
        format!("a boot disk of {size} GB is smaller than the image of a node, which takes {LEAST_DISK_GB} GB");
    Some(Refusal::set(message, config.place("disk_size_gb"), config, ("disk_size_gb", "50"), " or more"))
}

fn floor_above_ceiling(pool: &Pool, scaling: &View, least: &str, most: &str) -> Option<Refusal> {
    let (floor, ceiling) = (number(scaling, least)?, number(scaling, most)?);
    let message =
        format!("the autoscaler of {} has a floor of {floor} nodes above its ceiling of {ceiling}", pool.title());
    // A state has 0 for limits that are not set.
    let refused = ceiling > 0 && floor > ceiling;
    refused.then(|| Refusal::set(message, scaling.place(least), scaling, (most, &floor.to_string()), " or more"))
}

fn two_kinds_of_limits(pool: &Pool, scaling: &View) -> Option<Refusal> {
    let set = |name: &&str| number(scaling, name) > Some(0);
    let each = ["min_node_count", "max_node_count"].into_iter().find(set)?;
    let total = ["total_min_node_count", "total_max_node_count"].into_iter().find(set)?;
    let message = format!("the autoscaler of {} has limits for each zone and for all of them", pool.title());
    Some(Refusal::new(
        message,
        scaling.place(total),
        format!("leave out either `{each}` or `{total}`, and what goes with it"),
    ))
}

fn both_counts(pool: &Pool) -> Option<Refusal> {
    let set = |name: &str| pool.view.written(name).is_some() && number(&pool.view, name) > Some(0);
    let message =
        format!("{} has both `node_count` and `initial_node_count`, which the provider refuses at apply", pool.title());
    let both = set("node_count") && set("initial_node_count");
    both.then(|| Refusal::new(message, pool.view.place("initial_node_count"), "leave out `initial_node_count`"))
}

/// Pods on a node, as this argument of a pool or cluster says.
pub fn pods(view: &View, name: &str, title: &str) -> Option<Refusal> {
    let pods = number(view, name).filter(|pods| *pods > 0 && !PODS.contains(pods))?;
    let message = format!("{title} asks for {pods} pods on a node; GKE takes {} to {}", PODS.start(), PODS.end());
    Some(Refusal::set(message, view.place(name), view, (name, "110"), ""))
}

fn surge(pool: &Pool) -> Option<Refusal> {
    let upgrade = block(&pool.view, "upgrade_settings")?;
    let (more, fewer) = (number(&upgrade, "max_surge"), number(&upgrade, "max_unavailable"));
    let sum = more.unwrap_or(0).saturating_add(fewer.unwrap_or(0));
    if sum > MOST_SURGE {
        let message = format!("an upgrade of {} may touch {sum} nodes at once; GKE takes {MOST_SURGE}", pool.title());
        return Some(Refusal::new(message, upgrade.place("max_surge"), "lower `max_surge` or `max_unavailable`"));
    }
    let none = more == Some(0) && fewer == Some(0);
    let message = format!("an upgrade of {} can neither add nodes nor take any away", pool.title());
    none.then(|| Refusal::set(message, upgrade.place("max_surge"), &upgrade, ("max_surge", "1"), ""))
}

fn version_is_gone(pool: &Pool) -> Option<Refusal> {
    let version = text(&pool.view, "version")?;
    let gone = limits::offered(&version) == Some(Offered::NoMore);
    let message = format!("GKE makes no nodes with Kubernetes {version} any more");
    gone.then(|| {
        Refusal::new(message, pool.view.place("version"), "leave `version` out: nodes then have the cluster's")
    })
}
