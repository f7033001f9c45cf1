//! The schema of the provider `hashicorp/google`: which arguments and blocks each resource has. Also used for
//! `google-beta`, which has these and some more.
//!
//! Source: `terraform providers schema -json` of Terraform 1.11.4 with the provider of 2026-08-21. A type is decoded on
//! first use, alone.

mod decode;

use crate::cty::ty::Type;
use decode::Section;

/// What a block may hold. Both lists are sorted by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockSchema {
    /// Arguments and computed attributes, sorted by name.
    pub attributes: Vec<AttributeSchema>,
    /// Nested blocks, sorted by name.
    pub blocks: Vec<NestedBlock>,
}

/// An argument, or an attribute that the provider computes.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeSchema {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// Must be written.
    pub required: bool,
    /// May be written.
    pub optional: bool,
    /// The provider gives it a value when it is not written.
    pub computed: bool,
    /// Its value is sensitive.
    pub sensitive: bool,
    /// The provider warns when it is written.
    pub deprecated: bool,
}

/// A block type inside a block.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedBlock {
    /// Its name.
    pub name: &'static str,
    /// How its blocks become a value.
    pub nesting: Nesting,
    /// Fewest blocks allowed.
    pub min_items: u32,
    /// Most blocks allowed; 0 for any number.
    pub max_items: u32,
    /// What a block of it may hold.
    pub block: BlockSchema,
}

/// How the blocks of one type become a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one block: an object, or null.
    Single,
    /// Exactly one block, written or not: an object.
    Group,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects by label.
    Map,
}

impl BlockSchema {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&AttributeSchema> {
        self.attributes.binary_search_by(|a| a.name.cmp(name)).ok().and_then(|i| self.attributes.get(i))
    }

    /// The nested block type of this name.
    pub fn block(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.binary_search_by(|b| b.name.cmp(name)).ok().and_then(|i| self.blocks.get(i))
    }

    /// The names of attributes and nested blocks, for did-you-mean.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.attributes.iter().map(|a| a.name).chain(self.blocks.iter().map(|b| b.name))
    }
}

/// The schema of a resource type; `None` if `hashicorp/google` has no such type.
pub fn resource(type_name: &str) -> Option<&'static BlockSchema> {
    decode::find(Section::Resources, type_name)
}

/// The schema of a data source type; `None` if `hashicorp/google` has no such type.
pub fn data_source(type_name: &str) -> Option<&'static BlockSchema> {
    decode::find(Section::DataSources, type_name)
}

/// The schema of the provider's own configuration.
pub fn provider() -> &'static BlockSchema {
    decode::provider()
}

/// The resource types in order, for did-you-mean.
pub fn resource_names() -> impl ExactSizeIterator<Item = &'static str> {
    decode::names(Section::Resources)
}

/// The data source types in order, for did-you-mean.
pub fn data_source_names() -> impl ExactSizeIterator<Item = &'static str> {
    decode::names(Section::DataSources)
}
