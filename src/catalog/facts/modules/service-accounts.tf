# terraform-google-modules/service-accounts/google

variable "project_id" {}
variable "prefix" { default = "" }
variable "names" {
  type    = list(string)
  default = []
}
variable "project_roles" {
  type    = list(string)
  default = []
}
variable "grant_billing_role" { default = false }
variable "billing_account_id" { default = "" }
variable "grant_xpn_roles" { default = true }
variable "org_id" { default = "" }
variable "generate_keys" { default = false }

locals {
  names  = toset(var.names)
  grants = { for pair in setproduct(local.names, toset(var.project_roles)) : "${pair[0]}-${pair[1]}" => { name = pair[0], parts = split("=>", pair[1]) } }
  emails = [for account in google_service_account.service_accounts : account.email]
}

resource "google_service_account" "service_accounts" {
  for_each   = local.names
  account_id = "${var.prefix == "" ? "" : "${var.prefix}-"}${lower(each.key)}"
  project    = var.project_id
}

resource "google_project_iam_member" "project-roles" {
  for_each = local.grants
  project  = each.value.parts[0]
  role     = each.value.parts[1]
  member   = "serviceAccount:${google_service_account.service_accounts[each.value.name].email}"
}

resource "google_organization_iam_member" "xpn_admin" {
  for_each = var.grant_xpn_roles && var.org_id != "" ? local.names : toset([])
  org_id   = var.org_id
  role     = "roles/compute.xpnAdmin"
  member   = "serviceAccount:${google_service_account.service_accounts[each.key].email}"
}

resource "google_organization_iam_member" "organization_viewer" {
  for_each = var.grant_xpn_roles && var.org_id != "" ? local.names : toset([])
  org_id   = var.org_id
  role     = "roles/resourcemanager.organizationViewer"
  member   = "serviceAccount:${google_service_account.service_accounts[each.key].email}"
}

resource "google_service_account_key" "keys" {
  for_each           = var.generate_keys ? local.names : toset([])
  service_account_id = google_service_account.service_accounts[each.key].email
}

output "service_account" { value = try(values(google_service_account.service_accounts)[0], null) }
output "email" { value = try(local.emails[0], null) }
output "iam_email" { value = try("serviceAccount:${local.emails[0]}", null) }
output "service_accounts" { value = values(google_service_account.service_accounts) }
output "service_accounts_map" { value = google_service_account.service_accounts }
output "emails_list" { value = local.emails }
output "iam_emails_list" { value = [for email in local.emails : "serviceAccount:${email}"] }
output "key" {
  value     = var.generate_keys ? base64decode(google_service_account_key.keys[var.names[0]].private_key) : ""
  sensitive = true
}
