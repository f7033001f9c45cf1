//! KFP010 refused-by-gke: what GKE refuses though Terraform plans it.

mod cluster;
mod machine;
mod nodes;
mod pool;
mod settings;

use super::support::worse;
use crate::diagnostic::{Edit, Finding, Level, Status};
use crate::graph::cluster::Cluster;
use crate::graph::text::Text;
use crate::graph::view::{AttributePlace, View};
use crate::rule::{Answer, Context, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    code: "KFP010",
    name: "refused-by-gke",
    level: Level::Error,
    page: include_str!("rule.md"),
    cluster: Some(answer),
    root: None,
};

/// Something that GKE refuses, or may.
struct Refusal {
    /// What is wrong.
    message: String,
    /// Where it stands.
    place: AttributePlace,
    /// What to do.
    help: String,
    /// What the help says to write, and where.
    edit: Option<Edit>,
    /// Whether more than one secondary source says so: else it is a warning.
    verified: bool,
}

impl Refusal {
    fn new(message: String, place: AttributePlace, help: impl Into<String>) -> Refusal {
        Refusal { message, place, help: help.into(), edit: None, verified: true }
    }

    /// One that another value of an argument of this block ends.
    fn set(message: String, place: AttributePlace, view: &View, (name, value): (&str, &str), more: &str) -> Refusal {
        let edit = view.replace(name, value);
        let verb = if edit.is_some() { "write" } else { "use" };
        Refusal { edit, ..Refusal::new(message, place, format!("{verb} `{name} = {value}`{more}")) }
    }

    fn finding(&self, cluster: &Cluster, address: &str) -> Finding {
        let level = if self.verified { Level::Error } else { Level::Warning };
        let label = if self.verified { "GKE refuses this" } else { "GKE may refuse this" };
        let draft = RULE.finding(&self.message).level(level).cluster(cluster).help(&self.help);
        draft.write(self.edit.clone()).at(address, &self.place, label)
    }
}

fn answer(cx: &Context, cluster: &Cluster) -> Answer {
    let mut refusals = cluster::refusals(cx, cluster);
    refusals.extend(settings::refusals(cluster));
    let mut answers = vec![answer_of(cluster, cluster.address(), &refusals)];
    answers.extend(cluster::newer_version(cluster));
    for pool in cluster.pools.iter().filter(|pool| !pool.auto() && cluster.autopilot.is_false()) {
        let mut refusals = machine::refusals(cluster, pool);
        refusals.extend(pool::refusals(pool));
        refusals.extend(nodes::refusals(cluster, pool));
        let answer = answer_of(cluster, &pool.address, &refusals);
        answers.push(match &pool.uncertain {
            Some(reasons) => answer.if_so("the pool is created", reasons),
            None => answer,
        });
    }
    let met = Answer::met("it has nothing that GKE is known to refuse");
    answers.into_iter().fold(met, |mut all, mut one| match one.status {
        Status::Met => {
            all.findings.append(&mut one.findings);
            all
        }
        _ => worse(all, one),
    })
}

/// The answer for a cluster or pool of which this is refused.
fn answer_of(cluster: &Cluster, address: &str, refusals: &[Refusal]) -> Answer {
    let findings = refusals.iter().map(|refusal| refusal.finding(cluster, address)).collect();
    let certain: Vec<&str> = refusals.iter().filter(|r| r.verified).map(|r| r.message.as_str()).collect();
    match certain.is_empty() {
        true => Answer { findings, ..Answer::met("") },
        false => Answer::unmet(certain.join("; "), findings),
    }
}

/// A known string argument.
fn text(view: &View, name: &str) -> Option<Text> {
    view.text(name)?.known().cloned()
}

/// A known number, where it may be shown.
fn number(view: &View, name: &str) -> Option<u64> {
    view.get(name)?;
    view.number(name, 0).shown()
}

/// A nested block that is certainly there.
fn block<'p>(view: &View<'p>, kind: &str) -> Option<View<'p>> {
    view.block(kind).filter(|block| block.uncertain.is_none())
}
