use super::facts::json_gz;
use kfplint::catalog::provider_checks;
use kfplint::catalog::schema::{self, BlockSchema, KnownProvider, Nesting, TypeKind};
use kfplint::cty::ty::Type;
use serde_json::{Value, json};

/// A type as the source writes it.
fn type_json(ty: &Type) -> Value {
    match ty {
        Type::Any => json!("dynamic"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        Type::List(t) => json!(["list", type_json(t)]),
        Type::Set(t) => json!(["set", type_json(t)]),
        Type::Map(t) => json!(["map", type_json(t)]),
        Type::Tuple(_) => panic!("no tuples in schemas"),
        Type::Object(attributes) => {
            let of: serde_json::Map<_, _> = attributes.iter().map(|(n, a)| (n.to_string(), type_json(&a.ty))).collect();
            json!(["object", of])
        }
    }
}

fn same(block: &BlockSchema, source: &Value, at: &str) {
    let source = source.as_object().unwrap();
    assert_eq!(block.attributes.len() + block.blocks.len(), source.len(), "{at}");
    assert!(block.attributes.is_sorted_by_key(|a| a.name) && block.blocks.is_sorted_by_key(|b| b.name), "{at}");
    for (name, item) in source {
        let at = format!("{at}.{name}");
        if item.is_array() {
            let attribute = block.attribute(name).unwrap_or_else(|| panic!("{at}"));
            assert_eq!(type_json(&attribute.ty), item[0], "{at}");
            let flags = [attribute.required, attribute.optional, attribute.computed, attribute.sensitive];
            let flags: String = "rocsd"
                .chars()
                .zip(flags.into_iter().chain([attribute.deprecated]))
                .filter_map(|(flag, set)| set.then_some(flag))
                .collect();
            let mut listed: Vec<char> = item[1].as_str().unwrap().chars().collect();
            listed.sort_by_key(|c| "rocsd".find(*c));
            assert_eq!(flags, listed.into_iter().collect::<String>(), "{at}");
        } else {
            let nested = block.block(name).unwrap_or_else(|| panic!("{at}"));
            let nesting = match nested.nesting {
                Nesting::Single => "single",
                Nesting::Group => "group",
                Nesting::List => "list",
                Nesting::Set => "set",
                Nesting::Map => "map",
            };
            assert_eq!(nesting, item["nesting"], "{at}");
            assert_eq!(json!([nested.min_items, nested.max_items]), json!([item["min"], item["max"]]), "{at}");
            same(&nested.block, &item["block"], &at);
        }
    }
}

#[test]
fn every_type_decodes_to_its_source() {
    let source = json_gz("provider_schema.json.gz");
    for (name, block) in source["resources"].as_object().unwrap() {
        same(schema::resource(name).unwrap(), block, name);
    }
    for (name, block) in source["data_sources"].as_object().unwrap() {
        same(schema::data_source(name).unwrap(), block, &format!("data.{name}"));
    }
    same(schema::provider(), &source["provider_config"], "provider");
    let google = KnownProvider::find("google").unwrap();
    assert_eq!(google.names(TypeKind::Resource).count(), 1330);
    assert_eq!(google.names(TypeKind::DataSource).count(), 459);
    assert!(google.names(TypeKind::Resource).is_sorted() && google.names(TypeKind::DataSource).is_sorted());
}

#[test]
fn a_cluster_has_what_the_documentation_says() {
    let cluster = schema::resource("google_container_cluster").unwrap();
    let name = cluster.attribute("name").unwrap();
    assert!(name.required && !name.optional && !name.computed);
    let pool = cluster.block("node_pool").unwrap();
    assert_eq!(pool.nesting, Nesting::List);
    let scopes = cluster.block("node_config").unwrap().block.attribute("oauth_scopes").unwrap();
    assert!(scopes.optional && scopes.computed);
    assert_eq!(type_json(&scopes.ty), json!(["set", "string"]));
    assert_eq!(cluster.block("node_config").unwrap().max_items, 1);
    assert!(schema::provider().attribute("project").is_some());
}

#[test]
fn what_is_not_there_is_not_found() {
    assert_eq!(schema::resource("google_container_clusters"), None);
    assert_eq!(schema::resource(""), None);
    assert_eq!(schema::data_source("google_storage_bucket_acl"), None);
    assert!(schema::resource("google_container_cluster").unwrap().attribute("node_pool").is_none());
    let google = KnownProvider::find("google").unwrap();
    let close = kfplint::base::suggest::suggest("google_container_clusters", google.names(TypeKind::Resource));
    assert_eq!(close, Some("google_container_cluster"));
}

#[test]
fn providers_beside_google_are_known() {
    let block = |provider: &str, kind, name| KnownProvider::find(provider).and_then(|p| p.block(kind, name));
    let random = block("random", TypeKind::Resource, "random_id").unwrap();
    assert!(random.attribute("byte_length").unwrap().required);
    let cluster = "google_container_cluster";
    let google = block("google", TypeKind::Resource, cluster).unwrap();
    let beta = block("google-beta", TypeKind::Resource, cluster).unwrap();
    assert!(google.names().all(|name| beta.attribute(name).is_some() || beta.block(name).is_some()));
    assert!(beta.names().count() > google.names().count());
    let bucket = "google_storage_bucket";
    assert!(block("google-beta", TypeKind::Resource, bucket).is_some());
    assert!(block("google", TypeKind::Ephemeral, "google_client_config").is_some());
    assert!(
        block("terraform", TypeKind::DataSource, "terraform_remote_state")
            .unwrap()
            .attribute("backend")
            .unwrap()
            .required
    );
    let set = block("helm", TypeKind::Resource, "helm_release").unwrap().attribute("set").unwrap();
    assert!(matches!(&set.ty, Type::List(of) if matches!(&**of, Type::Object(_))));
    let version = |name: &str| KnownProvider::find(name).map(|p| (p.name(), p.major()));
    assert_eq!(version("kubernetes"), Some(("kubernetes", 3)));
    assert_eq!(version("aws"), None);
}

#[test]
fn the_checks_of_providers_can_be_read() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/catalog/facts/provider_checks.csv");
    for row in csv::Reader::from_path(file).unwrap().records() {
        let row = row.unwrap();
        let (name, path, kind, value) = (&row[0], &row[1], &row[2], &row[3]);
        assert!(!provider_checks::TypeChecks::of(name).is_empty(), "{name}");
        if kind == "pattern" {
            assert!(regex::Regex::new(value).is_ok(), "{name} {path} {value}");
        }
        // What a check is about is in the schema, under the same path.
        let provider = if name.starts_with("data.") || name.starts_with("google_") { "google" } else { "" };
        if let Some(provider) = KnownProvider::find(provider).filter(|_| !name.starts_with("data.")) {
            let (mut block, mut steps) =
                (provider.block(TypeKind::Resource, name).unwrap(), path.split('.').peekable());
            while let Some(step) = steps.next().filter(|step| !step.is_empty()) {
                let step = step.trim_end_matches("[]");
                match block.block(step) {
                    Some(nested) => block = &nested.block,
                    None => assert!(block.attribute(step).is_some(), "{name} {path}"),
                }
            }
        }
    }
}
