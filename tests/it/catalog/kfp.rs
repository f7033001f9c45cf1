use super::facts::csv;
use kfplint::catalog::gke::{Features, overhead};
use kfplint::catalog::kfp::{self, Env, compare, kubernetes_range, nearest, pods, workloads};
use std::cmp::Ordering;

#[test]
fn totals_of_each_version_come_out() {
    let rows = csv("checks/kfp_totals.csv");
    assert_eq!(rows.len(), 36);
    for row in rows {
        let env = [Env::Dev, Env::Gcp, Env::PlatformAgnostic].into_iter().find(|e| e.name() == row["env"]).unwrap();
        let version = row["kfp_version"].as_str();
        let running: Vec<_> =
            workloads(version, env).filter(|w| !w.init && w.kind != "PersistentVolumeClaim").collect();
        assert_eq!(running.len().to_string(), row["containers"], "{version} {env:?}");
        let total = |f: fn(&kfp::Workload) -> u64| running.iter().map(|w| f(w) * w.replicas).sum::<u64>().to_string();
        assert_eq!(total(|w| w.cpu_m), row["req_cpu_m"], "{version} {env:?}");
        assert_eq!(total(|w| w.memory_mib), row["req_mem_Mi"], "{version} {env:?}");
        assert_eq!(total(|w| w.cpu_limit_m), row["lim_cpu_m"], "{version} {env:?}");
        assert_eq!(total(|w| w.memory_limit_mib), row["lim_mem_Mi"], "{version} {env:?}");
        let pods = pods(version, env);
        assert!(pods.iter().map(|p| p.cpu_m).sum::<u64>() >= total(|w| w.cpu_m).parse().unwrap());
    }
}

#[test]
fn versions_are_ordered() {
    assert_eq!(kfp::versions().len(), 12);
    assert_eq!(kfp::versions().first(), Some(&"1.8.5"));
    assert_eq!(kfp::versions().last(), Some(&"HEAD"));
    assert_eq!(compare("2.0.0-alpha.7", "2.0.0"), Ordering::Less);
    assert_eq!(compare("1.8.22", "1.8.5"), Ordering::Greater);
    assert_eq!(compare("v2.5.0", "2.5.0"), Ordering::Equal);
    assert_eq!(nearest("2.4.1"), "2.3.0");
    assert_eq!(nearest("1.0.0"), "1.8.5");
    assert_eq!(nearest(kfp::NEWEST), kfp::NEWEST);
}

#[test]
fn kubernetes_versions_follow() {
    let range = |version| kubernetes_range(version).map(|r| (r.min, r.max, r.max_is_hard));
    assert_eq!(range("1.7.0"), Some((None, Some("1.21"), true)));
    assert_eq!(range("1.8.3"), Some((None, Some("1.21"), false)));
    assert_eq!(range("1.8.22"), Some((None, Some("1.21"), true)));
    assert_eq!(range("v2.15.0"), Some((Some("1.29"), Some("1.34"), false)));
    assert_eq!(range("9.0.0"), None);
    assert_eq!(range("main"), None);
}

#[test]
fn accounts_and_marks_are_there() {
    let runner = kfp::identities().find(|i| i.ksa == "pipeline-runner").unwrap();
    assert!(runner.needs_binding());
    assert!(kfp::identities().any(|i| i.ksa == "argo" && !i.needs_binding()));
    assert!(kfp::install_marks().any(|m| m.installs && m.pattern == "github.com/kubeflow/pipelines/manifests/"));
    assert!(kfp::install_marks().any(|m| !m.installs && m.pattern == kfp::SECRET));
    assert_eq!(kfp::issues().len(), 43);
    for identity in kfp::identities() {
        for role in identity.roles() {
            assert!(kfplint::catalog::iam::role(role).is_some(), "{role}");
        }
    }
}

#[test]
fn gke_itself_takes_a_part() {
    let usual = overhead(Features::default());
    assert!((230..=260).contains(&usual.node_cpu_m) && (400..=460).contains(&usual.node_memory_mib), "{usual:?}");
    let more = overhead(Features { workload_identity: true, node_local_dns: true, ..Features::default() });
    assert!((370..=400).contains(&more.node_cpu_m) && (620..=680).contains(&more.node_memory_mib), "{more:?}");
    assert!((600..=800).contains(&usual.cluster_cpu_m) && (550..=800).contains(&usual.cluster_memory_mib), "{usual:?}");
    let v2 = overhead(Features { dataplane_v2: true, ..Features::default() });
    assert_eq!(usual.node_cpu_m - v2.node_cpu_m, 100);
}
