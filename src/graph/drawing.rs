//! The graph as a picture has it: boxes in columns, and lines between them.

use super::Graph;
use super::access::NodeAccount;
use super::account::ServiceAccount;
use super::grant::Grant;
use super::pool::Pool;
use crate::eval::plan::{Mode, StaticPlan};
use crate::finding::{ClusterReport, Finding, Level, Status, Verdict};
use crate::source::Span;
use std::collections::BTreeMap;

/// What a box stands for; in the order of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
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

impl Kind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Cluster => "cluster",
            Kind::Pool => "pool",
            Kind::Account => "account",
            Kind::Grant => "grant",
            Kind::Bucket => "bucket",
            Kind::Secret => "secret",
            Kind::Installation => "installation",
        }
    }

    /// The column that it is drawn in, from 0.
    pub fn column(self) -> usize {
        match self {
            Kind::Cluster => 0,
            Kind::Pool | Kind::Installation | Kind::Secret => 1,
            Kind::Account | Kind::Bucket => 2,
            Kind::Grant => 3,
        }
    }
}

/// How a box is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing is wrong with it.
    Good,
    /// Something is not known, or there is a warning.
    Open,
    /// There is an error.
    Bad,
}

impl State {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            State::Good => "good",
            State::Open => "open",
            State::Bad => "bad",
        }
    }
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it stands for.
    pub kind: Kind,
    /// Its address, unique among those of its kind.
    pub address: String,
    /// What is written in it below the address, such as `e2-standard-4, 3 nodes`.
    pub detail: String,
    /// Where it stands in the source.
    pub place: Option<Span>,
    /// Its colour.
    pub state: State,
}

/// A line from one box to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
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
    /// The boxes, by column and address.
    pub nodes: Vec<Node>,
    /// The lines.
    pub edges: Vec<Edge>,
}

impl Drawing {
    /// Draws a graph, coloured by what was found.
    pub fn of(plan: &StaticPlan, graph: &Graph, clusters: &[ClusterReport], findings: &[Finding]) -> Drawing {
        let mut artist =
            Artist { drawing: Drawing { root: plan.root.clone(), ..Drawing::default() }, levels: levels(findings) };
        artist.draw(plan, graph, clusters);
        artist.drawing
    }
}

/// The worst finding of each address.
fn levels(findings: &[Finding]) -> BTreeMap<String, Level> {
    let mut levels: BTreeMap<String, Level> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.suppressed.is_none()) {
        if let Some(address) = &finding.address {
            let level = levels.entry(address.clone()).or_insert(finding.level);
            *level = (*level).max(finding.level);
        }
    }
    levels
}

struct Artist {
    drawing: Drawing,
    levels: BTreeMap<String, Level>,
}

impl Artist {
    fn draw(&mut self, plan: &StaticPlan, graph: &Graph, clusters: &[ClusterReport]) {
        let accounts: Vec<usize> = graph.accounts.iter().map(|a| self.account(a)).collect();
        for cluster in &graph.clusters {
            let report = clusters.iter().find(|c| c.address == cluster.address());
            let from = self.add(
                Kind::Cluster,
                cluster.address(),
                location(cluster),
                cluster.resource.header,
                report.map(state),
            );
            for pool in &cluster.pools {
                let name = pool.title();
                let to = self.add(Kind::Pool, &name, detail(pool), pool.view.header, self.state(&pool.address));
                self.line(from, to, "has");
                self.runs_as(graph, pool, to, &accounts);
            }
            for installation in &graph.installations {
                let address = &installation.address;
                let to = self.add(
                    Kind::Installation,
                    address,
                    installation.mark.into(),
                    installation.place.span,
                    self.state(address),
                );
                self.line(from, to, "is installed by");
            }
        }
        for grant in &graph.grants {
            self.grant(graph, grant, &accounts);
        }
        for bucket in &graph.buckets {
            let address = &bucket.resource.address;
            self.add(Kind::Bucket, address, String::new(), bucket.header, self.state(address));
        }
        let secret = |t: &str| t == "kubernetes_secret" || t == "kubernetes_secret_v1";
        for resource in plan.resources.iter().filter(|r| r.mode == Mode::Managed && secret(&r.type_name)) {
            self.add(Kind::Secret, &resource.address, String::new(), resource.header, self.state(&resource.address));
        }
    }

