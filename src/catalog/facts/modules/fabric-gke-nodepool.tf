# GoogleCloudPlatform/cloud-foundation-fabric//modules/gke-nodepool: one pool, with an account of its own if asked for.

variable "kfplint_major" {}
variable "kfplint_unsaid" {}

variable "project_id" {}
variable "cluster_name" {}
variable "cluster_id" { default = null }
variable "location" {}
variable "name" { default = null }
variable "gke_version" { default = null }
variable "node_count" { default = { initial = 1 } }
variable "node_locations" { default = null }
variable "max_pods_per_node" { default = null }
variable "nodepool_config" { default = null }
variable "node_config" { default = {} }
variable "network_config" { default = null }
variable "service_account" { default = {} }
variable "taints" { default = {} }
variable "k8s_labels" { default = {} }

locals {
  creates_account = try(coalesce(var.service_account.create, false), false)
  email           = try(var.service_account.email, null)
  account         = local.creates_account ? google_service_account.service_account[0].email : local.email
  scopes          = try(var.service_account.oauth_scopes, null)
  scaling         = try(var.nodepool_config.autoscaling, null)
  total           = try(coalesce(local.scaling.use_total_nodes, false), false)
  image           = try(var.node_config.image_type, null)
  accelerator     = try(var.node_config.guest_accelerator, null)

  # The default is the input's as a whole up to 34, and the argument's own from 40 on at the latest.
  disk_type = var.kfplint_major >= 40 || var.node_config == {} ? "pd-balanced" : var.kfplint_major > 34 ? var.kfplint_unsaid : null
}

resource "google_service_account" "service_account" {
  count      = local.creates_account ? 1 : 0
  project    = var.project_id
  account_id = local.email == null ? "tf-gke-${var.name}" : split("@", local.email)[0]
}

resource "google_container_node_pool" "nodepool" {
  project            = var.project_id
  cluster            = coalesce(var.cluster_id, var.cluster_name)
  location           = var.location
  name               = var.name
  version            = var.gke_version
  initial_node_count = try(var.node_count.initial, null)
  node_count         = try(var.node_count.current, null)
  node_locations     = var.node_locations
  max_pods_per_node  = var.max_pods_per_node

  dynamic "autoscaling" {
    for_each = local.scaling == null ? [] : [local.scaling]
    content {
      min_node_count       = local.total ? null : try(autoscaling.value.min_node_count, null)
      max_node_count       = local.total ? null : try(autoscaling.value.max_node_count, null)
      total_min_node_count = local.total ? try(autoscaling.value.min_node_count, null) : null
      total_max_node_count = local.total ? try(autoscaling.value.max_node_count, null) : null
    }
  }
  dynamic "queued_provisioning" {
    for_each = try(coalesce(var.nodepool_config.queued_provisioning, false), false) ? [1] : []
    content {
      enabled = true
    }
  }
  dynamic "network_config" {
    for_each = var.network_config == null ? [] : [var.network_config]
    content {
      enable_private_nodes = try(network_config.value.enable_private_nodes, null)
    }
  }

  node_config {
    machine_type    = try(var.node_config.machine_type, null)
    image_type      = local.image
    disk_type       = try(coalesce(try(var.node_config.boot_disk.type, null), try(var.node_config.disk_type, null)), local.disk_type)
    service_account = local.account
    oauth_scopes = local.scopes != null ? local.scopes : [
      "https://www.googleapis.com/auth/devstorage.read_only",
      "https://www.googleapis.com/auth/logging.write",
      "https://www.googleapis.com/auth/monitoring",
      "https://www.googleapis.com/auth/monitoring.write",
      "https://www.googleapis.com/auth/userinfo.email",
    ]
    spot        = try(coalesce(var.node_config.spot, false), false) && !try(coalesce(var.node_config.preemptible, false), false)
    preemptible = try(var.node_config.preemptible, null)
    flex_start  = try(var.node_config.flex_start, null)
    labels      = var.k8s_labels

    dynamic "taint" {
      for_each = merge(var.taints, strcontains(local.image == null ? "" : local.image, "WIN") ? {
        "node.kubernetes.io/os" = { value = "windows", effect = "NO_EXECUTE" }
      } : {})
      content {
        key    = taint.key
        value  = taint.value.value
        effect = taint.value.effect
      }
    }
    dynamic "guest_accelerator" {
      for_each = local.accelerator == null ? [] : [local.accelerator]
      content {
        type  = guest_accelerator.value.type
        count = guest_accelerator.value.count
      }
    }
    dynamic "workload_metadata_config" {
      for_each = try(var.node_config.workload_metadata_config_mode, null) == null ? [] : [var.node_config.workload_metadata_config_mode]
      content {
        mode = workload_metadata_config.value
      }
    }
    dynamic "sandbox_config" {
      for_each = try(coalesce(var.node_config.sandbox_config_gvisor, false), false) ? ["GVISOR"] : []
      content {
        type = sandbox_config.value
      }
    }
    dynamic "advanced_machine_features" {
      for_each = try(var.node_config.advanced_machine_features, null) == null ? [] : [var.node_config.advanced_machine_features]
      content {
        threads_per_core = try(advanced_machine_features.value.threads_per_core, null)
      }
    }
    dynamic "gcfs_config" {
      for_each = try(coalesce(var.node_config.gcfs, false), false) ? [1] : []
      content {
        enabled = true
      }
    }
    dynamic "linux_node_config" {
      for_each = []
      content {}
    }
    dynamic "kubelet_config" {
      for_each = []
      content {}
    }
  }
}

output "id" { value = google_container_node_pool.nodepool.id }
output "name" { value = google_container_node_pool.nodepool.name }
output "service_account_email" { value = local.account }
output "service_account_iam_email" { value = "serviceAccount:${local.account == null ? "" : local.account}" }
