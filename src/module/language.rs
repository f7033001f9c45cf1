//! Which versions of Terraform and OpenTofu may run a root module, and which of them refuse a part of the language.

use super::report::{INVALID_ARGUMENT, error};
use super::version::{Constraint, of_tool};
use crate::base::source::Span;
use crate::catalog::language::{Feature, FirstVersion};
use crate::diagnostic::{Finding, Level};
use crate::load::loader::{LanguageSigns, PinnedVersion};

/// A place that uses a part of the language.
#[derive(Clone, Copy, Debug)]
pub struct UsedFeature {
    /// The part.
    pub feature: Feature,
    /// Where.
    pub span: Span,
}

impl UsedFeature {
    /// An argument or block of this name in a block of this type; `None` for what all versions read.
    pub fn find(block: &str, name: &str, span: Span) -> Option<UsedFeature> {
        Feature::find(block, name).map(|feature| UsedFeature { feature, span })
    }
}

/// The versions of both tools that may run a root module.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    terraform: ToolVersions,
    opentofu: ToolVersions,
}

/// The versions of one tool that remain.
#[derive(Clone, Copy, Debug)]
enum ToolVersions {
    /// None.
    Nothing,
    /// Only versions that are newer than those that kfplint knows.
    Newer,
    /// Some that it knows.
    Known(Constraint),
}

/// The versions of a tool that kfplint knows.
struct KnownVersions {
    /// The first.
    first: [u64; 3],
    /// The first after the last.
    end: [u64; 3],
    /// The oldest that counts where newer ones are allowed: hardly anybody who asks for 1.0 or more runs 1.0.
    oldest: [u64; 3],
    /// The oldest that counts where no version is asked for.
    usual: [u64; 3],
}

/// The versions that a pinned one stands for; `None` for a word such as `latest`.
fn range_of(pinned: &PinnedVersion) -> Option<Constraint> {
    of_tool(&pinned.version).or_else(|| Constraint::parse(&pinned.version))
}

const TERRAFORM: KnownVersions =
    KnownVersions { first: [1, 0, 0], end: [1, 18, 0], oldest: [1, 5, 0], usual: [1, 11, 0] };
const OPENTOFU: KnownVersions =
    KnownVersions { first: [1, 6, 0], end: [1, 13, 0], oldest: [1, 6, 0], usual: [1, 11, 0] };

impl Language {
    /// What the signs and the constraints of all modules leave; some are for OpenTofu alone.
    pub fn of(
        signs: &LanguageSigns,
        constraints: impl IntoIterator<Item = Constraint>,
        of_opentofu: impl IntoIterator<Item = Constraint>,
    ) -> Language {
        let asked = constraints.into_iter().reduce(Constraint::and);
        let of_opentofu = of_opentofu.into_iter().chain(asked).reduce(Constraint::and);
        let is_told = signs.terraform != signs.opentofu;
        let remain = |known: KnownVersions, other: bool, pinned: &Option<PinnedVersion>, asked: Option<Constraint>| {
            if other {
                return ToolVersions::Nothing;
            }
            // One that the modules refuse runs nothing: `unmet` says so.
            let fits = |pinned: &Constraint| asked.is_none_or(|asked| !asked.and(*pinned).is_empty());
            let pinned = pinned.as_ref().and_then(range_of).filter(fits);
            if is_told && asked.is_none() && pinned.is_none() {
                // The tool is known and no version: its newest.
                let [major, end, _] = known.end;
                return ToolVersions::Known(Constraint::since([major, end - 1, 0]).and(Constraint::before(known.end)));
            }
            let asked = asked.unwrap_or(Constraint::since(if pinned.is_some() { known.first } else { known.usual }));
            let all = pinned.map_or(asked, |pinned| asked.and(pinned)).and(Constraint::since(known.first));
            let known_ones = all.and(Constraint::before(known.end));
            let recent = known_ones.and(Constraint::since(known.oldest));
            match (recent.is_empty(), known_ones.is_empty(), all.is_empty()) {
                (false, ..) => ToolVersions::Known(recent),
                (true, false, _) => ToolVersions::Known(known_ones),
                (true, true, false) => ToolVersions::Newer,
                (true, true, true) => ToolVersions::Nothing,
            }
        };
        Language {
            terraform: remain(TERRAFORM, signs.opentofu && !signs.terraform, &signs.terraform_version, asked),
            opentofu: remain(OPENTOFU, signs.terraform && !signs.opentofu, &signs.opentofu_version, of_opentofu),
        }
    }

