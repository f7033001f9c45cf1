//! What a configuration turns off, for reports to say.

use super::Levels;
use super::file::{ConfigFile, Override, SpannedText};
use crate::diagnostic::Level;
use crate::profile::Profile;
use crate::rule::Rule;
use crate::rules;
use crate::selector::Selector;
use std::collections::BTreeMap;

/// Most patterns of one `[[overrides]]` that are named.
const MOST_PATHS: usize = 5;
/// Most items beside the rules that one sentence names.
const MOST: usize = 8;

/// What a configuration turns off.
#[derive(Clone, Debug, Default)]
pub struct Hides {
    /// The codes of the rules that are off.
    pub rules: Vec<&'static str>,
    /// Anything else, each as what the configuration does: `requires 1 node instead of 3`.
    pub other: Vec<String>,
}

impl Hides {
    /// Reads it off a file.
    pub(super) fn of(file: &ConfigFile, levels: &Levels, profile: &Profile) -> Hides {
        let off = |rule: &&Rule| !levels.is_on(rule.code, rule.name);
        let rules = rules::all().iter().filter(off).map(|rule| rule.code).collect();
        let mut other = lowered(levels);
        other.extend(file.overrides.iter().flat_map(part));
        other.extend(eased(profile));
        other.extend(values(file));
        other.extend(file.terraform_version.iter().map(|v| format!("says that Terraform {} runs this", v.get_ref())));
        Hides { rules, other }
    }

