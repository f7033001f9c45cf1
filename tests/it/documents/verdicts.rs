//! The same verdict from the source and from the plan that Terraform made of it.

use super::report;
use crate::tree::entries;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The recorded plans beside their root modules.
fn plans() -> Vec<PathBuf> {
    let roots = entries("tests/plan").into_iter();
    roots.map(|root| root.join("plan.json.gz")).filter(|plan| plan.exists()).collect()
}

/// The status of each requirement of each cluster.
fn statuses(report: &Json) -> BTreeMap<(String, String), String> {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_string();
    let clusters = report["clusters"].as_array().into_iter().flatten();
    let of_cluster = |c: &Json| {
        let requirements = c["requirements"].as_array().cloned().unwrap_or_default();
        let address = text(&c["address"]);
        requirements.into_iter().map(move |r| ((address.clone(), text(&r["code"])), text(&r["status"])))
    };
    clusters.flat_map(of_cluster).collect()
}

#[test]
fn source_and_plan_agree_or_one_decides_what_the_other_leaves_open() {
    let mut wrong = Vec::new();
    let (mut same, mut by_plan, mut by_source) = (0, 0, 0);
    assert!(plans().len() >= 12);
    for plan in plans() {
        let root = plan.parent().expect("a folder").display().to_string();
        let plan = plan.display().to_string();
        let source = statuses(&report(&[&root]));
        let planned = statuses(&report(&[&plan]));
        // A plan keeps no expressions: what `a.id == "" ? 1 : 2` may be is lost with them, but for the source beside it.
        let both = statuses(&report(&[&plan, "--source", &root]));
        if !source.keys().eq(planned.keys()) || !source.keys().eq(both.keys()) {
            wrong.push(format!("{root}: clusters and requirements differ: {:?} {:?}", source.keys(), planned.keys()));
            continue;
        }
        for (key, here) in &source {
            let (there, together) = (&planned[key], &both[key]);
            match there {
                _ if together != here && here != "undecided" => {
                    wrong.push(format!("{root}: {key:?}: {here} from source, {together} from source and plan"));
                }
                _ if there == here => same += 1,
                _ if here == "undecided" => by_plan += 1,
                _ if ["undecided", "not-applicable"].contains(&there.as_str()) => by_source += 1,
                _ => wrong.push(format!("{root}: {key:?}: {here} from source, {there} from the plan")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(same > 250 && by_source <= 6, "{same} alike, {by_plan} decided by the plan, {by_source} by the source");
}
