//! Where the static plan of a configuration and the plan that Terraform made of it differ. Only what the configuration
//! itself writes is compared: what a provider adds is not the evaluator's.

use super::plan::{ResourceEntry, entries};
use super::references::PlanConfiguration;
use crate::cty::value::HIDDEN;
use crate::plan::Mode;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use std::cell::Cell;
use std::collections::BTreeMap;

/// What differs, and how much does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// One line for each difference.
    pub differences: Vec<String>,
    /// One line for each value that the static plan leaves open.
    pub undecided: Vec<String>,
    /// Instances that both have.
    pub instances: usize,
    /// Values that are the same.
    pub equal: usize,
}

/// A value without values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Leaf {
    Unknown,
    Known(String),
    /// With the path as far as it may be shown: names in what is sensitive are sensitive too.
    Secret(String, String),
}

/// The leaves of a resource by their path.
type Leaves = BTreeMap<String, Leaf>;

/// Compares Terraform's plan with a static one, both as `terraform show -json` has them.
pub fn compare(real: &Json, fixed: &Json) -> Comparison {
    let configuration = PlanConfiguration {
        document: &real["configuration"],
        instances: FxHashMap::default(),
        is_cut: Cell::default(),
    };
    let managed = |document| -> BTreeMap<&str, ResourceEntry> {
        let all: Vec<ResourceEntry> = entries(document);
        all.into_iter().filter(|e| e.mode == Mode::Managed).map(|e| (e.address, e)).collect()
    };
    let (want, have) = (managed(real), managed(fixed));
    let reasons = reasons(fixed);
    let mut out = Comparison::default();
    for (address, entry) in &want {
        match have.get(address) {
            Some(found) => {
                out.instances += 1;
                let why = reasons.get(address).copied().unwrap_or(&Json::Null);
                out.instance(&configuration, entry, found, why);
            }
            None => match open(fixed, entry) {
                Some(why) => out.undecided.push(format!("undecided  {address}: whether it is created ({why})")),
                None => out.differences.push(format!("missing    {address}: only Terraform's plan has it")),
            },
        }
    }
    let invented = have.keys().filter(|address| !want.contains_key(*address));
    out.differences.extend(invented.map(|address| format!("invented   {address}: only the static plan has it")));
    out
}

/// Why the static plan does not know whether an instance is made: one instance stands for any number there.
fn open(fixed: &Json, entry: &ResourceEntry) -> Option<String> {
    let names = |address: &str| -> Vec<String> {
        crate::address::parts(address).iter().filter_map(|part| part.name().map(str::to_string)).collect()
    };
    let wanted = names(entry.address);
    let mut stand_ins = fixed["undecided"].as_array().into_iter().flatten();
    let found = stand_ins.find(|u| u["address"].as_str().is_some_and(|address| names(address) == wanted))?;
    let reasons: Vec<&str> = found["reasons"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    Some(reasons.join("; "))
}

/// Why arguments are not known, by address.
fn reasons(fixed: &Json) -> BTreeMap<&str, &Json> {
    let changes = fixed["resource_changes"].as_array().into_iter().flatten();
    changes.filter_map(|c| Some((c["address"].as_str()?, &c["unknown_reasons"]))).collect()
}

impl Comparison {
    fn instance(
        &mut self,
        configuration: &PlanConfiguration,
        real: &ResourceEntry,
        fixed: &ResourceEntry,
        reasons: &Json,
    ) {
        let module = crate::address::module_steps(real.module);
        let block = configuration.resource(&module, real.mode, real.type_name, real.name);
        let written = |name: &str| block.is_some_and(|b| b["expressions"].get(name).is_some());
        let (mut want, mut have) = (Leaves::new(), Leaves::new());
        for (entry, into) in [(real, &mut want), (fixed, &mut have)] {
            leaves([entry.known, entry.unknown], entry.sensitive, None, String::new(), into);
        }
        for (path, wanted) in want.iter().filter(|(path, _)| written(top(path))) {
            let found = have.get(path).or_else(|| around(&have, path));
            self.leaf((real.address, path), wanted, found, &reasons[top(path)]);
        }
    }

    fn leaf(&mut self, (address, path): (&str, &str), wanted: &Leaf, found: Option<&Leaf>, reasons: &Json) {
        let what = match (wanted, found) {
            (Leaf::Unknown, None | Some(Leaf::Unknown)) => "",
            (Leaf::Unknown, Some(_)) => "guessed",
            (_, Some(Leaf::Unknown)) => "undecided",
            // An empty or default leaf of a nested block that the configuration did not write.
            (Leaf::Known(text) | Leaf::Secret(text, _), None) if is_default(path, text) => "",
            (_, None) => "lacking",
            (wanted, Some(found)) if wanted.text() == found.text() => "",
            _ => "different",
        };
        let secret = |leaf: &Leaf| match leaf {
            Leaf::Secret(_, path) => Some(path.clone()),
            _ => None,
        };
        // Where one of the two is sensitive, neither is shown.
        let hidden = secret(wanted).or_else(|| found.and_then(secret));
        let path = hidden.as_deref().unwrap_or(path);
        let shown = |leaf: &Leaf| match (leaf, &hidden) {
            (Leaf::Known(_), Some(_)) => HIDDEN.into(),
            _ => leaf.shown(),
        };
        match what {
            "" => self.equal += 1,
            "undecided" => {
                let why: Vec<&str> = reasons.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) };
                self.undecided.push(format!("undecided  {address} {path}: Terraform {}{why}", shown(wanted)));
            }
            _ => {
                let found = found.map_or_else(|| "nothing".to_string(), shown);
                let line = format!("{what:9}  {address} {path}: Terraform {}, static {found}", shown(wanted));
                self.differences.push(line);
            }
        }
    }
}

