//! Configurations made by rule, of any size and always the same: for benches, for the guard of counted work, and for measurement
//! by hand (`cargo run --release --example inputs`).

#![allow(dead_code)] // each user takes what it needs

use std::fmt::Write as _;
use std::path::Path;

/// A way to make a configuration: what it is called, what its size counts, and what writes it.
pub struct Shape {
    /// What it is called.
    pub name: &'static str,
    /// What its size counts.
    pub counts: &'static str,
    /// Writes one of a size into a folder.
    pub write: fn(&Path, usize),
}

/// All shapes.
pub const SHAPES: &[Shape] = &[
    Shape { name: "monorepo", counts: "root modules, each with 10 calls of 40 shared modules", write: monorepo },
    Shape { name: "instances", counts: "instances of one resource", write: |dir, n| one_file(dir, &instances(n)) },
    Shape {
        name: "resources",
        counts: "resource blocks in one root module",
        write: |dir, n| one_file(dir, &resources(n)),
    },
    Shape {
        name: "locals",
        counts: "local values, each made of the one before",
        write: |dir, n| one_file(dir, &locals(n)),
    },
    Shape { name: "megabytes", counts: "megabytes in one file", write: |dir, n| one_file(dir, &megabytes(n)) },
    Shape { name: "calls", counts: "calls of one module", write: calls },
    Shape { name: "nesting", counts: "modules, each called by the one before", write: nesting },
    Shape {
        name: "findings",
        counts: "clusters that are not ready, in one file",
        write: |dir, n| one_file(dir, &findings(n)),
    },
    Shape {
        name: "grants",
        counts: "accounts, each with 10 grants and a cluster",
        write: |dir, n| one_file(dir, &grants(n)),
    },
];

/// A monorepo of teams: each root module calls 10 of 40 shared modules, 7 resource instances a call.
pub fn monorepo(dir: &Path, roots: usize) {
    repository(dir, roots, 40, 10);
}

/// A monorepo of `roots` root modules that call `calls` of `modules` shared modules each.
pub fn repository(dir: &Path, roots: usize, modules: usize, calls: usize) {
    for module in 0..modules {
        let folder = dir.join(format!("modules/platform-{module:03}"));
        put(&folder, "variables.tf", &variables(module));
        put(&folder, "main.tf", PLATFORM);
        put(&folder, "outputs.tf", "output \"email\" {\n  value = google_service_account.nodes.email\n}\n");
    }
    for root in 0..roots {
        let folder = dir.join(format!("live/team-{root:03}"));
        let mut text = format!(
            "provider \"google\" {{\n  project = \"team-{root:03}\"\n  region  = \"europe-west4\"\n}}\nvariable \"env\" {{ type = string }}\n"
        );
        for call in 0..calls {
            let module = (root * 7 + call) % modules;
            let pools = match (root + call) % 5 {
                0 => "{ cpu = { machine_type = \"e2-small\" } }",
                _ => "{ cpu = { nodes = 1 }, gpu = { nodes = 0 } }",
            };
            let _ = write!(
                text,
                "module \"p{call}\" {{\n  source  = \"../../modules/platform-{module:03}\"\n  project = \"team-{root:03}-${{var.env}}-{call}\"\n  pools   = {pools}\n}}\n"
            );
        }
        put(&folder, "main.tf", &text);
        put(&folder, "terraform.tfvars", &format!("env = \"{}\"\n", ["dev", "stage", "prod"][root % 3]));
    }
}

/// Inputs of a shared module. The modules differ in their default machine type.
fn variables(module: usize) -> String {
    let size = 2 << (module % 4);
    format!(
        r#"variable "project" {{
  type        = string
  description = "Project that holds platform {module}."
}}
variable "location" {{
  type    = string
  default = "europe-west4"
}}
variable "pools" {{
  type = map(object({{
    machine_type = optional(string, "n2-standard-{size}")
    nodes        = optional(number, 1)
    scopes       = optional(list(string), ["cloud-platform"])
  }}))
  default = {{ cpu = {{}}, big = {{ nodes = 2 }} }}
}}
variable "roles" {{
  type    = set(string)
  default = ["logging.logWriter", "monitoring.metricWriter", "monitoring.viewer", "storage.objectViewer"]
}}
"#
    )
}

/// A shared module: a cluster with pools by `for_each`, their account and its grants.
const PLATFORM: &str = r#"locals {
  name  = join("-", compact(["ml", var.project, terraform.workspace == "default" ? "" : terraform.workspace]))
  pools = { for k, p in var.pools : k => merge(p, { label = upper(k) }) if p.nodes > 0 }
}
resource "google_service_account" "nodes" {
  account_id = substr(replace("kfp-${local.name}", "_", "-"), 0, 28)
  project    = var.project
}
resource "google_project_iam_member" "nodes" {
  for_each = var.roles
  project  = var.project
  role     = format("roles/%s", each.value)
  member   = "serviceAccount:${google_service_account.nodes.email}"
}
resource "google_container_cluster" "this" {
  name                     = local.name
  project                  = var.project
  location                 = var.location
  remove_default_node_pool = true
  initial_node_count       = 1
}
resource "google_container_node_pool" "this" {
  for_each   = local.pools
  name       = each.key
  project    = var.project
  cluster    = google_container_cluster.this.id
  node_count = each.value.nodes
  node_config {
    machine_type    = each.value.machine_type
    service_account = google_service_account.nodes.email
    oauth_scopes    = each.value.scopes
    labels          = { tier = each.value.label }
    dynamic "taint" {
      for_each = each.key == "gpu" ? [1] : []
      content {
        key    = "nvidia.com/gpu"
        value  = "present"
        effect = "NO_SCHEDULE"
      }
    }
  }
}
"#;

