use super::facts::csv;
use kfplint::catalog::data_sources::{self, FormulaPiece};
use kfplint::catalog::provider_defaults::{self as defaults, Fill, Formula, Rewrite, default_at, rewrite_at};
use kfplint::catalog::schema::{self, BlockSchema};
use kfplint::cty::ty::Type;

/// The type of the attribute at a path, or `None` for a nested block.
fn at<'a>(block: &'a BlockSchema, path: &str) -> Option<&'a Type> {
    match path.split_once('.') {
        Some((first, rest)) => at(&block.block(first).unwrap_or_else(|| panic!("{path}")).block, rest),
        None => block.attribute(path).map(|a| &a.ty).or_else(|| {
            assert!(block.block(path).is_some(), "{path}");
            None
        }),
    }
}

#[test]
fn every_line_fits_the_schema() {
    let source = csv("provider_defaults.csv");
    assert_eq!(defaults::all().count(), source.len());
    for (type_name, line) in defaults::all() {
        let block = schema::resource(type_name);
        assert!(block.is_some() || !type_name.starts_with("google_"), "{type_name}");
        let ty = block.and_then(|b| at(b, line.path));
        if let Fill::Constant(text) = line.fill {
            let value: serde_json::Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{line:?} {e}"));
            if block.is_none() {
                continue;
            }
            let fits = match ty.unwrap_or_else(|| panic!("{type_name} {line:?}")) {
                Type::Bool => value.is_boolean(),
                Type::Number => value.is_number(),
                Type::String => value.is_string(),
                _ => false,
            };
            assert!(fits, "{type_name} {line:?}");
        }
        assert_eq!(default_at(type_name, line.path), Some(line.fill), "{type_name} {}", line.path);
    }
}

#[test]
fn clusters_and_pools_have_their_defaults() {
    let cluster = |path| default_at("google_container_cluster", path);
    assert_eq!(cluster("deletion_protection"), Some(Fill::Constant("true")));
    assert_eq!(cluster("network"), Some(Fill::Constant("\"default\"")));
    assert_eq!(cluster("node_config"), Some(Fill::Unknown));
    assert_eq!(cluster("node_config.spot"), Some(Fill::Constant("false")));
    assert_eq!(cluster("project"), None, "unknown before apply, by real plans");
    assert_eq!(default_at("google_container_node_pool", "project"), Some(Fill::ProviderProject));
    assert_eq!(cluster("remove_default_node_pool"), None);
    assert_eq!(cluster("terraform_labels"), Some(Fill::Formula(Formula::Labels("resource_labels"))));
    let autopilot = Fill::Formula(Formula::WhenAutopilot("\"VPC_NATIVE\""));
    assert_eq!(cluster("networking_mode"), Some(autopilot));
    assert_eq!(default_at("google_container_node_pool", "node_config.preemptible"), Some(Fill::Constant("false")));
}

#[test]
fn other_types_have_their_defaults() {
    assert_eq!(default_at("google_service_account", "disabled"), Some(Fill::Constant("false")));
    let email = Fill::Formula(Formula::ServiceAccountEmail);
    assert_eq!(default_at("google_service_account", "email"), Some(email));
    let policy = Fill::ProviderDeletionPolicy("DELETE");
    assert_eq!(default_at("google_service_account", "deletion_policy"), Some(policy));
    assert_eq!(default_at("google_storage_bucket", "storage_class"), Some(Fill::Constant("\"STANDARD\"")));
    assert_eq!(default_at("google_storage_bucket", "force_destroy"), Some(Fill::Constant("false")));
    assert_eq!(defaults::defaults("google_project_iam_member").count(), 0);
    assert_eq!(defaults::defaults("no_such_type").count(), 0);
    assert_eq!(default_at("kubernetes_secret", "type"), Some(Fill::Constant("\"Opaque\"")));
    assert_eq!(default_at("kubernetes_secret_v1", "metadata.uid"), Some(Fill::Unknown));
    assert_eq!(default_at("local_file", "source"), Some(Fill::Null));
    assert_eq!(defaults::unwritten_in_set(&Type::String), Some("\"\""));
    assert_eq!(defaults::unwritten_in_set(&Type::Number), None);
}

#[test]
fn accounts_are_spelled_as_google_spells_them() {
    assert_eq!(defaults::service_account_email("kfp", "ml-dev"), "kfp@ml-dev.iam.gserviceaccount.com");
    assert_eq!(
        defaults::service_account_email("kfp", "example.com:ml-dev"),
        "kfp@ml-dev.example.com.iam.gserviceaccount.com"
    );
    let planned = defaults::planned_service_account_email("kfp", "example.com:ml-dev");
    assert_eq!(planned, "kfp@example.com:ml-dev.iam.gserviceaccount.com");
    assert_eq!(defaults::service_account_member("a@b.c"), "serviceAccount:a@b.c");
    assert_eq!(
        defaults::workload_identity_member(&defaults::workload_pool("ml-dev"), "kubeflow", "pipeline-runner"),
        "serviceAccount:ml-dev.svc.id.goog[kubeflow/pipeline-runner]"
    );
}

#[test]
fn written_arguments_are_shown_as_the_plan_shows_them() {
    for row in csv("provider_rewrites.csv") {
        at(schema::resource(&row["type"]).unwrap(), &row["path"]);
        assert!(rewrite_at(&row["type"], &row["path"]).is_some(), "{row:?}");
    }
    let cluster = |path| rewrite_at("google_container_cluster", path);
    assert_eq!(cluster("private_cluster_config.enable_private_nodes"), Some(Rewrite::NullIf("false")));
    assert_eq!(cluster("node_config.oauth_scopes"), Some(Rewrite::ScopeAliases));
    assert_eq!(cluster("name"), None);
    assert_eq!(rewrite_at("google_storage_bucket", "location"), Some(Rewrite::UpperCase));
    assert_eq!(rewrite_at("google_project", "folder_id"), Some(Rewrite::StripPrefix("folders/")));
}

#[test]
fn formulas_of_data_sources_fit_the_schema_and_are_sorted() {
    let all: Vec<_> = data_sources::all().collect();
    assert!(all.is_sorted_by_key(|(name, formula)| (*name, formula.attribute)), "rows are looked up by type");
    for (type_name, formula) in all {
        let schema = schema::data_source(type_name).unwrap_or_else(|| panic!("{type_name}"));
        assert!(schema.attribute(formula.attribute).is_some(), "{type_name} {formula:?}");
        for piece in formula.pieces() {
            let (FormulaPiece::Argument(name) | FormulaPiece::ResourceName(name)) = piece else { continue };
            let fallback = ["project", "region", "zone", "place"].contains(&name);
            let argument = schema.attribute(name).is_some_and(|a| a.optional || a.required);
            assert!(fallback || argument, "{type_name} {formula:?} {name}");
        }
    }
}