impl Leaf {
    fn text(&self) -> Option<&str> {
        match self {
            Leaf::Unknown => None,
            Leaf::Known(text) | Leaf::Secret(text, _) => Some(text),
        }
    }

    fn shown(&self) -> String {
        match self {
            Leaf::Unknown => "(known after apply)".into(),
            Leaf::Secret(..) => HIDDEN.into(),
            Leaf::Known(text) => format!("{text:?}"),
        }
    }
}

fn top(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

fn is_default(path: &str, text: &str) -> bool {
    path.contains('.') && matches!(text, "" | "false" | "0" | "[]")
}

/// The unknown value that a path leads into.
fn around<'l>(leaves: &'l Leaves, path: &str) -> Option<&'l Leaf> {
    let ends = path.match_indices('.').map(|(at, _)| at);
    let mut cut = ends.filter_map(|at| leaves.get(path.get(..at)?));
    cut.find(|leaf| **leaf == Leaf::Unknown)
}

/// Gathers the leaves of the three trees: known, unknown, sensitive. Null is no leaf.
fn leaves([known, unknown]: [&Json; 2], sensitive: [&Json; 2], secret: Option<&str>, path: String, out: &mut Leaves) {
    let own = (secret.is_none() && sensitive.contains(&&Json::Bool(true))).then(|| path.clone());
    let secret = secret.or(own.as_deref());
    if *unknown == Json::Bool(true) {
        out.insert(path, Leaf::Unknown);
        return;
    }
    let below = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
    if known.is_object() || unknown.is_object() {
        let names = [known, unknown].into_iter().filter_map(Json::as_object).flat_map(|o| o.keys());
        for name in names {
            leaves([&known[name], &unknown[name]], sensitive.map(|s| &s[name]), secret, below(name), out);
        }
    } else if known.is_array() || unknown.is_array() {
        let len = [known, unknown].into_iter().filter_map(Json::as_array).map(Vec::len).max().unwrap_or(0);
        for i in 0..len {
            leaves([&known[i], &unknown[i]], sensitive.map(|s| &s[i]), secret, below(&i.to_string()), out);
        }
    } else if !known.is_null() {
        // Terraform prints 3 or "3" by the schema's type, which is not known for every provider.
        let text = known.as_str().map_or_else(|| known.to_string(), str::to_string);
        let leaf = match secret {
            Some(shown) => Leaf::Secret(text, shown.to_string()),
            None => Leaf::Known(text),
        };
        out.insert(path, leaf);
    }
}
