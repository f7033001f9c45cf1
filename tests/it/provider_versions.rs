//! The schemas that kfplint knows count where `terraform init` chooses their version, and nowhere else.

use crate::tree::check;

/// The levels, codes and lines of what a report says of Terraform itself.
fn faults(text: &str) -> Vec<String> {
    let report = check(text);
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    let own = diagnostics.filter(|d| d["code"].as_str().unwrap().starts_with("TF"));
    own.map(|d| format!("{} {}", d["code"].as_str().unwrap(), d["primary"]["start"]["line"])).collect()
}

const OLD_ARGUMENT: &str = "load_config_file = false\n}\n";

#[test]
fn a_version_in_a_provider_block_counts() {
    assert_eq!(faults(&format!("provider \"kubernetes\" {{\n  version = \"1.11.2\"\n  {OLD_ARGUMENT}")), [""; 0]);
    assert_eq!(faults(&format!("provider \"kubernetes\" {{\n  {OLD_ARGUMENT}")), ["TF003 2"]);
    let required = "terraform {\n  required_providers {\n    kubernetes = {\n      source = \"hashicorp/kubernetes\"\n      version = \"~> 1.11\"\n    }\n  }\n}\n";
    assert_eq!(faults(&format!("{required}provider \"kubernetes\" {{\n  {OLD_ARGUMENT}")), [""; 0]);
}

/// An output that shows what the newest schema calls sensitive.
fn certificate(version: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    google = {{\n      source = \"hashicorp/google\"\n      version = \"{version}\"\n    }}\n  }}\n}}\n\
         resource \"google_sql_database_instance\" \"metadata\" {{\n  database_version = \"MYSQL_8_0\"\n  region = \"us-central1\"\n  settings {{\n    tier = \"db-f1-micro\"\n  }}\n}}\n\
         output \"certificate\" {{\n  value = google_sql_database_instance.metadata.server_ca_cert\n}}\n"
    )
}

#[test]
fn what_is_sensitive_is_an_error_only_in_versions_that_are_known() {
    assert_eq!(faults(&certificate("~> 7.0")), ["TF005 17"]);
    assert_eq!(faults(&certificate("~> 3.57.0")), [""; 0]);
    let own = "variable \"key\" {\n  sensitive = true\n  default = \"k\"\n}\n";
    let value = "resource \"terraform_data\" \"a\" {\n  input = var.key\n}\noutput \"key\" {\n  value = terraform_data.a.input\n}\n";
    assert_eq!(faults(&format!("{own}{value}")), ["TF005 9"]);
}

#[test]
fn a_published_module_without_a_project_is_in_that_of_the_provider() {
    let text = "provider \"google\" {\n  project = \"acme\"\n}\nmodule \"apis\" {\n  source        = \"terraform-google-modules/project-factory/google//modules/project_services\"\n  version       = \"~> 14.0\"\n  project_id    = null\n  activate_apis = [\"container.googleapis.com\"]\n}\noutput \"pool\" {\n  value = \"${module.apis.project_id}.svc.id.goog\"\n}\n";
    assert!(!faults(text).iter().any(|fault| fault.starts_with("TF005")), "{:?}", faults(text));
}
