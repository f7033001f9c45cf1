//! Turns the reviewable facts in `src/catalog/facts/` into the compact form that is compiled into the binary.
//!
//! Everything shares one pool of texts: a text is its number in the pool. What is written to `OUT_DIR`:
//! - `pool.txt`, `pool.idx`: the texts end to end, and where each starts (u32, little endian, one more than texts);
//! - `NAME.tbl`: a table, row by row, each cell the number of its text (u32);
//! - `schema.bin`: the providers' schemas (see `src/catalog/schema/decode.rs` for its layout);
//! - `iam.bin`: roles and their permissions (see `src/catalog/iam/mod.rs` for its layout).

use serde_json::Value;
use std::collections::HashMap;
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Tables: file, key (sorted by the first column and looked up by it), columns in the order that the code reads them.
const TABLES: &[(&str, bool, &[&str])] = &[
    (
        "machine_types",
        true,
        &[
            "name",
            "series",
            "vcpus",
            "memory_mib",
            "arch",
            "shared_core",
            "sustained_vcpus",
            "accelerator",
            "accelerator_count",
            "bare_metal",
            "status",
        ],
    ),
    (
        "machine_series",
        true,
        &["series", "category", "arch", "custom_types", "gke_boot_disk_types", "gke_fallback_boot_disk", "released"],
    ),
    ("machine_type_regions", true, &["name", "offered"]),
    ("regions", true, &["region", "place", "zones"]),
    ("zones", true, &["zone", "region", "kind"]),
    (
        "series_limits",
        true,
        &[
            "series",
            "accelerators",
            "confidential",
            "confidential_types",
            "images",
            "attachable_disks",
            "cpu_platforms",
            "local_ssds",
            "compact_placement",
            "unsourced",
            "unverified",
        ],
    ),
    ("accelerators", true, &["accelerator", "series", "attach", "counts", "most_vcpus", "verified"]),
    ("gke_versions", true, &["minor", "offered", "verified"]),
    ("gke_system_pods", false, &["component", "scope", "cpu_request_m", "memory_request_mib", "condition"]),
    ("gcp_services", true, &["service", "need", "note"]),
    (
        "oauth_scopes",
        false,
        &[
            "url",
            "alias",
            "terraform_alias",
            "in_gke_default",
            "log_write",
            "metric_write",
            "metric_read",
            "storage_read",
            "storage_write",
            "artifact_registry_api",
            "trace_write",
        ],
    ),
    ("oauth_scopes_all", true, &["url"]),
    ("iam_core_permissions", true, &["role", "permissions"]),
    (
        "kfp_workloads",
        false,
        &[
            "kfp_version",
            "env",
            "kind",
            "name",
            "namespace",
            "replicas",
            "container_type",
            "container",
            "image",
            "req_cpu",
            "req_mem",
            "lim_cpu",
            "lim_mem",
            "service_account",
            "host_network",
            "extra",
        ],
    ),
    ("kfp_k8s_versions", false, &["from", "to", "k8s_min", "k8s_max", "max_is_hard", "evidence"]),
    ("kfp_identities", false, &["ksa", "used_by", "roles", "role_on", "from", "until", "note"]),
    ("kfp_installs", false, &["kind", "looks_in", "pattern", "installs", "note"]),
    (
        "kfp_issues",
        true,
        &["id", "symptom", "cause", "terraform_predictor", "url", "confidence", "rules", "unpredicted"],
    ),
    (
        "gke_os_reserved",
        false,
        &["resource", "os", "arch", "confidential", "gke_minor", "physical_mib", "reserved_bytes_latest_patch"],
    ),
    ("modules", false, &["module", "submodule", "from_major", "to_major", "file", "checked"]),
    ("provider_defaults", false, &["type", "path", "kind", "value", "seen"]),
    ("provider_rewrites", false, &["type", "path", "kind", "value"]),
    ("provider_checks", false, &["type", "path", "kind", "value"]),
    ("data_formulas", false, &["type", "attribute", "formula"]),
    ("language", false, &["block", "name", "what", "terraform", "opentofu"]),
];

fn main() -> Outcome<()> {
    let facts = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("src/catalog/facts");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", facts.display());
    let mut pool = Pool::default();
    let roles = json_gz(&facts.join("iam_roles.json.gz"))?;
    std::fs::write(out.join("iam.bin"), iam(&roles, &mut pool)?)?;
    let google = json_gz(&facts.join("provider_schema.json.gz"))?;
    let providers = json_gz(&facts.join("provider_schemas.json.gz"))?;
    std::fs::write(out.join("schema.bin"), Schema::default().compile(&google, &providers, &mut pool)?)?;
    for (name, keyed, columns) in TABLES {
        let file = facts.join(format!("{name}.csv"));
        std::fs::write(out.join(format!("{name}.tbl")), table(&file, *keyed, columns, &mut pool)?)?;
    }
    let regions = facts.join("series_by_region.csv");
    std::fs::write(out.join("series_by_region.tbl"), matrix(&regions, &mut pool)?)?;
    std::fs::write(out.join("pool.txt"), &pool.text)?;
    pool.starts.push(u32::try_from(pool.text.len())?);
    std::fs::write(out.join("pool.idx"), words(&pool.starts))?;
    Ok(())
}

