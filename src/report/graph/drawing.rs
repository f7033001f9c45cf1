//! The graph as a picture has it: boxes in columns, and lines between them.

use crate::base::budget::CLUSTERS;
use crate::base::source::Span;
use crate::cty::value::HIDDEN;
use crate::diagnostic::{ClusterReport, Finding, Level, RootReport, Status, Verdict};
use crate::graph::Graph;
use crate::graph::access::NodeAccount;
use crate::graph::account::ServiceAccount;
use crate::graph::cluster::Cluster;
use crate::graph::edge::Edge as GraphEdge;
use crate::graph::grant::Grant;
use crate::graph::install::Installation;
use crate::graph::pool::Pool;
use crate::graph::text::Text;
use crate::graph::view::View;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// What a box stands for; in the order of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DrawnKind {
    /// A cluster.
    Cluster,
    /// A node pool.
    Pool,
    /// A service account.
    Account,
    /// A grant.
    Grant,
    /// A bucket.
    Bucket,
    /// A Kubernetes secret.
    Secret,
    /// An installation of Kubeflow Pipelines.
    Installation,
}

impl DrawnKind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            DrawnKind::Cluster => "cluster",
            DrawnKind::Pool => "pool",
            DrawnKind::Account => "account",
            DrawnKind::Grant => "grant",
            DrawnKind::Bucket => "bucket",
            DrawnKind::Secret => "secret",
            DrawnKind::Installation => "installation",
        }
    }

    /// The column that it is drawn in, from 0.
    pub fn column(self) -> usize {
        match self {
            DrawnKind::Cluster => 0,
            DrawnKind::Pool | DrawnKind::Installation | DrawnKind::Secret => 1,
            DrawnKind::Account | DrawnKind::Bucket => 2,
            DrawnKind::Grant => 3,
        }
    }
}

/// How a box is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoxState {
    /// Nothing is wrong with it.
    Good,
    /// Something is not known, or there is a warning.
    Open,
    /// There is an error.
    Bad,
}

impl BoxState {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            BoxState::Good => "good",
            BoxState::Open => "open",
            BoxState::Bad => "bad",
        }
    }
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnNode {
    /// What it stands for.
    pub kind: DrawnKind,
    /// Its address, unique among those of its kind.
    pub address: String,
    /// The address of the resource that makes it, which findings have; empty for what nothing here makes.
    pub resource: String,
    /// What is written in it below the address, such as `e2-standard-4, 3 nodes`.
    pub detail: String,
    /// Where it stands in the source.
    pub place: Option<Span>,
    /// Its colour.
    pub state: BoxState,
}

/// A line from one box to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DrawnEdge {
    /// The index of the box that it starts from.
    pub from: usize,
    /// The index of the box that it leads to.
    pub to: usize,
    /// What it says, such as `runs as`.
    pub label: &'static str,
}

/// The whole picture of one root module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// The root module's path as the user would write it.
    pub root: String,
    /// The environment whose values it has, where environments are configured.
    pub environment: Option<String>,
    /// The boxes.
    pub nodes: Vec<DrawnNode>,
    /// The lines.
    pub edges: Vec<DrawnEdge>,
}

impl Drawing {
    /// Draws the graph of a root module, with all boxes in the colour of what is good: [`Drawing::colour`] gives them theirs.
    pub fn of(root: &str, graph: &Graph) -> Drawing {
        let mut artist = Artist::default();
        artist.drawing.root = root.to_string();
        artist.draw(graph);
        artist.drawing
    }

    /// Colours the boxes by what was found, but for what was set aside.
    pub fn colour(&mut self, report: &RootReport) {
        let levels = levels(&report.findings);
        let clusters: FxHashMap<&str, &ClusterReport> = report.clusters.iter().map(|c| (&*c.address, c)).collect();
        for node in &mut self.nodes {
            let judged = (node.kind == DrawnKind::Cluster).then(|| clusters.get(&*node.address));
            node.state = match (judged.flatten(), levels.get(node.resource.as_str())) {
                (Some(report), _) => state(report),
                (None, Some(Level::Error)) => BoxState::Bad,
                (None, Some(Level::Warning)) => BoxState::Open,
                (None, Some(Level::Note) | None) => BoxState::Good,
            };
        }
    }
}

/// The worst finding of each address.
fn levels(findings: &[Finding]) -> BTreeMap<&str, Level> {
    let mut levels: BTreeMap<&str, Level> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.suppressed.is_none()) {
        if let Some(address) = &finding.address {
            let level = levels.entry(address).or_insert(finding.level);
            *level = (*level).max(finding.level);
        }
    }
    levels
}

#[derive(Default)]
struct Artist {
    drawing: Drawing,
    /// Where each box is.
    places: FxHashMap<(DrawnKind, String), usize>,
    /// The lines so far.
    lines: FxHashSet<DrawnEdge>,
}

