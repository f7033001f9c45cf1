# GoogleCloudPlatform/cloud-foundation-fabric//modules/iam-service-account: one account, and what it and others are granted.

variable "project_id" { default = null }
variable "name" {}
variable "prefix" { default = null }
variable "service_account_create" { default = true }
variable "service_account_reuse" { default = null }
variable "context" { default = null }
variable "iam" { default = {} }
variable "iam_bindings" { default = {} }
variable "iam_bindings_additive" { default = {} }
variable "iam_by_principals" { default = {} }
variable "iam_by_principals_additive" { default = {} }
variable "iam_folder_roles" { default = {} }
variable "iam_organization_roles" { default = {} }
variable "iam_project_roles" { default = {} }
variable "iam_sa_roles" { default = {} }
variable "iam_storage_roles" { default = {} }

locals {
  account_id = "${var.prefix == null ? "" : "${var.prefix}-"}${split("@", var.name)[0]}"
  creates    = var.service_account_create && var.service_account_reuse == null
  email      = var.project_id == null ? var.name : "${local.account_id}@${var.project_id}.iam.gserviceaccount.com"
  member     = "serviceAccount:${local.email}"
  full_name  = "projects/${var.project_id == null ? "-" : var.project_id}/serviceAccounts/${local.email}"

  of_principals = { for role in distinct(flatten(values(var.iam_by_principals))) :
  role => [for principal, roles in var.iam_by_principals : principal if contains(roles, role)] }
  iam = { for role in distinct(concat(keys(var.iam), keys(local.of_principals))) :
  role => concat(lookup(var.iam, role, []), lookup(local.of_principals, role, [])) }
  additive = merge(var.iam_bindings_additive, { for pair in flatten([for entity, roles in var.iam_by_principals_additive : [for role in roles : { entity = entity, role = role }]]) :
  "iam-bpa:${pair.entity}-${pair.role}" => { member = pair.entity, role = pair.role, condition = null } })
}

resource "google_service_account" "service_account" {
  count      = local.creates ? 1 : 0
  project    = var.project_id
  account_id = local.account_id
}

resource "google_service_account_iam_binding" "authoritative" {
  for_each           = local.iam
  service_account_id = local.creates ? google_service_account.service_account[0].name : local.full_name
  role               = each.key
  members            = each.value
}

resource "google_service_account_iam_binding" "bindings" {
  for_each           = var.iam_bindings
  service_account_id = local.creates ? google_service_account.service_account[0].name : local.full_name
  role               = each.value.role
  members            = each.value.members
  dynamic "condition" {
    for_each = try(each.value.condition, null) == null ? [] : [each.value.condition]
    content {
      expression = condition.value.expression
      title      = condition.value.title
    }
  }
}

resource "google_service_account_iam_member" "bindings" {
  for_each           = local.additive
  service_account_id = local.creates ? google_service_account.service_account[0].name : local.full_name
  role               = each.value.role
  member             = each.value.member
  dynamic "condition" {
    for_each = try(each.value.condition, null) == null ? [] : [each.value.condition]
    content {
      expression = condition.value.expression
      title      = condition.value.title
    }
  }
}

resource "google_folder_iam_member" "folder_roles" {
  for_each = { for pair in flatten([for entity, roles in var.iam_folder_roles : [for role in roles : { entity = entity, role = role }]]) : "${pair.entity}-${pair.role}" => pair }
  folder   = each.value.entity
  role     = each.value.role
  member   = local.creates ? google_service_account.service_account[0].member : local.member
}

resource "google_organization_iam_member" "organization_roles" {
  for_each = { for pair in flatten([for entity, roles in var.iam_organization_roles : [for role in roles : { entity = entity, role = role }]]) : "${pair.entity}-${pair.role}" => pair }
  org_id   = each.value.entity
  role     = each.value.role
  member   = local.creates ? google_service_account.service_account[0].member : local.member
}

resource "google_project_iam_member" "project_roles" {
  for_each = { for pair in flatten([for entity, roles in var.iam_project_roles : [for role in roles : { entity = entity, role = role }]]) : "${pair.entity}-${pair.role}" => pair }
  project  = each.value.entity
  role     = each.value.role
  member   = local.creates ? google_service_account.service_account[0].member : local.member
}

resource "google_service_account_iam_member" "additive" {
  for_each           = { for pair in flatten([for entity, roles in var.iam_sa_roles : [for role in roles : { entity = entity, role = role }]]) : "${pair.entity}-${pair.role}" => pair }
  service_account_id = each.value.entity
  role               = each.value.role
  member             = local.creates ? google_service_account.service_account[0].member : local.member
}

resource "google_storage_bucket_iam_member" "bucket_roles" {
  for_each = { for pair in flatten([for entity, roles in var.iam_storage_roles : [for role in roles : { entity = entity, role = role }]]) : "${pair.entity}-${pair.role}" => pair }
  bucket   = each.value.entity
  role     = each.value.role
  member   = local.creates ? google_service_account.service_account[0].member : local.member
}

output "email" { value = local.email }
output "iam_email" { value = local.member }
output "id" { value = local.full_name }
output "name" { value = local.email }
output "service_account" { value = local.creates ? google_service_account.service_account[0] : null }
