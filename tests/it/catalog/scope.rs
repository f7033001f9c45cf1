use super::facts::csv;
use kfplint::base::suggest::suggest;
use kfplint::catalog::scope::{self, CLOUD_PLATFORM, canonical, exists};
use kfplint::catalog::services;

#[test]
fn aliases_stand_for_urls() {
    assert_eq!(canonical("cloud-platform"), CLOUD_PLATFORM);
    assert_eq!(canonical("storage-ro"), "https://www.googleapis.com/auth/devstorage.read_only");
    assert_eq!(canonical(CLOUD_PLATFORM), CLOUD_PLATFORM);
    assert_eq!(canonical("gke-default"), "gke-default");
    assert_eq!(scope::aliases().count(), 24);
    for row in csv("oauth_scopes.csv") {
        let found = scope::scope(&row["url"]).unwrap();
        assert_eq!(found.log_write.to_string(), row["log_write"]);
        assert_eq!(found.storage_read.to_string(), row["storage_read"]);
        assert_eq!(found.trace_write.to_string(), row["trace_write"]);
    }
}

#[test]
fn scopes_allow_what_the_apis_say() {
    let full = scope::scope("cloud-platform").unwrap();
    assert!(full.log_write && full.metric_write && full.metric_read && full.storage_read && full.storage_write);
    let read = scope::scope("https://www.googleapis.com/auth/devstorage.read_only").unwrap();
    assert!(read.storage_read && !read.storage_write && read.gke_default);
    assert_eq!(scope::gke_defaults().count(), 6);
    assert!(!scope::gke_defaults().any(|s| s == CLOUD_PLATFORM));
}

#[test]
fn typing_errors_are_seen() {
    assert!(exists("https://www.googleapis.com/auth/bigquery.insertdata") && exists("sql") && exists("taskqueue"));
    assert!(!exists("https://www.googleapis.com/auth/cloud_platform") && !exists("cloud-platfrom"));
    assert_eq!(suggest("cloud-platfrom", scope::aliases()), Some("cloud-platform"));
    let near = suggest("https://www.googleapis.com/auth/cloud_platform", scope::urls());
    assert_eq!(near, Some(CLOUD_PLATFORM));
    for row in csv("oauth_scopes_all.csv") {
        assert!(exists(&row["url"]), "{}", row["url"]);
    }
}

#[test]
fn apis_have_names() {
    assert_eq!(services::services().len(), 337);
    assert_eq!(services::service("container.googleapis.com").and_then(|s| s.need), Some("required"));
    assert_eq!(services::service("containers.googleapis.com"), None);
}
