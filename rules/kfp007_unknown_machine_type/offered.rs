//! Whether the cluster's region offers a machine type.

use super::RULE;
use crate::catalog::{location, machine};
use crate::diagnostic::{Finding, Level};
use crate::graph::cluster::Cluster;
use crate::graph::fact::Fact;
use crate::graph::pool::Pool;
use crate::graph::text::Text;
use crate::rule::Answer;

/// The answer for a type that there is.
pub fn judge(cluster: &Cluster, pool: &Pool, name: &Text) -> Answer {
    let is_offered = |place: &str| {
        let place = location::meant(place);
        machine::offered_in(name, location::region_of(place).unwrap_or(place))
    };
    let place = match &cluster.location {
        Fact::Known(place) => place,
        open => {
            return offered_somewhere(
                cluster,
                pool,
                name,
                open.judge(|place| Fact::Known(is_offered(place) != Some(false))),
            );
        }
    };
    let region = location::meant(place);
    let region = location::region_of(region).unwrap_or(region);
    match is_offered(place) {
        Some(true) => return Answer::met("every machine type exists and is offered in the region"),
        None => return Answer::met("every machine type exists"),
        Some(false) => {}
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

/// The answer where the location is not known, or is one of several.
fn offered_somewhere(cluster: &Cluster, pool: &Pool, name: &Text, fits: Fact<bool>) -> Answer {
    let lacking = location::regions().any(|region| machine::offered_in(name, region.name) == Some(false));
    if fits.is_true() || !lacking {
        return Answer::met("every machine type exists and is offered in every region that may be meant");
    }
    let reasons = cluster.location.reasons().cloned().unwrap_or_default();
    let reason = format!(
        "machine type {name} is not offered in every region, and the location is not known: {}",
        reasons.because()
    );
    let message = format!("whether the location of {} offers machine type {name} is not known", cluster.address());
    let draft = RULE.finding(message).level(Level::Warning).cluster(cluster).reasons(&reasons);
    let draft = draft.related(&cluster.view.place("location"), "the cluster's location");
    let finding = draft.at(&pool.address, &pool.place("machine_type"), "not offered in every region");
    Answer::undecided(reason, &reasons, vec![finding])
}

fn some_regions(name: &str) -> String {
    let regions: Vec<&str> = machine::regions_offering(name).take(6).collect();
    regions.join(", ")
}
