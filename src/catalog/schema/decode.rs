//! Decodes one type of the compact schema.
//!
//! Layout: u32 place of the provider's block, u32 count of resources, u32 count of data sources; then, sorted by name,
//! resources and data sources, each u32 text number and u32 place; then the blocks. A place counts from the first block.
//! A block: count of attributes, attributes, count of nested blocks, nested blocks, all numbers as varints.

use super::{AttributeSchema, BlockSchema, NestedBlock, Nesting};
use crate::catalog::memo::Memo;
use crate::catalog::table::{TableReader, search, text, word};
use crate::cty::ty::{Attr, Type};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

static SCHEMA: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/schema.bin"));
const HEADER: usize = 3;
/// Deeper nesting than any schema has; keeps a damaged table from recursing without end.
const DEPTH: usize = 64;

/// One of the two lists of types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Resources.
    Resources,
    /// Data sources.
    DataSources,
}

fn counts() -> (usize, usize) {
    (word(SCHEMA, 1) as usize, word(SCHEMA, 2) as usize)
}

/// The section's first place in the index, and how many types it has.
fn extent(section: Section) -> (usize, usize) {
    let (resources, data_sources) = counts();
    match section {
        Section::Resources => (0, resources),
        Section::DataSources => (resources, data_sources),
    }
}

fn name(index: usize) -> &'static str {
    text(word(SCHEMA, HEADER + index * 2))
}

/// The type names of a section.
pub(super) fn names(section: Section) -> impl ExactSizeIterator<Item = &'static str> {
    let (first, count) = extent(section);
    (first..first + count).map(name)
}

/// The block of a type, decoded on first use.
pub(super) fn find(section: Section, type_name: &str) -> Option<&'static BlockSchema> {
    static RESOURCES: Memo<String, Option<&BlockSchema>> = Memo::new();
    static DATA_SOURCES: Memo<String, Option<&BlockSchema>> = Memo::new();
    let found = match section {
        Section::Resources => &RESOURCES,
        Section::DataSources => &DATA_SOURCES,
    };
    *found.get(type_name, || decoded(section, type_name))
}

fn decoded(section: Section, type_name: &str) -> Option<&'static BlockSchema> {
    static BLOCKS: OnceLock<Vec<OnceLock<BlockSchema>>> = OnceLock::new();
    let (first, count) = extent(section);
    let index = first + search(count, type_name, |i| name(first + i))?;
    let blocks = BLOCKS.get_or_init(|| {
        let (resources, data_sources) = counts();
        (0..resources + data_sources).map(|_| OnceLock::new()).collect()
    });
    let place = word(SCHEMA, HEADER + index * 2 + 1);
    Some(blocks.get(index)?.get_or_init(|| block(place as usize, DEPTH)))
}

/// The provider's block, decoded on first use.
pub(super) fn provider() -> &'static BlockSchema {
    static PROVIDER: OnceLock<BlockSchema> = OnceLock::new();
    PROVIDER.get_or_init(|| block(word(SCHEMA, 0) as usize, DEPTH))
}

fn block(place: usize, depth: usize) -> BlockSchema {
    let (resources, data_sources) = counts();
    let base = (HEADER + (resources + data_sources) * 2) * 4;
    let Some(depth) = depth.checked_sub(1) else { return BlockSchema::default() };
    let mut reader = TableReader { bytes: SCHEMA.get(base + place..).unwrap_or_default() };
    let attributes = (0..reader.varint()).map(|_| attribute(&mut reader)).collect();
    let blocks = (0..reader.varint()).map(|_| nested(&mut reader, depth)).collect();
    BlockSchema { attributes, blocks }
}

fn attribute(reader: &mut TableReader) -> AttributeSchema {
    let name = text(reader.varint());
    let flags = reader.byte();
    AttributeSchema {
        name,
        ty: ty(reader, DEPTH),
        required: flags & 1 != 0,
        optional: flags & 2 != 0,
        computed: flags & 4 != 0,
        sensitive: flags & 8 != 0,
        deprecated: flags & 16 != 0,
    }
}

fn nested(reader: &mut TableReader, depth: usize) -> NestedBlock {
    let name = text(reader.varint());
    let nesting = match reader.byte() {
        0 => Nesting::Single,
        1 => Nesting::Group,
        2 => Nesting::List,
        3 => Nesting::Set,
        _ => Nesting::Map,
    };
    let (min_items, max_items) = (reader.varint(), reader.varint());
    NestedBlock { name, nesting, min_items, max_items, block: block(reader.varint() as usize, depth) }
}

fn ty(reader: &mut TableReader, depth: usize) -> Type {
    let Some(depth) = depth.checked_sub(1) else { return Type::Any };
    match reader.byte() {
        1 => Type::Bool,
        2 => Type::Number,
        3 => Type::String,
        4 => Type::List(Arc::new(ty(reader, depth))),
        5 => Type::Set(Arc::new(ty(reader, depth))),
        6 => Type::Map(Arc::new(ty(reader, depth))),
        7 => {
            let attributes: BTreeMap<Arc<str>, Attr> = (0..reader.varint())
                .map(|_| (text(reader.varint()).into(), Attr { ty: ty(reader, depth), optional: false }))
                .collect();
            Type::Object(Arc::new(attributes))
        }
        _ => Type::Any,
    }
}
