# terraform-google-modules/project-factory/google//modules/project_services

variable "project_id" {}
variable "enable_apis" {
  type    = bool
  default = true
}
variable "activate_apis" {
  type    = list(string)
  default = []
}
variable "activate_api_identities" {
  type    = list(object({ api = string, roles = list(string) }))
  default = []
}

resource "google_project_service" "project_services" {
  for_each = var.enable_apis ? toset(concat(var.activate_apis, var.activate_api_identities[*].api)) : toset([])
  project  = var.project_id
  service  = each.key
}

output "project_id" { value = element(concat([for service in google_project_service.project_services : service.project], [var.project_id]), 0) }
output "enabled_apis" { value = [for service in google_project_service.project_services : service.service] }
