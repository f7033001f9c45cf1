//! A hidden value anywhere in a configuration is judged, and stands in no report, graph, message or answer of the console:
//! neither as it is, nor turned, cased, encoded or hashed.

use crate::properties::judged::judge;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kfplint::engine::{Inputs, Session, Settings};
use kfplint::plan_json;
use kfplint::report::{self, Detail, Format, ReportStyle};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// How many configurations are tried, always the same ones.
const CASES: u64 = 300;

/// Letters that nothing else here has: even one of them is seen.
const LETTERS: [&str; 8] = ["ж", "щ", "ю", "э", "ф", "ы", "Ж", "Щ"];

/// Where a hidden value comes from, `§` is the value; files by their names, and the expression for it.
const SOURCES: [(&str, &str, &str); 12] = [
    ("main.tf", "variable \"s\" {\n  sensitive = true\n  default = §\n}\n", "var.s"),
    ("main.tf", "variable \"s\" {\n  ephemeral = true\n  default = §\n}\n", "var.s"),
    ("terraform.tfvars", "s = §\n", "var.s"),
    ("main.tf", "locals {\n  s = sensitive(§)\n}\n", "local.s"),
    ("m/main.tf", "output \"o\" {\n  sensitive = true\n  value = §\n}\n", "module.m.o"),
    (".env", "§", "trimspace(file(\".env\"))"),
    ("key.pem", "§", "trimspace(file(\"key.pem\"))"),
    ("terraform.tfstate", "{\"x\": [\"§\"]}", "jsondecode(file(\"terraform.tfstate\")).x[0]"),
    ("main.tf", "variable \"s\" {\n  sensitive = true\n  default = { k = § }\n}\n", "var.s.k"),
    (
        "main.tf",
        "resource \"tls_cert_request\" \"s\" {\n  private_key_pem = §\n}\n",
        "tls_cert_request.s.private_key_pem",
    ),
    (
        "main.tf",
        "resource \"google_sql_user\" \"s\" {\n  name = \"n\"\n  password = §\n}\n",
        "google_sql_user.s.password",
    ),
    ("main.tf", "resource \"kubernetes_secret\" \"s\" {\n  data = { k = § }\n}\n", "kubernetes_secret.s.data.k"),
];

/// What is made of it, `§` is the value.
const MADE: [&str; 14] = [
    "§",
    "§",
    "§",
    "upper(§)",
    "lower(§)",
    "strrev(§)",
    "format(\"%s-x\", §)",
    "\"a-${§}\"",
    "jsonencode([§])",
    "substr(§, 0, 3)",
    "split(\"-\", \"${§}-b\")[0]",
    "base64encode(§)",
    "sha256(§)",
    "[for x in [§] : x][0]",
];

