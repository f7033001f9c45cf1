//! Reads the facts as they stand in the repository.

use serde_json::Value;
use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/catalog/facts").join(name)
}

/// A CSV file's rows by column.
pub fn csv(name: &str) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(path(name)).unwrap().deserialize().map(Result::unwrap).collect()
}

/// A compressed JSON file.
pub fn json_gz(name: &str) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path(name)).unwrap()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}