    /// What is to be said of the constraint of a module that leaves out the version that runs the root module.
    pub fn unmet(signs: &LanguageSigns, asked: Constraint, at: Span) -> Option<Finding> {
        let (tool, pinned) = match (signs.terraform, signs.opentofu) {
            (true, false) => ("Terraform", signs.terraform_version.as_ref()?),
            (false, true) => ("OpenTofu", signs.opentofu_version.as_ref()?),
            _ => return None,
        };
        let PinnedVersion { version, from } = pinned;
        range_of(pinned).filter(|own| !asked.is_empty() && asked.and(*own).is_empty())?;
        let message = format!("{tool} {version} is not a version that this module asks for, and refuses it");
        let finding = error(INVALID_ARGUMENT, at, message, format!("{from} says that {tool} {version} runs it"));
        // A file says what is used as a rule; an option says what is used now.
        let level = if from.starts_with('.') { Level::Warning } else { Level::Error };
        Some(Finding { level, help: vec![format!("change the version here or in {from}")], ..finding })
    }

    /// Whether all versions that remain are older than these of Terraform and OpenTofu.
    pub fn is_before(&self, terraform: [u64; 3], opentofu: [u64; 3]) -> bool {
        let older = |versions: ToolVersions, end| match versions {
            ToolVersions::Nothing => None,
            ToolVersions::Newer => Some(false),
            ToolVersions::Known(range) => Some(range.and(Constraint::since(end)).is_empty()),
        };
        let both = [older(self.terraform, terraform), older(self.opentofu, opentofu)];
        both.contains(&Some(true)) && !both.contains(&Some(false))
    }

    /// Whether all versions that remain are these of Terraform and OpenTofu or newer.
    pub fn is_since(&self, terraform: [u64; 3], opentofu: [u64; 3]) -> bool {
        let newer = |versions: ToolVersions, first| match versions {
            ToolVersions::Nothing | ToolVersions::Newer => true,
            ToolVersions::Known(range) => range.and(Constraint::before(first)).is_empty(),
        };
        newer(self.terraform, terraform) && newer(self.opentofu, opentofu)
    }

    /// What is to be said of the use of a part of the language: an error where no version that remains reads it, a warning
    /// where some do not.
    pub fn finding(&self, used: &UsedFeature) -> Option<Finding> {
        let Feature { what, terraform, opentofu } = used.feature;
        let tools = [
            ("Terraform", self.terraform, terraform, TERRAFORM.end),
            ("OpenTofu", self.opentofu, opentofu, OPENTOFU.end),
        ];
        let (mut refuse, mut read, mut asked) = (Vec::new(), false, [0, 0]);
        for (tool, versions, first, [last, end, _]) in tools {
            let ToolVersions::Known(range) = versions else {
                let never = matches!(first, FirstVersion::Never | FirstVersion::Until(..));
                read |= matches!(versions, ToolVersions::Newer) && !never;
                continue;
            };
            match first {
                FirstVersion::Known(major, minor) => {
                    let first = [major, minor, 0];
                    asked = asked.max([major, minor]);
                    read |= !range.and(Constraint::since(first)).is_empty();
                    if !range.and(Constraint::before(first)).is_empty() {
                        refuse.push(format!("{tool} before {major}.{minor}"));
                    }
                }
                FirstVersion::Until(major, minor) => {
                    let end = [major, minor, 0];
                    read |= !range.and(Constraint::before(end)).is_empty();
                    if !range.and(Constraint::since(end)).is_empty() {
                        refuse.push(format!("{tool} from {major}.{minor} on"));
                    }
                }
                FirstVersion::Never | FirstVersion::Unclear => {
                    read |= first == FirstVersion::Unclear;
                    refuse.push(format!("{tool} until {last}.{}", end - 1));
                }
            }
        }
        if refuse.is_empty() {
            return None;
        }
        let level = if read { Level::Warning } else { Level::Error };
        let reads = |(tool, _, first, _)| match first {
            FirstVersion::Known(major, minor) => Some(format!("{tool} reads it from {major}.{minor} on")),
            FirstVersion::Until(major, minor) => Some(format!("{tool} read it before {major}.{minor}")),
            FirstVersion::Never | FirstVersion::Unclear => None,
        };
        let (message, label) = match level {
            Level::Error => {
                let label = tools.into_iter().filter_map(reads).collect::<Vec<_>>().join(", ");
                (format!("no version that may run this module reads {what}"), label)
            }
            _ => {
                let verb = if refuse.len() == 1 { "refuses" } else { "refuse" };
                (format!("{} {verb} {what}", refuse.join(" and ")), String::new())
            }
        };
        let finding = error(INVALID_ARGUMENT, used.span, message, label);
        Some(Finding { level, help: vec![self.help(used.feature, asked)], ..finding })
    }

