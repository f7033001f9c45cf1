# terraform-google-modules/kubernetes-engine/google//modules/gke-standard-cluster: one cluster, with inline pools if any.

variable "project_id" {}
variable "name" {}
variable "location" {}
variable "network" {}
variable "subnetwork" {}
variable "node_locations" { default = null }
variable "min_master_version" { default = null }
variable "initial_node_count" {
  type    = number
  default = 0
}
variable "remove_default_node_pool" {
  type    = bool
  default = true
}
variable "default_max_pods_per_node" {
  type    = number
  default = 110
}
variable "node_config" { default = null }
variable "node_pool" { default = null }
variable "cluster_autoscaling" { default = null }
variable "network_policy" { default = null }
variable "datapath_provider" { default = null }
variable "private_cluster_config" { default = { enable_private_nodes = true } }
variable "release_channel" { default = null }
variable "workload_identity_config" {}

resource "google_container_cluster" "main" {
  name                      = var.name
  project                   = var.project_id
  location                  = var.location
  node_locations            = var.node_locations
  network                   = var.network
  subnetwork                = var.subnetwork
  enable_autopilot          = null
  initial_node_count        = var.initial_node_count
  remove_default_node_pool  = var.remove_default_node_pool
  default_max_pods_per_node = var.default_max_pods_per_node
  min_master_version        = var.min_master_version
  datapath_provider         = var.datapath_provider

  dynamic "cluster_autoscaling" {
    for_each = var.cluster_autoscaling == null ? [] : [var.cluster_autoscaling]
    content {
      enabled = cluster_autoscaling.value.enabled
      dynamic "resource_limits" {
        for_each = try(coalesce(cluster_autoscaling.value.resource_limits, []), [])
        content {
          resource_type = resource_limits.value.resource_type
          minimum       = try(resource_limits.value.minimum, null)
          maximum       = resource_limits.value.maximum
        }
      }
      dynamic "auto_provisioning_defaults" {
        for_each = try(cluster_autoscaling.value.auto_provisioning_defaults, null) == null ? [] : [cluster_autoscaling.value.auto_provisioning_defaults]
        content {
          service_account = try(auto_provisioning_defaults.value.service_account, null)
          oauth_scopes    = try(auto_provisioning_defaults.value.oauth_scopes, null)
          disk_type       = try(auto_provisioning_defaults.value.disk_type, null)
          image_type      = try(auto_provisioning_defaults.value.image_type, null)
        }
      }
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

  dynamic "node_pool" {
    for_each = var.node_pool == null ? [] : var.node_pool
    content {
      name               = try(node_pool.value.name, null)
      node_count         = try(node_pool.value.node_count, 1)
      initial_node_count = try(node_pool.value.initial_node_count, null)
      node_locations     = try(node_pool.value.node_locations, null)
      max_pods_per_node  = try(node_pool.value.max_pods_per_node, null)
      dynamic "autoscaling" {
        for_each = try(node_pool.value.autoscaling, null) == null ? [] : [node_pool.value.autoscaling]
        content {
          min_node_count       = try(autoscaling.value.min_node_count, null)
          max_node_count       = try(autoscaling.value.max_node_count, null)
          total_min_node_count = try(autoscaling.value.total_min_node_count, null)
          total_max_node_count = try(autoscaling.value.total_max_node_count, null)
        }
      }
      dynamic "queued_provisioning" {
        for_each = []
        content {}
      }
      dynamic "node_config" {
        for_each = try(node_pool.value.node_config, null) == null ? [] : [node_pool.value.node_config]
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
  }

  dynamic "network_policy" {
    for_each = var.network_policy == null ? [] : [var.network_policy]
    content {
      enabled = try(network_policy.value.enabled, null)
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
