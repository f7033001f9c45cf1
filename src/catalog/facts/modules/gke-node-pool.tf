# terraform-google-modules/kubernetes-engine/google//modules/gke-node-pool: one pool of a cluster that is made elsewhere.

variable "project_id" {}
variable "cluster" {}
variable "location" { default = null }
variable "name" { default = null }
variable "node_count" {
  type    = number
  default = 1
}
variable "initial_node_count" {
  type    = number
  default = null
}
variable "node_locations" { default = null }
variable "max_pods_per_node" { default = null }
variable "kubernetes_version" { default = null }
variable "autoscaling" { default = { min_node_count = 1, max_node_count = 100 } }
variable "node_config" { default = null }
variable "queued_provisioning" { default = null }

resource "google_container_node_pool" "main" {
  name               = var.name
  project            = var.project_id
  cluster            = var.cluster
  location           = var.location
  node_count         = var.node_count
  initial_node_count = var.initial_node_count
  node_locations     = var.node_locations
  max_pods_per_node  = var.max_pods_per_node
  version            = var.kubernetes_version

  dynamic "autoscaling" {
    for_each = var.autoscaling == null ? [] : [var.autoscaling]
    content {
      min_node_count       = try(autoscaling.value.min_node_count, null)
      max_node_count       = try(autoscaling.value.max_node_count, null)
      total_min_node_count = try(autoscaling.value.total_min_node_count, null)
      total_max_node_count = try(autoscaling.value.total_max_node_count, null)
    }
  }

  dynamic "queued_provisioning" {
    for_each = var.queued_provisioning == null ? [] : [var.queued_provisioning]
    content {
      enabled = queued_provisioning.value.enabled
    }
  }

  dynamic "node_config" {
    for_each = var.node_config == null ? [] : [var.node_config]
    content {
      machine_type    = try(node_config.value.machine_type, null)
      image_type      = try(node_config.value.image_type, null)
      disk_type       = try(node_config.value.disk_type, null)
      service_account = try(node_config.value.service_account, null)
      oauth_scopes    = try(node_config.value.oauth_scopes, null)
      spot            = try(node_config.value.spot, null)
      preemptible     = try(node_config.value.preemptible, null)
      flex_start      = try(node_config.value.flex_start, null)
      labels          = try(node_config.value.labels, null)
      dynamic "taint" {
        for_each = try(coalesce(node_config.value.taint, []), [])
        content {
          key    = taint.value.key
          value  = taint.value.value
          effect = taint.value.effect
        }
      }
      dynamic "guest_accelerator" {
        for_each = try(node_config.value.guest_accelerator, null) == null ? [] : [node_config.value.guest_accelerator]
        content {
          type  = guest_accelerator.value.type
          count = guest_accelerator.value.count
        }
      }
      dynamic "workload_metadata_config" {
        for_each = try(node_config.value.workload_metadata_config, null) == null ? [] : [node_config.value.workload_metadata_config]
        content {
          mode = try(workload_metadata_config.value.mode, null)
        }
      }
      dynamic "sandbox_config" {
        for_each = try(node_config.value.sandbox_config, null) == null ? [] : ["GVISOR"]
        content {
          type = sandbox_config.value
        }
      }
      dynamic "gcfs_config" {
        for_each = try(node_config.value.gcfs_config, null) == null ? [] : [node_config.value.gcfs_config]
        content {
          enabled = gcfs_config.value.enabled
        }
      }
      dynamic "confidential_nodes" {
        for_each = try(node_config.value.confidential_nodes, null) == null ? [] : [node_config.value.confidential_nodes]
        content {
          enabled = confidential_nodes.value.enabled
        }
      }
      dynamic "linux_node_config" {
        for_each = try(node_config.value.linux_node_config.hugepages_config, null) == null ? [] : [node_config.value.linux_node_config]
        content {
          hugepages_config {
            hugepage_size_2m = try(linux_node_config.value.hugepages_config.hugepage_size_2m, null)
            hugepage_size_1g = try(linux_node_config.value.hugepages_config.hugepage_size_1g, null)
          }
        }
      }
      dynamic "advanced_machine_features" {
        for_each = []
        content {}
      }
      dynamic "kubelet_config" {
        for_each = []
        content {}
      }
    }
  }
}

output "name" { value = google_container_node_pool.main.name }
output "id" { value = google_container_node_pool.main.id }
