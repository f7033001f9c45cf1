//! Files that are none, places outside of the tree, what may be written, and what is never run.

use super::{ended, findings, json, run};
use crate::tree::{READY, TOO_FEW, Tree};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

fn fifo(tree: &Tree, at: &str) {
    assert!(Command::new("mkfifo").arg(tree.path(at)).status().unwrap().success());
}

#[test]
fn what_is_no_regular_file_is_not_opened() {
    let tree = Tree::new(&[("main.tf", READY), ("dir.tf/x", "")]);
    fifo(&tree, "fifo.tf");
    fifo(&tree, ".terraform.lock.hcl");
    std::fs::create_dir_all(tree.path(".terraform/modules")).unwrap();
    fifo(&tree, ".terraform/modules/modules.json");
    tree.link("/dev/zero", "zero.tf");
    tree.link("loop.tf", "loop.tf");
    tree.link(".", "around");
    let _socket = UnixListener::bind(tree.path("socket.tf")).unwrap();
    let (report, _) = json(&tree, &[]);
    let skipped: Vec<String> = crate::tree::skipped(&report).into_iter().map(|(path, _)| path).collect();
    assert_eq!(skipped, ["fifo.tf", "loop.tf", "socket.tf", "zero.tf"]);
    assert_ne!(report["verdict"], "ready", "something was not read");
}

