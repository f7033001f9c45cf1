//! `kfplint dev new-rule`: a folder for a new rule of kfplint's own, with an example check that passes all tests.

use super::{Failure, READY, output};
use crate::cli::{NewRuleArgs, RuleLevel};
use crate::load::{reason, shown};
use std::path::{Path, PathBuf};

const CHECK: &str = include_str!("new_rule/check.txt");
const PAGE: &str = include_str!("new_rule/page.txt");
const CASES: &str = include_str!("new_rule/cases.txt");
/// Columns that the list of rules has for a name.
const LONGEST_NAME: usize = 23;

/// Makes the folder and registers the rule.
///
/// # Errors
/// A code or name that cannot be, or that another rule has; a folder that is no checkout of kfplint; what cannot be
/// written.
pub fn run(args: &NewRuleArgs) -> Result<u8, Failure> {
    let rule = New::of(args)?;
    let checkout = checkout(&args.dir)?;
    let rules = checkout.join("rules");
    rule.refuse_known(&rules)?;
    let registry = read(&rules.join("mod.rs"))?;
    let registered = rule.registered(&registry).ok_or_else(|| Failure::Scaffold {
        what: format!("the list of rules in {} is not as expected", shown(&rules.join("mod.rs"))),
        help: "register the rule there as its neighbours are".into(),
    })?;
    let fixture = rule.fixture(&read(&checkout.join("fixtures/no-rule/main.tf"))?);
    let folder = rules.join(&rule.folder);
    let files = [
        (folder.join("mod.rs"), rule.filled(CHECK)),
        (folder.join("rule.md"), rule.filled(PAGE)),
        (folder.join("cases/edges.md"), rule.filled(CASES)),
        (checkout.join("fixtures/every-rule").join(rule.code.to_lowercase()).join("main.tf"), fixture),
        (rules.join("mod.rs"), registered),
    ];
    let mut said = String::new();
    for (path, text) in files {
        write(&path, &text)?;
        said.push_str(&format!("wrote {}\n", shown(&path)));
    }
    said.push_str("\nThe check is an example that passes all tests. Now write your own: CONTRIBUTING.md says how.\n");
    output::stdout(said.as_bytes())?;
    Ok(READY)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure::Scaffold {
        what: format!("cannot read {}: {}", shown(path), reason(&e)),
        help: "run it in a whole checkout of kfplint".into(),
    })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let wrong = |e: std::io::Error| Failure::Output { what: shown(path), why: reason(&e) };
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(wrong)?;
    output::save(path, text.as_bytes())
}

/// The checkout of kfplint that a folder is in.
fn checkout(dir: &Path) -> Result<PathBuf, Failure> {
    let named = |manifest: &str| manifest.lines().any(|line| line.trim_end() == "name = \"kfplint\"");
    let is = |dir: &&Path| std::fs::read_to_string(dir.join("Cargo.toml")).is_ok_and(|manifest| named(&manifest));
    let full = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    let found = full.ancestors().find(is).map(|found| if found == full { dir.to_path_buf() } else { found.into() });
    found.ok_or_else(|| Failure::Scaffold {
        what: format!("`{}` is not in a checkout of kfplint", dir.display()),
        help: format!(
            "this makes rules of kfplint itself: git clone {} and run it there",
            env!("CARGO_PKG_REPOSITORY")
        ),
    })
}

/// A rule to be.
struct New {
    code: String,
    name: String,
    level: &'static str,
    /// Its folder: `kfp407_some_name`.
    folder: String,
}

impl New {
    fn of(args: &NewRuleArgs) -> Result<New, Failure> {
        let wrong = |what: String, help: &str| Failure::Scaffold { what, help: help.into() };
        let NewRuleArgs { code, name, level, .. } = args;
        let digits = ["KFP", "LINT", "TF"].iter().find_map(|family| code.strip_prefix(family));
        if !digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit())) {
            let help = "a code is KFP, TF or LINT and three digits, such as KFP407: KFP0 nodes, KFP1 scopes and identity, KFP2 roles, \
                        KFP3 secrets and keys, KFP4 what is around";
            return Err(wrong(format!("`{code}` is not a rule code"), help));
        }
        let words: Vec<&str> = name.split('-').collect();
        let is_word = |word: &&str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if words.len() < 2 || !words.iter().all(is_word) || name.len() > LONGEST_NAME {
            let help = "a name says the fault's subject in two or more words of lower-case letters, joined by `-`, with 23 characters at most: \
                        node-count, leftover-default-pool";
            return Err(wrong(format!("`{name}` is not a rule name"), help));
        }
        Ok(New {
            code: code.clone(),
            name: name.clone(),
            level: match level {
                RuleLevel::Error => "Error",
                RuleLevel::Warning => "Warning",
                RuleLevel::Note => "Note",
            },
            folder: crate::report::folder(code, name),
        })
    }

    /// Codes and names are given once.
    fn refuse_known(&self, rules: &Path) -> Result<(), Failure> {
        let entries = std::fs::read_dir(rules).into_iter().flatten().flatten();
        for entry in entries.filter(|e| e.path().is_dir()) {
            let folder = entry.file_name().to_string_lossy().into_owned();
            let Some((code, name)) = folder.split_once('_') else { continue };
            let (code, name) = (code.to_uppercase(), name.replace('_', "-"));
            if code == self.code || name == self.name {
                return Err(Failure::Scaffold {
                    what: format!("there is a rule {code} {name} already"),
                    help: format!("choose a code and a name that no folder in {} has", shown(rules)),
                });
            }
        }
        Ok(())
    }

    /// The registry with this rule in its place; `None` where it is not as expected.
    fn registered(&self, registry: &str) -> Option<String> {
        let with_module = inserted(registry, "pub mod ", &format!("pub mod {};", self.folder))?;
        inserted(&with_module, "        ", &format!("        {}::RULE,", self.folder))
    }

    fn filled(&self, template: &str) -> String {
        let New { code, name, level, .. } = self;
        template
            .replace("Level::LEVEL", &format!("Level::{level}"))
            .replace("LEVEL", &level.to_lowercase())
            .replace("CODE", code)
            .replace("NAME", name)
    }

    /// A root module in which this rule alone finds something: the one in which none does, with a line more.
    fn fixture(&self, clean: &str) -> String {
        let mut out = String::new();
        for line in clean.lines() {
            out.push_str(line);
            out.push('\n');
            if line.starts_with("resource \"google_container_cluster\"") {
                out.push_str(&format!("  description        = \"{}\"\n", self.code));
            }
        }
        out
    }
}

/// The text with a line more among those that begin alike and are in order.
fn inserted(text: &str, prefix: &str, line: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let alike = |l: &&str| l.starts_with(prefix) && l.len() > prefix.len() && !l.ends_with('[');
    let last = lines.iter().rposition(&alike)?;
    let at = lines.iter().position(|l| alike(l) && *l > line).unwrap_or(last + 1);
    let (before, after) = lines.split_at(at);
    Some([before, &[line], after].concat().join("\n") + "\n")
}
