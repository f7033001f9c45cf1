variable "text" {
  type = string
}

variable "number" {
  type    = number
  default = 3
  validation {
    condition     = var.number >= 1
    error_message = "The number ${var.number} is too small."
  }
}

variable "flag" {
  type     = bool
  nullable = false
  default  = true
}

variable "list" {
  type = list(string)
}

variable "set" {
  type    = set(number)
  default = []
}

variable "map" {
  type = map(list(string))
}

variable "object" {
  type = object({
    name  = string
    size  = optional(number, 3)
    spot  = optional(bool)
    pools = optional(map(object({ machine = string, taint = optional(tuple([string, number])) })), {})
  })
}

variable "any" {}

variable "secret" {
  type      = string
  sensitive = true
  default   = "correct horse"
}

locals {
  pools = try(var.object.pools, {})
}

resource "google_container_cluster" "c" {
  name               = "c-${var.text}"
  location           = try(var.list[0], "us-central1-a")
  initial_node_count = var.number
  resource_labels    = { for k, v in var.map : k => join("-", v) }
  node_config {
    machine_type = var.object.name
    spot         = var.object.spot
    oauth_scopes = var.flag ? ["cloud-platform"] : var.list
  }
}

resource "google_container_node_pool" "p" {
  for_each   = local.pools
  name       = each.key
  cluster    = google_container_cluster.c.id
  node_count = var.object.size
  node_config {
    machine_type = each.value.machine
    labels       = { secret = var.secret, any = jsonencode(var.any) }
  }
}

resource "google_storage_bucket" "b" {
  for_each = toset([for n in var.set : tostring(n)])
  name     = "bucket-${each.key}"
  location = upper(var.text)
}

output "all" {
  value     = [var.text, var.number, var.flag, var.list, var.set, var.map, var.object, var.any]
  sensitive = true
}
