//! What the nodes of a pool are: machine, scopes, account.

use super::fact::Fact;
use super::text::Text;
use super::view::{AttributePlace, View};
use crate::catalog::machine::{self, Arch, Machine};
use crate::catalog::{gke, scope};
use crate::cty::value::{Data, ReasonKind, Reasons, Value};
use crate::profile::Profile;

/// The machine of a pool's nodes.
#[derive(Clone, Debug)]
pub struct NodeMachine {
    /// Its type's name.
    pub type_name: Fact<Text>,
    /// What the catalog says of it; not known for names that it lacks.
    pub machine: Fact<Machine>,
    /// Whether it has the vCPU and memory that the profile asks for.
    pub big_enough: Fact<bool>,
    /// Whether neither the name nor what the catalog says of it may be shown.
    pub hidden: bool,
    /// Where `threads_per_core = 1` stands, where it takes every second vCPU away.
    pub single_thread: Option<AttributePlace>,
}

impl NodeMachine {
    /// The machine type as messages have it.
    pub fn shown_type(&self) -> &str {
        self.type_name.known().map_or("the machine type", |name| name.shown())
    }
}

/// Where an argument of a node configuration stands, or the block that lacks it.
pub fn place(config: Option<&View>, pool: &View, argument: &str) -> AttributePlace {
    config.map_or_else(|| pool.place("node_config"), |config| config.place(argument))
}

/// Reads the machine type of a node configuration.
pub fn node_machine(config: Option<&View>, profile: &Profile) -> NodeMachine {
    let type_name = match config.and_then(|c| c.text("machine_type")) {
        Some(name) => name,
        None => match config.and_then(|c| c.uncertain.clone()) {
            Some(reasons) => Fact::Unknown(reasons),
            None => Fact::Known(Text::from(gke::MACHINE_TYPE)),
        },
    };
    let uncertain = config.and_then(|c| c.uncertain.clone());
    let type_name = match uncertain {
        Some(reasons) if type_name.known().is_some() => Fact::Unknown(reasons),
        _ => type_name,
    };
    let whole = look_up(&type_name);
    let threads = threads_per_core(config);
    let machine = with_threads(&whole, &threads);
    let single_thread = config.filter(|_| threads.known() == Some(&1) && machine != whole);
    let single_thread = single_thread.and_then(|c| Some(c.block(FEATURES)?.place(THREADS)));
    let big_enough = machine.judge(|m| Fact::Known(profile.takes(m.vcpus, m.memory_mib)));
    let hidden = type_name.is_hidden();
    NodeMachine { type_name, machine, big_enough, hidden, single_thread }
}

const FEATURES: &str = "advanced_machine_features";
const THREADS: &str = "threads_per_core";

/// How many threads of each core a node uses; both of them where nothing is said.
fn threads_per_core(config: Option<&View>) -> Fact<u64> {
    let Some(features) = config.and_then(|c| c.block(FEATURES)) else { return Fact::Known(2) };
    let threads = features.number(THREADS, 2);
    match (threads.known(), &features.uncertain) {
        (Some(1), None) => Fact::Known(1),
        (Some(1), Some(reasons)) => Fact::Unknown(reasons.clone()),
        (Some(_), _) => Fact::Known(2),
        (None, _) => Fact::Unknown(threads.reasons),
    }
}

/// A machine whose cores run so many threads (GKE: "Configure simultaneous multi-threading"; a vCPU is a thread).
fn with_threads(machine: &Fact<Machine>, threads: &Fact<u64>) -> Fact<Machine> {
    let reasons = match threads {
        Fact::Known(1) => return machine.map(single_threaded),
        Fact::Known(_) => return machine.clone(),
        open => open.reasons().cloned().unwrap_or_default(),
    };
    let both = |all: &[Machine], reasons| {
        let machines = all.iter().flat_map(|m| [m.clone(), single_threaded(m)]).collect();
        Fact::OneOf(machines, reasons)
    };
    match machine {
        Fact::Known(one) if single_threaded(one) == *one => machine.clone(),
        Fact::Known(one) => both(std::slice::from_ref(one), reasons),
        Fact::OneOf(several, others) => both(several, others.union(&reasons)),
        Fact::Unknown(others) => Fact::Unknown(others.union(&reasons)),
    }
}

/// Series of x86-64 whose cores run one thread each, whatever is asked for (Compute Engine: CPU platforms).
const ONE_THREAD: [&str; 3] = ["h3", "h4d", "t2d"];

fn single_threaded(machine: &Machine) -> Machine {
    let has_two = machine.arch == Arch::Amd64 && !machine.shared_core && !ONE_THREAD.contains(&machine.series);
    let half = if has_two { 2 } else { 1 };
    let (vcpus, sustained_mcpu) = (machine.vcpus.div_ceil(half), machine.sustained_mcpu.div_ceil(half));
    Machine { vcpus, sustained_mcpu, ..machine.clone() }
}

fn look_up(name: &Fact<Text>) -> Fact<Machine> {
    let unlisted = |name: &Text| {
        let kind = ReasonKind::Unsupported(format!("the size of machine type {name}").into());
        Fact::Unknown(Reasons::one(kind, None))
    };
    match name {
        Fact::Known(name) => machine::machine_type(name).map_or_else(|| unlisted(name), Fact::Known),
        Fact::OneOf(names, reasons) => match names.iter().map(|n| machine::machine_type(n)).collect() {
            Some(all) => Fact::OneOf(all, reasons.clone()),
            None => Fact::Unknown(reasons.clone()),
        },
        Fact::Unknown(reasons) => Fact::Unknown(reasons.clone()),
    }
}

