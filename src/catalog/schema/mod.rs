//! The schemas of providers: which arguments and blocks each resource has.
//!
//! Values follow the schema of `hashicorp/google`, which `google-beta` has too, and some more. What may be written is held
//! against each provider's own.
//!
//! Source: `terraform providers schema -json` of Terraform 1.11.4 with the providers' versions of August 2026. A type is
//! decoded on first use, alone.

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
    /// It takes ephemeral values, and is null in plan and state.
    pub write_only: bool,
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
    decode::find(decode::google()?, Section::Resources, type_name)
}

/// The schema of a data source type; `None` if `hashicorp/google` has no such type.
pub fn data_source(type_name: &str) -> Option<&'static BlockSchema> {
    decode::find(decode::google()?, Section::DataSources, type_name)
}

/// The schema of the google provider's own configuration.
pub fn provider() -> &'static BlockSchema {
    static NONE: BlockSchema = BlockSchema { attributes: Vec::new(), blocks: Vec::new() };
    decode::google().map_or(&NONE, decode::configuration)
}

/// A provider whose schema is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownProvider(usize);

/// A kind of type that providers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource.
    Ephemeral,
}

impl TypeKind {
    fn section(self) -> Section {
        match self {
            TypeKind::Resource => Section::Resources,
            TypeKind::DataSource => Section::DataSources,
            TypeKind::Ephemeral => Section::Ephemeral,
        }
    }
}

impl KnownProvider {
    /// The provider `hashicorp/NAME`, or Terraform's own, `terraform`.
    pub fn find(name: &str) -> Option<KnownProvider> {
        decode::provider_number(name).map(KnownProvider)
    }

    /// Its name, such as `google`.
    pub fn name(self) -> &'static str {
        decode::provider_name(self.0)
    }

    /// The version that its schema is of, such as `7.45.0`.
    pub fn version(self) -> &'static str {
        decode::version(self.0)
    }

    /// The major version that its schema is of.
    pub fn major(self) -> u64 {
        self.version().split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default()
    }

    /// google-beta is written down as what differs from google.
    fn like(self) -> Option<KnownProvider> {
        let google = decode::google().map(KnownProvider)?;
        (Some(self) == KnownProvider::find("google-beta")).then_some(google)
    }

    /// The schema of a type.
    pub fn block(self, kind: TypeKind, type_name: &str) -> Option<&'static BlockSchema> {
        decode::find(self.0, kind.section(), type_name)
            .or_else(|| decode::find(self.like()?.0, kind.section(), type_name))
    }

    /// The schema of its own configuration.
    pub fn configuration(self) -> &'static BlockSchema {
        decode::configuration(self.0)
    }

    /// Its types, for did-you-mean.
    pub fn names(self, kind: TypeKind) -> impl Iterator<Item = &'static str> {
        let like = self.like().map(|like| decode::names(like.0, kind.section()));
        decode::names(self.0, kind.section()).chain(like.into_iter().flatten())
    }
}