    fn state(&self, address: &str) -> Option<State> {
        self.levels.get(address).map(|level| match level {
            Level::Error => State::Bad,
            Level::Warning => State::Open,
            Level::Note => State::Good,
        })
    }

    /// Adds a box, or finds the one that is there.
    fn add(&mut self, kind: Kind, address: &str, detail: String, place: Option<Span>, state: Option<State>) -> usize {
        let known = self.drawing.nodes.iter().position(|n| n.kind == kind && n.address == address);
        known.unwrap_or_else(|| {
            let state = state.unwrap_or(State::Good);
            self.drawing.nodes.push(Node { kind, address: address.to_string(), detail, place, state });
            self.drawing.nodes.len() - 1
        })
    }

    fn line(&mut self, from: usize, to: usize, label: &'static str) {
        let edge = Edge { from, to, label };
        if !self.drawing.edges.contains(&edge) {
            self.drawing.edges.push(edge);
        }
    }

    fn account(&mut self, account: &ServiceAccount) -> usize {
        let address = &account.resource.address;
        let email = account.email.as_str().unwrap_or_default().to_string();
        self.add(Kind::Account, address, email, account.resource.header, self.state(address))
    }

    fn runs_as(&mut self, graph: &Graph, pool: &Pool, from: usize, accounts: &[usize]) {
        let to = match graph.node_account(pool) {
            NodeAccount::Here(here) => {
                let at = graph.accounts.iter().position(|a| a.resource.address == here.resource.address);
                at.and_then(|at| accounts.get(at)).copied()
            }
            NodeAccount::Default => {
                let name = "the Compute Engine default service account";
                Some(self.add(Kind::Account, name, String::new(), None, None))
            }
            NodeAccount::Elsewhere(other) => {
                let name = if other.title.is_empty() { "an account made elsewhere" } else { &other.title };
                Some(self.add(Kind::Account, name, String::new(), None, None))
            }
            NodeAccount::Unknown(_) => None,
        };
        if let Some(to) = to {
            self.line(from, to, "runs as");
        }
    }

    fn grant(&mut self, graph: &Graph, grant: &Grant, accounts: &[usize]) {
        let address = &grant.resource.address;
        let role = grant.role.known().map_or_else(|| "a role that is not known".to_string(), |r| r.to_string());
        let name = format!("{address} {role}");
        let to = self.add(Kind::Grant, &name, role, grant.resource.header, self.state(address));
        for (account, at) in graph.accounts.iter().zip(accounts) {
            if grant.members.iter().any(|m| account.is(&m.text, &m.refs).is_true()) {
                self.line(*at, to, "is granted");
            }
        }
    }
}

fn location(cluster: &super::cluster::Cluster) -> String {
    cluster.location.known().map(|l| l.to_string()).unwrap_or_default()
}

fn detail(pool: &Pool) -> String {
    let machine = pool.machine.type_name.known().map_or_else(|| "machine type not known".into(), |t| t.to_string());
    match pool.nodes.ceiling.known() {
        Some(1) => format!("{machine}, 1 node"),
        Some(n) => format!("{machine}, {n} nodes"),
        None => format!("{machine}, nodes not known"),
    }
}

fn state(report: &ClusterReport) -> State {
    let open = report.requirements.iter().any(|r| matches!(r.status, Status::Unmet | Status::Undecided));
    match report.verdict {
        Verdict::NotReady => State::Bad,
        Verdict::Undecided => State::Open,
        Verdict::Ready if open => State::Open,
        Verdict::Ready => State::Good,
    }
}
