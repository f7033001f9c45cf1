//! Which rules are checked, and how bad their findings are.

use super::error::{Checked, Fault};
use super::file::{ConfigFile, SpannedText};
use super::{Paths, Places, globs, selector};
use crate::base::source::FileId;
use crate::diagnostic::{ALWAYS, Level, RootReport, Status, Verdict};
use crate::selector::Selector;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What is said of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// It is not checked.
    Off,
    /// Its findings have this level.
    Level(Level),
}

/// The settings of all rules. The default leaves them as they are.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    select: Option<Vec<Selector>>,
    ignore: Vec<Selector>,
    rules: Vec<(Selector, Setting)>,
    overrides: Vec<(Paths, Vec<(Selector, Level)>)>,
}

impl Levels {
    /// Reads them off a file.
    pub(super) fn of(file: &ConfigFile) -> Checked<Levels> {
        file.ignore.iter().try_for_each(|text| refuse(text, "ignored"))?;
        let all = |texts: &[SpannedText]| texts.iter().map(selector).collect::<Checked<Vec<_>>>();
        let part = |o: &super::file::Override| Ok((globs(&o.paths)?, levels(&o.rules)?));
        Ok(Levels {
            select: file.select.as_deref().map(all).transpose()?,
            ignore: all(&file.ignore)?,
            rules: settings(&file.rules)?,
            overrides: file.overrides.iter().filter(|o| !o.rules.is_empty()).map(part).collect::<Checked<_>>()?,
        })
    }

    /// Takes the rules that the command line names: those to check in place of the file's, and further ones not to check.
    pub fn choose(&mut self, select: &[Selector], ignore: &[Selector]) {
        if !select.is_empty() {
            self.select = Some(select.to_vec());
        }
        self.ignore.extend_from_slice(ignore);
    }

    /// Whether a rule is checked at all. What is not checked is always said.
    pub fn is_on(&self, code: &str, name: &str) -> bool {
        let matches = |s: &Selector| s.matches(code, name);
        let chosen = self.select.as_ref().is_none_or(|all| all.iter().any(matches)) && !self.ignore.iter().any(matches);
        ALWAYS.contains(&code) || (chosen && setting(&self.rules, code, name) != Some(Setting::Off))
    }

    /// Whether nothing is set.
    pub fn is_default(&self) -> bool {
        self.select.is_none() && self.ignore.is_empty() && self.rules.is_empty() && self.overrides.is_empty()
    }

    /// Applies the settings to what a root module's check gave.
    pub fn apply(&self, report: &mut RootReport, places: &Places) {
        report.unfold(|code| crate::rules::find(code).is_some_and(|rule| !self.is_on(rule.code, rule.name)));
        report.findings.retain(|f| self.is_on(f.code, f.name));
        let open: BTreeSet<(String, &str)> = report
            .clusters
            .iter()
            .flat_map(|c| {
                c.requirements.iter().filter(|r| r.status == Status::Undecided).map(|r| (c.address.clone(), r.code))
            })
            .collect();
        // Files have many findings, and patterns are many too: each file is matched once.
        let mut parts: BTreeMap<FileId, Vec<&[(Selector, Level)]>> = BTreeMap::new();
        let mut levels: BTreeMap<(Option<FileId>, &str), Option<Level>> = BTreeMap::new();
        let mut worst: BTreeMap<(String, &str), Level> = BTreeMap::new();
        for finding in &mut report.findings {
            let file = finding.span().map(|span| span.file);
            let set = *levels.entry((file, finding.code)).or_insert_with(|| {
                let here = file.map(|file| {
                    let place = places.get(&file).map(PathBuf::as_path);
                    &*parts.entry(file).or_insert_with(|| place.map(|place| self.parts(place)).unwrap_or_default())
                });
                self.level(finding.code, finding.name, here.map_or(&[], Vec::as_slice))
            });
            if let Some(level) = set {
                let own = crate::rules::find(finding.code).map_or(finding.level, |rule| rule.level);
                let undecided = finding.cluster.as_ref().is_some_and(|c| open.contains(&(c.clone(), finding.code)));
                // What is milder than the rule itself, such as what is undecided, does not become worse.
                let milder = finding.level < own || undecided;
                finding.level = if milder { finding.level.min(level) } else { level };
            }
            if let Some(cluster) = &finding.cluster {
                let level = set.or_else(|| crate::rules::find(finding.code).map(|rule| rule.level));
                let most = worst.entry((cluster.clone(), finding.code)).or_insert(Level::Note);
                *most = level.map_or(*most, |level| level.max(*most));
            }
        }
        for cluster in &mut report.clusters {
            cluster.requirements.retain(|r| self.is_on(r.code, r.name));
            for requirement in &mut cluster.requirements {
                let level_of = |code, name| {
                    let found = worst.get(&(cluster.address.clone(), code)).copied();
                    found.or_else(|| self.level(code, name, &[]))
                };
                let level = level_of(requirement.code, requirement.name).unwrap_or(requirement.level);
                // What its causes are lowered to, it is too.
                let causes = requirement.because_of.iter().filter_map(|code| crate::rules::find(code));
                let causes = causes.map(|rule| level_of(rule.code, rule.name).unwrap_or(rule.level));
                requirement.level = level.min(causes.max().unwrap_or(level));
            }
            cluster.verdict = Verdict::of(&cluster.requirements);
        }
    }

