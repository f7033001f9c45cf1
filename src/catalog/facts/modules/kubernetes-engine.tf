# terraform-google-modules/kubernetes-engine/google and its cluster submodules.

variable "kfplint_submodule" {}
variable "kfplint_major" {}
variable "kfplint_unsaid" {}

variable "project_id" {}
variable "name" {}
variable "region" { default = null }
variable "network" {}
variable "subnetwork" {}
variable "network_project_id" { default = "" }
variable "regional" {
  type    = bool
  default = true
}
variable "zones" {
  type    = list(string)
  default = []
}
variable "node_pools" {
  type    = list(map(any))
  default = [{ name = "default-node-pool" }]
}
variable "windows_node_pools" {
  type    = list(map(string))
  default = []
}
variable "node_pools_oauth_scopes" {
  type    = map(list(string))
  default = {}
}
variable "node_pools_taints" {
  type    = map(list(object({ key = string, value = string, effect = string })))
  default = {}
}
variable "sandbox_enabled" {
  type    = bool
  default = false
}
variable "node_pools_hugepage_size_2m" {
  type    = map(string)
  default = {}
}
variable "node_pools_hugepage_size_1g" {
  type    = map(string)
  default = {}
}
variable "default_max_pods_per_node" { default = 110 }
variable "create_service_account" {
  type    = bool
  default = true
}
variable "service_account" {
  type    = string
  default = ""
}
variable "boot_disk_kms_key" { default = null }
variable "service_account_name" {
  type    = string
  default = ""
}
variable "grant_registry_access" {
  type    = bool
  default = false
}
variable "registry_project_ids" {
  type    = list(string)
  default = []
}
variable "monitoring_metric_writer_role" { default = "roles/monitoring.metricWriter" }
variable "remove_default_node_pool" {
  type    = bool
  default = false
}
variable "initial_node_count" {
  type    = number
  default = 0
}
variable "identity_namespace" {
  type    = string
  default = "enabled"
}
variable "node_metadata" {
  type    = string
  default = "GKE_METADATA"
}
variable "kubernetes_version" { default = "latest" }
variable "release_channel" { default = "REGULAR" }
variable "enable_private_nodes" {
  type    = bool
  default = null
}
variable "master_ipv4_cidr_block" { default = null }
variable "cluster_autoscaling" {
  default = { enabled = false }
}

locals {
  autopilot = strcontains(var.kfplint_submodule, "autopilot")
  private   = strcontains(var.kfplint_submodule, "private")

  # Private submodules make private nodes by default since 33.
  private_nodes = local.private && (var.enable_private_nodes == null ? var.kfplint_major >= 33 : var.enable_private_nodes)

  location = var.regional ? var.region : var.zones[0]
  host     = var.network_project_id == "" ? var.project_id : var.network_project_id

  creates_account = var.create_service_account
  account = (
    var.create_service_account && contains(["", "create"], var.service_account)
    ? google_service_account.cluster_service_account[0].email
    : var.service_account
  )

  # Up to 24 the nodes of Autopilot submodules do not use the account.
  autopilot_defaults = (
    var.kfplint_major > 24 && (var.create_service_account || var.service_account != "" || var.boot_disk_kms_key != null)
  )

  registry_projects = length(var.registry_project_ids) == 0 ? [var.project_id] : var.registry_project_ids
  registry_grants   = var.create_service_account && var.grant_registry_access ? toset(local.registry_projects) : toset([])

  first = length(var.node_pools) > 0 ? var.node_pools[0] : {}
  pools = local.autopilot ? {} : { for pool in var.node_pools : pool.name => pool }

  # GKE Sandbox and huge pages are inputs of the beta submodules alone.
  beta     = strcontains(var.kfplint_submodule, "beta")
  sandbox  = local.beta && var.sandbox_enabled
  pages_2m = local.beta ? { for key, pages in var.node_pools_hugepage_size_2m : key => pages if pages != "" } : {}
  pages_1g = local.beta ? { for key, pages in var.node_pools_hugepage_size_1g : key => pages if pages != "" } : {}

  scopes_of_all = lookup(var.node_pools_oauth_scopes, "all", ["https://www.googleapis.com/auth/cloud-platform"])
  metadata      = lookup({ GKE_METADATA_SERVER = "GKE_METADATA", EXPOSE = "GCE_METADATA" }, var.node_metadata, var.node_metadata)
}

resource "random_shuffle" "available_zones" {
  count        = length(var.zones) == 0 ? 1 : 0
  input        = var.kfplint_unsaid
  result_count = 3
}

