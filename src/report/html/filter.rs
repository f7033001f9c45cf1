//! What the reader can choose from, and what each entry of the page says of itself for that.

use super::alike::{PageContent, Where};
use super::{class, verdict};
use crate::diagnostic::{Level, Verdict};
use crate::report::graph::escape;
use crate::report::word;
use indexmap::IndexSet;
use std::collections::BTreeMap;
use std::io::{Result, Write};

/// What the entries of the page can be told apart by. Root modules and environments go by their numbers.
pub struct Facets<'r> {
    roots: IndexSet<&'r str>,
    environments: IndexSet<&'r str>,
    /// The rules of the findings, and the unmet and undecided requirements: code and name.
    rules: BTreeMap<&'static str, &'static str>,
    levels: Vec<Level>,
    verdicts: Vec<Verdict>,
}

impl<'r> Facets<'r> {
    pub fn of(content: &PageContent<'r>) -> Facets<'r> {
        let clusters = content.clusters.iter().flat_map(|group| group.places());
        let places: Vec<Where> = clusters.chain(content.findings.iter().flat_map(|group| group.places())).collect();
        let mut roots: Vec<&str> = places.iter().map(|(root, _)| *root).collect();
        let mut environments: Vec<&str> = places.iter().filter_map(|(_, environment)| *environment).collect();
        roots.sort_unstable();
        environments.sort_unstable();
        let found = || content.findings.iter().filter_map(|group| group.all.first()).map(|d| &d.finding);
        let open = content.clusters.iter().filter_map(|group| group.all.first());
        let open = open.flat_map(|cluster| cluster.requirements.iter().filter(|r| super::clusters::is_open(r)));
        let rules = found().map(|f| (f.code, f.name)).chain(open.map(|r| (r.code, r.name))).collect();
        let levels = [Level::Error, Level::Warning, Level::Note];
        let levels = levels.into_iter().filter(|level| found().any(|f| f.level == *level)).collect();
        let of = |group: &super::alike::AlikeClusters| group.all.first().map(|cluster| cluster.verdict);
        let is_there = |verdict: &Verdict| content.clusters.iter().any(|group| of(group) == Some(*verdict));
        let verdicts = [Verdict::NotReady, Verdict::Undecided, Verdict::Ready].into_iter().filter(is_there).collect();
        let (roots, environments) = (roots.into_iter().collect(), environments.into_iter().collect());
        Facets { roots, environments, rules, levels, verdicts }
    }

    /// The attributes of an entry that holds in these places.
    pub fn places(&self, places: &[Where]) -> String {
        let number = |set: &IndexSet<&str>, name| set.get_index_of(name).map(|number| number.to_string());
        let roots: IndexSet<String> = places.iter().filter_map(|(root, _)| number(&self.roots, *root)).collect();
        let own = places.iter().filter_map(|(_, environment)| number(&self.environments, (*environment)?));
        let own: IndexSet<String> = own.collect();
        let list = |set: IndexSet<String>| set.into_iter().collect::<Vec<_>>().join(" ");
        let mut text = format!(" data-root=\"{}\"", list(roots));
        // What holds in no environment does not depend on any.
        if !own.is_empty() {
            text.push_str(&format!(" data-environment=\"{}\"", list(own)));
        }
        text
    }

    /// The controls. They are shown where the script runs.
    pub fn write(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(
            out,
            "<form id=\"filter\" class=\"filter scripted\" role=\"search\" aria-label=\"Clusters and findings\">\
             <label class=\"words\">Search <input type=\"search\" name=\"words\" autocomplete=\"off\" spellcheck=\"false\"></label>"
        )?;
        let verdicts: Vec<_> = self.verdicts.iter().map(|v| (class(*v).to_string(), verdict(*v).to_string())).collect();
        let levels: Vec<_> = self.levels.iter().map(|l| (word(*l).to_string(), word(*l).to_string())).collect();
        let rules: Vec<_> =
            self.rules.iter().map(|(code, name)| (code.to_string(), format!("{code} {name}"))).collect();
        let numbered = |set: &IndexSet<&str>| -> Vec<(String, String)> {
            set.iter().enumerate().map(|(number, name)| (number.to_string(), name.to_string())).collect()
        };
        let choices = [
            ("verdict", "Verdict", verdicts),
            ("level", "Level", levels),
            ("rule", "Rule", rules),
            ("root", "Root module", numbered(&self.roots)),
            ("environment", "Environment", numbered(&self.environments)),
        ];
        for (name, label, options) in choices.iter().filter(|(.., options)| options.len() > 1) {
            write!(out, "<label>{label} <select name=\"{name}\"><option value=\"\">all</option>")?;
            for (value, text) in options {
                write!(out, "<option value=\"{value}\">{}</option>", escape(text))?;
            }
            writeln!(out, "</select></label>")?;
        }
        writeln!(out, "<button type=\"reset\">Show all</button><output></output></form>")
    }
}