/// One resource with so many instances.
pub fn instances(count: usize) -> String {
    format!(
        r#"resource "google_project_iam_member" "each" {{
  count   = {count}
  project = "ml"
  role    = "roles/storage.objectViewer"
  member  = "user:person-${{count.index}}@example.com"
}}
"#
    )
}

/// So many resources of one instance each, of four types.
pub fn resources(count: usize) -> String {
    let one = |i: usize| match i % 4 {
        0 => format!(
            "resource \"google_service_account\" \"a{i}\" {{\n  account_id = \"account-{i}\"\n  project    = \"ml\"\n}}\n"
        ),
        1 => format!(
            "resource \"google_project_iam_member\" \"m{i}\" {{\n  project = \"ml\"\n  role    = \"roles/storage.objectViewer\"\n  member  = \"serviceAccount:${{google_service_account.a{}.email}}\"\n}}\n",
            i - 1
        ),
        2 => format!(
            "resource \"google_storage_bucket\" \"b{i}\" {{\n  name     = \"bucket-{i}\"\n  location = \"EU\"\n}}\n"
        ),
        _ => format!("resource \"google_project_service\" \"s{i}\" {{\n  service = \"api-{i}.googleapis.com\"\n}}\n"),
    };
    (0..count).map(one).collect()
}

/// A chain of local values.
pub fn locals(count: usize) -> String {
    let one = |i: usize| format!("  l{i} = local.l{} + 1\n", i - 1);
    format!("locals {{\n  l0 = 0\n{}}}\n", (1..count).map(one).collect::<String>())
}

/// So many megabytes of local values in one file.
pub fn megabytes(count: usize) -> String {
    let mut text = String::from("locals {\n");
    let mut i = 0;
    while text.len() < count << 20 {
        let _ = writeln!(
            text,
            "  entry_{i} = {{ name = \"entry ${{upper(\"{i}\")}}\", list = [{i}, {}, true, null], nested = {{ a = {{ b = \"c\" }} }} }} # text",
            i + 1
        );
        i += 1;
    }
    text + "}\n"
}

fn calls(dir: &Path, count: usize) {
    let one = |i: usize| {
        format!("module \"c{i}\" {{\n  source  = \"../module\"\n  project = \"p{i}\"\n  number  = {i}\n}}\n")
    };
    put(&dir.join("root"), "main.tf", &(0..count).map(one).collect::<String>());
    let module = "variable \"project\" {}\nvariable \"number\" {}\nresource \"google_storage_bucket\" \"b\" {\n  name     = \"bucket-${var.project}-${var.number}\"\n  location = \"EU\"\n}\noutput \"name\" {\n  value = google_storage_bucket.b.name\n}\n";
    put(&dir.join("module"), "main.tf", module);
}

fn nesting(dir: &Path, depth: usize) {
    for level in 0..depth {
        let folder = match level {
            0 => dir.join("root"),
            level => dir.join(format!("level-{level}")),
        };
        let mut text = String::from(
            "variable \"names\" {\n  type    = list(string)\n  default = [\"a\", \"b\", \"c\"]\n}\nresource \"google_storage_bucket\" \"b\" {\n  for_each = toset(var.names)\n  name     = each.key\n  location = \"EU\"\n}\n",
        );
        if level + 1 < depth {
            let _ = write!(
                text,
                "module \"next\" {{\n  source = \"../level-{}\"\n  names  = concat(var.names, [\"level-{level}\"])\n}}\noutput \"all\" {{\n  value = module.next.all\n}}\n",
                level + 1
            );
        } else {
            text += "output \"all\" {\n  value = var.names\n}\n";
        }
        put(&folder, "main.tf", &text);
    }
}

/// So many clusters that are too small.
pub fn findings(count: usize) -> String {
    let one = |i: usize| {
        format!(
            "resource \"google_container_cluster\" \"c{i}\" {{\n  name               = \"cluster-{i}\"\n  location           = \"europe-west4-a\"\n  initial_node_count = 2\n  node_config {{\n    machine_type = \"e2-small\"\n  }}\n}}\n"
        )
    };
    (0..count).map(one).collect()
}

/// So many accounts, each with a cluster of its own and 10 grants.
pub fn grants(count: usize) -> String {
    let one = |i: usize| {
        format!(
            r#"resource "google_service_account" "a{i}" {{
  account_id = "account-{i}"
  project    = "ml"
}}
resource "google_project_iam_member" "g{i}" {{
  for_each = toset(["logging.logWriter", "monitoring.metricWriter", "monitoring.viewer", "storage.objectViewer", "storage.objectCreator", "pubsub.viewer", "pubsub.editor", "bigquery.user", "bigquery.jobUser", "cloudtrace.agent"])
  project  = "ml"
  role     = "roles/${{each.key}}"
  member   = google_service_account.a{i}.member
}}
resource "google_container_cluster" "c{i}" {{
  name               = "cluster-{i}"
  project            = "ml"
  location           = "europe-west4-a"
  initial_node_count = 3
  node_config {{
    machine_type    = "e2-standard-2"
    service_account = google_service_account.a{i}.email
    oauth_scopes    = ["cloud-platform"]
  }}
}}
"#
        )
    };
    (0..count).map(one).collect()
}

fn one_file(dir: &Path, text: &str) {
    put(dir, "main.tf", text);
}

fn put(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, text)).unwrap_or_else(|e| panic!("{path:?}: {e}"));
}