impl Artist {
    fn draw(&mut self, graph: &Graph) {
        for account in graph.in_time(&graph.accounts) {
            self.account(account);
        }
        for cluster in graph.in_time(&graph.clusters).take(CLUSTERS) {
            self.cluster(cluster);
            graph.cluster_edges(cluster).for_each(|edge| self.edge(edge));
        }
        for grant in graph.grants_in_time() {
            self.grant(grant);
            graph.grant_edges(grant).for_each(|edge| self.edge(edge));
        }
        for bucket in &graph.buckets {
            self.block(DrawnKind::Bucket, &bucket.view);
        }
        for secret in graph.secrets.iter().filter(|secret| secret.is_resource) {
            self.block(DrawnKind::Secret, &secret.view);
        }
    }

    /// Adds a box, or finds the one that is there.
    fn add(&mut self, kind: DrawnKind, address: &str, resource: &str, detail: String, place: Option<Span>) -> usize {
        let next = self.drawing.nodes.len();
        let at = *self.places.entry((kind, address.to_string())).or_insert(next);
        if at == next {
            let (address, resource) = (address.to_string(), resource.to_string());
            self.drawing.nodes.push(DrawnNode { kind, address, resource, detail, place, state: BoxState::Good });
        }
        at
    }

    fn block(&mut self, kind: DrawnKind, view: &View) {
        let address = &view.resource.address;
        self.add(kind, address, address, String::new(), view.header);
    }

    fn line(&mut self, from: usize, to: usize, label: &'static str) {
        let edge = DrawnEdge { from, to, label };
        if self.lines.insert(edge.clone()) {
            self.drawing.edges.push(edge);
        }
    }

    fn account(&mut self, account: &ServiceAccount) -> usize {
        let address = &account.resource.address;
        let email = Text::of(&account.email).map(|email| email.to_string()).unwrap_or_default();
        self.add(DrawnKind::Account, address, address, email, account.resource.header)
    }

    /// Draws an edge, and the nodes at its ends where they are not drawn yet.
    fn edge(&mut self, edge: GraphEdge) {
        let (from, to, label) = match edge {
            GraphEdge::ClusterPool(cluster, pool) => (self.cluster(cluster), Some(self.pool(pool)), "has"),
            GraphEdge::PoolAccount(pool, account) => (self.pool(pool), self.node_account(&account), "runs as"),
            GraphEdge::ClusterInstallation(cluster, installation) => {
                (self.cluster(cluster), Some(self.installation(installation)), "is installed by")
            }
            GraphEdge::AccountGrant(account, grant) => (self.account(account), Some(self.grant(grant)), "is granted"),
        };
        if let Some(to) = to {
            self.line(from, to, label);
        }
    }

    fn cluster(&mut self, cluster: &Cluster) -> usize {
        let address = cluster.address();
        self.add(DrawnKind::Cluster, address, address, location(cluster), cluster.resource.header)
    }

    fn pool(&mut self, pool: &Pool) -> usize {
        self.add(DrawnKind::Pool, &pool.title(), &pool.address, detail(pool), pool.view.header)
    }

    fn installation(&mut self, installation: &Installation) -> usize {
        let (address, place) = (&installation.address, installation.place.span);
        self.add(DrawnKind::Installation, address, address, installation.mark.into(), place)
    }

    /// `None` where the account is not known.
    fn node_account(&mut self, account: &NodeAccount) -> Option<usize> {
        let name = match account {
            NodeAccount::Here(here) => return Some(self.account(here)),
            NodeAccount::Default => "the Compute Engine default service account",
            NodeAccount::Elsewhere(other) if other.title.is_empty() => "an account of another configuration",
            NodeAccount::Elsewhere(other) => other.title.shown(),
            NodeAccount::Unknown(_) => return None,
        };
        Some(self.add(DrawnKind::Account, name, "", String::new(), None))
    }

    fn grant(&mut self, grant: &Grant) -> usize {
        let address = &grant.resource.address;
        let role = grant.role.known().map_or_else(|| "a role that is not known".to_string(), |r| r.to_string());
        self.add(DrawnKind::Grant, &format!("{address} {role}"), address, role, grant.resource.header)
    }
}

fn location(cluster: &Cluster) -> String {
    cluster.location.known().map(|l| l.to_string()).unwrap_or_default()
}

fn detail(pool: &Pool) -> String {
    let machine = pool.machine.type_name.known().map_or_else(|| "machine type not known".into(), |t| t.to_string());
    match pool.nodes.ceiling.known() {
        Some(_) if pool.nodes.ceiling.hidden => format!("{machine}, {HIDDEN} nodes"),
        Some(1) => format!("{machine}, 1 node"),
        Some(n) => format!("{machine}, {n} nodes"),
        None => format!("{machine}, nodes not known"),
    }
}

fn state(report: &ClusterReport) -> BoxState {
    let open = report.requirements.iter().any(|r| matches!(r.status, Status::Unmet | Status::Undecided));
    match report.verdict {
        Verdict::NotReady => BoxState::Bad,
        Verdict::Undecided => BoxState::Open,
        Verdict::Ready if open => BoxState::Open,
        Verdict::Ready => BoxState::Good,
    }
}
