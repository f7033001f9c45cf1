# GoogleCloudPlatform/cloud-foundation-fabric//modules/project: a project, its services and who is granted what on it.

variable "kfplint_unsaid" {}

variable "name" {}
variable "prefix" { default = null }
variable "parent" { default = null }
variable "project_create" { default = true }
variable "project_reuse" { default = null }
variable "services" { default = [] }
variable "default_service_account" { default = "keep" }
variable "factories_config" { default = null }
variable "context" { default = null }
variable "iam" { default = {} }
variable "iam_bindings" { default = {} }
variable "iam_bindings_additive" { default = {} }
variable "iam_by_principals" { default = {} }
variable "iam_by_principals_additive" { default = {} }
variable "group_iam" { default = {} }
variable "custom_roles" { default = {} }

locals {
  project_id = "${var.prefix == null ? "" : "${var.prefix}-"}${var.name}"
  creates    = var.project_create && var.project_reuse == null
  folder     = startswith(var.parent == null ? "" : var.parent, "folders/")

  of_principals = { for role in distinct(flatten(values(var.iam_by_principals))) :
  role => [for principal, roles in var.iam_by_principals : principal if contains(roles, role)] }
  iam = { for role in distinct(concat(keys(var.iam), keys(local.of_principals))) :
  role => concat(lookup(var.iam, role, []), lookup(local.of_principals, role, [])) }
  additive = merge(var.iam_bindings_additive, { for pair in flatten([for entity, roles in var.iam_by_principals_additive : [for role in roles : { entity = entity, role = role }]]) :
  "iam-bpa:${pair.entity}-${pair.role}" => { member = pair.entity, role = pair.role, condition = null } })
}

resource "google_project" "project" {
  count      = local.creates ? 1 : 0
  project_id = local.project_id
  name       = local.project_id
  folder_id  = local.folder ? split("/", var.parent)[1] : null
  org_id     = var.parent == null || local.folder ? null : split("/", var.parent)[1]
}

resource "google_project_service" "project_services" {
  for_each = toset([for service in var.services : service if service != "orgpolicy.googleapis.com"])
  project  = local.project_id
  service  = each.value
}

resource "google_project_default_service_accounts" "default_service_accounts" {
  count   = upper(var.default_service_account) == "KEEP" ? 0 : 1
  project = local.project_id
  action  = upper(var.default_service_account)
}

resource "google_project_iam_custom_role" "roles" {
  for_each    = var.custom_roles
  project     = local.project_id
  role_id     = each.key
  title       = "Custom role ${each.key}"
  permissions = each.value
}

resource "google_project_iam_binding" "authoritative" {
  for_each = local.iam
  project  = local.project_id
  role     = each.key
  members  = each.value
}

resource "google_project_iam_binding" "bindings" {
  for_each = var.iam_bindings
  project  = local.project_id
  role     = each.value.role
  members  = each.value.members
  dynamic "condition" {
    for_each = try(each.value.condition, null) == null ? [] : [each.value.condition]
    content {
      expression = condition.value.expression
      title      = condition.value.title
    }
  }
}

resource "google_project_iam_member" "bindings" {
  for_each = local.additive
  project  = local.project_id
  role     = each.value.role
  member   = each.value.member
  dynamic "condition" {
    for_each = try(each.value.condition, null) == null ? [] : [each.value.condition]
    content {
      expression = condition.value.expression
      title      = condition.value.title
    }
  }
}

output "id" { value = local.project_id }
output "project_id" { value = local.project_id }
output "name" { value = local.project_id }
output "number" { value = local.creates ? google_project.project[0].number : var.kfplint_unsaid }
output "services" { value = var.services }
