//! What providers refuse before they make anything, and modules and their providers as Terraform refuses them.

use crate::tree::{Tree, check};
use serde_json::Value;

fn said(report: &Value) -> Vec<String> {
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    let own = diagnostics.filter(|d| d["code"].as_str().unwrap().starts_with("TF"));
    own.map(|d| format!("{} {}", d["primary"]["start"]["line"], d["message"].as_str().unwrap())).collect()
}

fn pool(body: &str) -> String {
    let head = "resource \"google_container_node_pool\" \"p\" {\n  cluster = \"c\"\n  location = \"us-central1\"\n";
    format!("{head}{body}\n}}\n")
}

fn refuses(text: &str, fault: &str) {
    let said = said(&check(text));
    assert!(matches!(&said[..], [one] if one.starts_with(fault)), "{text}\nwanted {fault}\ngot    {said:#?}");
}

fn accepts(text: &str) {
    assert_eq!(said(&check(text)), Vec::<String>::new(), "{text}");
}

#[test]
fn values_are_what_the_provider_takes() {
    refuses(&pool("  node_count = -2"), "4 `node_count` must be at least 0, not -2");
    refuses(&pool("  node_count = 2.5"), "4 `node_count` must be a whole number, not 2.5");
    refuses(
        &pool("  node_config {\n    logging_variant = \"FAST\"\n  }"),
        "5 `logging_variant` must be one of DEFAULT",
    );
    refuses(&pool("  node_config {\n    tags = [\"a\", null]\n  }"), "5 `tags` has a null in it");
    refuses(&pool("  timeouts {\n    create = \"soon\"\n  }"), "5 `create` must be a duration, not \"soon\"");
    refuses(
        &pool("  timeouts {\n    creat = \"1h\"\n  }"),
        "5 `timeouts` of google_container_node_pool has no argument",
    );
    let network = |name: &str| format!("resource \"google_compute_network\" \"n\" {{\n  name = {name}\n}}\n");
    refuses(&network("\"Upper\""), "2 `name` must match");
    refuses(&network("null"), "1 google_compute_network needs the argument `name`");
    accepts(&(network("var.name") + "variable \"name\" {\n}\n"));
    accepts(&pool(
        "  node_count = \"2\"\n  node_config {\n    logging_variant = \"DEFAULT\"\n  }\n  timeouts {\n    create = \"1h30m\"\n  }",
    ));
    let old = "terraform {\n  required_providers {\n    google = {\n      source  = \"hashicorp/google\"\n      version = \"~> 5\"\n    }\n  }\n}\n";
    accepts(&(pool("  node_config {\n    logging_variant = \"FAST\"\n  }") + old));
}

#[test]
fn arguments_stand_beside_what_they_need() {
    let firewall = |body: &str| {
        format!("resource \"google_compute_firewall\" \"f\" {{\n  name = \"f\"\n  network = \"default\"\n{body}\n}}\n")
    };
    let allow = "  allow {\n    protocol = \"tcp\"\n  }";
    refuses(&firewall(""), "1 google_compute_firewall needs one of `allow`, `deny`");
    refuses(
        &firewall(&format!("{allow}\n{}", allow.replace("allow", "deny"))),
        "7 google_compute_firewall takes one of `allow`, `deny`",
    );
    refuses(
        &firewall(&format!("{allow}\n  source_tags = [\"a\"]\n  target_service_accounts = [\"b\"]")),
        "8 `target_service_accounts` conflicts with `source_tags`",
    );
    accepts(&firewall(allow));
    accepts(
        &(firewall(
            "  dynamic \"allow\" {\n    for_each = var.ports\n    content {\n      protocol = allow.value\n    }\n  }",
        ) + "variable \"ports\" {\n}\n"),
    );
    refuses("resource \"time_sleep\" \"t\" {\n}\n", "1 time_sleep needs one of");
}

#[test]
fn other_providers_have_their_schemas() {
    refuses("resource \"random_id\" \"a\" {\n}\n", "1 random_id needs the argument `byte_length`");
    refuses("resource \"random_id\" \"a\" {\n  byte_length = 4\n  bits = 3\n}\n", "3 random_id has no argument `bits`");
    refuses("resource \"null_resource\" \"a\" {\n  triggers = { a = [\"x\"] }\n}\n", "2 `triggers`");
    refuses("resource \"terraform_data\" \"a\" {\n  output = 1\n}\n", "2 `output` of terraform_data cannot be set");
    refuses("resource \"terraform_dat\" \"a\" {\n}\n", "1 the terraform provider has no resource type `terraform_dat`");
    refuses("data \"terraform_remote_state\" \"a\" {\n  backend = \"disk\"\n}\n", "2 `backend` must be one of");
    accepts(
        "resource \"helm_release\" \"a\" {\n  name = \"a\"\n  chart = \"a\"\n  set {\n    name = \"b\"\n    value = \"c\"\n  }\n}\n",
    );
    accepts(
        "terraform {\n  required_providers {\n    random = {\n      source = \"acme/random\"\n    }\n  }\n}\nresource \"random_id\" \"a\" {\n}\n",
    );
}