/// Where the scopes of nodes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopesFrom {
    /// `oauth_scopes`.
    Configuration,
    /// GKE, because a service account is named and scopes are not: the full scope.
    NamedAccount,
    /// GKE, because neither is named: six narrow ones.
    Default,
}

/// The OAuth scopes of nodes, as URLs.
#[derive(Clone, Debug)]
pub struct NodeScopes {
    /// The scopes; elements may be open.
    pub urls: Fact<Vec<Fact<Text>>>,
    /// Who gives them.
    pub from: ScopesFrom,
}

impl NodeScopes {
    /// Whether at least one scope is such that `allows` holds.
    pub fn any(&self, allows: impl Fn(&str) -> bool) -> Fact<bool> {
        self.urls.judge(|urls| {
            let each = urls.iter().map(|u| u.judge(|u| Fact::Known(allows(u))));
            each.fold(Fact::Known(false), |any, one| any.or(&one))
        })
    }

    /// Whether the full scope is among them.
    pub fn full(&self) -> Fact<bool> {
        self.any(|url| url == scope::CLOUD_PLATFORM)
    }

    /// Whether all of these are among them, or the full scope.
    pub fn all(&self, wanted: &[String]) -> Fact<bool> {
        let each = wanted.iter().map(|w| self.any(|url| url == w.as_str()));
        self.full().or(&each.fold(Fact::Known(true), |all, one| all.and(&one)))
    }
}

/// The account that nodes run as.
#[derive(Clone, Debug, PartialEq)]
pub enum Account {
    /// The Compute Engine default service account.
    Default,
    /// An account that the configuration names.
    Custom,
}

/// Reads the effective service account. `names_default` says of an expression that is not known whether it is the
/// default account's all the same.
pub fn account(config: Option<&View>) -> Fact<Account> {
    let Some(email) = config.and_then(|c| c.text("service_account")) else {
        return match config.and_then(|c| c.uncertain.clone()) {
            Some(reasons) => Fact::Unknown(reasons),
            None => Fact::Known(Account::Default),
        };
    };
    let kind = |email: &Text| match gke::is_default_account(email) {
        true => Account::Default,
        false => Account::Custom,
    };
    match email {
        Fact::Unknown(reasons) => by_reasons(&reasons).map_or(Fact::Unknown(reasons.clone()), Fact::Known),
        other => other.judge(|e| Fact::Known(kind(e))),
    }
}

/// Whether a value is surely the number of an account's resource, or made of it: no e-mail address. Of the other attributes
/// that are none, the known beginning tells, and functions may make an address of them.
pub fn is_unique_id(value: &Value) -> bool {
    let is_own = |kind: &ReasonKind| match kind {
        ReasonKind::Computed(address, name) => address.contains("google_service_account.") && &**name == "unique_id",
        _ => false,
    };
    value.reasons().is_some_and(|reasons| !reasons.is_empty() && reasons.all(is_own))
}

/// Whether a `service_account` is an e-mail address or `default`. Of one that is not known, a known beginning may tell.
pub fn is_email(account: &Value) -> Fact<bool> {
    let other = |text: &str| text.contains('/') || text.contains(':');
    match &account.data {
        Data::String(text) => {
            let text = text.trim();
            let is_address = text.contains('@') && !other(text);
            Fact::Known(is_address || text.is_empty() || text == gke::DEFAULT_SERVICE_ACCOUNT)
        }
        Data::Unknown(open) => match open.refinement.prefix.as_deref().is_some_and(other) || is_unique_id(account) {
            true => Fact::Known(false),
            false => Fact::Unknown(open.reasons.clone()),
        },
        _ => Fact::Known(true),
    }
}

/// What an email that only apply or the cloud knows is: an account resource's is a custom account's.
fn by_reasons(reasons: &Reasons) -> Option<Account> {
    let one = |kind: &ReasonKind| match kind {
        ReasonKind::Computed(address, _) if address.contains("google_service_account.") => Some(Account::Custom),
        ReasonKind::DataSource(address) if address.contains("google_service_account.") => Some(Account::Custom),
        ReasonKind::DataSource(address) if address.contains("google_compute_default_service_account.") => {
            Some(Account::Default)
        }
        _ => None,
    };
    let first = one(&reasons.iter().next()?.kind)?;
    reasons.all(|kind| one(kind).as_ref() == Some(&first)).then_some(first)
}

/// Reads the effective scopes.
pub fn scopes(config: Option<&View>, account: &Fact<Account>) -> NodeScopes {
    let written = config.and_then(|c| c.texts("oauth_scopes"));
    let given = |list: &[&str]| list.iter().map(|s| Fact::Known(Text::from(*s))).collect::<Vec<_>>();
    let (urls, from) = match (written, account) {
        (Some(Fact::Known(list)), _) if !list.is_empty() => {
            let url = |s: &Text| s.derive(scope::canonical(s));
            (Fact::Known(list.iter().map(|s| s.map(url)).collect()), ScopesFrom::Configuration)
        }
        (Some(open @ (Fact::Unknown(_) | Fact::OneOf(..))), _) => (open, ScopesFrom::Configuration),
        (_, Fact::Known(Account::Custom)) => (Fact::Known(given(&gke::NAMED_ACCOUNT_SCOPES)), ScopesFrom::NamedAccount),
        (_, Fact::Known(Account::Default)) => {
            (Fact::Known(given(&scope::gke_defaults().collect::<Vec<_>>())), ScopesFrom::Default)
        }
        (_, open) => (Fact::Unknown(open.reasons().cloned().unwrap_or_default()), ScopesFrom::Default),
    };
    NodeScopes { urls, from }
}