/// All texts, each once.
#[derive(Default)]
struct Pool {
    text: String,
    starts: Vec<u32>,
    ids: HashMap<String, u32>,
}

impl Pool {
    fn id(&mut self, text: &str) -> Outcome<u32> {
        if let Some(id) = self.ids.get(text) {
            return Ok(*id);
        }
        let id = u32::try_from(self.starts.len())?;
        self.starts.push(u32::try_from(self.text.len())?);
        self.text.push_str(text);
        self.ids.insert(text.to_owned(), id);
        Ok(id)
    }
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn json_gz(path: &Path) -> Outcome<Value> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

/// Keeps the columns that the code reads.
fn table(path: &Path, keyed: bool, columns: &[&str], pool: &mut Pool) -> Outcome<Vec<u8>> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let at = columns
        .iter()
        .map(|c| header.iter().position(|h| h == *c).ok_or_else(|| format!("{}: no column {c}", path.display()).into()))
        .collect::<Outcome<Vec<usize>>>()?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        rows.push(at.iter().map(|i| record.get(*i).unwrap_or_default().to_owned()).collect::<Vec<_>>());
    }
    if keyed {
        rows.sort();
        if let Some(twice) = rows.windows(2).find(|w| w[0][0] == w[1][0]) {
            return Err(format!("{}: {} is there twice", path.display(), twice[0][0]).into());
        }
    }
    let cells = rows.iter().flatten().map(|cell| pool.id(cell)).collect::<Outcome<Vec<u32>>>()?;
    Ok(words(&cells))
}

/// A table of 0 and 1: series name and one digit a region, in the order of the rows.
fn matrix(path: &Path, pool: &mut Pool) -> Outcome<Vec<u8>> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
    let mut columns: Vec<(&str, String)> = header
        .iter()
        .enumerate()
        .skip(1)
        .map(|(i, series)| (series, rows.iter().map(|r| r.get(i).unwrap_or("0")).collect()))
        .collect();
    columns.sort();
    let mut cells = Vec::new();
    for (series, digits) in columns {
        cells.push(pool.id(series)?);
        cells.push(pool.id(&digits)?);
    }
    Ok(words(&cells))
}

/// Permission texts come first into the pool, sorted: a permission's number is its text's number.
fn iam(facts: &Value, pool: &mut Pool) -> Outcome<Vec<u8>> {
    let permissions = facts["permissions"].as_array().ok_or("iam: no permissions")?;
    for (i, permission) in permissions.iter().enumerate() {
        let id = pool.id(permission.as_str().ok_or("iam: permission")?)?;
        if id as usize != i {
            return Err("iam: permissions are not unique".into());
        }
    }
    let mut roles: Vec<&Value> = facts["roles"].as_array().ok_or("iam: no roles")?.iter().collect();
    roles.sort_by_key(|r| r["name"].as_str());
    let (mut records, mut ranges) = (Vec::new(), Vec::new());
    for role in &roles {
        let stage = ["GA", "BETA", "ALPHA", "DEPRECATED", "EAP", "DISABLED"];
        let stage = stage.iter().position(|s| role["stage"] == **s).unwrap_or(stage.len()) as u32;
        let flags = role["listed"].as_bool().ok_or("iam: listed")? as u32
            | (role["known_permissions"].as_bool().ok_or("iam: known")? as u32) << 1
            | stage << 8;
        records.push(pool.id(role["name"].as_str().ok_or("iam: name")?)?);
        records.push(pool.id(role["title"].as_str().unwrap_or_default())?);
        records.push(flags);
        records.push(u32::try_from(ranges.len())?);
        let listed = role["p"].as_str().ok_or("iam: p")?;
        let parts: Vec<&str> = listed.split(',').filter(|p| !p.is_empty()).collect();
        varint(&mut ranges, parts.len() as u32);
        let mut next = 0;
        for part in parts {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last): (u32, u32) = (first.parse()?, last.parse()?);
            varint(&mut ranges, first - next);
            varint(&mut ranges, last - first);
            next = last + 1;
        }
    }
    let mut out = words(&[permissions.len() as u32, roles.len() as u32]);
    out.extend(words(&records));
    out.extend(ranges);
    Ok(out)
}

/// The providers' schemas; equal blocks are written once.
#[derive(Default)]
struct Schema {
    bytes: Vec<u8>,
    seen: HashMap<Vec<u8>, u32>,
}

/// What a provider without such types has.
static NO_TYPES: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::Object(serde_json::Map::new()));

