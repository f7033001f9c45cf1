# terraform-google-modules/kubernetes-engine/google//modules/safer-cluster: a private cluster with some inputs fixed.

variable "kfplint_unsaid" {}

variable "project_id" {}
variable "name" {}
variable "region" { default = null }
variable "network" {}
variable "subnetwork" {}
variable "network_project_id" { default = "" }
variable "regional" { default = true }
variable "zones" { default = [] }
variable "node_pools" { default = [{ name = "default-node-pool" }] }
variable "windows_node_pools" { default = [] }
variable "node_pools_oauth_scopes" { default = { all = ["https://www.googleapis.com/auth/cloud-platform"] } }
variable "node_pools_taints" { default = {} }
variable "initial_node_count" { default = 0 }
variable "create_service_account" { default = true }
variable "compute_engine_service_account" { default = "" }
variable "grant_registry_access" { default = true }
variable "registry_project_ids" { default = [] }
variable "kubernetes_version" { default = null }
variable "release_channel" { default = "REGULAR" }
variable "master_ipv4_cidr_block" { default = null }
variable "cluster_autoscaling" { default = { enabled = false } }

module "gke" {
  source = "terraform-google-modules/kubernetes-engine/google//modules/beta-private-cluster"

  project_id              = var.project_id
  name                    = var.name
  region                  = var.region
  network                 = var.network
  subnetwork              = var.subnetwork
  network_project_id      = var.network_project_id
  regional                = var.regional
  zones                   = var.zones
  node_pools              = var.node_pools
  windows_node_pools      = var.windows_node_pools
  node_pools_oauth_scopes = var.node_pools_oauth_scopes
  node_pools_taints       = var.node_pools_taints
  service_account         = var.compute_engine_service_account
  create_service_account  = var.create_service_account && var.compute_engine_service_account == ""
  grant_registry_access   = var.grant_registry_access
  registry_project_ids    = var.registry_project_ids
  kubernetes_version      = var.kubernetes_version
  release_channel         = var.release_channel
  master_ipv4_cidr_block  = var.master_ipv4_cidr_block
  cluster_autoscaling     = var.cluster_autoscaling

  remove_default_node_pool = true
  initial_node_count       = max(1, var.initial_node_count)
  enable_private_nodes     = true
  identity_namespace       = "${var.project_id}.svc.id.goog"
}

output "cluster_id" { value = module.gke.cluster_id }
output "name" { value = module.gke.name }
output "type" { value = module.gke.type }
output "location" { value = module.gke.location }
output "region" { value = module.gke.region }
output "node_pools_names" { value = module.gke.node_pools_names }
output "service_account" { value = module.gke.service_account }
