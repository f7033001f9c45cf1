# terraform-google-modules/kubernetes-engine/google//modules/workload-identity

variable "project_id" {}
variable "name" {}
variable "gcp_sa_name" { default = null }
variable "use_existing_gcp_sa" {
  type    = bool
  default = false
}
variable "k8s_sa_name" { default = null }
variable "k8s_sa_project_id" { default = null }
variable "namespace" {
  type    = string
  default = "default"
}
variable "use_existing_k8s_sa" {
  type    = bool
  default = false
}
variable "roles" {
  type    = list(string)
  default = []
}
variable "additional_projects" {
  type    = map(list(string))
  default = {}
}

locals {
  account_id = var.gcp_sa_name == null ? trimsuffix(substr(var.name, 0, 30), "-") : var.gcp_sa_name
  existing   = "${local.account_id}@${var.project_id}.iam.gserviceaccount.com"
  email      = var.use_existing_gcp_sa ? local.existing : google_service_account.cluster_service_account[0].email
  ksa        = var.k8s_sa_name == null ? var.name : var.k8s_sa_name
  pool       = "${var.k8s_sa_project_id == null ? var.project_id : var.k8s_sa_project_id}.svc.id.goog"
  elsewhere  = flatten([for project, roles in var.additional_projects : [for role in roles : { project = project, role = role }]])
}

resource "google_service_account" "cluster_service_account" {
  count      = var.use_existing_gcp_sa ? 0 : 1
  account_id = local.account_id
  project    = var.project_id
}

resource "kubernetes_service_account_v1" "main" {
  count = var.use_existing_k8s_sa ? 0 : 1
  metadata {
    name        = local.ksa
    namespace   = var.namespace
    annotations = { "iam.gke.io/gcp-service-account" = local.email }
  }
}

resource "google_service_account_iam_member" "main" {
  service_account_id = (
    var.use_existing_gcp_sa
    ? "projects/${var.project_id}/serviceAccounts/${local.existing}"
    : google_service_account.cluster_service_account[0].name
  )
  role   = "roles/iam.workloadIdentityUser"
  member = "serviceAccount:${local.pool}[${var.namespace}/${local.ksa}]"
}

resource "google_project_iam_member" "workload_identity_sa_bindings" {
  for_each = toset(var.roles)
  project  = var.project_id
  role     = each.value
  member   = "serviceAccount:${local.email}"
}

resource "google_project_iam_member" "workload_identity_sa_bindings_additional_projects" {
  for_each = { for grant in local.elsewhere : "${grant.project}.${grant.role}" => grant }
  project  = each.value.project
  role     = each.value.role
  member   = "serviceAccount:${local.email}"
}

output "gcp_service_account_email" { value = local.email }
output "gcp_service_account_fqn" { value = "serviceAccount:${local.email}" }
output "k8s_service_account_name" { value = local.ksa }
output "k8s_service_account_namespace" { value = var.namespace }
