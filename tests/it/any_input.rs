//! What must hold for any bytes at all, held on fixtures that were cut, doubled and mixed, and on inputs that once broke it.
//! `fuzz/` looks for more of these; `docs/fuzzing.md` says how.

use crate::properties::*;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

/// Pieces of what users write, to be put anywhere.
const PIECES: [&str; 40] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\n",
    "=",
    ",",
    ":",
    "null",
    "true",
    "-1",
    "1e99",
    "0",
    "${",
    "%{",
    "#",
    "/*",
    "é",
    "\u{202e}",
    "\u{1b}",
    "\0",
    "\\u",
    "<<E\n",
    "E\n",
    "*",
    "[*]",
    "each.key",
    "count.index",
    "var.x",
    "for x in ",
    "...",
    "? ",
    "\"a\" = ",
    "{}",
    "[]",
    "kfplint: ignore[KFP0",
    "until=2027-02-30",
];

/// One change of a text: which, where (in thousandths of it), over how many bytes, with which piece.
type Change = (u8, usize, usize, usize);

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (kind, at, length, piece) in changes {
        let start = bytes.len() * at / 1000;
        let end = (start + length).min(bytes.len());
        let piece = PIECES[piece % PIECES.len()].as_bytes();
        match kind {
            0 => drop(bytes.drain(start..end)),
            1 => {
                let double = bytes[start..end].to_vec();
                drop(bytes.splice(end..end, double));
            }
            2 => bytes.truncate(end),
            3 => drop(bytes.splice(start..end, piece.iter().copied())),
            _ => drop(bytes.splice(start..start, piece.iter().copied())),
        }
    }
    bytes
}

/// Panics where a property does not hold.
type Check = fn(&[u8]);