/// Where it is put, `§` is the expression.
const PLACES: [&str; 40] = [
    "resource \"google_container_cluster\" \"c\" {\n  name = §\n  location = \"us-central1-a\"\n  initial_node_count = 1\n}\n",
    "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = §\n  initial_node_count = 1\n}\n",
    "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1\"\n  initial_node_count = §\n}\n",
    "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = 1\n  node_config {\n    machine_type = §\n    oauth_scopes = [§]\n    service_account = §\n    labels = { (§) = § }\n    disk_size_gb = §\n    taint {\n      key = §\n      value = §\n      effect = §\n    }\n  }\n}\n",
    "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  node_pool {\n    name = §\n    initial_node_count = 1\n    node_config {\n      oauth_scopes = §\n      image_type = §\n      workload_metadata_config {\n        mode = §\n      }\n    }\n  }\n}\n",
    "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = 1\n  min_master_version = §\n  description = §\n  network = §\n  node_locations = [§, \"us-central1-b\"]\n  cluster_autoscaling {\n    enabled = true\n    resource_limits {\n      resource_type = \"cpu\"\n      maximum = §\n    }\n  }\n}\n",
    "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n}\nresource \"google_container_node_pool\" \"p\" {\n  cluster = google_container_cluster.c.name\n  name = §\n  node_count = §\n  node_config {\n    machine_type = §\n  }\n}\n",
    "resource \"google_container_node_pool\" \"p\" {\n  for_each = toset([§, \"${§}2\"])\n  cluster = \"c\"\n  name = each.key\n  node_count = each.value\n  wrong = each.key\n}\n",
    "resource \"google_service_account\" \"a\" {\n  account_id = §\n  project = \"p\"\n}\nresource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1-a\"\n  initial_node_count = 3\n  node_config {\n    service_account = google_service_account.a.email\n  }\n}\n",
    "resource \"google_service_account\" \"a\" {\n  account_id = \"a\"\n  project = §\n}\nresource \"google_project_iam_member\" \"m\" {\n  project = §\n  role = §\n  member = §\n  condition {\n    title = §\n    expression = §\n  }\n}\n",
    "resource \"google_project_iam_member\" \"m\" {\n  project = \"p\"\n  role = \"roles/owner\"\n  member = \"serviceAccont:${§}@p.iam.gserviceaccount.com\"\n}\n",
    "resource \"google_service_account\" \"a\" {\n  account_id = \"a\"\n  project = \"p\"\n}\nresource \"google_project_iam_member\" \"m\" {\n  project = \"p\"\n  role = \"roles/owner\"\n  member = \"serviceAccount:${§}@p.iam.gserviceaccount.com\"\n}\n",
    "resource \"google_project_iam_binding\" \"b\" {\n  project = \"p\"\n  role = §\n  members = [§]\n}\nresource \"google_project_iam_binding\" \"d\" {\n  project = \"p\"\n  role = §\n  members = [\"user:x@y.z\"]\n}\n",
    "data \"google_iam_policy\" \"p\" {\n  binding {\n    role = §\n    members = [§]\n  }\n}\nresource \"google_project_iam_policy\" \"p\" {\n  project = \"p\"\n  policy_data = data.google_iam_policy.p.policy_data\n}\n",
    "resource \"google_service_account_iam_member\" \"m\" {\n  service_account_id = §\n  role = \"roles/iam.workloadIdentityUser\"\n  member = \"serviceAccount:p.svc.id.goog[kubeflow/${§}]\"\n}\n",
    "resource \"google_storage_bucket\" \"b\" {\n  name = §\n  location = §\n}\nresource \"google_project_service\" \"s\" {\n  service = §\n}\n",
    "resource \"kubernetes_secret\" \"s\" {\n  metadata {\n    name = \"user-gcp-sa\"\n    namespace = §\n  }\n  data = { (§) = § }\n}\n",
    "resource \"kubernetes_manifest\" \"s\" {\n  manifest = {\n    kind = \"Secret\"\n    metadata = { name = \"user-gcp-sa\", namespace = § }\n    data = { (§) = § }\n  }\n}\n",
    "resource \"kubectl_manifest\" \"s\" {\n  yaml_body = \"kind: Secret\\nmetadata: {name: user-gcp-sa, namespace: \\\"${§}\\\"}\\ndata: {\\\"${§}\\\": x}\\n\"\n}\n",
    "resource \"null_resource\" \"n\" {\n  provisioner \"local-exec\" {\n    command = \"kubectl apply -k github.com/kubeflow/pipelines/manifests/kustomize?ref=1.2-${§}\"\n  }\n}\n",
    "resource \"null_resource\" \"n\" {\n  lifecycle {\n    precondition {\n      condition = § == \"\"\n      error_message = \"bad ${§}\"\n    }\n  }\n}\n",
    "check \"c\" {\n  assert {\n    condition = § == \"\"\n    error_message = upper(§)\n  }\n}\n",
    "module \"v\" {\n  source = \"./v\"\n  n = §\n  v = §\n  o = { (§) = § }\n}\n",
    "module \"v\" {\n  source = \"./v\"\n  for_each = { (§) = 1 }\n  n = each.key\n  v = each.key\n  o = {}\n}\n",
    "output \"x\" {\n  value = tonumber(§)\n}\n",
    "output \"x\" {\n  value = regex(\"^zz$\", §)\n}\n",
    "output \"x\" {\n  value = { (§) = 1 }[\"other\"]\n}\n",
    "output \"x\" {\n  value = { (§) = 1 }.other\n}\n",
    "output \"x\" {\n  value = [1][§]\n}\n",
    "output \"x\" {\n  value = { for x in [§, §] : x => 1 }\n}\n",
    "output \"x\" {\n  value = jsondecode(\"{${§}\")\n}\n",
    "output \"x\" {\n  value = cidrsubnet(§, 1, 1)\n}\n",
    "output \"x\" {\n  value = file(\"nowhere/${§}\")\n}\n",
    "output \"x\" {\n  value = templatefile(\"t.tpl\", { s = § })\n}\n",
    "output \"x\" {\n  value = § + 1\n}\n",
    "output \"x\" {\n  value = § ? 1 : 2\n}\n",
    "output \"x\" {\n  value = try(tonumber(§), tonumber(§))\n}\n",
    "output \"x\" {\n  value = [for x in [§] : tonumber(x)]\n}\n",
    "resource \"google_container_node_pool\" \"p\" {\n  count = §\n  cluster = \"c\"\n}\n",
    "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  dynamic \"node_pool\" {\n    for_each = [§]\n    content {\n      name = node_pool.value\n      initial_node_count = node_pool.value\n    }\n  }\n}\n",
];

/// Asked of the console.
const ASKED: [&str; 6] = ["§", "tonumber(§)", "{ (§) = § }", "[§][§]", "upper(\"${§}x\")", "{ (§) = 1 }.other"];

const FILES: [&str; 8] =
    ["main.tf", "terraform.tfvars", "m/main.tf", "v/main.tf", "t.tpl", ".env", "key.pem", "terraform.tfstate"];

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % most
    }
}

