//! TF001 and TF006 always count.

use super::{READY, Tree, Value, outcome};

const BROKEN: &str = "# kfplint: ignore[TF001, TF006, TF]\nlocals {\n  a = \n}\n";
const MANY: &str = "# kfplint: ignore[TF006]\nresource \"null_resource\" \"a\" {\n  count = 1000000\n}\n";

fn messages(report: &Value, code: &str) -> Vec<String> {
    let all = report["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == code);
    all.map(|d| format!("{} {}", d["level"].as_str().unwrap(), d["message"].as_str().unwrap())).collect()
}

#[test]
fn comments_do_not_suppress_them_and_are_told_so() {
    for (text, code) in [(BROKEN, "TF001"), (MANY, "TF006")] {
        let tree = Tree::new(&[("main.tf", READY), ("more.tf", text)]);
        assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
        let report = tree.json(&[]);
        assert!(report["diagnostics"].as_array().unwrap().iter().all(|d| d["suppressed"].is_null()), "{report:#}");
        assert_eq!(messages(&report, code).len(), 1);
        let lint = messages(&report, "LINT001");
        assert!(lint.contains(&format!("warning {code} cannot be suppressed")), "{lint:?}");
    }
}

#[test]
fn a_comment_around_a_module_call_does_not_suppress_them() {
    let call = "# kfplint: ignore[TF]\nmodule \"m\" {\n  source = \"./m\"\n}\n";
    let tree = Tree::new(&[("main.tf", READY), ("call.tf", call), ("m/main.tf", &MANY[25..])]);
    assert_eq!(outcome(&tree, &[]), (1, "not-ready".into()));
}

#[test]
fn a_configuration_that_ignores_or_lowers_them_is_refused() {
    for (config, message) in [
        ("ignore = [\"TF006\"]", "TF006 cannot be ignored"),
        ("ignore = [\"syntax-error\"]", "syntax-error cannot be ignored"),
        ("[rules]\nTF001 = \"note\"", "TF001 cannot be lowered"),
        ("[rules]\nTF006 = \"off\"", "TF006 cannot be off"),
        ("[[overrides]]\npaths = [\"**\"]\nignore = [\"TF001\"]", "TF001 cannot be suppressed"),
        ("[[overrides]]\npaths = [\"**\"]\nrules = { TF006 = \"warning\" }", "TF006 cannot be lowered"),
    ] {
        let run = Tree::new(&[("main.tf", READY), ("kfplint.toml", config)]).run(&[]);
        assert!(run.code == 2 && run.stderr.contains(message), "{config}: {}", run.stderr);
    }
}

#[test]
fn a_wider_name_leaves_them_as_they_are() {
    for config in [
        "ignore = [\"TF\"]",
        "select = [\"KFP1\"]",
        "[rules]\nTF = \"note\"",
        "[rules]\nTF = \"off\"",
        "[[overrides]]\npaths = [\"**\"]\nignore = [\"TF\"]",
        "[[overrides]]\npaths = [\"**\"]\nrules = { TF = \"note\" }",
    ] {
        for text in [BROKEN, MANY] {
            let tree = Tree::new(&[("main.tf", READY), ("more.tf", text), ("kfplint.toml", config)]);
            assert_eq!(outcome(&tree, &[]).0, 1, "{config}");
        }
    }
}

#[test]
fn a_baseline_does_not_hold_them() {
    for text in [BROKEN, MANY] {
        let tree = Tree::new(&[("main.tf", READY), ("more.tf", text)]);
        let written = tree.run(&["baseline", "--output", "b.json"]);
        assert!(written.code == 1 && written.stderr.contains("more.tf"), "{}", written.stderr);
        assert_eq!(outcome(&tree, &["--baseline", "b.json"]).0, 1);
        // Nor does one that was written by hand.
        let report = tree.json(&[]);
        let wrong = report["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] != "LINT001").unwrap();
        let entry = serde_json::json!({ "code": wrong["code"], "root": ".", "fingerprint": wrong["fingerprint"] });
        let held = serde_json::json!({ "version": 1, "findings": [entry] }).to_string();
        tree.write("b.json", held.as_bytes());
        assert_eq!(outcome(&tree, &["--baseline", "b.json"]).0, 1);
    }
}
