# GoogleCloudPlatform/cloud-foundation-fabric//modules/gke-cluster-standard: a cluster whose pools are made by gke-nodepool.

variable "kfplint_major" {}

variable "project_id" {}
variable "name" {}
variable "location" {}
variable "vpc_config" {}
variable "node_locations" { default = [] }
variable "min_master_version" { default = null }
variable "release_channel" { default = null }
variable "node_config" { default = {} }
variable "access_config" { default = {} }
variable "private_cluster_config" { default = null }
variable "default_nodepool" { default = {} }
variable "max_pods_per_node" {
  type    = number
  default = 110
}
variable "cluster_autoscaling" { default = null }
variable "enable_features" { default = {} }
variable "enable_addons" { default = {} }

locals {
  # Nodes are private by default since 37; before, with any private_cluster_config.
  private_nodes = var.kfplint_major >= 37 ? try(coalesce(var.access_config.private_nodes, true), true) : var.private_cluster_config != null
}

resource "google_container_cluster" "cluster" {
  name                      = var.name
  project                   = var.project_id
  location                  = var.location
  node_locations            = length(var.node_locations) == 0 ? null : var.node_locations
  network                   = var.vpc_config.network
  subnetwork                = var.vpc_config.subnetwork
  enable_autopilot          = null
  min_master_version        = var.min_master_version
  default_max_pods_per_node = var.max_pods_per_node
  datapath_provider         = try(coalesce(var.enable_features.dataplane_v2, true), true) ? "ADVANCED_DATAPATH" : "LEGACY_DATAPATH"
  initial_node_count        = try(coalesce(var.default_nodepool.initial_node_count, 1), 1)
  remove_default_node_pool  = try(coalesce(var.default_nodepool.remove_pool, true), true)

  dynamic "node_pool" {
    for_each = []
    content {}
  }

  node_config {
    machine_type    = null
    image_type      = null
    disk_type       = null
    oauth_scopes    = null
    spot            = null
    preemptible     = null
    flex_start      = null
    service_account = try(var.node_config.service_account, null)
    labels          = try(var.node_config.k8s_labels, null)
    dynamic "taint" {
      for_each = []
      content {}
    }
    dynamic "guest_accelerator" {
      for_each = []
      content {}
    }
    dynamic "sandbox_config" {
      for_each = []
      content {}
    }
    dynamic "advanced_machine_features" {
      for_each = []
      content {}
    }
    dynamic "linux_node_config" {
      for_each = []
      content {}
    }
    dynamic "kubelet_config" {
      for_each = []
      content {}
    }
    dynamic "workload_metadata_config" {
      for_each = try(var.node_config.workload_metadata_config_mode, null) == null ? [] : [var.node_config.workload_metadata_config_mode]
      content {
        mode = workload_metadata_config.value
      }
    }
  }

  dynamic "cluster_autoscaling" {
    for_each = var.cluster_autoscaling == null ? [] : [var.cluster_autoscaling]
    content {
      enabled = try(coalesce(cluster_autoscaling.value.enabled, true), true)
      dynamic "resource_limits" {
        for_each = { for type, limits in {
          cpu    = try(cluster_autoscaling.value.cpu_limits, null)
          memory = try(cluster_autoscaling.value.mem_limits, null)
        } : type => limits if limits != null }
        content {
          resource_type = resource_limits.key
          minimum       = try(resource_limits.value.min, 0)
          maximum       = resource_limits.value.max
        }
      }
      dynamic "auto_provisioning_defaults" {
        for_each = try(cluster_autoscaling.value.auto_provisioning_defaults, null) == null ? [] : [cluster_autoscaling.value.auto_provisioning_defaults]
        content {
          service_account = try(auto_provisioning_defaults.value.service_account, null)
          oauth_scopes    = try(auto_provisioning_defaults.value.oauth_scopes, null)
          image_type      = try(auto_provisioning_defaults.value.image_type, null)
        }
      }
    }
  }

  dynamic "network_policy" {
    for_each = try(var.enable_addons.network_policy, false) && !try(coalesce(var.enable_features.dataplane_v2, true), true) ? [1] : []
    content {
      enabled = true
    }
  }
  dynamic "workload_identity_config" {
    for_each = try(coalesce(var.enable_features.workload_identity, true), true) ? [1] : []
    content {
      workload_pool = "${var.project_id}.svc.id.goog"
    }
  }

  dynamic "private_cluster_config" {
    for_each = local.private_nodes ? [1] : []
    content {
      enable_private_nodes   = true
      master_ipv4_cidr_block = try(var.access_config.master_ipv4_cidr_block, var.vpc_config.master_ipv4_cidr_block, null)
    }
  }
  dynamic "release_channel" {
    for_each = var.release_channel == null ? [] : [var.release_channel]
    content {
      channel = release_channel.value
    }
  }
}

output "id" { value = google_container_cluster.cluster.id }
output "name" { value = google_container_cluster.cluster.name }
output "location" { value = google_container_cluster.cluster.location }
output "self_link" { value = google_container_cluster.cluster.self_link }
output "cluster" { value = google_container_cluster.cluster }
output "workload_identity_pool" { value = "${var.project_id}.svc.id.goog" }
