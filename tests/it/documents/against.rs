//! `kfplint evaluate --against`: where the static plan and Terraform's differ.

use super::{folder, printed};
use crate::tree::{Tree, entries};

#[test]
fn recorded_plans_do_not_differ() {
    let mut compared = 0;
    for root in entries("tests/plan") {
        let text = printed(&root, &["evaluate", "--against", "plan.json.gz", "."]);
        assert!(text.ends_with("0 differences, 0 undecided\nexit code Some(0)\n"), "{}: {text}", root.display());
        compared += 1;
    }
    assert!(compared >= 12);
}

#[test]
fn each_kind_of_difference_is_told_and_nothing_secret() {
    let root = Tree::new(&[]);
    let write = |name: &str, text: &str| root.write(name, text.as_bytes());
    write(
        "main.tf",
        r#"
variable "open" {}
variable "password" { sensitive = true }
resource "google_service_account" "a" {
  account_id   = "account"
  display_name = "static"
  description  = var.open
}
resource "google_service_account" "invented" { account_id = "invented" }
resource "google_service_account" "some" {
  count      = var.open == "" ? 0 : 2
  account_id = "some-account"
}
resource "kubernetes_secret" "s" { data = { password = var.password } }
"#,
    );
    write(
        "plan.json",
        r#"{"format_version": "1.2", "resource_changes": [
 {"address": "google_service_account.a", "mode": "managed", "type": "google_service_account", "name": "a",
  "change": {"actions": ["create"], "after": {"account_id": "account", "description": "d"}, "after_unknown": {"display_name": true}}},
 {"address": "google_service_account.missing", "mode": "managed", "type": "google_service_account", "name": "missing",
  "change": {"actions": ["create"], "after": {}, "after_unknown": {}}},
 {"address": "google_service_account.some[0]", "mode": "managed", "type": "google_service_account", "name": "some", "index": 0,
  "change": {"actions": ["create"], "after": {}, "after_unknown": {}}},
 {"address": "kubernetes_secret.s", "mode": "managed", "type": "kubernetes_secret", "name": "s",
  "change": {"actions": ["create"], "after": {"data": {"password": "hunter2"}}, "after_unknown": {}, "after_sensitive": {"data": {"password": true}}}}],
 "configuration": {"root_module": {"resources": [
  {"mode": "managed", "type": "google_service_account", "name": "a",
   "expressions": {"account_id": {"constant_value": "account"}, "display_name": {}, "description": {"references": ["var.open"]}}},
  {"mode": "managed", "type": "kubernetes_secret", "name": "s", "expressions": {"data": {"references": ["var.password"]}}}]}}}"#,
    );
    let text = printed(&root.path(""), &["evaluate", "--against", "plan.json", "-var", "password=other", "."]);
    let expected = "\
guessed    google_service_account.a display_name: Terraform (known after apply), static \"static\"
missing    google_service_account.missing: only Terraform's plan has it
different  kubernetes_secret.s data.password: Terraform (sensitive value), static (sensitive value)
invented   google_service_account.invented: only the static plan has it
undecided  google_service_account.a description: Terraform \"d\" (var.open has no default and no value)
undecided  google_service_account.some[0]: whether it is created (var.open has no default and no value)
2 instances and 1 equal value in both; 4 differences, 2 undecided
exit code Some(1)
";
    assert_eq!(text, expected);
}

#[test]
fn only_a_plan_is_compared() {
    let text = printed(&folder("documents/state"), &["evaluate", "--against", "state.json", "../../plan/basic-zonal"]);
    assert!(text.contains("`state.json` is not a Terraform plan"), "{text}");
    assert!(text.ends_with("exit code Some(2)\n"), "{text}");
}
