//! What KFP402 tells to write.

use crate::graph::account::ServiceAccount;
use crate::graph::bucket::Bucket;
use crate::graph::cluster::Cluster;
use crate::rule::Context;

/// A bucket as Terraform text; bucket names are unique over all projects.
pub fn bucket(cluster: &Cluster) -> String {
    let project = cluster.project_to_write();
    format!(
        "resource \"google_storage_bucket\" \"artifacts\" {{\n  name     = \"{project}-kubeflow-pipelines\"\n  location = \"US\"\n\n  \
         uniform_bucket_level_access = true\n}}"
    )
}

/// The grant on a bucket of the account's own module, as Terraform text.
pub fn grant(cx: &Context, account: &ServiceAccount) -> Option<String> {
    let own = &account.resource.module;
    let near = |bucket: &&Bucket| bucket.view.resource.module == *own && bucket.view.resource.span.is_some();
    let bucket = cx.graph.buckets.iter().find(near)?.reference()?;
    let (name, reference) = (&account.resource.name, account.reference().filter(|_| account.resource.span.is_some())?);
    Some(format!(
        "resource \"google_storage_bucket_iam_member\" \"{name}_artifacts\" {{\n  bucket = {bucket}.name\n  \
         role   = \"roles/storage.objectUser\"\n  member = {reference}.member\n}}"
    ))
}