/// The forms of a secret that must not be seen.
fn forms(secret: &str) -> Vec<String> {
    let mut all = match secret.is_ascii() {
        true => vec![secret.to_string(), secret.chars().rev().collect()],
        // One letter is too much.
        false => LETTERS.iter().flat_map(|letter| [letter.to_uppercase(), letter.to_lowercase()]).collect(),
    };
    let hex: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
    let hash: String = Sha256::digest(secret).iter().map(|b| format!("{b:02x}")).collect();
    let base64 = STANDARD.encode(secret);
    all.extend([hex, hash, base64].into_iter().filter(|form| form.len() >= 6));
    all
}

fn write_all(dir: &Path, files: &[(&str, String)]) {
    for (name, text) in files {
        std::fs::write(dir.join(name), text).unwrap();
    }
}

/// Everything that is said of the folder, by what says it.
fn said(dir: &Path, value: &str) -> Vec<(String, String)> {
    let judged = judge(dir, &[]);
    let (report, sources) = (&judged.report, &*judged.sources);
    let write = |format: Format, detail| format.text(report, sources, ReportStyle::plain(detail, 100));
    let mut all: Vec<(String, String)> =
        Format::ALL.into_iter().map(|format| (format.name().into(), write(format, Detail::Verbose))).collect();
    all.extend([
        ("quiet".into(), write(Format::Human, Detail::Quiet)),
        ("dot".into(), report::graph::dot(&report.drawings)),
        ("mermaid".into(), report::graph::mermaid(&report.drawings)),
        ("graph".into(), report::graph::graph_json(&report.drawings, sources).to_string()),
    ]);
    let plan = plan_json::write(&judged.plan());
    all.push(("outputs".into(), format!("{} {}", plan["output_changes"], plan["planned_values"]["outputs"])));
    all.push(("undecided".into(), plan["undecided"].to_string()));
    let inputs = Inputs { allow_outside: true, strict: true, ..Inputs::default() };
    let session = Session::new(Settings { inputs, ..Settings::of(dir) }).expect("a folder");
    let console = session.console(&session.roots()[0], None).expect("an evaluator");
    for asked in ASKED {
        let answer = console.answer(&asked.replace('§', value)).unwrap_or_else(|e| e.message.clone());
        all.push((format!("console {asked}"), answer));
    }
    all
}

#[test]
fn no_hidden_value_is_seen_anywhere() {
    // A folder of this run alone: two runs at once would read each other's files.
    let folder = tempfile::tempdir().unwrap();
    let dir: PathBuf = folder.path().canonicalize().unwrap();
    FILES.iter().for_each(|file| std::fs::create_dir_all(dir.join(file).parent().unwrap()).unwrap());
    let mut dice = Dice(7);
    let mut seen = Vec::new();
    for case in 0..CASES {
        let number = dice.below(4) == 0;
        let secret: String = match number {
            true => format!("{}{:07}", 2 + dice.below(8), dice.below(10_000_000)),
            false => (0..1 + dice.below(20)).map(|_| LETTERS[dice.below(LETTERS.len())]).collect(),
        };
        let (file, source, value) = SOURCES[dice.below(SOURCES.len())];
        let raw = file.starts_with('.') || !file.ends_with(".tf") && !file.ends_with("vars");
        let literal = if number || raw { secret.clone() } else { format!("\"{secret}\"") };
        let made = MADE[dice.below(MADE.len())].replace('§', value);
        let places: String = (0..3).map(|_| PLACES[dice.below(PLACES.len())].replace('§', &made)).collect();
        let mut main = format!("module \"m\" {{\n  source = \"./m\"\n}}\n{places}");
        if file == "terraform.tfvars" {
            main += "variable \"s\" {\n  sensitive = true\n  validation {\n    condition = var.s == \"\"\n    error_message = \"bad ${var.s}\"\n  }\n}\n";
        }
        let mut files: Vec<(&str, String)> = FILES.iter().map(|name| (*name, String::new())).collect();
        let mut put = |name: &str, text: String| files.iter_mut().filter(|f| f.0 == name).for_each(|f| f.1 += &text);
        put("main.tf", main);
        put("m/main.tf", if file == "m/main.tf" { String::new() } else { "output \"o\" {\n  value = 1\n}\n".into() });
        put("v/main.tf", "variable \"n\" {\n  type = number\n}\nvariable \"v\" {\n  validation {\n    condition = var.v == 1\n    error_message = \"not ${var.v}\"\n  }\n}\nvariable \"o\" {\n  type = object({ a = string })\n}\n".into());
        put("t.tpl", "${s} ${tonumber(s)}".into());
        put(file, source.replace('§', &literal));
        write_all(&dir, &files);
        let forms = forms(&secret);
        for (what, text) in said(&dir, value) {
            if let Some((form, at)) = forms.iter().find_map(|form| Some((form, text.find(form.as_str())?))) {
                let around: String = text[..at]
                    .chars()
                    .rev()
                    .take(150)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .chain(text[at..].chars().take(150))
                    .collect();
                seen.push(format!("case {case}: {form} in {what}: {around}\nfrom {file} as {made}\n{places}"));
                break;
            }
        }
    }
    assert!(seen.is_empty(), "{} cases, of which the first are:\n{}", seen.len(), seen[..seen.len().min(6)].join("\n"));
}
