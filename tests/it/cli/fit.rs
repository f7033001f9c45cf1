//! `kfplint fit`: manifests against the nodes that clusters will have.

use crate::tree::{OPEN, READY, Tree};

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: trainer}\nspec:\n  replicas: 3\n  template:\n    \
                          spec:\n      containers:\n      - resources: {requests: {cpu: \"2\", memory: 8Gi}}\n";

#[test]
fn pods_that_fit_are_said_to_fit() {
    let tree = Tree::new(&[("main.tf", READY), ("k8s/a.yaml", DEPLOYMENT)]);
    let run = tree.run(&["fit", "--manifests", "k8s"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("FITS       google_container_cluster.c: on 3 nodes"), "{}", run.stdout);
}

#[test]
fn a_pod_bigger_than_any_node_is_named_with_what_would_hold_it() {
    let big = DEPLOYMENT.replace("8Gi", "80Gi");
    let tree = Tree::new(&[("main.tf", READY), ("k8s/a.yaml", &big)]);
    let run = tree.run(&["fit", "--manifests", "k8s/a.yaml"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("TOO SMALL  google_container_cluster.c: 3 of 5 pods"), "{}", run.stdout);
    assert!(run.stdout.contains("3 × trainer (2000m CPU, 81920 MiB): bigger than"), "{}", run.stdout);
}

#[test]
fn a_taint_keeps_pods_off_that_do_not_tolerate_it() {
    let tainted = READY.replace(
        "oauth_scopes",
        "taint {\n      key    = \"dedicated\"\n      value  = \"ml\"\n      effect = \"NO_SCHEDULE\"\n    }\n    oauth_scopes",
    );
    let tree = Tree::new(&[("main.tf", &tainted), ("a.yaml", DEPLOYMENT)]);
    let run = tree.run(&["fit", "--manifests", "a.yaml"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("a taint that it does not tolerate"), "{}", run.stdout);
}

#[test]
fn what_hangs_on_a_variable_is_undecided() {
    let tree = Tree::new(&[("main.tf", OPEN), ("a.yaml", DEPLOYMENT)]);
    let run = tree.run(&["fit", "--manifests", "a.yaml"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("UNDECIDED  google_container_cluster.c"), "{}", run.stdout);
    let run = tree.run(&["fit", "--manifests", "a.yaml", "-var", "size=3"]);
    assert!(run.stdout.contains("FITS"), "{}", run.stdout);
}

#[test]
fn manifests_that_are_none_are_a_clear_error() {
    let tree = Tree::new(&[("main.tf", READY), ("a.yaml", "a: [1, 2\nb: 3\n"), ("empty/readme.txt", "")]);
    let run = tree.run(&["fit", "--manifests", "a.yaml"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a.yaml: on line 2"), "{}", run.stderr);
    let run = tree.run(&["fit", "--manifests", "empty"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("no workloads found"), "{}", run.stderr);
}

/// A pod that is bigger than any node.
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: big}\nspec:\n  containers:\n  - resources: {requests: {cpu: \"64\"}}\n";

#[test]
fn other_endings_and_hidden_folders_are_read() {
    for path in ["k/P.YAML", "k/.h/p.yml", "k/a/.b/p.Json"] {
        let json = "{\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"resources\":{\"requests\":{\"cpu\":64}}}]}}";
        let tree = Tree::new(&[("main.tf", READY), ("k/a.yaml", DEPLOYMENT)]);
        tree.write(path, if path.ends_with("Json") { json } else { POD }.as_bytes());
        let run = tree.run(&["fit", "--manifests", "k"]);
        assert_eq!(run.code, 1, "{path}: {}", run.stdout);
        assert!(run.stdout.contains("2 workloads") && run.stdout.contains("TOO SMALL"), "{path}: {}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_once_inside_the_repository_and_listed_outside() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new(&[("main.tf", READY), ("k/a.yaml", DEPLOYMENT), ("elsewhere/p.yaml", POD)]);
    std::fs::create_dir(tree.path(".git")).unwrap();
    symlink("../elsewhere", tree.path("k/linked")).unwrap();
    symlink("../elsewhere/p.yaml", tree.path("k/again.yaml")).unwrap();
    symlink("..", tree.path("k/loop")).unwrap();
    let run = tree.run(&["fit", "--manifests", "k"]);
    assert!(run.stdout.contains("2 workloads"), "{}", run.stdout);
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("p.yaml"), POD).unwrap();
    let tree = Tree::new(&[("main.tf", READY), ("k/a.yaml", DEPLOYMENT)]);
    symlink(outside.path(), tree.path("k/out")).unwrap();
    let run = tree.run(&["fit", "--manifests", "k"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("k/out: a link that leads out of the repository"), "{}", run.stdout);
    assert!(run.stdout.contains("UNDECIDED") && !run.stdout.contains("FITS"), "{}", run.stdout);
    assert_eq!(tree.run(&["fit", "--manifests", "k", "--undecided", "fail"]).code, 1);
}

#[test]
fn what_is_left_out_is_listed_and_leaves_it_undecided() {
    let workflow = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n  - container: {image: a}\n";
    let rollout = DEPLOYMENT.replace("kind: Deployment", "kind: Rollout").replace("replicas: 3", "replicas: 2");
    let lots = DEPLOYMENT.replace("8Gi", "lots");
    let cases: [(&str, &str, &str); 7] = [
        ("k/b.yaml", "a: [1, 2\nb: 3\n", "k/b.yaml: on line 2"),
        ("k/b.yaml", "a: {{ .Values.a }}\nb: {{- if .x }}\n", "a Helm template"),
        ("k/b.yaml.tpl", "", "k/b.yaml.tpl: a template"),
        ("k/b.yaml", workflow, "k/b.yaml:1: how many pods the kind `Workflow` makes is not known"),
        ("k/b.yaml", &rollout, "the kind `Rollout` is not known: counted as 2 of its pods"),
        ("k/b.yaml", &lots, "`lots` is no quantity"),
        ("k/b.yaml", "resources: [a.yaml]\nkind: Kustomization\n", "the kind `Kustomization`"),
    ];
    for (path, text, said) in cases {
        let small = DEPLOYMENT.replace("replicas: 3", "replicas: 1").replace("8Gi", "1Mi");
        let tree = Tree::new(&[("main.tf", READY), ("k/a.yaml", &small), (path, text)]);
        let run = tree.run(&["fit", "--manifests", "k"]);
        assert_eq!(run.code, 0, "{said}: {}", run.stderr);
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
        assert!(run.stdout.contains("UNDECIDED") && !run.stdout.contains("FITS"), "{said}: {}", run.stdout);
    }
}

#[test]
fn without_a_workload_nothing_fits() {
    let tree = Tree::new(&[("main.tf", READY), ("k/a.yaml", "x: 1\n"), ("k/b.yaml", "kind: Service\n")]);
    for path in ["k", "k/a.yaml"] {
        let run = tree.run(&["fit", "--manifests", path]);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""));
        assert!(run.stderr.contains("no workloads found"), "{}", run.stderr);
    }
}

#[test]
fn aliases_that_multiply_are_a_clear_error() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
        text += &format!("a{i}: &a{i} [{aliases}]\n");
    }
    let mut deep = String::from("a0: &a0 [x]\n");
    (1..5000).for_each(|i| deep += &format!("a{i}: &a{i} [*a{}]\n", i - 1));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100].join(", "));
    for (text, line, what) in
        [(text, 6, "more than 1000000 values"), (deep, 500, "500 deep"), (long, 2, "64 MiB of text")]
    {
        let tree = Tree::new(&[("main.tf", READY), ("k/a.yaml", &text)]);
        let run = tree.run(&["fit", "--manifests", "k"]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        let flat = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert!(flat.contains(&format!("k/a.yaml: on line {line}:")) && flat.contains(what), "{}", run.stderr);
    }
}
