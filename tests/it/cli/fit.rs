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
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no .yaml, .yml or .json files"), "{}", run.stderr);
}