resource "google_container_cluster" "primary" {
  name             = var.name
  project          = var.project_id
  location         = local.location
  network          = "projects/${local.host}/global/networks/${var.network}"
  enable_autopilot = local.autopilot ? true : null

  default_max_pods_per_node = local.autopilot ? null : var.default_max_pods_per_node

  # Three zones of the region, where none are named.
  node_locations = (
    !var.regional ? slice(var.zones, 1, length(var.zones)) :
    length(var.zones) > 0 ? var.zones : sort(random_shuffle.available_zones[0].result)
  )

  remove_default_node_pool = local.autopilot ? null : var.remove_default_node_pool
  initial_node_count       = null
  min_master_version = (
    var.kubernetes_version != "latest" ? var.kubernetes_version :
    contains(["UNSPECIFIED", "none"], coalesce(var.release_channel, "none")) ? var.kfplint_unsaid : null
  )

  dynamic "release_channel" {
    for_each = var.release_channel == null ? [] : [var.release_channel]
    content {
      channel = release_channel.value
    }
  }

  dynamic "node_pool" {
    for_each = local.autopilot ? [] : [local.first]
    content {
      name               = "default-pool"
      initial_node_count = var.initial_node_count
      node_count         = null
      node_locations     = null
      max_pods_per_node  = null
      dynamic "queued_provisioning" {
        for_each = []
        content {}
      }
      dynamic "autoscaling" {
        for_each = []
        content {}
      }
      node_config {
        machine_type    = lookup(node_pool.value, "machine_type", "e2-medium")
        image_type      = lookup(node_pool.value, "image_type", "COS_CONTAINERD")
        service_account = lookup(node_pool.value, "service_account", local.account)
        oauth_scopes    = null
        spot            = null
        preemptible     = null
        flex_start      = null
        dynamic "advanced_machine_features" {
          for_each = []
          content {}
        }
        dynamic "kubelet_config" {
          for_each = []
          content {}
        }
        dynamic "linux_node_config" {
          for_each = []
          content {}
        }
        dynamic "sandbox_config" {
          for_each = tobool(lookup(node_pool.value, "sandbox_enabled", local.sandbox)) ? ["GVISOR"] : []
          content {
            type = sandbox_config.value
          }
        }
        dynamic "taint" {
          for_each = []
          content {}
        }
        dynamic "guest_accelerator" {
          for_each = []
          content {}
        }
        dynamic "workload_metadata_config" {
          for_each = local.metadata == "UNSPECIFIED" ? [] : [local.metadata]
          content {
            mode = workload_metadata_config.value
          }
        }
      }
    }
  }

  dynamic "node_config" {
    for_each = []
    content {}
  }

  cluster_autoscaling {
    enabled = local.autopilot ? null : var.cluster_autoscaling.enabled
    dynamic "resource_limits" {
      for_each = !local.autopilot && var.cluster_autoscaling.enabled ? [
        { type = "cpu", min = "min_cpu_cores", max = "max_cpu_cores" },
        { type = "memory", min = "min_memory_gb", max = "max_memory_gb" },
      ] : []
      content {
        resource_type = resource_limits.value.type
        minimum       = lookup(var.cluster_autoscaling, resource_limits.value.min, null)
        maximum       = lookup(var.cluster_autoscaling, resource_limits.value.max, null)
      }
    }
    dynamic "auto_provisioning_defaults" {
      for_each = (local.autopilot ? local.autopilot_defaults : var.cluster_autoscaling.enabled) ? [1] : []
      content {
        service_account = local.account
        oauth_scopes    = local.autopilot ? null : local.scopes_of_all
      }
    }
  }

  dynamic "workload_identity_config" {
    for_each = var.identity_namespace == null || var.identity_namespace == "null" ? [] : [var.identity_namespace]
    content {
      workload_pool = workload_identity_config.value == "enabled" ? "${var.project_id}.svc.id.goog" : workload_identity_config.value
    }
  }

  dynamic "private_cluster_config" {
    for_each = local.private_nodes ? [1] : []
    content {
      enable_private_nodes   = true
      master_ipv4_cidr_block = var.master_ipv4_cidr_block
    }
  }
}

