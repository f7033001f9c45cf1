use super::facts::csv;
use kfplint::catalog::allocatable::{
    EVICTION_MIB, NodeShape, allocatable, allocatable_on, kube_reserved_mib, os_reserved_bytes,
};
use kfplint::catalog::machine::{Arch, machine_type};

#[test]
fn published_values_come_out() {
    let cpu = |name: &str| allocatable(&machine_type(name).unwrap()).cpu_m;
    assert_eq!(cpu("n1-standard-1"), 940);
    assert_eq!(cpu("n1-standard-2"), 1930);
    assert_eq!(cpu("e2-standard-2"), 1930);
    assert_eq!(cpu("e2-standard-4"), 3920);
    assert_eq!(cpu("e2-standard-8"), 7910);
    assert_eq!(cpu("e2-medium"), 940);
    assert_eq!(cpu("e2-micro"), 940);
    let many = NodeShape { max_pods: 256, ..NodeShape::default() };
    assert_eq!(allocatable_on(&machine_type("n1-standard-2").unwrap(), many).cpu_m, 1530);
}

/// Nodes that were observed: what GKE reserves agrees to the MiB, and so does the whole where the OS's share is known.
#[test]
fn observed_nodes_agree() {
    let rows = csv("checks/gke_allocatable_observed.csv");
    assert_eq!(rows.len(), 7);
    for row in rows {
        let nominal: u64 = row["nominal_mib"].parse().unwrap();
        let reserved: f64 = row["observed_reserved_mib"].parse().unwrap();
        assert_eq!((kube_reserved_mib(nominal) + EVICTION_MIB) as f64, reserved, "{row:?}");
        let machine = machine_type(&row["machine_type"]).unwrap();
        let version = row["gke_version"].as_str();
        let minor = if version.is_empty() { "1.27" } else { version };
        let found = allocatable_on(&machine, NodeShape { minor: Some(minor), ..NodeShape::default() });
        assert_eq!(found.cpu_m.to_string(), row["observed_allocatable_cpu_m"], "{row:?}");
        let kib: u64 = row["observed_allocatable_kib"].parse().unwrap();
        let off = found.memory_mib.abs_diff(kib / 1024);
        let exact = version.starts_with("1.29") || version.starts_with("1.36");
        assert!(off <= if exact { 1 } else { kib / 1024 / 100 }, "{row:?}: {}", found.memory_mib);
    }
}

#[test]
fn every_machine_type_is_as_computed_from_the_source() {
    let rows = csv("checks/gke_allocatable_computed.csv");
    assert_eq!(rows.len(), 696);
    for row in rows {
        let machine = machine_type(&row["name"]).unwrap();
        let found = allocatable(&machine);
        assert_eq!(found.cpu_m.to_string(), row["allocatable_cpu_m"], "{}", row["name"]);
        let expected: u64 = row["allocatable_mem_mib"].parse().unwrap();
        assert!(found.memory_mib.abs_diff(expected) <= 1, "{} {found:?} {expected}", row["name"]);
    }
}

#[test]
fn small_nodes_keep_too_little() {
    let medium = allocatable(&machine_type("e2-medium").unwrap());
    assert!(medium.memory_mib < 2972 && medium.memory_mib > 2750, "{medium:?}");
    let custom = allocatable(&machine_type("n1-custom-2-7680").unwrap());
    assert_eq!(custom, allocatable(&machine_type("n1-standard-2").unwrap()));
}

#[test]
fn a_version_that_is_not_known_takes_the_nearest() {
    let at = |minor| os_reserved_bytes(8192, Arch::Amd64, NodeShape { minor, ..NodeShape::default() });
    assert_eq!(at(Some("1.99")), at(None));
    assert_eq!(at(Some("1.11")), at(Some("1.27")));
    assert_eq!(at(Some("not a version")), at(None));
    assert!(at(None) > 0 && os_reserved_bytes(8192, Arch::Arm64, NodeShape::default()) > 0);
    assert!(
        os_reserved_bytes(100, Arch::Amd64, NodeShape::default())
            < os_reserved_bytes(1024, Arch::Amd64, NodeShape::default())
    );
}
