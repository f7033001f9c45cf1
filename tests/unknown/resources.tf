resource "terraform_data" "x" {}
resource "terraform_data" "y" { input = { a = "1", b = terraform_data.x.id } }
resource "terraform_data" "many" {
  count = 2
  input = count.index
}
resource "terraform_data" "each" {
  for_each = toset(["p", "q"])
  input    = each.key
}
resource "terraform_data" "maybe" { count = 1 }
resource "terraform_data" "none" { count = 0 }
