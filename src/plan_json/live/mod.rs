//! A cluster that exists: what gcloud and kubectl say of it, as the resources that a configuration would make of it.

mod accounts;
mod gke;
mod kubernetes;
mod pieces;

pub use pieces::{DocumentPiece, What, drop_secrets, of};

use super::plan::{DocumentPlace, Recorded};
use crate::cty::value::{ReasonKind, Reasons, Type, Value, json};
use crate::plan::{ConfigBody, InstanceKey, Mode, Observed, ProviderInfo, Resource};
use gke::ClusterId;
use kubernetes::LiveNodes;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of one cluster.
#[derive(Debug, Default)]
struct FoundCluster<'d> {
    /// Its description.
    described: Option<(&'d Json, DocumentPlace)>,
    /// Its pools' descriptions, by name.
    pools: BTreeMap<String, (&'d Json, DocumentPlace)>,
    /// Its nodes.
    nodes: Vec<LiveNodes<'d>>,
}

/// The resources that the pieces of all documents describe together.
pub fn build(pieces: &[DocumentPiece]) -> Recorded {
    let mut all: BTreeMap<ClusterId, FoundCluster> = BTreeMap::new();
    let mut builder = LivePlanBuilder::default();
    for piece in pieces.iter().filter(|p| p.what == What::Cluster) {
        let mut id = ClusterId::of(piece.json);
        let first = id.address();
        while all.get(&id).is_some_and(|found: &FoundCluster| found.described.is_some()) {
            id.copy += 1;
        }
        if id.copy > 0 {
            let why = format!("this describes {first} once more: it is judged apart, as {}", id.address());
            builder.gap(piece, why);
        }
        let found = all.entry(id).or_default();
        found.described = Some((piece.json, place(piece, "")));
        for (at, pool) in piece.json["nodePools"].as_array().into_iter().flatten().enumerate() {
            let name = pool["name"].as_str().unwrap_or_default();
            found.pools.insert(name.to_string(), (pool, place(piece, &format!("/nodePools/{at}"))));
        }
    }
    builder.pools(pieces, &mut all);
    builder.nodes(pieces, &mut all);
    let projects: BTreeSet<String> = all.keys().map(|id| id.project.clone()).collect();
    let mut emails = BTreeMap::new();
    for (id, found) in &all {
        builder.cluster(id, found, &mut emails);
    }
    accounts::add(pieces, &projects, &emails, &mut builder);
    builder.objects(pieces);
    builder.recorded
}

fn place(piece: &DocumentPiece, below: &str) -> DocumentPlace {
    DocumentPlace { file: piece.file.to_string(), pointer: format!("{}{below}", piece.pointer) }
}

/// Gathers resources.
#[derive(Debug, Default)]
struct LivePlanBuilder {
    recorded: Recorded,
}

impl LivePlanBuilder {
    /// Pools that were listed apart from their cluster.
    fn pools<'d>(&mut self, pieces: &'d [DocumentPiece<'d>], all: &mut BTreeMap<ClusterId, FoundCluster<'d>>) {
        for piece in pieces.iter().filter(|p| p.what == What::Pool) {
            let name = piece.json["name"].as_str().unwrap_or_default();
            let only = || if all.len() == 1 { all.keys().next().cloned() } else { None };
            match ClusterId::of_link(piece.json["selfLink"].as_str().unwrap_or_default()).or_else(only) {
                Some(id) => {
                    let pools = &mut all.entry(id).or_default().pools;
                    pools.insert(name.to_string(), (piece.json, place(piece, "")));
                }
                None => self.gap(piece, format!("the node pool {name} does not say which cluster it is of")),
            }
        }
    }

    /// Gives each cluster its nodes; where no cluster is described, the nodes show one.
    fn nodes<'d>(&mut self, pieces: &'d [DocumentPiece<'d>], all: &mut BTreeMap<ClusterId, FoundCluster<'d>>) {
        let nodes: Vec<&DocumentPiece> = pieces.iter().filter(|p| p.what == What::Node).collect();
        let shown_only = all.is_empty();
        for group in kubernetes::pools(&nodes) {
            let owners: Vec<ClusterId> = match shown_only {
                true => vec![shown(&group)],
                false => owners(&group, all),
            };
            match (owners.as_slice(), group.first) {
                ([only], _) => all.entry(only.clone()).or_default().nodes.push(group),
                (_, Some(piece)) => {
                    let why = format!("the nodes {}-… of pool {} fit no single cluster", group.machine, group.pool);
                    self.gap(piece, why);
                }
                _ => {}
            }
        }
    }

    fn cluster(&mut self, id: &ClusterId, found: &FoundCluster, emails: &mut BTreeMap<String, DocumentPlace>) {
        let describe =
            format!("`gcloud container clusters describe {} --location={} --format=json`", id.name, id.location);
        let unknown = || unknown(&describe);
        let body = found.described.as_ref().map_or(Json::Null, |(json, _)| (*json).clone());
        let mut values = value(&gke::cluster(&body, id));
        if found.described.is_none() {
            let open = [
                "enable_autopilot",
                "workload_identity_config",
                "private_cluster_config",
                "cluster_autoscaling",
                "min_master_version",
            ];
            let open = open.into_iter().map(|name| (name, unknown()));
            values = with(values, open.collect());
        }
        let at = found.described.as_ref().map(|(_, place)| place.clone());
        let at = at.or_else(|| found.pools.values().next().map(|(_, place)| place.clone()));
        let at = at.or_else(|| found.nodes.iter().find_map(|n| n.first).map(|piece| place(piece, "")));
        let is_autopilot = body["autopilot"]["enabled"] == Json::Bool(true);
        if body.get("nodePools").is_none() && found.pools.is_empty() && found.nodes.is_empty() && !is_autopilot {
            values = with(values, vec![("node_pool", unknown())]);
        }
        self.add("google_container_cluster", &id.address(), &id.name, values, at);
        self.count(&body, id, found);
        for (name, (json, at)) in &found.pools {
            let mut values = value(&gke::pool(json, id));
            let is_left_out = |(said, _): &&(&str, &str)| json["config"].get(said).is_none();
            let left_out: Vec<_> = gke::ALWAYS.iter().filter(is_left_out).map(|(_, name)| (*name, unknown())).collect();
            if let Some(config) = values.get("node_config").and_then(Value::elements).and_then(|all| all.first()) {
                let config = with(config.clone(), left_out);
                values = with(values, vec![("node_config", Value::tuple(vec![config]))]);
            }
            if let Some(email) = json["config"]["serviceAccount"].as_str() {
                emails.entry(email.to_string()).or_insert_with(|| at.clone());
            }
            self.add("google_container_node_pool", &id.pool_address(name), name, values, Some(at.clone()));
        }
        for nodes in &found.nodes {
            let address: Arc<str> = id.pool_address(&nodes.pool).into();
            if !found.pools.contains_key(&nodes.pool) {
                let values = value(&kubernetes::pool_of(nodes, id));
                let open = ["service_account", "oauth_scopes"].map(|name| (name, unknown()));
                let config = values.get("node_config").and_then(Value::elements).and_then(|all| all.first().cloned());
                let config = config.map(|config| Value::tuple(vec![with(config, open.to_vec())]));
                let values = with(values, config.map(|c| vec![("node_config", c)]).unwrap_or_default());
                let at = nodes.first.map(|piece| place(piece, ""));
                self.add("google_container_node_pool", &address, &nodes.pool, values, at);
            }
            self.recorded.plan.observed.insert(address, nodes.seen);
        }
    }

    /// Notes how many nodes the cluster and each pool have now.
    fn count(&mut self, body: &Json, id: &ClusterId, found: &FoundCluster) {
        let pools: Vec<&Json> = found.pools.values().map(|(json, _)| *json).collect();
        let seen = |name: &String| {
            let of = found.nodes.iter().filter(|nodes| nodes.pool == *name).map(|nodes| nodes.seen.nodes).sum::<u64>();
            (!found.nodes.is_empty()).then_some(of)
        };
        let seen: Vec<Option<u64>> = found.pools.keys().map(seen).collect();
        let observed = &mut self.recorded.plan.observed;
        for (name, counted) in found.pools.keys().zip(gke::node_counts(body, &pools, &seen)) {
            observed.insert(id.pool_address(name).into(), counted);
        }
        if let Some(nodes) = body.get("currentNodeCount").map(gke::number) {
            observed.insert(id.address().into(), Observed { nodes, more: Some(0), allocatable: None });
        }
    }

    /// What runs in the clusters, and the services of the project.
    fn objects(&mut self, pieces: &[DocumentPiece]) {
        for piece in pieces {
            let name = |of: &Json| of["name"].as_str().unwrap_or_default().to_string();
            let metadata = &piece.json["metadata"];
            let (type_name, plural) = match piece.what {
                What::Secret => ("kubernetes_secret", "secrets"),
                What::Deployment => ("kubernetes_deployment", "deployments"),
                What::Namespace => ("kubernetes_namespace", "namespaces"),
                What::Service if piece.json["state"] == "ENABLED" => {
                    let full = name(piece.json);
                    let service = full.rsplit('/').next().unwrap_or_default();
                    let values = value(&json!({ "service": service }));
                    self.add("google_project_service", &full, service, values, Some(place(piece, "")));
                    continue;
                }
                _ => continue,
            };
            let namespace = metadata["namespace"].as_str().map(|n| format!("namespaces/{n}/")).unwrap_or_default();
            let address = format!("{namespace}{plural}/{}", name(metadata));
            let values = value(&kubernetes::object(piece.what, piece.json));
            self.add(type_name, &address, &name(metadata), values, Some(place(piece, "")));
        }
    }

    fn add(&mut self, type_name: &str, address: &str, name: &str, values: Value, at: Option<DocumentPlace>) {
        // Two policies may be of one thing.
        let same = self.recorded.plan.resources.iter().filter(|r| r.address.split('#').next() == Some(address)).count();
        let address: Arc<str> = if same == 0 { address.into() } else { format!("{address}#{}", same + 1).into() };
        if let Some(at) = at {
            self.recorded.places.insert(address.clone(), at);
        }
        let provider = type_name.split('_').next().unwrap_or_default();
        self.recorded.plan.resources.push(Resource {
            address,
            module: "".into(),
            mode: Mode::Managed,
            type_name: type_name.into(),
            name: name.into(),
            key: InstanceKey::None,
            values,
            config: Arc::new(ConfigBody::default()),
            provisioners: Vec::new(),
            provider: Arc::new(ProviderInfo {
                name: provider.into(),
                alias: None,
                values: Value::object(BTreeMap::new()),
            }),
            deferred: false,
            header: None,
            span: None,
            uncertain: None,
        });
    }

    fn gap(&mut self, piece: &DocumentPiece, why: String) {
        self.recorded.gaps.push((format!("{}#{}", piece.file, piece.pointer), why));
    }
}

/// The cluster that nodes show by their names: `gke-CLUSTER-POOL-…`.
fn shown(nodes: &LiveNodes) -> ClusterId {
    let bare = nodes.machine.strip_prefix("gke-").unwrap_or(&nodes.machine);
    let name = bare.strip_suffix(&nodes.pool).unwrap_or(bare).trim_end_matches('-');
    let (project, _) = nodes.place.clone().unwrap_or_default();
    let location = match nodes.zones.as_slice() {
        [only] => only.clone(),
        several => {
            let region = several.first().and_then(|zone| crate::catalog::location::region_of(zone));
            region.unwrap_or_default().to_string()
        }
    };
    ClusterId { project, location, name: name.to_string(), copy: 0 }
}

/// The clusters that nodes may be of.
fn owners(nodes: &LiveNodes, all: &BTreeMap<ClusterId, FoundCluster>) -> Vec<ClusterId> {
    let (project, zone) = nodes.place.clone().unwrap_or_default();
    if all.len() == 1 {
        let other = |id: &ClusterId| !id.project.is_empty() && !project.is_empty() && id.project != project;
        return all.keys().filter(|id| !other(id)).cloned().collect();
    }
    let fits = |id: &ClusterId, found: &FoundCluster| {
        let named = nodes.machine.strip_prefix("gke-").is_some_and(|rest| {
            // GKE cuts long names.
            let cluster = id.name.get(..id.name.len().min(16)).unwrap_or(&id.name);
            rest.starts_with(cluster)
        });
        let here = id.project.is_empty() || id.project == project;
        named && here && zone.starts_with(id.location.as_str()) && found.pools.contains_key(&nodes.pool)
    };
    let fitting: Vec<&ClusterId> = all.iter().filter(|(id, found)| fits(id, found)).map(|(id, _)| id).collect();
    // `gke-ml-2-…` fits both `ml` and `ml-2`: the longer name says more.
    let longest = fitting.iter().map(|id| id.name.len()).max().unwrap_or(0);
    fitting.into_iter().filter(|id| id.name.len() == longest).cloned().collect()
}

fn value(json: &Json) -> Value {
    json::from_json(json).unwrap_or_else(|_| Value::null())
}

fn with(value: Value, more: Vec<(&str, Value)>) -> Value {
    let mut entries = value.entries().cloned().unwrap_or_default();
    entries.extend(more.into_iter().map(|(name, value)| (Arc::from(name), value)));
    Value::object(entries)
}

/// A value that another command's output would tell.
fn unknown(command: &str) -> Value {
    Value::unknown(Type::Any, Reasons::one(ReasonKind::NotGiven(command.into(), command.into()), None))
}