#[test]
fn settings_that_are_no_regular_file_are_refused() {
    let tree = Tree::new(&[("main.tf", READY)]);
    fifo(&tree, "kfplint.toml");
    assert_eq!(run(&tree, &["--config", "kfplint.toml", "."]).code, 2);
    let ended = run(&tree, &["--no-config", "--baseline", "/dev/zero", "."]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    let ended = run(&tree, &["--no-config", "/dev/zero"]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
}

#[test]
fn functions_read_nothing_outside_of_the_tree() {
    let outside = Tree::new(&[("secret.txt", "outside-marker")]);
    let secret = outside.path("secret.txt");
    let tree = Tree::new(&[]);
    tree.link(secret.to_str().unwrap(), "link.txt");
    let up = format!("{}{}", "../".repeat(40), secret.to_str().unwrap().trim_start_matches('/'));
    for path in [secret.to_str().unwrap(), &up, "link.txt"] {
        let name = format!("file(\"{path}\")");
        tree.write("main.tf", READY.replace("\"e2-standard-4\"", &name).as_bytes());
        let closed = run(&tree, &["--format", "json", "--verbose"]);
        assert!(!closed.stdout.contains("outside-marker"), "{path}: {}", closed.stdout);
        assert!(closed.stdout.contains("undecided"), "{path}: {}", closed.stdout);
        let open = run(&tree, &["--format", "json", "--allow-outside"]);
        // It is read, and judged, but what is outside is nobody's business.
        assert!(open.stdout.contains("machine type (sensitive value)"), "{path}: {}", open.stdout);
        assert!(!open.stdout.contains("outside-marker"), "{path}: {}", open.stdout);
    }
}

/// A folder outside that holds a marker in every kind of file, and a repository beside it.
fn outside_and_repository() -> (Tree, Tree) {
    let marked = "locals {\n  outside-marker\n}\n";
    let outside = Tree::new(&[
        ("main.tf", marked),
        ("values.tfvars", "outside-marker\n"),
        ("unit.hcl", "outside-marker\n"),
        ("kfplint.toml", "outside-marker\n"),
    ]);
    (outside, Tree::new(&[("main.tf", READY), (".git/HEAD", "")]))
}

/// Every output that quotes sources, without and with `--allow-outside`.
fn said(tree: &Tree, more: &[&str]) -> String {
    let formats = [&["--format", "json", "--verbose"][..], &["--format", "human", "--verbose"], &["--format", "sarif"]];
    formats
        .iter()
        .map(|format| run(tree, &[*format, more].concat()))
        .map(|ended| ended.stdout + &ended.stderr)
        .collect()
}

/// Holds that nothing of what lies outside is said, and why not; and that all of it is where that is asked for.
fn stays_closed(tree: &Tree, what: &str) {
    let closed = said(tree, &["."]);
    assert!(!closed.contains("outside-marker"), "{what}: {closed}");
    assert!(closed.contains("outside of the tree that is checked"), "{what}: {closed}");
    let open = said(tree, &["--allow-outside", "."]);
    // What lies behind a link is read, but not shown.
    let read = open.contains("outside-marker") || open.contains("private file cannot be parsed");
    assert!(read, "{what}: {open}");
}

#[test]
fn links_and_sources_do_not_lead_out_of_the_repository() {
    let up = |outside: &Tree| {
        format!("{}{}", "../".repeat(40), outside.path("").display().to_string().trim_start_matches('/'))
    };
    type Lay = fn(&Tree, &str);
    let calls = |source: &str| format!("{READY}module \"m\" {{\n  source = \"{source}\"\n}}\n");
    let ways: [(&str, Lay); 4] = [
        ("a link to a file", |tree, outside| tree.link(&format!("{outside}/main.tf"), "more.tf")),
        ("a link to values", |tree, outside| tree.link(&format!("{outside}/values.tfvars"), "terraform.tfvars")),
        ("a link to a folder", |tree, outside| tree.link(outside, "env")),
        ("an include of Terragrunt", |tree, outside| {
            let unit = format!("include \"root\" {{\n  path = \"{outside}/unit.hcl\"\n}}\n");
            tree.write("unit/terragrunt.hcl", unit.as_bytes());
        }),
    ];
    for (what, lay) in ways {
        let (outside, tree) = outside_and_repository();
        lay(&tree, outside.path("").to_str().unwrap().trim_end_matches('/'));
        stays_closed(&tree, what);
        if what.starts_with("a link") {
            assert_ne!(json(&tree, &["."]).0["verdict"], "ready", "{what}: something was not read");
        }
    }
    let (outside, tree) = outside_and_repository();
    tree.write("main.tf", calls(&up(&outside)).as_bytes());
    stays_closed(&tree, "a source");
    tree.link(outside.path("").to_str().unwrap(), "linked");
    tree.write("main.tf", calls("./linked").as_bytes());
    stays_closed(&tree, "a source by a link");
}

#[test]
fn what_a_file_outside_declares_is_not_missing() {
    let declares = "resource \"google_service_account\" \"nodes\" {\n  account_id = \"nodes-account\"\n}\n";
    let outside = Tree::new(&[("accounts.tf", declares)]);
    let refers = TOO_FEW
        .replace("    oauth_scopes", "    service_account = google_service_account.nodes.email\n    oauth_scopes");
    let tree = Tree::new(&[("main.tf", &refers), (".git/HEAD", "")]);
    tree.link(outside.path("accounts.tf").to_str().unwrap(), "accounts.tf");
    let (report, code) = json(&tree, &["."]);
    assert_eq!(findings(&report, "TF002"), []);
    assert_eq!((super::status(&report, "KFP001"), code), ("undecided".into(), 0), "it may hold a node pool");
    let (report, code) = json(&tree, &["--allow-outside", "."]);
    assert_eq!((super::status(&report, "KFP001"), code), ("unmet".into(), 1));
}

#[test]
fn the_configuration_does_not_lead_out_of_the_repository() {
    let (outside, tree) = outside_and_repository();
    tree.link(outside.path("kfplint.toml").to_str().unwrap(), "kfplint.toml");
    let ended = run(&tree, &["."]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("kfplint.toml") && !ended.stderr.contains("outside-marker"), "{}", ended.stderr);
    std::fs::remove_file(tree.path("kfplint.toml")).unwrap();
    let values = format!("var-files = [{:?}]\n", outside.path("values.tfvars"));
    tree.write("kfplint.toml", values.as_bytes());
    let ended = run(&tree, &["."]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("outside of the tree") && !ended.stderr.contains("outside-marker"),
        "{}",
        ended.stderr
    );
}

#[test]
fn the_configuration_writes_nothing_outside_of_the_repository() {
    let (outside, tree) = outside_and_repository();
    tree.link(outside.path("new.json").to_str().unwrap(), "there.json");
    tree.link(outside.path("").to_str().unwrap(), "folder");
    let before = std::fs::read_dir(outside.path("")).unwrap().count();
    let absolute = outside.path("new.json").display().to_string();
    for file in [absolute.as_str(), "../new.json", "there.json", "folder/new.json", ".git/config"] {
        tree.write("kfplint.toml", format!("output = [\"json={file}\"]\n").as_bytes());
        let ended = run(&tree, &["."]);
        assert_eq!(ended.code, 2, "{file}: {}", ended.stderr);
        assert!(ended.stderr.contains("outside of the repository"), "{file}: {}", ended.stderr);
    }
    assert_eq!(std::fs::read_dir(outside.path("")).unwrap().count(), before);
    assert!(!tree.path(".git/config").exists());
    assert_eq!(run(&tree, &["--no-config", "--output", &format!("json={absolute}"), "."]).code, 0);
    assert!(outside.path("new.json").exists(), "the command line may");
}

#[test]
fn outside_of_a_repository_calls_may_lead_up_but_links_may_not() {
    let call = |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n}}\n");
    let outside = Tree::new(&[("main.tf", TOO_FEW)]);
    let tree = Tree::new(&[("modules/gke/main.tf", TOO_FEW), ("env/main.tf", &call("../modules/gke"))]);
    tree.link(outside.path("").to_str().unwrap(), "modules/linked");
    let clusters = |args: &[&str]| {
        let ended = ended(tree.command(args).current_dir(tree.path("env")).spawn().unwrap());
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        report["clusters"].as_array().unwrap().len()
    };
    assert_eq!(clusters(&["--format", "json", "."]), 1);
    tree.write("env/main.tf", call("../modules/linked").as_bytes());
    assert_eq!(clusters(&["--format", "json", "."]), 0);
    assert_eq!(clusters(&["--format", "json", "--allow-outside", "."]), 1);
}

