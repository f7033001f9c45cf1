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
    let small = DEPLOYMENT.replace("replicas: 3", "replicas: 1").replace("8Gi", "1Mi");
    let with = |text: &str| small.replace("      containers:", &format!("      {text}\n      containers:"));
    let zone = "key: topology.kubernetes.io/zone, operator: In, values: [us-central1-f]";
    let terms = format!("nodeSelectorTerms: [{{matchExpressions: [{{{zone}}}]}}]");
    let affinity =
        format!("affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{{terms}}}}}}}");
    let spread =
        "podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname}]}";
    let item = "kind: Thing\napiVersion: example.com/v1\nmetadata: {name: t}\nspec: {size: 9}\n";
    let json = "{\"apiVersion\": \"example.com/v1\", \"kind\": \"Thing\"}";
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {minReplicas: 50}\n";
    let cases: [(&str, &str, &str); 21] = [
        ("k/b.yaml", item, "how many pods the kind `Thing` makes is not known"),
        ("k/b.json", &format!("[{json}]"), "k/b.json:1: how many pods the kind `Thing`"),
        ("k/b.json", &format!("[[{json}]]"), "k/b.json:1: how many pods the kind `Thing`"),
        ("k/b.yaml", "kind: ThingList\napiVersion: example.com/v1\nitems: {}\n", "the kind `ThingList` makes"),
        ("k/b.yaml", &format!("kind: List\napiVersion: v1\nitems: [{json}]\n"), "the kind `Thing` makes"),
        (
            "k/b.yaml",
            &format!("kind: Things\napiVersion: example.com/v1\nitems: [{json}]\n"),
            "the kind `Things` makes",
        ),
        ("k/b.yaml", "kind: Things\napiVersion: v1\nobjects: [{spec: {containers: []}}]\n", "the kind `Things` makes"),
        ("k/b.yaml", scaler, "`HorizontalPodAutoscaler`: it may make more pods"),
        (
            "k/b.yaml",
            &with(&affinity),
            "trainer: it selects nodes by `topology.kubernetes.io/zone`, which is not known",
        ),
        ("k/b.yaml", &with("nodeSelector: {topology.kubernetes.io/zone: x}"), "by `topology.kubernetes.io/zone`"),
        ("k/b.yaml", &with(&format!("affinity: {{{spread}}}")), "its required podAntiAffinity is not looked at"),
        ("k/b.yaml", &with("topologySpreadConstraints: [{maxSkew: 1}]"), "its topology spread is not looked at"),
        ("k/b.yaml", &with("runtimeClassName: gvisor"), "its runtime class, which may add overhead, is not"),
        (
            "k/b.yaml",
            &small.replace("memory: 1Mi", "google.com/tpu: 4"),
            "its request of google.com/tpu is not looked at",
        ),
        ("k/b.yaml", "a: [1, 2\nb: 3\n", "k/b.yaml: on line 2"),
        ("k/b.yaml", "a: {{ .Values.a }}\nb: {{- if .x }}\n", "a Helm template"),
        ("k/b.yaml.tpl", "", "k/b.yaml.tpl: a template"),
        ("k/b.yaml", workflow, "k/b.yaml:1: how many pods the kind `Workflow` makes is not known"),
        ("k/b.yaml", &rollout, "the kind `Rollout` is not known: counted as 2 of its pods"),
        ("k/b.yaml", &lots, "`lots` is not a valid"),
        ("k/b.yaml", "resources: [a.yaml]\nkind: Kustomization\n", "the kind `Kustomization`"),
    ];
    for (path, text, said) in cases {
        let tree = Tree::new(&[("main.tf", READY), ("k/a.yaml", &small), (path, text)]);
        let run = tree.run(&["fit", "--manifests", "k"]);
        assert_eq!(run.code, 0, "{said}: {}", run.stderr);
        assert_eq!(tree.run(&["fit", "--manifests", "k", "--undecided", "fail"]).code, 1, "{said}");
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

#[test]
fn objects_that_make_no_pods_leave_nothing_undecided() {
    let kinds = [
        ("v1", "Service"),
        ("v1", "ConfigMap"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("networking.k8s.io/v1", "Ingress"),
        ("policy/v1", "PodDisruptionBudget"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("security.istio.io/v1", "AuthorizationPolicy"),
        ("cert-manager.io/v1", "Certificate"),
        ("iam.cnrm.cloud.google.com/v1beta1", "IAMPolicyMember"),
        ("kubeflow.org/v1", "Profile"),
    ];
    let all = kinds.map(|(version, kind)| format!("apiVersion: {version}\nkind: {kind}\nspec: {{}}\n---\n")).concat();
    let tree =
        Tree::new(&[("main.tf", READY), ("k/a.yaml", DEPLOYMENT), ("k/b.yaml", &all), ("k/values.yaml", "a: 1\n")]);
    let run = tree.run(&["fit", "--manifests", "k"]);
    assert!(run.stdout.contains("FITS") && !run.stdout.contains("left out"), "{}", run.stdout);
}

#[test]
fn affinity_and_overhead_are_honoured() {
    let labelled = READY.replace("oauth_scopes", "labels = { disk = \"ssd\", size = \"3\" }\n    oauth_scopes");
    let fits = |spec: &str| {
        let pods = DEPLOYMENT.replace("      containers:", &format!("      {spec}\n      containers:"));
        let tree = Tree::new(&[("main.tf", &labelled), ("a.yaml", &pods)]);
        let run = tree.run(&["fit", "--manifests", "a.yaml"]);
        assert!(!run.stdout.contains("UNDECIDED"), "{spec}: {}", run.stdout);
        run.stdout.contains("FITS")
    };
    let affinity = |terms: &str| {
        let required = format!("requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}");
        fits(&format!("affinity: {{nodeAffinity: {{{required}}}}}"))
    };
    for (key, rest, want) in [
        ("disk", "operator: In, values: [ssd, hdd]", true),
        ("disk", "operator: In, values: [hdd]", false),
        ("disk", "operator: NotIn, values: [ssd]", false),
        ("disk", "operator: Exists", true),
        ("none", "operator: Exists", false),
        ("none", "operator: NotIn, values: [x]", true),
        ("disk", "operator: DoesNotExist", false),
        ("size", "operator: Gt, values: [\"2\"]", true),
        ("size", "operator: Lt, values: [\"3\"]", false),
        ("kubernetes.io/os", "operator: In, values: [linux]", true),
        ("kubernetes.io/arch", "operator: In, values: [arm64]", false),
    ] {
        assert_eq!(affinity(&format!("{{matchExpressions: [{{key: {key}, {rest}}}]}}")), want, "{key} {rest}");
    }
    let (yes, no) = ("{key: disk, operator: Exists}", "{key: none, operator: Exists}");
    assert!(!affinity(&format!("{{matchExpressions: [{yes}, {no}]}}")), "all of a term");
    assert!(affinity(&format!("{{matchExpressions: [{no}]}}, {{matchExpressions: [{yes}]}}")), "one of the terms");
    assert!(!affinity("{}"), "a term without anything matches nothing");
    assert!(fits("overhead: {cpu: 100m, memory: 100Mi}"));
    assert!(!fits("overhead: {memory: 20Gi}"));
    assert!(!fits("resources: {requests: {cpu: 30}}"), "what the pod itself requests");
}

#[test]
fn folders_that_are_called_but_never_made_count_too() {
    let few = crate::tree::TOO_FEW.replace("\"c\"", "\"own\"");
    let decoy = format!("{READY}module \"m\" {{\n  source = \"../prod\"\n  count  = 0\n}}\n");
    let tree = Tree::new(&[("decoy/main.tf", &decoy), ("prod/main.tf", &few), ("k/a.yaml", DEPLOYMENT)]);
    let run = tree.run(&["fit", "--manifests", "k"]);
    assert!(run.stdout.contains("TOO SMALL  google_container_cluster.own"), "{}", run.stdout);
    assert_eq!(run.code, 1);
    let drawn = tree.run(&["graph", "--format", "json"]).stdout;
    assert!(drawn.contains("google_container_cluster.own"), "{drawn}");
}
