# terraform-google-modules/iam/google//modules/projects_iam

variable "projects" {
  type    = list(string)
  default = []
}
variable "mode" {
  type    = string
  default = "additive"
}
variable "bindings" {
  type    = map(list(string))
  default = {}
}
variable "conditional_bindings" {
  type    = list(object({ role = string, title = string, description = string, expression = string, members = list(string) }))
  default = []
}

locals {
  # A single target, whose name may be known only after apply, is called "default" in the keys.
  targets = { for name in var.projects : length(var.projects) == 1 ? "default" : name => name }
  bindings = concat(
    flatten([for alias, name in local.targets : [for role, members in var.bindings :
      { key = "${alias}--${role}", name = name, role = role, members = members, conditions = [] }
    ]]),
    flatten([for alias, name in local.targets : [for binding in var.conditional_bindings :
      { key = "${alias}--${binding.role}--${binding.title}", name = name, role = binding.role, members = binding.members, conditions = [binding] }
    ]]),
  )
}

resource "google_project_iam_binding" "project_iam_authoritative" {
  for_each = var.mode == "authoritative" ? { for binding in local.bindings : binding.key => binding } : {}
  project  = each.value.name
  role     = each.value.role
  members  = each.value.members
  dynamic "condition" {
    for_each = each.value.conditions
    content {
      title       = condition.value.title
      description = condition.value.description
      expression  = condition.value.expression
    }
  }
}

resource "google_project_iam_member" "project_iam_additive" {
  for_each = var.mode == "additive" ? merge([
    for binding in local.bindings : { for member in binding.members : "${binding.key}--${member}" => merge(binding, { member = member }) }
  ]...) : {}
  project = each.value.name
  role    = each.value.role
  member  = each.value.member
  dynamic "condition" {
    for_each = each.value.conditions
    content {
      title       = condition.value.title
      description = condition.value.description
      expression  = condition.value.expression
    }
  }
}

output "projects" { value = var.projects }