resource "google_container_node_pool" "pools" {
  for_each       = local.pools
  name           = each.key
  project        = var.project_id
  location       = local.location
  cluster        = google_container_cluster.primary.name
  node_locations = lookup(each.value, "node_locations", "") == "" ? null : split(",", each.value.node_locations)

  initial_node_count = lookup(each.value, "autoscaling", true) ? lookup(each.value, "initial_node_count", lookup(each.value, "min_count", 1)) : null
  node_count         = lookup(each.value, "autoscaling", true) ? null : lookup(each.value, "node_count", 1)

  max_pods_per_node = lookup(each.value, "max_pods_per_node", null)

  dynamic "queued_provisioning" {
    for_each = tobool(lookup(each.value, "queued_provisioning", false)) ? [true] : []
    content {
      enabled = true
    }
  }
  dynamic "autoscaling" {
    for_each = lookup(each.value, "autoscaling", true) ? [each.value] : []
    content {
      min_node_count       = contains(keys(autoscaling.value), "total_min_count") ? null : lookup(autoscaling.value, "min_count", 1)
      max_node_count       = contains(keys(autoscaling.value), "total_max_count") ? null : lookup(autoscaling.value, "max_count", 100)
      total_min_node_count = lookup(autoscaling.value, "total_min_count", null)
      total_max_node_count = lookup(autoscaling.value, "total_max_count", null)
    }
  }

  node_config {
    machine_type    = lookup(each.value, "machine_type", "e2-medium")
    image_type      = lookup(each.value, "image_type", "COS_CONTAINERD")
    service_account = lookup(each.value, "service_account", local.account)
    preemptible     = lookup(each.value, "preemptible", false)
    spot            = lookup(each.value, "spot", false)
    disk_type       = lookup(each.value, "disk_type", "pd-standard")
    oauth_scopes    = concat(local.scopes_of_all, lookup(var.node_pools_oauth_scopes, each.key, []))
    flex_start      = lookup(each.value, "flex_start", null)

    dynamic "kubelet_config" {
      for_each = []
      content {}
    }
    dynamic "sandbox_config" {
      for_each = tobool(lookup(each.value, "sandbox_enabled", local.sandbox)) && local.beta ? ["GVISOR"] : []
      content {
        type = sandbox_config.value
      }
    }
    dynamic "advanced_machine_features" {
      for_each = tonumber(lookup(each.value, "threads_per_core", 0)) > 0 ? [each.value.threads_per_core] : []
      content {
        threads_per_core = advanced_machine_features.value
      }
    }
    dynamic "linux_node_config" {
      for_each = length(merge(local.pages_2m, local.pages_1g)) > 0 ? [each.key] : []
      content {
        hugepages_config {
          hugepage_size_2m = lookup(local.pages_2m, each.key, lookup(local.pages_2m, "all", null))
          hugepage_size_1g = lookup(local.pages_1g, each.key, lookup(local.pages_1g, "all", null))
        }
      }
    }
    dynamic "taint" {
      for_each = concat(lookup(var.node_pools_taints, "all", []), lookup(var.node_pools_taints, each.key, []))
      content {
        key    = taint.value.key
        value  = taint.value.value
        effect = taint.value.effect
      }
    }
    dynamic "guest_accelerator" {
      for_each = lookup(each.value, "accelerator_count", 0) > 0 ? [each.value] : []
      content {
        type  = lookup(guest_accelerator.value, "accelerator_type", "")
        count = guest_accelerator.value.accelerator_count
      }
    }
    dynamic "workload_metadata_config" {
      for_each = local.metadata == "UNSPECIFIED" ? [] : [local.metadata]
      content {
        mode = workload_metadata_config.value
      }
    }
  }
}

resource "google_container_node_pool" "windows_pools" {
  for_each       = { for pool in var.windows_node_pools : pool.name => pool }
  name           = each.key
  project        = var.project_id
  location       = local.location
  cluster        = google_container_cluster.primary.name
  node_locations = lookup(each.value, "node_locations", "") == "" ? null : split(",", each.value.node_locations)

  initial_node_count = lookup(each.value, "autoscaling", true) ? lookup(each.value, "initial_node_count", lookup(each.value, "min_count", 1)) : null
  node_count         = lookup(each.value, "autoscaling", true) ? null : lookup(each.value, "node_count", 1)

  max_pods_per_node = lookup(each.value, "max_pods_per_node", null)

  dynamic "queued_provisioning" {
    for_each = tobool(lookup(each.value, "queued_provisioning", false)) ? [true] : []
    content {
      enabled = true
    }
  }
  dynamic "autoscaling" {
    for_each = lookup(each.value, "autoscaling", true) ? [each.value] : []
    content {
      min_node_count       = contains(keys(autoscaling.value), "total_min_count") ? null : lookup(autoscaling.value, "min_count", 1)
      max_node_count       = contains(keys(autoscaling.value), "total_max_count") ? null : lookup(autoscaling.value, "max_count", 100)
      total_min_node_count = lookup(autoscaling.value, "total_min_count", null)
      total_max_node_count = lookup(autoscaling.value, "total_max_count", null)
    }
  }

  node_config {
    machine_type    = lookup(each.value, "machine_type", "e2-medium")
    image_type      = lookup(each.value, "image_type", "COS_CONTAINERD")
    service_account = lookup(each.value, "service_account", local.account)
    preemptible     = lookup(each.value, "preemptible", false)
    spot            = lookup(each.value, "spot", false)
    disk_type       = lookup(each.value, "disk_type", "pd-standard")
    oauth_scopes    = concat(local.scopes_of_all, lookup(var.node_pools_oauth_scopes, each.key, []))
    flex_start      = lookup(each.value, "flex_start", null)

    dynamic "kubelet_config" {
      for_each = []
      content {}
    }
    dynamic "sandbox_config" {
      for_each = tobool(lookup(each.value, "sandbox_enabled", local.sandbox)) && local.beta ? ["GVISOR"] : []
      content {
        type = sandbox_config.value
      }
    }
    dynamic "advanced_machine_features" {
      for_each = tonumber(lookup(each.value, "threads_per_core", 0)) > 0 ? [each.value.threads_per_core] : []
      content {
        threads_per_core = advanced_machine_features.value
      }
    }
    dynamic "linux_node_config" {
      for_each = length(merge(local.pages_2m, local.pages_1g)) > 0 ? [each.key] : []
      content {
        hugepages_config {
          hugepage_size_2m = lookup(local.pages_2m, each.key, lookup(local.pages_2m, "all", null))
          hugepage_size_1g = lookup(local.pages_1g, each.key, lookup(local.pages_1g, "all", null))
        }
      }
    }
    dynamic "taint" {
      for_each = concat(lookup(var.node_pools_taints, "all", []), lookup(var.node_pools_taints, each.key, []))
      content {
        key    = taint.value.key
        value  = taint.value.value
        effect = taint.value.effect
      }
    }
    dynamic "guest_accelerator" {
      for_each = lookup(each.value, "accelerator_count", 0) > 0 ? [each.value] : []
      content {
        type  = lookup(guest_accelerator.value, "accelerator_type", "")
        count = guest_accelerator.value.accelerator_count
      }
    }
    dynamic "workload_metadata_config" {
      for_each = local.metadata == "UNSPECIFIED" ? [] : [local.metadata]
      content {
        mode = workload_metadata_config.value
      }
    }
  }
}

