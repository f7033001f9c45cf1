# terraform-google-modules/iam/google//modules/member_iam

variable "project_id" {}
variable "service_account_address" {}
variable "project_roles" {
  type    = list(string)
  default = []
}
variable "prefix" { default = "serviceAccount" }

resource "google_project_iam_member" "project_iam_member" {
  for_each = toset(var.project_roles)
  project  = var.project_id
  role     = each.key
  member   = "${var.prefix}:${var.service_account_address}"
}

output "roles" { value = toset(var.project_roles) }
