//! `--shard I/N`: one of N parts of the root modules, so that several machines can share a big repository.

use crate::load::Root;
use std::path::PathBuf;
use std::str::FromStr;

/// One of several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    index: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index: index - 1, of }),
            Some((_, of)) => Err(format!("the first number is from 1 to {of}")),
            None => Err("write I/N, for example 1/4".into()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.of)
    }
}

impl Shard {
    /// The root modules of this part. All parts together have each of them once; which part one is in depends on nothing
    /// but the root modules and their costs. The dearest are dealt out first, each to the part that has least.
    pub fn take(self, roots: Vec<Root>, cost: impl Fn(&PathBuf) -> u64) -> Vec<Root> {
        let mut dear: Vec<(u64, Root)> = roots.into_iter().map(|root| (cost(&root.dir), root)).collect();
        dear.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.shown.cmp(&b.1.shown)));
        let mut loads = vec![0_u64; self.of];
        let mut mine = Vec::new();
        for (cost, root) in dear {
            let least = (0..self.of).min_by_key(|i| loads.get(*i)).unwrap_or(0);
            if let Some(load) = loads.get_mut(least) {
                // A root without a byte counts too.
                *load += cost.max(1);
            }
            if least == self.index {
                mine.push(root);
            }
        }
        mine.sort();
        mine
    }

    /// Whether the thing of this number is in this part.
    pub fn has(self, number: usize) -> bool {
        number % self.of == self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::RootKind;

    fn parts(costs: &[(&str, u64)], of: usize) -> Vec<Vec<String>> {
        let root = |name: &&str| Root { shown: name.to_string(), dir: name.into(), kind: RootKind::Module };
        let cost = |dir: &PathBuf| costs.iter().find(|(name, _)| dir == &PathBuf::from(name)).unwrap().1;
        let part = |index| {
            let roots = costs.iter().map(|(name, _)| root(name)).collect();
            Shard { index, of }.take(roots, cost).into_iter().map(|r| r.shown).collect()
        };
        (0..of).map(part).collect()
    }

    #[test]
    fn costs_are_balanced_and_nothing_is_lost_or_twice() {
        let costs = [("a", 5), ("b", 9), ("c", 5), ("d", 1), ("e", 0)];
        assert_eq!(parts(&costs, 2), [vec!["b", "d", "e"], vec!["a", "c"]]);
        assert_eq!(parts(&costs, 1), [["a", "b", "c", "d", "e"]]);
        assert_eq!(parts(&costs[..1], 3), [vec!["a"], vec![], vec![]]);
    }

    #[test]
    fn numbers_are_read_from_1() {
        assert_eq!("3/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/-2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