resource "google_service_account" "cluster_service_account" {
  count      = local.creates_account ? 1 : 0
  project    = var.project_id
  account_id = var.service_account_name == "" ? var.kfplint_unsaid : var.service_account_name
}

# What the account that the module makes is granted: four roles of their own until 28, GKE's node roles after that.

resource "google_project_iam_member" "cluster_service_account-log_writer" {
  count   = local.creates_account && var.kfplint_major < 29 ? 1 : 0
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

resource "google_project_iam_member" "cluster_service_account-metric_writer" {
  count   = local.creates_account && var.kfplint_major < 29 ? 1 : 0
  project = var.project_id
  role    = "roles/monitoring.metricWriter"
  member  = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

resource "google_project_iam_member" "cluster_service_account-monitoring_viewer" {
  count   = local.creates_account && var.kfplint_major < 29 ? 1 : 0
  project = var.project_id
  role    = "roles/monitoring.viewer"
  member  = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

resource "google_project_iam_member" "cluster_service_account_node_service_account" {
  count   = local.creates_account && var.kfplint_major >= 29 ? 1 : 0
  project = var.project_id
  role    = var.kfplint_major == 29 ? "roles/container.nodeServiceAccount" : "roles/container.defaultNodeServiceAccount"
  member  = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

resource "google_project_iam_member" "cluster_service_account_metric_writer" {
  count   = local.creates_account && var.kfplint_major >= 31 ? (var.kfplint_major >= 33 ? 1 : var.kfplint_unsaid) : 0
  project = var.project_id
  role    = var.monitoring_metric_writer_role
  member  = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

resource "google_project_iam_member" "cluster_service_account_resource_metadata_writer" {
  count   = local.creates_account && var.kfplint_major >= 31 ? (var.kfplint_major >= 33 ? 1 : var.kfplint_unsaid) : 0
  project = var.project_id
  role    = "roles/stackdriver.resourceMetadata.writer"
  member  = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

resource "google_project_iam_member" "cluster_service_account_gcr" {
  for_each = local.registry_grants
  project  = each.key
  role     = "roles/storage.objectViewer"
  member   = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

resource "google_project_iam_member" "cluster_service_account_artifact_registry" {
  for_each = local.registry_grants
  project  = each.key
  role     = "roles/artifactregistry.reader"
  member   = "serviceAccount:${google_service_account.cluster_service_account[0].email}"
}

output "cluster_id" { value = google_container_cluster.primary.id }
output "name" { value = google_container_cluster.primary.name }
output "type" { value = var.regional ? "regional" : "zonal" }
output "location" { value = google_container_cluster.primary.location }
output "region" { value = var.region }
output "endpoint" {
  value     = google_container_cluster.primary.endpoint
  sensitive = true
}
output "node_pools_names" {
  value = concat([for pool in google_container_node_pool.pools : pool.name], [""], [for pool in google_container_node_pool.windows_pools : pool.name], [""])
}
output "service_account" { value = local.account }
output "release_channel" { value = var.release_channel }
output "identity_namespace" { value = one(google_container_cluster.primary.workload_identity_config[*].workload_pool) }
