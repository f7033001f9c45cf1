//! The JSON schema of the JSON report, made from the types that write it.

use super::model::JsonReport;
use schemars::generate::SchemaSettings;
use serde_json::json;

#[path = "../../tests/it/hold.rs"]
pub mod hold;

#[test]
fn the_published_schema_is_that_of_the_code() {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = json!(generator.into_root_schema_for::<JsonReport>());
    schema["$id"] = json!("https://raw.githubusercontent.com/kfplint/kfplint/main/docs/report.schema.json");
    schema["title"] = json!("JSON report of kfplint");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    hold::hold("docs/report.schema.json", &text);
}
