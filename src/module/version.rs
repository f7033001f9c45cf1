//! Version constraints, as `required_providers` and module calls write them.
//!
//! Source: Terraform's documentation, "Version Constraints".

use crate::syntax::ast::Block;

/// A constraint such as `>= 4.51, < 8.0` or `~> 7.1`, as the range of versions that it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// The least version allowed.
    least: VersionNumber,
    /// The first version above all that are allowed.
    end: VersionNumber,
}

/// Major, minor, patch. A pre-release is taken for its release.
type VersionNumber = [u64; 3];

const ANY: Constraint = Constraint { least: [0, 0, 0], end: [u64::MAX, 0, 0] };

impl Constraint {
    /// Reads a constraint; `None` if it is not one. An excluded version (`!= 1.2.0`) leaves the range as it is.
    pub fn parse(text: &str) -> Option<Constraint> {
        text.split(',').map(part).try_fold(ANY, |all, one| Some(all.and(one?)))
    }

    /// What both allow.
    pub fn and(self, other: Constraint) -> Constraint {
        Constraint { least: self.least.max(other.least), end: self.end.min(other.end) }
    }

    /// Whether no version is left.
    pub fn is_empty(&self) -> bool {
        self.least >= self.end
    }

    /// Whether all that is left is above the minor version of this one.
    pub fn is_after(&self, [major, minor, _]: [u64; 3]) -> bool {
        self.least >= [major, minor + 1, 0]
    }

    /// Whether some version of a major version is allowed.
    pub fn admits(&self, major: u64) -> bool {
        self.least.max([major, 0, 0]) < self.end.min([major + 1, 0, 0])
    }

    /// This version and all that follow.
    pub fn since(version: [u64; 3]) -> Constraint {
        Constraint { least: version, ..ANY }
    }

    /// All versions before this one.
    pub fn before(version: [u64; 3]) -> Constraint {
        Constraint { end: version, ..ANY }
    }

    /// The newest major version allowed, if there is a newest.
    pub fn newest_major(&self) -> Option<u64> {
        let [major, minor, patch] = self.end;
        match (major, minor, patch) {
            (u64::MAX, ..) => None,
            (_, 0, 0) => major.checked_sub(1),
            _ => Some(major),
        }
    }
}

/// Reads a version of a tool, as `--terraform-version` and version managers take it: `1.9` is every 1.9.
pub fn of_tool(text: &str) -> Option<Constraint> {
    let text = text.trim();
    let (least, parts) = version(text).filter(|_| text.split('.').count() <= 3 || text.contains('-'))?;
    match parts {
        3 => Some(Constraint { least, end: after(least) }),
        parts => Some(Constraint { least, end: pessimistic(least, parts + 1) }),
    }
}

/// Reads a constraint on a provider, where `~> 4` ends before 5, which it does not for Terraform itself and for modules.
pub fn of_providers(text: &str) -> Option<Constraint> {
    let one = |text: &str| {
        let own = text.trim().strip_prefix("~>").filter(|number| !number.contains('.'));
        match own.and_then(|number| number.trim().parse::<u64>().ok()) {
            Some(major) => Some(Constraint { least: [major, 0, 0], end: [major + 1, 0, 0] }),
            None => part(text),
        }
    };
    text.split(',').map(one).try_fold(ANY, |all, one| Some(all.and(one?)))
}

/// Whether a constraint allows this very version; `false` where either cannot be read.
pub fn admits(constraint: &str, own: &str) -> bool {
    let excluded = constraint.split(',').filter_map(|part| part.trim().strip_prefix("!="));
    let excluded: Vec<VersionNumber> = excluded.filter_map(|text| Some(version(text.trim())?.0)).collect();
    let (Some(range), Some((own, _))) = (Constraint::parse(constraint), version(own)) else { return false };
    range.least <= own && own < range.end && !excluded.contains(&own)
}