    /// The level that is set for a rule in all files that have none of their own.
    pub(super) fn everywhere(&self, code: &str, name: &str) -> Option<Level> {
        self.level(code, name, &[])
    }

    /// The level that is set for a rule in a file.
    pub(super) fn at(&self, code: &str, name: &str, file: &Path) -> Option<Level> {
        self.level(code, name, &self.parts(file))
    }

    /// The overrides for a file, the last first.
    fn parts(&self, path: &Path) -> Vec<&[(Selector, Level)]> {
        let here = self.overrides.iter().rev().filter(|(paths, _)| paths.matches(path));
        here.map(|(_, rules)| rules.as_slice()).collect()
    }

    /// The level that is set for a rule, where these overrides hold.
    fn level(&self, code: &str, name: &str, parts: &[&[(Selector, Level)]]) -> Option<Level> {
        if ALWAYS.contains(&code) {
            return None;
        }
        let here = parts.iter().find_map(|rules| setting(rules, code, name));
        here.or_else(|| match setting(&self.rules, code, name)? {
            Setting::Level(level) => Some(level),
            Setting::Off => None,
        })
    }
}

/// Refuses a name that means only rules that always count.
pub(super) fn refuse(text: &SpannedText, how: &str) -> Checked<()> {
    if !selector(text)?.counts_always() {
        return Ok(());
    }
    let fault = Fault::at(text.span(), format!("{} cannot be {how}", text.get_ref()));
    Err(fault.help("it names what kfplint did not read or look at: correct that, or remove it"))
}

/// The setting of a rule by the selector that names it most closely.
fn setting<T: Copy>(rules: &[(Selector, T)], code: &str, name: &str) -> Option<T> {
    let matching = rules.iter().filter(|(selector, _)| selector.matches(code, name));
    matching.max_by_key(|(selector, _)| selector.closeness()).map(|(_, setting)| *setting)
}

fn settings(rules: &IndexMap<SpannedText, SpannedText>) -> Checked<Vec<(Selector, Setting)>> {
    let one = |(name, level): (&SpannedText, &SpannedText)| {
        let selector = selector(name)?;
        match level.get_ref().as_str() {
            "off" => refuse(name, "off")?,
            "note" | "warning" => refuse(name, "lowered")?,
            _ => {}
        }
        let setting = match level.get_ref().as_str() {
            "off" => Setting::Off,
            "note" => Setting::Level(Level::Note),
            "warning" => Setting::Level(Level::Warning),
            "error" => Setting::Level(Level::Error),
            other => return Err(Fault::unknown("level", other, ["off", "note", "warning", "error"], level.span())),
        };
        Ok((selector, setting))
    };
    rules.iter().map(one).collect()
}

/// The settings of a part of the tree.
fn levels(rules: &IndexMap<SpannedText, SpannedText>) -> Checked<Vec<(Selector, Level)>> {
    let one = |((selector, setting), (name, level)): ((Selector, Setting), (&SpannedText, &SpannedText))| match setting
    {
        Setting::Level(level) => Ok((selector, level)),
        Setting::Off => {
            let fault = Fault::at(level.span(), "a rule cannot be off for a part of the tree");
            Err(fault.help(format!("suppress its findings there: ignore = [\"{}\"]", name.get_ref())))
        }
    };
    settings(rules)?.into_iter().zip(rules).map(one).collect()
}