/// Runs a check on some changed seeds: always as many and the same ones, so that who changes nothing breaks nothing. To look
/// for more is the fuzzer's work.
fn hold(cases: u32, seeds: &[&[u8]], check: Check) {
    let changes = proptest::collection::vec((0u8..6, 0usize..1000, 0usize..60, 0usize..PIECES.len()), 0..6);
    let inputs = (0..seeds.len(), changes).prop_map(|(seed, changes)| changed(seeds[seed].to_vec(), &changes));
    let inputs = inputs.prop_map(|bytes| Shown(String::from_utf8_lossy(&bytes).into_owned(), bytes));
    let config = ProptestConfig { cases, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    let done = runner.run(&inputs, |input| {
        check(&input.1);
        Ok(())
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}

/// An input that is shown as text.
#[derive(Clone)]
struct Shown(String, Vec<u8>);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! seeds {
    ($($file:literal),* $(,)?) => { [$(include_bytes!(concat!("../../", $file)) as &[u8]),*] };
}

const ROOTS: [&[u8]; 8] = seeds![
    "fixtures/too-small/main.tf",
    "fixtures/for-each-pools/main.tf",
    "fixtures/gpu-and-arm/main.tf",
    "fixtures/iam-policy/main.tf",
    "fixtures/narrow-scopes/main.tf",
    "fixtures/typo/main.tf",
    "fixtures/unknown-inputs/main.tf",
    "tests/plan/conditional-everything/main.tf",
];

#[test]
fn native_syntax() {
    hold(200, &ROOTS, syntax::check);
}

#[test]
fn a_second_opinion() {
    hold(400, &ROOTS, second_opinion::check);
}

#[test]
fn configurations() {
    hold(60, &ROOTS, evaluate::check);
}

#[test]
fn fixes() {
    hold(25, &ROOTS, fix::check);
}

#[test]
fn configurations_in_json() {
    hold(60, &seeds!["fixtures/json-syntax/main.tf.json"], tf_json::check);
}

#[test]
fn variable_files() {
    let native =
        b"text = \"a\"\nnumber = 3\nlist = [\"a\"]\nmap = { a = [\"b\"] }\nobject = { name = \"e2-medium\" }\n";
    let json =
        b"{\"text\": \"a\", \"set\": [1, 1.5], \"flag\": \"true\", \"object\": {\"name\": \"e2-medium\", \"size\": 1}}";
    hold(60, &[native, json], tfvars::check);
}

#[test]
fn documents() {
    let files = seeds![
        "tests/documents/state/state.json",
        "tests/documents/state/terraform.tfstate",
        "tests/documents/live/cluster.json",
        "tests/documents/live/kubernetes.json",
        "tests/documents/live/policy.json",
        "tests/documents/live/pools.json",
    ];
    hold(60, &files, plan_json::check);
}

#[test]
fn configuration_files() {
    let template = include_str!("../../src/config/template.toml");
    let active: String =
        template.lines().map(|line| line.strip_prefix("# ").unwrap_or(line).to_string() + "\n").collect();
    let small = b"select = [\"KFP\"]\n[rules]\nKFP001 = \"off\"\n[profile.a]\nextends = \"kfp\"\nmemory = \"8GB\"\n";
    let paths = b"[[overrides]]\npaths = [\"a/**\"]\nignore = [\"KFP103\"]\nuntil = \"2027-01-31\"\n[environment.p]\nvars = { a = 1 }\n";
    hold(300, &[active.as_bytes(), small, paths], config::check);
}

#[test]
fn comments() {
    let seeds: [&[u8]; 2] = [
        b"kfplint: ignore[KFP001, node-count] reason=\"as agreed\" until=2027-01-31",
        b"/*\n * kfplint: ignore[KFP]\n */",
    ];
    hold(40, &seeds, suppress::check);
}

#[test]
fn many_comments() {
    let seeds: [&[u8]; 2] = [
        b"\x05kfplint: ignore[TF002] reason=\"{i}\" until=2027-01-31",
        b"\x07kfplint: ignore[TF]\n#---8<---\nlocals {\n  a{i} = local.b{i}\n}\n",
    ];
    hold(25, &seeds, suppress_many::check);
}

#[test]
fn baselines() {
    let all = br#"{"version": 1, "findings": [{"code": "KFP001", "root": "root", "environment": "p", "address": "a.b", "level": "error", "fingerprint": "0a"}]}"#;
    let few = br#"{"version": 1, "findings": [{"code": "TF006", "root": "", "fingerprint": ""}, {"code": "X", "root": ".", "address": null, "fingerprint": "b"}]}"#;
    hold(100, &[all, few], baseline::check);
}

/// Files of a commit: an ordinary one, links within and out, folders that are none, and names that lead elsewhere.
const COMMIT: &str = "100644 main.tf\nmodule \"m\" {\n  source = \"./link\"\n}\n#---8<---\n100644 m/main.tf\nlocals {\n  \
    a = file(\"out.txt\")\n}\n#---8<---\n120000 link\nm#---8<---\n120000 m/out.txt\n../../outside.txt#---8<---\n120000 x.tf\n\
    .git/config#---8<---\n100644 ../a.tf\n#---8<---\n100755 .git/x\n#---8<---\n160000 sub\n#---8<---\n40000 tree\n";

#[test]
fn trees_of_commits() {
    hold(25, &[COMMIT.as_bytes(), b"100644 a/b/c.tf\nlocals {}\n#---8<---\n100644 a\nx"], since_tree::check);
}

#[test]
fn manifests_of_pods() {
    let yaml = b"kind: Deployment\nspec:\n  replicas: 2\n  template: {spec: {containers: [{resources: {requests: &r {cpu: 250m, memory: 1Gi}}}, {resources: {limits: *r}}]}}\n---\nkind: List\nitems: [{kind: Pod}]\n";
    let json = br#"{"kind": "DaemonSet", "spec": {"template": {"spec": {"containers": [{"resources": {"limits": {"nvidia.com/gpu": 1}}}]}}}}"#;
    hold(60, &[yaml, json], manifests::check);
}

#[test]
fn units() {
    let live = include_bytes!("../../fixtures/terragrunt/live/prod/gke/terragrunt.hcl");
    let module = include_str!("../../fixtures/terragrunt/modules/gke/main.tf");
    let small = format!(
        "include \"r\" {{\n  path = find_in_parent_folders(\"root.hcl\")\n  expose = true\n}}\nterraform {{\n  source = \"../../modules/m\"\n}}\n{CUT}{module}{CUT}inputs = {{ name = get_env(\"HOME\", \"x\") }}\n{CUT}dependency \"a\" {{\n  config_path = \"../a\"\n}}\ninputs = {{ x = dependency.a.outputs.y }}\n"
    );
    hold(25, &[live, small.as_bytes()], terragrunt::check);
}

#[test]
fn reports_to_be_joined() {
    let seeds: [&[u8]; 2] = [
        br#"{"version": 1, "clusters": [{"root": "a", "verdict": "ready"}], "diagnostics": [{"level": "error"}], "coverage": {"files": 2}}"#,
        br#"{"version": "2.1.0", "runs": [{"results": [{"level": "note"}], "invocations": [{"toolExecutionNotifications": [1]}]}]}"#,
    ];
    hold(200, &seeds, merge::check);
}

/// Inputs that once broke a property, most of them found by the fuzzer.
#[test]
fn what_once_broke_holds() {
    let once: [(Check, &str); 6] = [
        // The block was said to end before its content did.
        (syntax::check, "a {\n  n {\n"),
        // The error stood on the first byte of a character.
        (tf_json::check, "{\"variable\": {é"),
        // The module's name was proposed, which no reference can have.
        (fix::check, "module \"a bc\" {\n  source = \"./x\"\n}\n\noutput \"o\" {\n  value = module.abc.d\n}\n"),
        // It would have been renamed to what is there already.
        (
            fix::check,
            "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  locaton = \"us-central1\"\n  location = \"us-central1\"\n}\n",
        ),
        // The property took a log in SARIF for a report of kfplint's own.
        (merge::check, "{\"version\": \"2.1.0\", \"runs\": [{}], \"summary\": {}}"),
        // Grants were added under a name that was taken, again and again.
        (fix::check, TAKEN),
    ];
    for (check, input) in once {
        check(input.as_bytes());
    }
}

const TAKEN: &str = r#"provider "google" {
  project = "acme-ml"
}

resource "google_service_account" "kfp" {
  accountdi_ = "kfp"
}

resource "google_project_iam_binding" "node_agent" {
  role    = "roles/container.defaultNodeServiceAccount"
  members = ["serviceAccount:kfp@acme-ml.iam.gserviceaccoun2.com"]
}

resource "google_container_cluster" "kfp" {
  initial_node_count = 3
  node_config {
    service_account = google_service_account.kfp.email
  }
}
"#;
