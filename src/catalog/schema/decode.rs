//! Decodes one type of the compact schemas.
//!
//! Layout: u32 count of providers, u32 count of types; then for each provider, sorted by name, nine u32: the text numbers of
//! its name and version, the place of its own block, and first place in the index and count of its resources, data sources
//! and ephemeral resources; then the index, in which each section is sorted by name: u32 text number and u32 place; then the
//! blocks. A place counts from the first block. A block: count of attributes, attributes, count of nested blocks, nested
//! blocks, all numbers as varints.

use super::{AttributeSchema, BlockSchema, NestedBlock, Nesting};
use crate::catalog::memo::Memo;
use crate::catalog::table::{TableReader, search, text, word};
use crate::cty::ty::{Attr, Type};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

static SCHEMA: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/schema.bin"));
/// Words before the providers.
const HEADER: usize = 2;
/// Words of a provider.
const PROVIDER: usize = 9;
/// Deeper nesting than any schema has; keeps a damaged table from recursing without end.
const DEPTH: usize = 64;

/// One of the lists of types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Resources.
    Resources,
    /// Data sources.
    DataSources,
    /// Ephemeral resources.
    Ephemeral,
}

fn providers() -> usize {
    word(SCHEMA, 0) as usize
}

/// A word of a provider.
fn of_provider(provider: usize, at: usize) -> u32 {
    word(SCHEMA, HEADER + provider * PROVIDER + at)
}

/// The number of a provider by its name.
pub(super) fn provider_number(name: &str) -> Option<usize> {
    search(providers(), name, |i| text(of_provider(i, 0)))
}

/// The name of a provider.
pub(super) fn provider_name(provider: usize) -> &'static str {
    text(of_provider(provider, 0))
}

/// The version of a provider that its schema is of.
pub(super) fn version(provider: usize) -> &'static str {
    text(of_provider(provider, 1))
}

/// The section's first place in the index, and how many types it has.
fn extent(provider: usize, section: Section) -> (usize, usize) {
    let at = 3 + 2 * section as usize;
    (of_provider(provider, at) as usize, of_provider(provider, at + 1) as usize)
}

/// Where the index begins, in words.
fn index() -> usize {
    HEADER + providers() * PROVIDER
}

fn name(entry: usize) -> &'static str {
    text(word(SCHEMA, index() + entry * 2))
}

/// The type names of a section.
pub(super) fn names(provider: usize, section: Section) -> impl ExactSizeIterator<Item = &'static str> {
    let (first, count) = extent(provider, section);
    (first..first + count).map(name)
}

/// The block of a type, decoded on first use.
pub(super) fn find(provider: usize, section: Section, type_name: &str) -> Option<&'static BlockSchema> {
    static FOUND: [Memo<String, Option<&BlockSchema>>; 3] = [Memo::new(), Memo::new(), Memo::new()];
    static OTHERS: Memo<String, Option<&BlockSchema>> = Memo::new();
    let work = || decoded(provider, section, type_name);
    if Some(provider) == google() {
        return *FOUND[section as usize].get(type_name, work);
    }
    *OTHERS.get(&format!("{provider}/{}/{type_name}", section as usize), work)
}

/// The number of the google provider.
pub(super) fn google() -> Option<usize> {
    static GOOGLE: OnceLock<Option<usize>> = OnceLock::new();
    *GOOGLE.get_or_init(|| provider_number("google"))
}

fn decoded(provider: usize, section: Section, type_name: &str) -> Option<&'static BlockSchema> {
    static BLOCKS: OnceLock<Vec<OnceLock<BlockSchema>>> = OnceLock::new();
    let (first, count) = extent(provider, section);
    let entry = first + search(count, type_name, |i| name(first + i))?;
    let blocks = BLOCKS.get_or_init(|| (0..word(SCHEMA, 1)).map(|_| OnceLock::new()).collect());
    let place = word(SCHEMA, index() + entry * 2 + 1);
    Some(blocks.get(entry)?.get_or_init(|| block(place as usize, DEPTH)))
}

/// A provider's own block, decoded on first use.
pub(super) fn configuration(provider: usize) -> &'static BlockSchema {
    static CONFIGURATIONS: OnceLock<Vec<OnceLock<BlockSchema>>> = OnceLock::new();
    static NONE: BlockSchema = BlockSchema { attributes: Vec::new(), blocks: Vec::new() };
    let all = CONFIGURATIONS.get_or_init(|| (0..providers()).map(|_| OnceLock::new()).collect());
    let place = of_provider(provider, 2);
    all.get(provider).map_or(&NONE, |slot| slot.get_or_init(|| block(place as usize, DEPTH)))
}

fn block(place: usize, depth: usize) -> BlockSchema {
    let base = (index() + word(SCHEMA, 1) as usize * 2) * 4;
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
        write_only: flags & 32 != 0,
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
        8 => {
            let attributes: BTreeMap<Arc<str>, Attr> = (0..reader.varint())
                .map(|_| {
                    let (name, optional) = (text(reader.varint()), reader.byte() != 0);
                    (name.into(), Attr { ty: ty(reader, depth), optional })
                })
                .collect();
            Type::Object(Arc::new(attributes))
        }
        _ => Type::Any,
    }
}