impl Schema {
    fn compile(mut self, google: &Value, providers: &Value, pool: &mut Pool) -> Outcome<Vec<u8>> {
        let (mut headers, mut index) = (Vec::new(), Vec::new());
        let all = providers.as_object().ok_or("schemas: providers")?;
        for (name, provider) in all {
            // The google provider's own schema is a file of its own; the other file has what that one lacks.
            let main = if name == "google" { google } else { provider };
            let config = if name == "google" { &google["provider_config"] } else { &provider["config"] };
            headers.push(pool.id(name)?);
            headers.push(pool.id(provider["version"].as_str().ok_or("schemas: version")?)?);
            headers.push(self.block(config, pool)?);
            for (from, section) in [(main, "resources"), (main, "data_sources"), (provider, "ephemeral")] {
                let types = from.get(section).unwrap_or(&NO_TYPES).as_object().ok_or("schemas: section")?;
                let mut types: Vec<_> = types.iter().collect();
                types.sort_by_key(|(name, _)| name.as_str());
                headers.push(u32::try_from(index.len() / 2)?);
                headers.push(u32::try_from(types.len())?);
                for (name, body) in types {
                    let at = self.block(body, pool)?;
                    index.push(pool.id(name)?);
                    index.push(at);
                }
            }
        }
        let mut out = words(&[u32::try_from(all.len())?, u32::try_from(index.len() / 2)?]);
        out.extend(words(&headers));
        out.extend(words(&index));
        out.extend(self.bytes);
        Ok(out)
    }

    /// Writes a block, unless an equal one is there, and says where it is.
    fn block(&mut self, body: &Value, pool: &mut Pool) -> Outcome<u32> {
        let mut items: Vec<_> = body.as_object().ok_or("schema: block")?.iter().collect();
        items.sort_by_key(|(name, _)| name.as_str());
        let (mut attributes, mut blocks) = (Vec::new(), Vec::new());
        let (mut attribute_count, mut block_count) = (0, 0);
        for (name, item) in items {
            let id = pool.id(name)?;
            if let [ty, flags] = item.as_array().map(Vec::as_slice).unwrap_or_default() {
                let flags = flags.as_str().ok_or("schema: flags")?;
                attribute_count += 1;
                varint(&mut attributes, id);
                attributes.push("rocsdw".chars().enumerate().map(|(bit, f)| (flags.contains(f) as u8) << bit).sum());
                type_of(ty, &mut attributes, pool)?;
            } else {
                let nesting = ["single", "group", "list", "set", "map"].iter().position(|n| item["nesting"] == **n);
                let inner = self.block(&item["block"], pool)?;
                block_count += 1;
                varint(&mut blocks, id);
                blocks.push(nesting.ok_or_else(|| format!("schema: nesting of {name}"))? as u8);
                varint(&mut blocks, u32::try_from(item["min"].as_u64().ok_or("schema: min")?)?);
                varint(&mut blocks, u32::try_from(item["max"].as_u64().ok_or("schema: max")?)?);
                varint(&mut blocks, inner);
            }
        }
        let mut encoded = Vec::new();
        varint(&mut encoded, attribute_count);
        encoded.extend(attributes);
        varint(&mut encoded, block_count);
        encoded.extend(blocks);
        let next = u32::try_from(self.bytes.len())?;
        let at = *self.seen.entry(encoded.clone()).or_insert(next);
        if at == next {
            self.bytes.extend(encoded);
        }
        Ok(at)
    }
}

/// Writes a type: a tag, then what it is made of.
fn type_of(ty: &Value, out: &mut Vec<u8>, pool: &mut Pool) -> Outcome<()> {
    if let Some(name) = ty.as_str() {
        let tag = ["dynamic", "bool", "number", "string"].iter().position(|n| *n == name);
        out.push(tag.ok_or_else(|| format!("schema: type {name}"))? as u8);
        return Ok(());
    }
    if ty.is_object() {
        return nested_type(ty, out, pool);
    }
    let [kind, of] = ty.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err(format!("schema: type {ty}").into());
    };
    match kind.as_str() {
        Some("list") => out.push(4),
        Some("set") => out.push(5),
        Some("map") => out.push(6),
        Some("object") => {
            let attributes = of.as_object().ok_or("schema: object type")?;
            out.push(7);
            varint(out, attributes.len() as u32);
            for (name, ty) in attributes {
                varint(out, pool.id(name)?);
                type_of(ty, out, pool)?;
            }
            return Ok(());
        }
        _ => return Err(format!("schema: type {ty}").into()),
    }
    type_of(of, out, pool)
}

/// Writes an attribute that is made of attributes, which may be optional.
fn nested_type(ty: &Value, out: &mut Vec<u8>, pool: &mut Pool) -> Outcome<()> {
    match ty["nesting"].as_str() {
        Some("single") => {}
        Some("list") => out.push(4),
        Some("set") => out.push(5),
        Some("map") => out.push(6),
        _ => return Err(format!("schema: nesting of {ty}").into()),
    }
    let attributes = ty["attributes"].as_object().ok_or("schema: nested attributes")?;
    out.push(8);
    varint(out, attributes.len() as u32);
    for (name, item) in attributes {
        let [ty, flags] = item.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(format!("schema: nested attribute {name}").into());
        };
        varint(out, pool.id(name)?);
        out.push(flags.as_str().is_some_and(|flags| !flags.contains('r')) as u8);
        type_of(ty, out, pool)?;
    }
    Ok(())
}