    /// All of it: codes, then the rest.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().copied().chain(self.other.iter().map(String::as_str))
    }

    /// The same in one sentence without its subject; `None` where nothing is turned off.
    pub fn sentence(&self) -> Option<String> {
        let off = (!self.rules.is_empty()).then(|| format!("turns off {}", codes(&self.rules)));
        let mut parts: Vec<String> = off.into_iter().chain(self.other.iter().take(MOST).cloned()).collect();
        let more = self.other.len().saturating_sub(MOST);
        if more > 0 {
            parts.push(format!("and {more} more (--format json lists them)"));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// Codes in words: neighbours in the list of all rules become `KFP001 to KFP405`.
fn codes(codes: &[&str]) -> String {
    let family = |code: &str| code.trim_end_matches(|c: char| c.is_ascii_digit()).to_string();
    let mut runs: Vec<(&str, &str, usize)> = Vec::new();
    let mut before: Option<&str> = None;
    for code in rules::all().iter().map(|rule| rule.code) {
        if codes.contains(&code) {
            match runs.last_mut().filter(|(_, last, _)| before == Some(last) && family(last) == family(code)) {
                Some((_, last, count)) => (*last, *count) = (code, *count + 1),
                None => runs.push((code, code, 1)),
            }
        }
        before = Some(code);
    }
    let run = |(first, last, count): &(&str, &str, usize)| match count {
        1 => first.to_string(),
        2 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}

/// Rules that are on, at a lower level than their own.
fn lowered(levels: &Levels) -> Vec<String> {
    let mut by_level: BTreeMap<Level, Vec<&str>> = BTreeMap::new();
    for rule in rules::all().iter().filter(|m| levels.is_on(m.code, m.name)) {
        if let Some(level) = levels.everywhere(rule.code, rule.name).filter(|level| *level < rule.level) {
            by_level.entry(level).or_default().push(rule.code);
        }
    }
    by_level
        .iter()
        .map(|(level, lower)| format!("lowers the level of {} (now {})", codes(lower), word(*level)))
        .collect()
}

/// A level as the configuration writes it.
fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// What one `[[overrides]]` suppresses and lowers.
fn part(part: &Override) -> Vec<String> {
    let mut paths: Vec<&str> = part.paths.iter().take(MOST_PATHS).map(|path| path.get_ref().as_str()).collect();
    let more = part.paths.len().saturating_sub(MOST_PATHS);
    let rest = format!("{more} more");
    if more > 0 {
        paths.push(&rest);
    }
    let paths = paths.join(", ");
    let mut out = Vec::new();
    if !part.ignore.is_empty() {
        let rules: Vec<&str> = part.ignore.iter().map(|rule| rule.get_ref().as_str()).collect();
        out.push(format!("suppresses {} in {paths}", rules.join(", ")));
    }
    let lower = part.rules.iter().filter(|(name, level)| is_lower(name, level));
    out.extend(
        lower.map(|(name, level)| {
            format!("lowers the level of {} in {paths} (now {})", name.get_ref(), level.get_ref())
        }),
    );
    out
}

/// Whether a rule that is named has a higher level of its own.
fn is_lower(name: &SpannedText, level: &SpannedText) -> bool {
    let level = match level.get_ref().as_str() {
        "note" => Level::Note,
        "warning" => Level::Warning,
        _ => return false,
    };
    let Ok(selector) = Selector::parse(name.get_ref()) else { return false };
    rules::all().iter().any(|m| m.level > level && selector.matches(m.code, m.name))
}

/// Values that stand in the place of those that the root modules have of themselves.
fn values(file: &ConfigFile) -> Option<String> {
    let named = |what: &str, names: Vec<&str>| {
        let more = names.len().saturating_sub(MOST_PATHS);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let first: Vec<&str> = names.iter().take(MOST_PATHS).copied().collect();
        (!names.is_empty()).then(|| format!("{what} {}{rest}", first.join(", ")))
    };
    let files = named("var-files", file.var_files.iter().map(|file| file.get_ref().as_str()).collect());
    let environments = named("environments", file.environment.keys().map(|name| name.get_ref().as_str()).collect());
    let parts: Vec<String> = files.into_iter().chain(environments).collect();
    (!parts.is_empty()).then(|| format!("gives variables values of its own ({})", parts.join("; ")))
}

/// Requirements that are lower than Kubeflow Pipelines' own.
fn eased(profile: &Profile) -> Vec<String> {
    let kfp = Profile::kfp();
    let mut out = Vec::new();
    if profile.nodes < kfp.nodes {
        let noun = if profile.nodes == 1 { "node" } else { "nodes" };
        out.push(format!("requires {} {noun} instead of {}", profile.nodes, kfp.nodes));
    }
    if profile.vcpus < kfp.vcpus {
        out.push(format!("requires {} vCPU for a node instead of {}", profile.vcpus, kfp.vcpus));
    }
    if profile.memory_mib < kfp.memory_mib {
        out.push(format!("requires {} MiB for a node instead of {}", profile.memory_mib, kfp.memory_mib));
    }
    let lists = [
        ("role", &kfp.roles, &profile.roles),
        ("OAuth scope", &kfp.scopes, &profile.scopes),
        ("API", &kfp.apis, &profile.apis),
    ];
    for (noun, all, own) in lists {
        let missing: Vec<&str> = all.iter().filter(|item| !own.contains(item)).map(String::as_str).collect();
        if !missing.is_empty() {
            let noun = if missing.len() == 1 { noun.to_string() } else { format!("{noun}s") };
            out.push(format!("does not require the {noun} {}", missing.join(", ")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_a_range_and_families_are_not_mixed() {
        let all: Vec<&str> = rules::all().iter().map(|m| m.code).collect();
        let kfp: Vec<&str> = all.iter().copied().filter(|code| code.starts_with("KFP")).collect();
        let (first, last) = (kfp.first().unwrap(), kfp.last().unwrap());
        assert_eq!(codes(&kfp), format!("{first} to {last}"));
        assert_eq!(codes(&kfp[..2]), format!("{}, {}", kfp[0], kfp[1]));
        assert_eq!(codes(&[kfp[0], kfp[2]]), format!("{}, {}", kfp[0], kfp[2]));
        assert!(codes(&all).starts_with(&format!("{first} to {last}, ")));
    }
}