    /// How to keep away the versions that refuse a part of the language.
    fn help(&self, feature: Feature, [major, minor]: [u64; 2]) -> String {
        let Feature { terraform, opentofu, .. } = feature;
        let known = |first| matches!(first, FirstVersion::Known(..));
        match (known(terraform), known(opentofu)) {
            (true, true) => format!("require a newer version: required_version = \">= {major}.{minor}\""),
            (true, false) => match terraform {
                FirstVersion::Known(major, minor) if minor >= OPENTOFU.end[1] => {
                    format!("require a version of Terraform that reads it: required_version = \">= {major}.{minor}\"")
                }
                _ => "remove it, or say in a file `.terraform-version` which Terraform runs this".into(),
            },
            (false, true) => match self.terraform {
                ToolVersions::Nothing => "require a version of OpenTofu that reads it".into(),
                _ => "remove it, or say that OpenTofu runs this: write it in a `.tofu` file".into(),
            },
            (false, false) => "remove it".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::FileId;

    fn said(block: &str, name: &str, signs: &LanguageSigns, required: &str) -> Option<(Level, String)> {
        let feature = Feature::find(block, name).unwrap_or_else(|| panic!("{block}.{name}"));
        let used = UsedFeature { feature, span: Span::new(FileId::FACTS, 0, 0) };
        let finding = Language::of(signs, Constraint::parse(required), []).finding(&used)?;
        Some((finding.level, finding.message))
    }

    #[test]
    fn versions_that_refuse_are_named() {
        let either = LanguageSigns::default();
        let warning = |text: &str| Some((Level::Warning, text.to_string()));
        let say = |required| said("variable", "const", &either, required);
        assert_eq!(
            say(">= 1.0"),
            warning("Terraform before 1.15 and OpenTofu before 1.12 refuse `const` of a variable")
        );
        assert_eq!(say(">= 1.13"), warning("Terraform before 1.15 refuses `const` of a variable"));
        assert_eq!(say(">= 1.15"), None);
        assert_eq!(say(">= 1.30"), None);
        let unasked = Language::of(&either, [], []);
        let warns = |block, name| {
            let feature = Feature::find(block, name).unwrap_or_else(|| panic!("{block}.{name}"));
            unasked.finding(&UsedFeature { feature, span: Span::new(FileId::FACTS, 0, 0) }).is_some()
        };
        assert!(warns("variable", "const") && !warns("", "removed") && !warns("", "ephemeral"));
        assert!(say("~> 1.5.0").is_some_and(|(level, _)| level == Level::Error));
        // Old parts of the language matter only to those who pin an old version.
        assert_eq!(said("", "moved", &either, ">= 1.0"), None);
        assert!(said("", "moved", &either, "~> 1.0.0").is_some_and(|(level, _)| level == Level::Error));
    }

    #[test]
    fn what_one_tool_alone_reads_is_an_error_for_the_other() {
        let terraform = LanguageSigns { terraform: true, ..LanguageSigns::default() };
        let opentofu = LanguageSigns { opentofu: true, ..LanguageSigns::default() };
        let either = LanguageSigns::default();
        let level = |name, signs| said("lifecycle", name, signs, ">= 1.5").map(|(level, _)| level);
        assert_eq!(level("enabled", &terraform), Some(Level::Error));
        assert_eq!(level("enabled", &either), Some(Level::Warning));
        assert_eq!(level("action_trigger", &opentofu), Some(Level::Error));
        // One source that leaves it open makes no error.
        assert_eq!(said("output", "type", &opentofu, ">= 1.6").map(|(level, _)| level), Some(Level::Warning));
    }
}
