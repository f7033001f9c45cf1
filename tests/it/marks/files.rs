//! Which files are private, and which are not read at all.

use super::{HIDDEN, answers, differing};
use crate::tree::{READY, Tree, skipped};

const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nmarkerkey\n-----END OPENSSH PRIVATE KEY-----\n";
const STATE: &str = r#"{"version": 4, "outputs": {"pw": {"value": "markerstate"}}, "resources": []}"#;

/// A repository with an ordinary file, and what Git would have in it.
fn repository(files: &[(&str, &str)]) -> Tree {
    let own = [(".git/config", "token = markergit\n"), (".git/HEAD", "ref: refs/heads/main\n")];
    let tree = Tree::new(&[&own, files].concat());
    tree.write(".git/info/exclude", b"excluded.txt\n");
    tree
}

#[test]
fn what_comes_from_private_files_is_hidden() {
    let tree = repository(&[
        ("main.tf", ""),
        (".gitignore", "*.secret.yaml\n/out/\n!kept.secret.yaml\n"),
        ("deploy.pem", KEY),
        ("notes.txt", KEY),
        ("terraform.tfstate", STATE),
        ("old.json", STATE),
        (".env.local", "TOKEN=marker"),
        ("deploy-key.json", "marker"),
        ("ops/secrets.yaml", "marker"),
        ("sa.json", r#"{"private_key": "marker", "kind": "x"}"#),
        ("db.secret.yaml", "password: marker\n"),
        ("kept.secret.yaml", "password: shown\n"),
        ("out/a.txt", "marker"),
        ("excluded.txt", "marker"),
        ("plain.yaml", "size: 3\n"),
        ("plain.tftpl", "n-${x}"),
    ]);
    tree.link("plain.yaml", "linked.yaml");
    let hidden = [
        r#"file("deploy.pem")"#,
        r#"filebase64("notes.txt")"#,
        r#"filesha256("notes.txt")"#,
        r#"filemd5(".env.local")"#,
        r#"file("deploy-key.json")"#,
        r#"file("ops/secrets.yaml")"#,
        r#"jsondecode(file("terraform.tfstate")).outputs.pw.value"#,
        r#"jsondecode(file("old.json")).outputs.pw.value"#,
        r#"yamldecode(file("db.secret.yaml")).password"#,
        r#"yamldecode(file("./out/../db.secret.yaml"))["password"]"#,
        r#"templatefile("out/a.txt", {})"#,
        r#"file("excluded.txt")"#,
        r#"file("linked.yaml")"#,
        r#"jsondecode(file("sa.json")).kind"#,
        r#"pathexpand("~/x")"#,
    ];
    assert_eq!(differing(&tree, &[], &hidden, HIDDEN), []);
    let shown = answers(
        &tree,
        &[],
        &[
            r#"yamldecode(file("plain.yaml")).size"#,
            r#"yamldecode(file("kept.secret.yaml")).password"#,
            r#"templatefile("plain.tftpl", { x = 1 })"#,
            r#"templatefile("plain.tftpl", { x = file("out/a.txt") })"#,
            r#"fileexists("deploy.pem")"#,
            r#"pathexpand("x")"#,
        ],
    );
    assert_eq!(shown, ["3", "\"shown\"", "\"n-1\"", HIDDEN, "true", "\"x\""]);
}

#[test]
fn nothing_reads_the_files_of_git() {
    let files = [
        ("main.tf", "module \"m\" {\n  source = \"./.git/hooks\"\n}\n"),
        (
            "x/terragrunt.hcl",
            "terraform {\n  source = \"../m\"\n}\ninputs = read_terragrunt_config(\"../.git/config\")\n",
        ),
        ("m/main.tf", READY),
        (".git/hooks/main.tf", "output \"o\" {\n  value = \"markerhook\"\n}\n"),
    ];
    let tree = repository(&files);
    tree.link(".git/config", "x.tf");
    tree.link(".git/config", "x.auto.tfvars");
    tree.link(".git", "inner");
    for args in [&["--format", "json"] as &[&str], &["--format", "json", "--allow-outside"]] {
        let run = tree.run(args);
        assert!(!run.stdout.contains("marker") && !run.stderr.contains("marker"), "{}{}", run.stdout, run.stderr);
        let report = tree.json(&args[2..]);
        let skipped = skipped(&report);
        for file in ["x.tf", "x.auto.tfvars"] {
            let why = skipped.iter().find(|(path, _)| path == file).map(|(_, why)| why.as_str());
            assert!(why.is_some_and(|why| why.contains("files in .git are never read")), "{file}: {skipped:?}");
        }
        assert_ne!(report["verdict"], "ready");
    }
    for expression in [r#"file(".git/config")"#, r#"file("inner/config")"#, r#"file("${path.root}/x.tf")"#] {
        let [answer] = answers(&tree, &["--allow-outside"], &[expression]).try_into().unwrap();
        assert!(
            answer.contains("files in .git are never read") && !answer.contains("marker"),
            "{expression}: {answer}"
        );
    }
    for args in [["--var-file", ".git/config"], ["--var-file", "x.auto.tfvars"]] {
        let run = tree.run(&args);
        assert_eq!(run.code, 2, "{}", run.stdout);
        let said = run.stderr.replace("\n  │", "");
        assert!(said.contains("files in .git are never read") && !run.stderr.contains("marker"), "{}", run.stderr);
    }
}

#[test]
fn a_configuration_is_no_way_to_the_files_of_git() {
    let tree = repository(&[("main.tf", READY), (".env", "TOKEN=marker\n")]);
    tree.link(".git/config", "kfplint.toml");
    tree.link("../.env", "inner/kfplint.toml");
    for args in [&[] as &[&str], &["inner"], &["--config", ".git/config"], &["--config", ".env"]] {
        let run = tree.run(args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(!run.stderr.contains("marker"), "{}", run.stderr);
    }
}

#[test]
fn a_list_of_files_is_not_known_where_closed_ones_would_be_in_it() {
    let tree = repository(&[("main.tf", ""), ("a/b.yaml", "")]);
    let all =
        answers(&tree, &[], &[r#"fileset(".", "**/*.yaml")"#, r#"fileset(".", "**")"#, r#"fileset(".git", "*")"#]);
    assert!(all[0].contains("a/b.yaml"), "{all:?}");
    assert!(all[1].contains("may not be read") && all[2].contains("files in .git are never read"), "{all:?}");
}

#[test]
fn variable_files_that_git_ignores_are_private() {
    let tree = repository(&[
        (
            "main.tf",
            "variable \"a\" {}\nvariable \"b\" {\n  type = map(string)\n}\nvariable \"c\" {\n  default = 1\n}\n",
        ),
        (".gitignore", "terraform.tfvars\nprod.vars\n"),
        ("terraform.tfvars", "a = \"marker\"\n"),
        ("prod.vars", "b = { k = \"marker\" }\n"),
        ("c.auto.tfvars", "c = 3\n"),
    ]);
    let args = ["--var-file", "prod.vars"];
    assert_eq!(differing(&tree, &args, &["var.a", "var.b", "var.b.k", "keys(var.b)"], HIDDEN), []);
    assert_eq!(answers(&tree, &args, &["var.c", "issensitive(var.a)"]), ["3", "false"]);
}

#[test]
fn a_private_file_that_cannot_be_parsed_says_nothing_of_itself() {
    let tree = repository(&[
        ("main.tf", READY),
        ("id_rsa", KEY),
        (".gitignore", "*.tfvars\n"),
        ("x.auto.tfvars", "marker_a = = \"marker\"\n"),
    ]);
    tree.link("id_rsa", "key.tf");
    for format in ["human", "compact", "json", "sarif", "html"] {
        let run = tree.run(&["--format", format]);
        assert_eq!(run.code, 1, "{}", run.stdout);
        assert!(run.stdout.contains("TF001"), "{}", run.stdout);
        assert!(!run.stdout.to_lowercase().contains("markerkey"), "{}", run.stdout);
    }
    let compact = tree.run(&["--format", "compact"]).stdout;
    assert!(compact.contains("this private file cannot be parsed") && !compact.contains("marker"), "{compact}");
}

#[test]
fn files_that_are_shared_by_a_link_are_ordinary() {
    let shared = "variable \"s\" {\n  default = \"shown\"\n}\n";
    let tree = repository(&[("root/main.tf", READY), ("common/vars.tf", shared)]);
    tree.link("../common/vars.tf", "root/vars.tf");
    let run = tree.run_with(&["console", "root"], &[], "var.s\n");
    assert_eq!(run.stdout, "\"shown\"\n", "{}", run.stderr);
}