fn part(text: &str) -> Option<Constraint> {
    let text = text.trim();
    let digits = text.find(|c: char| c.is_ascii_digit() || c == 'v')?;
    let (operator, number) = text.split_at(digits);
    let (version, parts) = version(number.trim())?;
    Some(match operator.trim() {
        "" | "=" => Constraint { least: version, end: after(version) },
        "!=" => ANY,
        ">=" => Constraint { least: version, ..ANY },
        ">" => Constraint { least: after(version), ..ANY },
        "<" => Constraint { end: version, ..ANY },
        "<=" => Constraint { end: after(version), ..ANY },
        "~>" => Constraint { least: version, end: pessimistic(version, parts) },
        _ => return None,
    })
}

/// The number, and how many parts of it are written.
fn version(text: &str) -> Option<(VersionNumber, usize)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let release = text.split(['-', '+']).next()?;
    let mut version = [0; 3];
    let mut parts = 0;
    for (slot, part) in version.iter_mut().zip(release.split('.')) {
        *slot = part.parse::<u32>().ok()?.into();
        parts += 1;
    }
    Some((version, parts))
}

fn after([major, minor, patch]: VersionNumber) -> VersionNumber {
    [major, minor, patch + 1]
}

/// `~> 1.2` ends before 2, `~> 1.2.3` before 1.3.
fn pessimistic([major, minor, _]: VersionNumber, parts: usize) -> VersionNumber {
    match parts {
        1 => ANY.end,
        2 => [major + 1, 0, 0],
        _ => [major, minor + 1, 0],
    }
}

/// The versions that a `provider` block asks for, where Terraform 0.12 wrote them and Terraform still reads them; `None` where
/// they cannot be read.
pub fn of_provider(block: &Block) -> Option<Option<Constraint>> {
    let version = block.body.attribute("version")?;
    Some(version.expr.as_str().and_then(of_providers))
}

#[cfg(test)]
mod tests {
    use super::{Constraint, of_tool};

    fn admits(text: &str, major: u64) -> bool {
        Constraint::parse(text).unwrap_or_else(|| panic!("{text}")).admits(major)
    }

    #[test]
    fn ranges_are_as_terraform_reads_them() {
        assert!(admits("~> 7.1", 7) && !admits("~> 7.1", 8) && !admits("~> 7.1", 6));
        assert!(admits("~> 7.1.2", 7) && !admits("~> 6.9.2", 7));
        assert!(admits(">= 4.51, < 8.0", 7) && !admits(">= 4.51, < 7.0", 7));
        assert!(admits(">= 4.51, < 8, != 7.3.0", 7) && admits("7.0.1", 7) && !admits("= 6.2", 7));
        assert!(admits("> 3", 7) && admits("<= 7", 7) && !admits("<7", 7) && admits("~>5", 7));
    }

    #[test]
    fn what_is_no_constraint_is_none() {
        assert_eq!(Constraint::parse("latest"), None);
        assert_eq!(Constraint::parse("=> 1.0"), None);
        assert_eq!(Constraint::parse("1.x"), None);
    }

    #[test]
    fn a_version_of_a_tool_may_leave_parts_open() {
        let reads = |text: &str, constraint: &str| assert_eq!(of_tool(text), Constraint::parse(constraint), "{text}");
        reads("v1.9.5", "= 1.9.5");
        reads("1.9", "~> 1.9.0");
        reads("1", "~> 1.0");
        for text in ["", "latest", ">= 1.9", "1.9.5.1", "1.", "1.x"] {
            assert_eq!(of_tool(text), None, "{text}");
        }
    }

    #[test]
    fn the_newest_major_is_where_the_range_ends() {
        assert_eq!(Constraint::parse("~> 30.0").and_then(|c| c.newest_major()), Some(30));
        assert_eq!(Constraint::parse(">= 30.0, < 31.2").and_then(|c| c.newest_major()), Some(31));
        assert_eq!(Constraint::parse(">= 30.0").and_then(|c| c.newest_major()), None);
    }
}
