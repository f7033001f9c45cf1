//! KFP007 unknown-machine-type: no such machine type, or not offered in that region.

use super::support::{replace, unless_autopilot, worse};
use crate::base::suggest::suggest;
use crate::catalog::{location, machine};
use crate::diagnostic::{Finding, Fix, Level};
use crate::graph::cluster::Cluster;
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
        if let crate::graph::fact::Fact::OneOf(names, _) = &pool.machine.type_name
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
        return Answer::undecided(reason, reasons.decides(), vec![finding]);
    };
    match machine::machine_type(name) {
        None => unknown(cluster, pool, name),
        Some(_) => offered(cluster, pool, name),
    }
}

fn unknown(cluster: &Cluster, pool: &Pool, name: &Text) -> Answer {
    let place = &pool.place("machine_type");
    if let Some(Err(error)) = machine::custom(name) {
        let reason = match name.is_hidden() {
            true => format!("{name} is not a possible custom machine type"),
            false => format!("{name} is not a possible custom machine type: {error}"),
        };
        let finding = RULE.finding(reason.clone()).cluster(cluster).at(&pool.address, place, "outside of the limits");
        return Answer::unmet(reason, vec![finding]);
    }
    let near = suggest(name, machine::names());
    let series = name.split('-').next().unwrap_or_default();
    let may_be_newer = machine::series(series).is_none() && has_form_of_series(series);
    if may_be_newer || near.is_none() && machine::series(series).is_none() {
        let reason = format!("machine type {name} is not among those that kfplint knows; it may be newer");
        let finding = RULE.finding(reason.clone()).level(Level::Warning).cluster(cluster);
        let finding = finding.at(&pool.address, place, "not known");
        return Answer::undecided(reason, vec![format!("machine type {name}")], vec![finding]);
    }
    let reason = format!("there is no machine type {name}");
    let mut draft = RULE.finding(reason.clone()).cluster(cluster);
    let near = near.filter(|_| !name.is_hidden());
    if let Some(near) = near {
        draft = draft.help(format!("did you mean \"{near}\"?"));
    }
    let mut finding = draft.at(&pool.address, place, "no such machine type");
    finding.fixes.extend(near.and_then(|near| replacement(pool, near)));
    Answer::unmet(reason, vec![finding])
}

/// Letters, then a number, then perhaps letters: as in `n2` or `c2d`.
fn has_form_of_series(name: &str) -> bool {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < name.len() && after.len() < rest.len() && after.chars().all(|c| c.is_ascii_lowercase())
}

/// Replaces a literal machine type.
fn replacement(pool: &Pool, near: &str) -> Option<Fix> {
    let span = pool.config.as_ref()?.literal("machine_type")?;
    Some(replace(span, format!("\"{near}\""), format!("use {near}")))
}

fn offered(cluster: &Cluster, pool: &Pool, name: &Text) -> Answer {
    let fits = Answer::met("every machine type exists and is offered in the region");
    let Some(place) = cluster.location.known() else { return fits };
    let region = location::region_of(place).unwrap_or(place);
    if machine::offered_in(name, region) != Some(false) {
        return fits;
    }
    let region = place.derive(region);
    let reason = format!("machine type {name} is not offered in {region}");
    let mut draft = RULE
        .finding(reason.clone())
        .cluster(cluster)
        .related(&cluster.view.place("location"), "the cluster's location");
    if !name.is_hidden() {
        draft = draft.help(format!("regions that offer it: {}", some_regions(name)));
    }
    let finding: Finding = draft.at(&pool.address, &pool.place("machine_type"), format!("not offered in {region}"));
    Answer::unmet(reason, vec![finding])
}

fn some_regions(name: &str) -> String {
    let regions: Vec<&str> = machine::regions_offering(name).take(6).collect();
    regions.join(", ")
}
