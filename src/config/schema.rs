//! The JSON schema of `kfplint.toml`, made from the types that read it.

use super::file::{ConfigFile, ProfileTable};
use crate::report::schema::hold;
use clap::ValueEnum;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

/// One of the values of an option of the command line.
pub fn choice<T: ValueEnum>(_: &mut SchemaGenerator) -> Schema {
    let names = T::value_variants().iter().filter_map(|v| Some(v.to_possible_value()?.get_name().to_string()));
    json_schema!({ "enum": names.collect::<Vec<_>>() })
}

/// Rules and their levels.
pub fn levels(_: &mut SchemaGenerator) -> Schema {
    let level = json!({ "enum": ["off", "note", "warning", "error"] });
    let rule = |r: &crate::rule::Rule| {
        let mut schema = level.clone();
        schema["description"] = json!(format!("{}: {}", r.name, r.summary().replace('\n', " ")));
        (r.code.to_string(), schema)
    };
    let rules: serde_json::Map<_, _> = crate::rules::all().iter().map(rule).collect();
    json_schema!({ "type": "object", "properties": rules, "additionalProperties": level })
}

/// A profile's name, or tables.
pub fn profiles(generator: &mut SchemaGenerator) -> Schema {
    let profile = generator.subschema_for::<ProfileTable>();
    json_schema!({
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "use": { "type": "string", "description": "The profile that is used." } },
                "additionalProperties": profile,
            },
        ],
    })
}

/// An amount of memory.
pub fn memory(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "string", "pattern": "^[0-9]+ *(MB|MiB|Mi|GB|GiB|Gi)$" },
        ],
    })
}

#[test]
fn the_published_schema_is_that_of_the_code() {
    let mut schema = json!(schemars::schema_for!(ConfigFile));
    schema["$id"] = json!("https://raw.githubusercontent.com/kfplint/kfplint/main/docs/kfplint.schema.json");
    schema["title"] = json!("kfplint.toml");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    hold::hold("docs/kfplint.schema.json", &text);
}
