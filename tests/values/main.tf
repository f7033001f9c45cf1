# The scope in which the expressions of facts.jsonl stand. Variables without a default are unknown, as in `terraform console`.
terraform {}

variable "any" {}
variable "n" { type = number }
variable "n_set" {
  type     = number
  nullable = false
}
variable "b" { type = bool }
variable "s" { type = string }
variable "l" { type = list(string) }
variable "ln" { type = list(number) }
variable "st" { type = set(string) }
variable "m" { type = map(string) }
variable "o" { type = object({ a = string, b = number }) }
variable "t" { type = tuple([string, number]) }

variable "c_list_any_numbers_strings" {
  type    = list(any)
  default = [1, "a", true]
}
variable "c_list_any_null" {
  type    = list(any)
  default = [null, 1]
}
variable "c_list_any_all_null" {
  type    = list(any)
  default = [null, null]
}
variable "c_list_any_empty" {
  type    = list(any)
  default = []
}
variable "c_list_any_objects" {
  type    = list(any)
  default = [{ a = 1 }, { a = "x" }]
}
variable "c_list_any_objects_differ" {
  type    = list(any)
  default = [{ a = 1 }, { a = 2, b = "x" }]
}
variable "c_list_any_tuples_differ" {
  type    = list(any)
  default = [[1], ["a", 2], []]
}
variable "c_list_any_tuples_same" {
  type    = list(any)
  default = [[1, "a"], ["b", 2]]
}
variable "c_map_any" {
  type    = map(any)
  default = { a = 1, b = "x", c = false }
}
variable "c_map_any_empty" {
  type    = map(any)
  default = {}
}
variable "c_map_any_nested" {
  type    = map(any)
  default = { a = { x = 1 }, b = { x = "q" } }
}
variable "c_map_any_nested_differ" {
  type    = map(any)
  default = { a = { x = 1 }, b = { y = "q" } }
}
variable "c_map_any_lists" {
  type    = map(any)
  default = { a = [1], b = ["x", "y"] }
}
variable "c_set_any" {
  type    = set(any)
  default = [3, 1, 2, 1, "10"]
}
variable "c_set_string" {
  type    = set(string)
  default = ["b", "a", "b", "C", "10", "9"]
}
variable "c_set_number" {
  type    = set(number)
  default = [10, 9, "9", -1, 0.5]
}
variable "c_set_bool" {
  type    = set(bool)
  default = [true, "false", false]
}
variable "c_set_object" {
  type    = set(object({ n = string, v = optional(number, 7) }))
  default = [{ n = "b" }, { n = "a", v = 10 }, { n = "a", v = 9 }, { n = "a" }]
}
variable "c_set_list" {
  type    = set(list(string))
  default = [["b"], ["a", "z"], ["a"], []]
}
variable "c_set_map" {
  type    = set(map(number))
  default = [{ b = 1 }, { a = 2 }, {}, { a = 1, b = 1 }]
}
variable "c_set_null" {
  type    = set(string)
  default = ["b", null, "a", null]
}
variable "c_list_number" {
  type    = list(number)
  default = ["1", 2, "3.50"]
}
variable "c_list_string" {
  type    = list(string)
  default = [1, true, null, "x"]
}
variable "c_object_subset" {
  type    = object({ a = string })
  default = { a = 1, b = 2 }
}
variable "c_object_optional" {
  type    = object({ a = string, b = optional(number), c = optional(string, "dflt"), d = optional(list(string), []) })
  default = { a = "x" }
}
variable "c_object_optional_null" {
  type    = object({ a = string, b = optional(number), c = optional(string, "dflt") })
  default = { a = "x", c = null }
}
variable "c_object_nested_default" {
  type = object({
    in = optional(object({ x = optional(number, 1), y = optional(string) }), {})
    no = optional(object({ x = optional(number, 1) }))
  })
  default = {}
}
variable "c_object_nested_default_child" {
  type = object({
    in = optional(object({ x = optional(number, 1), y = optional(string, "q") }), { x = 5 })
  })
  default = {}
}
variable "c_map_of_optional" {
  type    = map(object({ size = optional(number, 3), kind = optional(string) }))
  default = { p = {}, q = { size = null }, r = { size = "4", kind = 1 } }
}
variable "c_list_of_optional" {
  type    = list(object({ size = optional(number, 3), tags = optional(map(string), { a = "b" }) }))
  default = [{}, { size = 1, tags = { c = true } }]
}
variable "c_tuple" {
  type    = tuple([string, number, bool])
  default = [1, "2", "true"]
}
variable "c_tuple_optional" {
  type    = tuple([object({ a = optional(string, "z") }), string])
  default = [{}, "k"]
}
variable "c_map_string" {
  type    = map(string)
  default = { a = 1, b = true, c = null }
}
variable "c_map_list" {
  type    = map(list(string))
  default = { a = [1], b = [] }
}
variable "c_any" {
  default = { a = [1, "x", { b = null }], b = null }
}
variable "c_object_any" {
  type    = object({ a = any, b = optional(any), c = list(any) })
  default = { a = [1, "x"], c = [1, "2"] }
}
variable "c_list_any_mixed_null_object" {
  type    = list(any)
  default = [{ a = null }, { a = 1 }]
}
variable "c_map_bool" {
  type    = map(bool)
  default = { a = "true", b = "0", c = "1" }
}
variable "c_null_list" {
  type    = list(string)
  default = null
}
variable "c_null_set" {
  type    = set(object({ a = string }))
  default = null
}
variable "c_null_map" {
  type    = map(list(number))
  default = null
}
variable "c_null_object" {
  type    = object({ a = string })
  default = null
}
variable "c_null_tuple" {
  type    = tuple([string])
  default = null
}
variable "c_list_list_any" {
  type    = list(list(any))
  default = [[1], ["a"], []]
}
variable "c_map_map_any" {
  type    = map(map(any))
  default = { a = { x = 1 }, b = { y = "z" }, c = {} }
}
variable "c_list_set_any" {
  type    = list(set(any))
  default = [[2, 1, 1], ["b"]]
}
variable "c_secret" {
  type      = object({ a = string })
  default   = { a = 1 }
  sensitive = true
}
