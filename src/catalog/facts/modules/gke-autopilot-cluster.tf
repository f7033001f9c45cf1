# terraform-google-modules/kubernetes-engine/google//modules/gke-autopilot-cluster

variable "project_id" {}
variable "name" {}
variable "location" {}
variable "network" {}
variable "subnetwork" {}
variable "node_locations" { default = null }
variable "min_master_version" { default = null }
variable "cluster_autoscaling" { default = null }
variable "private_cluster_config" { default = { enable_private_nodes = true } }
variable "release_channel" { default = { channel = "REGULAR" } }
variable "workload_identity_config" {}

resource "google_container_cluster" "main" {
  name               = var.name
  project            = var.project_id
  location           = var.location
  node_locations     = var.node_locations
  network            = var.network
  subnetwork         = var.subnetwork
  enable_autopilot   = true
  min_master_version = var.min_master_version

  dynamic "node_config" {
    for_each = []
    content {}
  }
  dynamic "cluster_autoscaling" {
    for_each = var.cluster_autoscaling == null ? [] : [var.cluster_autoscaling]
    content {
      dynamic "auto_provisioning_defaults" {
        for_each = try(cluster_autoscaling.value.auto_provisioning_defaults, null) == null ? [] : [cluster_autoscaling.value.auto_provisioning_defaults]
        content {
          service_account = try(auto_provisioning_defaults.value.service_account, null)
          oauth_scopes    = null
        }
      }
    }
  }

  dynamic "private_cluster_config" {
    for_each = var.private_cluster_config == null ? [] : [var.private_cluster_config]
    content {
      enable_private_nodes   = try(private_cluster_config.value.enable_private_nodes, null)
      master_ipv4_cidr_block = try(private_cluster_config.value.master_ipv4_cidr_block, null)
    }
  }

  dynamic "release_channel" {
    for_each = var.release_channel == null ? [] : [var.release_channel]
    content {
      channel = try(release_channel.value.channel, null)
    }
  }

  dynamic "workload_identity_config" {
    for_each = var.workload_identity_config == null ? [] : [var.workload_identity_config]
    content {
      workload_pool = workload_identity_config.value.workload_pool
    }
  }
}

output "cluster_id" { value = google_container_cluster.main.id }
output "cluster_name" { value = google_container_cluster.main.name }
output "location" { value = google_container_cluster.main.location }
output "node_locations" { value = google_container_cluster.main.node_locations }
