//! Parts of the language that not every version of Terraform and OpenTofu reads.
//!
//! Sources: the change logs and the code of both tools; `facts/language.csv` has one for each row.

use super::table::{Row, Table, table};

static LANGUAGE: Table = table!("language", 5);

/// A part of the language that came with some version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// In words, as the subject of a sentence: "`action` blocks".
    pub what: &'static str,
    /// Its first version of Terraform.
    pub terraform: FirstVersion,
    /// Its first version of OpenTofu.
    pub opentofu: FirstVersion,
}

/// The versions of a tool that read something: mostly the first one and all after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstVersion {
    /// Major and minor version.
    Known(u64, u64),
    /// The versions before this major and minor version read it, and none after.
    Until(u64, u64),
    /// None does.
    Never,
    /// No version was seen that does, but the sources leave it open, or experimental builds do: refused at most with a
    /// warning.
    Unclear,
}

impl FirstVersion {
    fn read(text: &str) -> FirstVersion {
        let end = text.strip_prefix('<');
        let number = end.unwrap_or(text).split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        match (number, text) {
            (Some((major, minor)), _) if end.is_some() => FirstVersion::Until(major, minor),
            (Some((major, minor)), _) => FirstVersion::Known(major, minor),
            (None, "never") => FirstVersion::Never,
            (None, _) => FirstVersion::Unclear,
        }
    }
}

impl Feature {
    fn of(row: Row) -> Feature {
        let (terraform, opentofu) = (FirstVersion::read(row.text(3)), FirstVersion::read(row.text(4)));
        Feature { what: row.text(2), terraform, opentofu }
    }

    /// What is special about an argument or block of this name in a block of this type; at the top of a file, `block` is
    /// empty. `None` for what all versions read.
    pub fn find(block: &str, name: &str) -> Option<Feature> {
        LANGUAGE.starting([block, name]).next().map(Feature::of)
    }

    /// The same for a function, whose name may begin with a namespace.
    pub fn of_function(name: &str) -> Option<Feature> {
        let space = ["core::", "provider::"].into_iter().find(|space| name.starts_with(space));
        Feature::find("function", space.unwrap_or(name))
    }
}

/// All parts, with the block and the name by which they are found.
pub fn features() -> impl Iterator<Item = (&'static str, &'static str, Feature)> {
    LANGUAGE.rows().map(|row| (row.text(0), row.text(1), Feature::of(row)))
}
