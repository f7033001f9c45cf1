use super::facts::{csv, json_gz};
use kfplint::base::suggest::suggest;
use kfplint::catalog::iam::{self, Permission, PermissionSet, REQUIRED_ROLES, permissions, role};

/// The permissions of a role as the source lists them.
fn listed<'a>(source: &'a serde_json::Value, role: &serde_json::Value) -> Vec<&'a str> {
    let names = source["permissions"].as_array().unwrap();
    let parts = role["p"].as_str().unwrap().split(',').filter(|p| !p.is_empty());
    let number = |text: &str| text.parse::<usize>().unwrap();
    parts
        .flat_map(|part| match part.split_once('-') {
            Some((first, last)) => number(first)..=number(last),
            None => number(part)..=number(part),
        })
        .map(|i| names[i].as_str().unwrap())
        .collect()
}

#[test]
fn every_role_decodes_to_its_source() {
    let source = json_gz("iam_roles.json.gz");
    let roles = source["roles"].as_array().unwrap();
    assert_eq!((roles.len(), iam::roles().len()), (2464, 2464));
    assert_eq!(iam::all_permissions().len(), 13790);
    for expected in roles {
        let name = expected["name"].as_str().unwrap();
        let found = role(name).unwrap();
        assert_eq!((found.name, found.title), (name, expected["title"].as_str().unwrap()));
        assert_eq!(found.listed, expected["listed"] == true, "{name}");
        match permissions(name) {
            Some(held) => {
                let held: Vec<_> = held.map(Permission::name).collect();
                assert_eq!(held.len() as u64, expected["count"], "{name}");
                assert_eq!(held, listed(&source, expected), "{name}");
            }
            None => assert_eq!(expected["known_permissions"], false, "{name}"),
        }
    }
    assert_eq!(iam::roles().filter(|r| !r.known_permissions).count(), 30);
    assert_eq!(iam::roles().filter(|r| !r.listed).count(), 74);
}

#[test]
fn coverage_of_the_required_roles_is_as_computed_from_the_source() {
    let rows = csv("checks/iam_role_coverage.csv");
    assert_eq!(rows.len(), 412);
    for row in &rows {
        let required = PermissionSet::of_role(&row["required_role"]).unwrap();
        let granted = PermissionSet::of_role(&row["granted_role"]).unwrap();
        let at = format!("{} by {}", row["required_role"], row["granted_role"]);
        assert_eq!(granted.is_superset(&required).to_string(), row["covers_all_permissions"], "{at}");
        let missing: Vec<_> =
            granted.missing(&required).map(Permission::name).filter(|p| !iam::is_project_metadata(p)).collect();
        assert_eq!(missing.join(" "), row["missing_resource_permissions"], "{at}");
        assert_eq!(missing.is_empty().to_string(), row["covers_all_but_project_metadata"], "{at}");
        let core = granted.missing_core(&row["required_role"]);
        assert_eq!(core.is_empty().to_string(), row["covers_core_permissions"], "{at}");
        assert_eq!(granted.len().to_string(), row["granted_role_size"], "{at}");
    }
}

#[test]
fn editor_cannot_read_objects_but_can_write_logs() {
    let editor = PermissionSet::of_role("roles/editor").unwrap();
    assert!(!editor.contains_name("storage.objects.get"));
    assert_eq!(editor.missing_core("roles/storage.objectViewer"), ["storage.objects.get", "storage.objects.list"]);
    assert!(editor.missing_core("roles/logging.logWriter").is_empty());
    let node = PermissionSet::of_role("roles/container.defaultNodeServiceAccount").unwrap();
    assert_eq!(node.len(), 6);
    let writer = PermissionSet::of_role("roles/logging.logWriter").unwrap();
    assert_eq!(node.missing(&writer).map(Permission::name).collect::<Vec<_>>(), ["logging.logEntries.route"]);
    assert!(node.missing_core("roles/logging.logWriter").is_empty());
}

#[test]
fn roles_add_up() {
    let mut set = PermissionSet::new();
    assert!(set.is_empty());
    for name in REQUIRED_ROLES {
        set.union_with(&PermissionSet::of_role(name).unwrap());
        assert!(iam::core_permissions(name).count() > 0, "{name}");
    }
    for name in REQUIRED_ROLES {
        assert!(set.is_superset(&PermissionSet::of_role(name).unwrap()), "{name}");
        assert!(set.missing_core(name).is_empty(), "{name}");
    }
    assert!(!set.contains_name("storage.objects.create") && !set.contains_name("no.such.permission"));
    let again: PermissionSet = set.iter().collect();
    assert_eq!(again, set);
}

#[test]
fn unknown_roles_are_unknown() {
    assert_eq!(role("roles/logging.logwriter"), None);
    assert!(PermissionSet::of_role("roles/writer").is_none());
    assert!(role("roles/writer").is_some());
    assert_eq!(suggest("roles/logging.logwriter", iam::role_names()), Some("roles/logging.logWriter"));
    assert_eq!(suggest("roles/monitoring.metricsWriter", iam::role_names()), Some("roles/monitoring.metricWriter"));
}
