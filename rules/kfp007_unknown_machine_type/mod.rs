//! KFP007 unknown-machine-type: no such machine type, or not offered in that region.

mod offered;

use super::support::{replace, unless_autopilot, worse};
use crate::base::suggest::within_two;
use crate::catalog::machine;
use crate::diagnostic::{Fix, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::graph::text::Text;
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP007",
    name: "unknown-machine-type",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

fn answer(_cx: &Context, cluster: &Cluster) -> Answer {
    unless_autopilot(cluster, || {
        let answers = cluster.pools.iter().map(|p| judge(cluster, p));
        answers.reduce(worse).unwrap_or_else(|| Answer::not_applicable("no pool of this cluster is here"))
    })
}

fn judge(cluster: &Cluster, pool: &Pool) -> Answer {
    let Some(name) = pool.machine.type_name.known() else {
        let reasons = pool.machine.type_name.reasons().cloned().unwrap_or_default();
        if let Fact::OneOf(names, _) = &pool.machine.type_name
            && names.iter().all(|n| machine::machine_type(n).is_some())
        {
            return Answer::met("every possible machine type exists");
        }
        let reason = format!("the machine type of {} is not known: {}", pool.title(), reasons.because());
        let finding = RULE
            .finding(format!("whether the machine type of {} exists is not known", pool.title()))
            .level(Level::Warning)
            .cluster(cluster)
            .reasons(&reasons)
            .at(&pool.address, &pool.place("machine_type"), "this decides");
        return Answer::undecided(reason, &reasons, vec![finding]);
    };
    match machine::machine_type(name) {
        None => unknown(cluster, pool, name),
        Some(_) => offered::judge(cluster, pool, name),
    }
}

fn unknown(cluster: &Cluster, pool: &Pool, name: &Text) -> Answer {
    let place = &pool.place("machine_type");
    let series = name.split('-').next().unwrap_or_default();
    let is_newer_series = machine::series(series).is_none() && has_form_of_series(series);
    if let Some(Err(error)) = machine::custom(name)
        && !is_newer_series
    {
        let reason = match name.is_hidden() {
            true => format!("{name} is not a possible custom machine type"),
            false => format!("{name} is not a possible custom machine type: {error}"),
        };
        let finding = RULE.finding(reason.clone()).cluster(cluster).at(&pool.address, place, "outside of the limits");
        return Answer::unmet(reason, vec![finding]);
    }
    // Another size of a series that there is, and a series that has the form of one, may be new.
    let own = machine::series(series).map(|known| known.name);
    let alike = machine::names().filter(|other| own.is_none_or(|own| other.split('-').next() == Some(own)));
    let Some(near) = within_two(name, alike).filter(|_| !is_newer_series) else {
        let date = machine::DATE;
        let reason = format!("machine type {name} is newer than the facts of {date}, or there is none");
        let finding = RULE.finding(reason.clone()).level(Level::Warning).cluster(cluster);
        let finding = finding.at(&pool.address, place, "not among the types that kfplint knows");
        return Answer::undecided(reason, Vec::new(), vec![finding]);
    };
    let reason = format!("there is no machine type {name}");
    let mut draft = RULE.finding(reason.clone()).cluster(cluster);
    if !name.is_hidden() {
        draft = draft.help(format!("did you mean \"{near}\"?"));
    }
    let mut finding = draft.at(&pool.address, place, "no such machine type");
    finding.fixes.extend(replacement(pool, near).filter(|_| !name.is_hidden()));
    Answer::unmet(reason, vec![finding])
}

/// One to three letters, then one or two digits, then perhaps up to two letters: as in `n2`, `c2d` or `ct5lp`.
fn has_form_of_series(name: &str) -> bool {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let (letters, digits) = (name.len() - rest.len(), rest.len() - after.len());
    (1..=3).contains(&letters)
        && (1..=2).contains(&digits)
        && after.len() <= 2
        && after.chars().all(|c| c.is_ascii_lowercase())
}

/// Replaces a literal machine type.
fn replacement(pool: &Pool, near: &str) -> Option<Fix> {
    let span = pool.config.as_ref()?.literal("machine_type")?;
    Some(replace(span, format!("\"{near}\""), format!("use {near}")))
}
