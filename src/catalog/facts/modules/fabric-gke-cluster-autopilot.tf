# GoogleCloudPlatform/cloud-foundation-fabric//modules/gke-cluster-autopilot

variable "kfplint_major" {}

variable "project_id" {}
variable "name" {}
variable "location" {}
variable "vpc_config" {}
variable "node_locations" { default = [] }
variable "min_master_version" { default = null }
variable "release_channel" { default = "REGULAR" }
variable "node_config" { default = {} }
variable "access_config" { default = {} }
variable "private_cluster_config" { default = null }

locals {
  # Nodes are private by default since 37; before, with any private_cluster_config.
  private_nodes = var.kfplint_major >= 37 ? try(coalesce(var.access_config.private_nodes, true), true) : var.private_cluster_config != null
}

resource "google_container_cluster" "cluster" {
  name               = var.name
  project            = var.project_id
  location           = var.location
  node_locations     = length(var.node_locations) == 0 ? null : var.node_locations
  network            = var.vpc_config.network
  subnetwork         = var.vpc_config.subnetwork
  enable_autopilot   = true
  min_master_version = var.min_master_version

  dynamic "node_config" {
    for_each = []
    content {}
  }
  cluster_autoscaling {
    auto_provisioning_defaults {
      service_account = try(var.node_config.service_account, null)
      oauth_scopes    = null
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
