//! What providers refuse of values and of arguments beside each other, before anything is made.
//!
//! Source: the validators of the google provider 7.45, each called with sample values; those of a few types of the random,
//! time, tls and local providers by their documentation.

use super::memo::Memo;
use super::table::{Row, Table, table};
use std::sync::Arc;

static CHECKS: Table = table!("provider_checks", 4);

/// One check of a resource type. Paths have block and argument names with dots between them; `[]` after one stands for each
/// element.
#[derive(Clone, Debug, PartialEq)]
pub enum ProviderCheck {
    /// The value at this path is one of these, with `|` between them.
    OneOf(&'static str, &'static str),
    /// The number at this path is in a range: least and most.
    Range(&'static str, Option<f64>, Option<f64>),
    /// The text at this path has so many bytes: least and most.
    Length(&'static str, usize, usize),
    /// The text at this path matches a regular expression.
    Pattern(&'static str, &'static str),
    /// The text at this path has a form: `json`, `duration`, `rfc3339` or `cidr`.
    Form(&'static str, &'static str),
    /// What is at this path cannot stand beside any of these.
    Conflicts(&'static str, &'static str),
    /// What is at this path needs all of these.
    With(&'static str, &'static str),
    /// Just one of these is written.
    ExactlyOne(Alternatives),
    /// At least one of these is written.
    AtLeastOne(Alternatives),
}

/// Arguments and blocks in one block, of which some are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternatives {
    /// The path of the block; empty for the resource itself.
    pub block: &'static str,
    /// The path of each.
    pub paths: Vec<&'static str>,
}

impl Alternatives {
    /// Reads paths with `|` between them. `None` where they stand in several blocks: these may not be there.
    fn read(value: &'static str) -> Option<Alternatives> {
        let around = |path: &'static str| path.rsplit_once('.').map_or("", |(block, _)| block);
        let paths: Vec<&'static str> = value.split('|').collect();
        let block = around(paths.first()?);
        paths.iter().all(|path| around(path) == block).then_some(Alternatives { block, paths })
    }
}

fn read(row: Row) -> Option<ProviderCheck> {
    let (path, value) = (row.text(1), row.text(3));
    let bounds = || value.split_once("..");
    Some(match row.text(2) {
        "one_of" => ProviderCheck::OneOf(path, value),
        "range" => {
            let (least, most) = bounds()?;
            ProviderCheck::Range(path, least.parse().ok(), most.parse().ok())
        }
        "length" => {
            let (least, most) = bounds()?;
            ProviderCheck::Length(path, least.parse().ok()?, most.parse().ok()?)
        }
        "pattern" => ProviderCheck::Pattern(path, value),
        "format" => ProviderCheck::Form(path, value),
        "conflicts" => ProviderCheck::Conflicts(path, value),
        "with" => ProviderCheck::With(path, value),
        "exactly_one" => ProviderCheck::ExactlyOne(Alternatives::read(value)?),
        "at_least_one" => ProviderCheck::AtLeastOne(Alternatives::read(value)?),
        _ => return None,
    })
}

/// The checks of a resource type.
pub struct TypeChecks {
    /// Sorted by the argument or block at the top that they are on; none for those that name no single one, such as that one
    /// of some is written.
    by_name: Vec<(&'static str, ProviderCheck)>,
}

impl TypeChecks {
    /// Those of a type; a data source's has `data.` before its name.
    pub fn of(type_name: &str) -> Arc<TypeChecks> {
        static KNOWN: Memo<String, TypeChecks> = Memo::new();
        KNOWN.get(type_name, || {
            let top = |row: Row| row.text(1).split(['.', '[']).next().unwrap_or_default();
            let rows = CHECKS.starting([type_name]);
            let mut by_name: Vec<_> = rows.filter_map(|row| Some((top(row), read(row)?))).collect();
            by_name.sort_by_key(|(name, _)| *name);
            TypeChecks { by_name }
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Those on an argument or block of this name and all in it; with an empty name, those that name no single one.
    pub fn on(&self, name: &str) -> impl Iterator<Item = &ProviderCheck> {
        let first = self.by_name.partition_point(|(other, _)| *other < name);
        let from = self.by_name.get(first..).unwrap_or_default();
        from.iter().take_while(move |(other, _)| *other == name).map(|(_, check)| check)
    }
}