#[test]
fn nothing_in_a_configuration_is_run() {
    let tree = Tree::new(&[]);
    let marker = tree.path("was-run");
    let marker = marker.to_str().unwrap();
    let text = format!(
        "data \"external\" \"x\" {{\n  program = [\"touch\", \"{marker}\"]\n}}\nresource \"null_resource\" \"x\" {{\n  \
         triggers = {{ x = data.external.x.result.y }}\n  provisioner \"local-exec\" {{\n    command = \"touch {marker}\"\n  }}\n}}\n{READY}"
    );
    tree.write("main.tf", text.as_bytes());
    let unit = format!(
        "terraform {{\n  source = \"..\"\n  before_hook \"x\" {{\n    commands = [\"plan\"]\n    execute = [\"touch\", \"{marker}\"]\n  }}\n}}\n\
         inputs = {{\n  x = run_cmd(\"touch\", \"{marker}\")\n}}\n"
    );
    tree.write("unit/terragrunt.hcl", unit.as_bytes());
    for args in [&["."][..], &["evaluate"], &["graph"], &["suppressions"], &["--diff", "."]] {
        run(&tree, args);
        assert!(!std::path::Path::new(marker).exists(), "{args:?}");
    }
}

#[test]
fn a_run_writes_nothing_but_what_it_was_asked_for() {
    let tree = Tree::new(&[("main.tf", TOO_FEW)]);
    let files = || {
        let mut all: Vec<String> = std::fs::read_dir(tree.path("."))
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into())
            .collect();
        all.sort();
        all
    };
    for args in [&["."][..], &["--diff", "--unsafe-fixes"], &["evaluate"], &["graph"], &["suppressions"]] {
        run(&tree, args);
        assert_eq!(files(), ["main.tf"], "{args:?}");
    }
    run(&tree, &["--output", "json=out.json"]);
    assert_eq!(files(), ["main.tf", "out.json"]);
    assert_eq!(std::fs::read_to_string(tree.path("main.tf")).unwrap(), TOO_FEW);
}

#[test]
fn a_full_disk_and_a_closed_stdout_are_said() {
    if !std::path::Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full here");
        return;
    }
    let tree = Tree::new(&[("main.tf", READY)]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended_full = tree.command(&[]).stdout(full).output().unwrap();
    assert_eq!(ended_full.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended_full.stderr).contains("space left"), "{ended_full:?}");
    let ended_file = run(&tree, &["--output", "json=/dev/full"]);
    assert_eq!(ended_file.code, 2);
    assert!(ended_file.stderr.contains("/dev/full"), "{}", ended_file.stderr);
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" . >&-", env!("CARGO_BIN_EXE_kfplint")]).current_dir(tree.path("."));
    let closed = ended(shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert!(closed.code == 2 || closed.code == 0, "{}", closed.stderr);
}