#[test]
fn a_dynamic_block_of_nothing_is_no_block() {
    let cluster = |each: &str| {
        let head = "resource \"google_container_cluster\" \"c\" {\n  name = \"c\"\n  location = \"us-central1\"\n";
        format!(
            "{head}  initial_node_count = 1\n  dynamic \"node_config\" {{\n    for_each = {each}\n    content {{\n      nope = 1\n    }}\n  }}\n}}\n"
        )
    };
    accepts(&cluster("[]"));
    refuses(&cluster("[1]"), "8 `node_config` of google_container_cluster has no argument `nope`");
}

/// What is said of a root module that calls `./m`.
fn calling(call: &str, module: &str) -> Vec<String> {
    let root = format!("module \"m\" {{\n  source = \"./m\"\n{call}\n}}\n");
    said(&Tree::new(&[("main.tf", &root), ("m/main.tf", module)]).json(&["."]))
}

#[test]
fn modules_get_the_providers_that_they_ask_for() {
    let asks = "terraform {\n  required_providers {\n    google = {\n      source                = \"hashicorp/google\"\n      configuration_aliases = [google.hub]\n    }\n  }\n}\n";
    let own = "provider \"google\" {\n  project = \"x\"\n}\n";
    let is =
        |found: Vec<String>, fault: &str| assert!(matches!(&found[..], [one] if one.starts_with(fault)), "{found:#?}");
    is(calling("", asks), "1 module.m needs the provider configuration `google.hub`");
    is(
        calling("  providers = {\n    google.hub = google.far\n  }", asks),
        "4 there is no provider configuration `google.far`",
    );
    is(calling("  count = 1", own), "3 module.m cannot have `count`");
    is(calling("  version = \"1.0\"", ""), "3 module.m cannot have a `version`");
    is(calling("  lifecycle {\n    prevent_destroy = true\n  }", ""), "3 a block `module` has no block `lifecycle`");
    is(calling("  depends_on = [terraform_data.none]", ""), "3 there is no resource `terraform_data.none`");
    assert_eq!(calling("  providers = {\n    google.hub = google\n  }", asks), Vec::<String>::new());
    assert_eq!(calling("", own), Vec::<String>::new());
    refuses("module \"m\" {\n  source = \"m\"\n}\n", "2 the source of module.m is neither a path nor an address");
    refuses("module \"m\" {\n  source = \"./none\"\n}\n", "2 module.m is not on disk: there is no folder `./none`");
    refuses(
        "data \"google_client_config\" \"c\" {\n  provider = google.far\n}\n",
        "2 there is no provider configuration `google.far`",
    );
}

#[test]
fn files_of_variable_values_hold_values() {
    let with = |tfvars: &str| {
        said(&Tree::new(&[("main.tf", "variable \"v\" {\n}\n"), ("terraform.tfvars", tfvars)]).json(&["."]))
    };
    assert_eq!(with("v = min(1, 2)\n"), ["1 a function cannot be called in a file of variable values"]);
    assert_eq!(with("v {\n}\n"), ["1 a file of variable values has no blocks"]);
    assert_eq!(with("v = [for n in [1] : n]\n"), Vec::<String>::new());
}

#[test]
fn values_that_have_no_type_in_validation_are_refused() {
    let list = |elements: &str| {
        format!("resource \"terraform_data\" \"u\" {{\n}}\noutput \"o\" {{\n  value = tolist([{elements}])\n}}\n")
    };
    let codes = |text: &str| {
        let report = check(text);
        let all = report["diagnostics"].as_array().unwrap().iter();
        all.filter(|d| d["level"] == "error").map(|d| d["code"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&list("1, terraform_data.u.id, true")), ["TF005"]);
    for fits in
        ["1, terraform_data.u.id", "1, terraform_data.u.id, \"a\", true", "1, \"u-${terraform_data.u.id}\", true"]
    {
        assert!(codes(&list(fits)).is_empty(), "{fits}");
    }
    assert_eq!(codes("variable \"v\" {\n  type    = \"string\"\n  default = \"\"\n}\n"), ["TF003"]);
}

#[test]
fn a_block_of_nothing_is_not_looked_into() {
    let bucket = |blocks: &str| {
        let text = format!(
            "resource \"google_storage_bucket\" \"b\" {{\n  name     = \"b\"\n  location = \"EU\"\n  dynamic \"versioning\" {{\n    for_each = {blocks}\n    content {{\n      enabled = each.value\n    }}\n  }}\n}}\n"
        );
        let report = check(&text);
        let all = report["diagnostics"].as_array().unwrap().iter();
        all.filter(|d| d["code"] == "TF002").count()
    };
    assert_eq!((bucket("[]"), bucket("[1]")), (0, 1));
}
