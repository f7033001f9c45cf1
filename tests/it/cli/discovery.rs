//! Which folders are root modules, and what is passed over.

use crate::tree::{FAULT, READY, Tree, skipped};

const CALL: &str = "module \"m\" {\n  source = \"../modules/m\"\n}\nlocals {\n  x = var.nowhere\n}\n";

#[test]
fn a_called_folder_is_no_root() {
    let tree = Tree::new(&[("app/main.tf", CALL), ("modules/m/main.tf", FAULT), ("other/main.tf", FAULT)]);
    assert_eq!(tree.roots(&[]), ["app", "other"]);
}

#[test]
fn a_called_folder_that_is_named_is_a_root() {
    let tree = Tree::new(&[("app/main.tf", CALL), ("modules/m/main.tf", FAULT)]);
    assert_eq!(tree.roots(&["app", "modules/m"]), ["app", "modules/m"]);
    assert_eq!(tree.roots(&["modules/m/main.tf"]), ["modules/m"]);
}

#[test]
fn a_backend_or_variable_files_make_a_root() {
    let own = |name: &str, text: &str| {
        let tree = Tree::new(&[("app/main.tf", CALL), ("modules/m/main.tf", FAULT), (name, text)]);
        tree.roots(&[]).contains(&"modules/m".to_string())
    };
    assert!(own("modules/m/terraform.tfvars", "a = 1\n"));
    assert!(own("modules/m/x.auto.tfvars.json", "{}"));
    assert!(own("modules/m/backend.tf", "terraform {\n  backend \"gcs\" {}\n}\n"));
    assert!(own("modules/m/cloud.tf", "terraform {\n  cloud {}\n}\n"));
    assert!(own("modules/m/backend.tf.json", r#"{"terraform": {"backend": {"gcs": {}}}}"#));
    assert!(!own("modules/m/provider.tf", "provider \"google\" {\n  project = \"p\"\n}\n"));
    assert!(!own("modules/m/versions.tf", "terraform {\n  required_version = \">= 1.5\"\n}\n"));
    assert!(!own("modules/m/prod.tfvars", "a = 1\n"));
}

#[test]
fn folders_that_call_each_other_are_not_lost() {
    let call = |to: &str| format!("module \"m\" {{\n  source = \"../{to}\"\n}}\nlocals {{\n  x = var.nowhere\n}}\n");
    let tree = Tree::new(&[("a/main.tf", &call("b")), ("b/main.tf", &call("a"))]);
    assert_eq!(tree.roots(&[]), ["a"]);
    let tree = Tree::new(&[("a/main.tf", "module \"m\" {\n  source = \"./\"\n}\nlocals {\n  x = var.nowhere\n}\n")]);
    assert_eq!(tree.roots(&[]), ["a"]);
}

#[test]
fn ignored_folders_are_left_out_and_hidden_ones_are_not() {
    let tree = Tree::new(&[
        (".gitignore", "build/\n/infra/generated\n"),
        ("infra/main.tf", FAULT),
        ("infra/build/main.tf", FAULT),
        ("infra/generated/main.tf", FAULT),
        ("infra/.terraform/modules/x/main.tf", FAULT),
        (".hidden/main.tf", FAULT),
    ]);
    assert_eq!(tree.roots(&[]), [".hidden", "infra"]);
    assert_eq!(tree.roots(&["infra"]), ["infra"], "a .gitignore above counts too");
    assert_eq!(tree.roots(&["infra/build"]), ["infra/build"], "what is named is checked");
    let tree = Tree::new(&[(".git/info/exclude", "/private\n"), ("private/main.tf", FAULT), ("app/main.tf", FAULT)]);
    assert_eq!(tree.roots(&[]), ["app"]);
}

#[test]
fn ignored_variable_files_are_read_as_terraform_reads_them() {
    let main = "variable \"a\" {}\nlocals {\n  x = var.a == 1 ? var.nowhere : 0\n}\n";
    let tree = Tree::new(&[(".gitignore", "*.tfvars\n"), ("main.tf", main), ("terraform.tfvars", "a = 1\n")]);
    assert_eq!(tree.roots(&[]), ["."]);
    let report = tree.json(&[]);
    assert_eq!(report["coverage"]["files"], 2);
}

#[test]
fn tofu_files_take_the_place_of_tf_files() {
    let tree = Tree::new(&[("main.tf", FAULT), ("main.tofu", READY), (".opentofu-version", "1.10.0\n")]);
    let report = tree.json(&[]);
    assert_eq!(report["clusters"][0]["location"]["file"], "main.tofu");
    assert_eq!(report["summary"]["errors"], 0);
}

#[test]
fn paths_are_shown_as_the_user_writes_them() {
    let tree = Tree::new(&[("repo/infra/main.tf", FAULT), ("here/.keep", "")]);
    let file = |args: &[&str]| tree.json(args)["diagnostics"][0]["primary"]["file"].as_str().unwrap().to_string();
    assert_eq!(file(&["."]), "repo/infra/main.tf");
    assert_eq!(file(&["./repo/"]), "repo/infra/main.tf");
    assert_eq!(file(&["here/../repo"]), "here/../repo/infra/main.tf");
    let absolute = tree.path("repo").canonicalize().unwrap();
    assert_eq!(file(&[absolute.to_str().unwrap()]), "repo/infra/main.tf");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::process::Command;

    #[test]
    fn links_are_followed_and_loops_survived() {
        let tree = Tree::new(&[("real/main.tf", FAULT), ("app/keep.tf", "locals {\n  a = 1\n}\n")]);
        tree.link("..", "real/up");
        tree.link("../../common/shared.tf", "app/linked/shared.tf");
        tree.write("common/shared.tf", FAULT.as_bytes());
        assert_eq!(tree.roots(&[]), ["app/linked", "real"], "what is there for links is judged through them");
        let upwards = ["real", "real/up/app/linked"];
        assert_eq!(tree.roots(&["real"]), upwards, "what only the link leads to is shown by it");
    }

    #[test]
    fn a_folder_found_twice_is_checked_once_under_its_own_name() {
        let tree = Tree::new(&[("z/main.tf", FAULT)]);
        tree.link("z", "a");
        assert_eq!(tree.roots(&[]), ["z"]);
        assert_eq!(tree.json(&[])["summary"]["errors"], 1);
        assert_eq!(tree.roots(&["a", "z"]), ["a"]);
    }

    #[test]
    fn a_folder_outside_that_a_link_leads_to_is_shown_by_the_link() {
        let tree = Tree::new(&[("elsewhere/main.tf", FAULT), ("repo/x.txt", "")]);
        tree.link("../elsewhere", "repo/env");
        assert_eq!(tree.roots(&["repo"]), ["repo/env"]);
    }

    #[test]
    fn a_web_of_links_takes_no_time() {
        let tree = Tree::new(&[("d30/main.tf", FAULT)]);
        for i in 0..30 {
            for name in ["x", "y", "z"] {
                tree.link(&format!("../d{}", i + 1), &format!("d{i}/{name}"));
            }
        }
        assert_eq!(tree.roots(&[]), ["d30"]);
    }

    #[test]
    fn pipes_and_dangling_links_are_skipped_with_a_reason() {
        let tree = Tree::new(&[("main.tf", FAULT)]);
        assert!(Command::new("mkfifo").arg(tree.path("pipe.tf")).status().unwrap().success());
        tree.link("nowhere.tf", "dangling.tf");
        tree.link("/dev/zero", "zero.tf");
        tree.link("nowhere", "not-terraform");
        let report = tree.json(&[]);
        let skipped = skipped(&report);
        let paths: Vec<&str> = skipped.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["dangling.tf", "pipe.tf", "zero.tf"], "{skipped:?}");
        assert_eq!(report["summary"]["errors"], 1, "main.tf is checked all the same");
        assert!(tree.run(&[]).stdout.contains("pipe.tf: not a regular file"));
    }

    #[test]
    fn names_that_are_not_utf8_are_read() {
        use std::os::unix::ffi::OsStrExt;
        let tree = Tree::new(&[]);
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.tf");
        std::fs::write(tree.path("").join(name), FAULT).unwrap();
        let report = tree.json(&[]);
        assert_eq!(report["summary"]["errors"], 1);
        assert_eq!(report["diagnostics"][0]["primary"]["file"], "caf%e9.tf");
    }

    #[test]
    fn what_is_too_large_is_skipped_with_a_reason() {
        let tree = Tree::new(&[("main.tf", FAULT)]);
        let file = std::fs::File::create(tree.path("huge.tf")).unwrap();
        file.set_len((32 << 20) + 1).unwrap();
        let report = tree.json(&[]);
        assert_eq!(skipped(&report), [("huge.tf".to_string(), "larger than 32 MiB".to_string())]);
        assert_eq!(report["summary"]["errors"], 1);
    }

    #[test]
    fn what_may_not_be_read_is_said() {
        use std::os::unix::fs::PermissionsExt;
        let tree = Tree::new(&[("main.tf", FAULT), ("secret.tf", FAULT), ("locked/main.tf", FAULT)]);
        for path in ["secret.tf", "locked"] {
            std::fs::set_permissions(tree.path(path), std::fs::Permissions::from_mode(0o000)).unwrap();
        }
        if std::fs::read(tree.path("secret.tf")).is_ok() {
            return; // The superuser reads everything.
        }
        let report = tree.json(&[]);
        let locked = tree.run(&["locked"]);
        std::fs::set_permissions(tree.path("locked"), std::fs::Permissions::from_mode(0o700)).unwrap();
        let denied = |path: &str| (path.to_string(), "permission denied".to_string());
        assert_eq!(skipped(&report), [denied("locked"), denied("secret.tf")]);
        assert_eq!(locked.code, 2, "{}", locked.stderr);
    }
}

#[test]
fn defaults_of_a_module_that_nobody_calls_are_for_its_callers_to_set() {
    let module = "variable \"nodes\" {\n  default = 1\n}\nresource \"google_container_cluster\" \"c\" {\n  name               = \"c\"\n  \
                  location           = \"us-central1-a\"\n  initial_node_count = var.nodes\n  node_config {\n    machine_type = \
                  \"e2-standard-4\"\n    oauth_scopes = [\"cloud-platform\"]\n  }\n}\n";
    let tree = Tree::new(&[("modules/gke/main.tf", module)]);
    let verdict = |args: &[&str]| tree.json(args)["clusters"][0]["verdict"].clone();
    assert_eq!(verdict(&[]), "undecided");
    assert_eq!(verdict(&["-var", "nodes=3"]), "ready");
    assert_eq!(verdict(&["modules/gke"]), "not-ready");
    tree.write("modules/gke/terraform.tfvars", b"");
    assert_eq!(verdict(&[]), "not-ready");
}

/// Root modules that share modules, and Terragrunt units, one of which depends on the other.
fn estate() -> Tree {
    let unit = |more: &str| format!("terraform {{\n  source = \"../../modules/u\"\n}}\n{more}");
    let depends = "dependency \"x\" {\n  config_path = \"../x\"\n}\n";
    let remote =
        "terraform {\n  source = \"tfr:///corp/net/google?version=1.0.0\"\n}\nlocals {\n  x = var.nowhere\n}\n";
    Tree::new(&[
        ("a/main.tf", CALL),
        ("b/main.tf", CALL),
        ("c d/main.tf", FAULT),
        ("modules/m/main.tf", FAULT),
        ("modules/u/main.tf", &format!("variable \"n\" {{}}\n{FAULT}")),
        ("units/x/terragrunt.hcl", &unit("")),
        ("units/y/terragrunt.hcl", &unit("")),
        ("units/z/terragrunt.hcl", &unit(depends)),
        ("other/r/terragrunt.hcl", remote),
        ("vars/all.tfvars", ""),
        ("a/vars/few.tfvars", ""),
    ])
}

#[test]
fn changed_files_belong_to_roots_by_their_folders_modules_and_units() {
    let tree = estate();
    let changed = |files: &[&str]| tree.roots(&[&["--changed"], files].concat());
    let all = ["a", "b", "c d", "units/x", "units/y", "units/z"];
    assert_eq!(changed(&["a/main.tf"]), ["a"]);
    assert_eq!(changed(&[tree.path("a/main.tf").to_str().unwrap()]), ["a"]);
    assert_eq!(changed(&["c d/deleted.tf", "b/terraform.tfvars"]), ["b", "c d"]);
    assert_eq!(changed(&["a/.terraform.lock.hcl"]), ["a"], "Terraform's own file is no document");
    assert_eq!(changed(&["modules/m/main.tf"]), ["a", "b"]);
    assert_eq!(changed(&["modules/u/main.tf"]), ["units/x", "units/y", "units/z"]);
    assert_eq!(changed(&["units/x/terragrunt.hcl"]), ["units/x", "units/z"], "z depends on others");
    assert_eq!(changed(&["units/common.hcl"]), ["units/x", "units/y", "units/z"]);
    assert_eq!(changed(&["a/vars/few.tfvars"]), ["a"]);
    assert_eq!(changed(&["-var-file", "a/vars/few.tfvars", "a/vars/few.tfvars"]), all);
    for elsewhere in ["vars/all.tfvars", "README.md", "gone/main.tf", "../other.tf"] {
        assert_eq!(changed(&[elsewhere]), all, "{elsewhere}");
    }
    tree.write("kfplint.toml", b"var-files = [\"a/vars/few.tfvars\"]\n");
    assert_eq!(changed(&["a/vars/few.tfvars"]), all, "by the configuration");
    assert_eq!(changed(&["kfplint.toml"]), all);
    let many: Vec<String> = (0..2000).map(|i| format!("a/{i}.tf")).collect();
    assert_eq!(changed(&many.iter().map(String::as_str).collect::<Vec<_>>()), ["a"]);
}

#[cfg(unix)]
#[test]
fn a_changed_file_belongs_to_the_roots_that_link_to_it() {
    let tree = Tree::new(&[("shared/x.tf", FAULT), ("a/main.tf", ""), ("b/main.tf", FAULT)]);
    tree.link("../shared/x.tf", "a/x.tf");
    assert_eq!(tree.roots(&["--changed", "shared/x.tf"]), ["a"]);
}