#[test]
fn a_fix_that_cannot_be_written_leaves_the_file_whole() {
    let text = READY
        .replace("    oauth_scopes", "    service_account = google_service_account.s.email\n    oauth_scopes")
        + "resource \"google_service_account\" \"s\" {\n  account_id = \"s-account\"\n  project    = \"p-project\"\n}\n";
    let tree = Tree::new(&[("main.tf", &text)]);
    // No file may grow at all: what a full disk does, for this process alone.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" fix --unsafe-fixes .";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_kfplint")]).current_dir(tree.path("."));
    let done = ended(shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(std::fs::read_to_string(tree.path("main.tf")).unwrap(), text);
    assert_eq!(done.code, 2, "{}{}", done.stdout, done.stderr);
    assert!(done.stderr.contains("main.tf"), "{}", done.stderr);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_as_it_was_at_some_time() {
    let tree = Tree::new(&[("main.tf", READY)]);
    let path = tree.path("racy.tf");
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let until = stop.clone();
    let change = std::thread::spawn(move || {
        while !until.load(std::sync::atomic::Ordering::Relaxed) {
            let _ = std::fs::write(&path, "locals {\n  a = 1\n}\n".repeat(200));
            let _ = std::fs::remove_file(&path);
        }
    });
    for _ in 0..5 {
        let (report, _) = json(&tree, &[]);
        assert_eq!(report["clusters"].as_array().unwrap().len(), 1);
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    change.join().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_network_all_is_the_same() {
    let tree = Tree::new(&[
        ("main.tf", TOO_FEW),
        ("more.tf", "module \"m\" {\n  source = \"git::https://example.com/m.git\"\n}\n"),
    ]);
    let available = Command::new("unshare").args(["-rn", "true"]).output().is_ok_and(|o| o.status.success());
    if !available {
        println!("skipped: user and network namespaces are not to be had here");
        return;
    }
    let with = run(&tree, &["--format", "json"]);
    let mut without = Command::new("unshare");
    without.args(["-rn", env!("CARGO_BIN_EXE_kfplint"), "--format", "json"]).current_dir(tree.path("."));
    let without = ended(without.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!((with.code, with.stdout, with.stderr), (without.code, without.stdout, without.stderr));
    assert_eq!(with.code, 1);
}

#[test]
fn names_of_files_are_shown_harmless_and_as_valid_uris() {
    let tree = Tree::new(&[]);
    let name = "a b%#\u{1b}[31m\u{202e}<script>]]>`x`\nb";
    tree.write(&format!("{name}/m 1%.tf"), TOO_FEW.as_bytes());
    for format in kfplint::report::Format::ALL.map(kfplint::report::Format::name) {
        let shown = run(&tree, &["--format", format, "--verbose", "."]);
        assert_eq!(shown.code, 1, "{format}: {}", shown.stderr);
        assert!(!shown.stdout.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{format}");
    }
    let (log, _) = json(&tree, &["."]);
    assert_eq!(findings(&log, "KFP001").len(), 1);
    let sarif: serde_json::Value = serde_json::from_str(&run(&tree, &["--format", "sarif", "."]).stdout).unwrap();
    let uris: Vec<&str> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap())
        .collect();
    assert!(!uris.is_empty());
    for uri in uris {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%:@!$&'()*+,;=".contains(c);
        assert!(uri.chars().all(plain), "{uri}");
        let decoded = percent_encoding::percent_decode_str(uri).decode_utf8().unwrap();
        assert_eq!(decoded, format!("{name}/m 1%.tf"));
    }
}

#[test]
fn a_link_to_its_own_folder_is_a_module_that_calls_itself() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./again\"\n}}\n");
    let tree = Tree::new(&[("main.tf", &format!("{READY}{}{}", call("a"), call("b")))]);
    tree.link(".", "again");
    let report = json(&tree, &["."]).0;
    let found: Vec<&str> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["code"] == "TF005")
        .map(|d| d["message"].as_str().unwrap())
        .collect();
    let circle = |name: &str| format!("module.{name} calls itself through its own source");
    assert_eq!(found, [circle("a"), circle("b")], "each level would double the modules");
}
