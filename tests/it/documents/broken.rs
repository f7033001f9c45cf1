//! Documents that cannot be read: each is answered with file and place, what was expected, and how to make it.

use super::{folder, printed};
use crate::snapshot::snapshot;
use crate::tree::Tree;
use std::io::Write;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

/// Name, content.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let plan = std::fs::read_to_string(folder("documents/state/state.json")).expect("a fixture");
    vec![
        ("truncated.json", plan.as_bytes()[..2000].to_vec()),
        ("comma.json", b"{\n  \"format_version\": \"1.2\",\n}\n".to_vec()),
        ("empty.json", Vec::new()),
        ("spaces.json", b" \n\n".to_vec()),
        ("cluster.yaml", b"addonsConfig:\n  dnsCacheConfig: {}\nname: pipelines\n".to_vec()),
        ("plan.txt", b"\nTerraform will perform the following actions:\n".to_vec()),
        ("tfplan", b"PK\x03\x04\x14\x00\x08\x00".to_vec()),
        ("log.json", b"{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\"}\n{\"@level\":\"info\"}\n".to_vec()),
        ("newer.json", b"{\"format_version\":\"2.0\",\"planned_values\":{}}".to_vec()),
        ("schema.json", b"{\"format_version\":\"1.0\",\"provider_schemas\":{}}".to_vec()),
        ("old.tfstate", b"{\"version\":3,\"serial\":1,\"lineage\":\"x\",\"modules\":[]}".to_vec()),
        ("encrypted.tfstate", b"{\"serial\":1,\"lineage\":\"x\",\"encrypted_data\":\"x\"}".to_vec()),
        ("package.json", b"{\"name\":\"x\",\"version\":\"1.0.0\",\"scripts\":{}}".to_vec()),
        ("configuration.json", b"{\"//\": {}, \"resource\": {\"google_container_cluster\": {}}}".to_vec()),
        ("list.json", b"[1, 2]".to_vec()),
        ("shape.json", b"{\"format_version\":\"1.2\",\"resource_changes\":{}}".to_vec()),
        ("deep.json", "[".repeat(1_000_000).into_bytes()),
        ("deep-plan.json", format!("{{\"format_version\":\"1.2\",\"x\":{}", "{\"a\":".repeat(100_000)).into_bytes()),
        ("bomb.json.gz", gzip(&" ".repeat(200 << 20))),
        ("latin.json", b"{\"name\": \"caf\xe9\"}".to_vec()),
        ("cut.json.gz", gzip(&plan)[..100].to_vec()),
    ]
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let tree = Tree::new(&[]);
    let mut all = String::new();
    for (name, bytes) in documents() {
        tree.write(name, &bytes);
        all.push_str(&format!("--- kfplint {name}\n{}", printed(&tree.path(""), &[name])));
    }
    snapshot("tests/documents", "broken", &all);
}

/// Wherever a document is cut off, the answer is an error of one line and help, never a crash.
#[test]
fn no_cut_makes_kfplint_fail() {
    let tree = Tree::new(&[]);
    let state = std::fs::read(folder("documents/state/state.json")).expect("a fixture");
    for at in (1..state.len() - 1).step_by(state.len() / 25) {
        tree.write("cut.json", &state[..at]);
        let text = printed(&tree.path(""), &["cut.json"]);
        assert!(text.contains("× cut.json:") && text.contains("the JSON ends too early"), "{at}: {text}");
        assert!(text.ends_with("exit code Some(2)\n"), "{at}: {text}");
    }
}
