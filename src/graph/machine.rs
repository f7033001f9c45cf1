//! What the nodes of a pool are: machine, what keeps pods off them, scopes, account.

use super::fact::Fact;
use super::text::Text;
use super::view::{AttributePlace, View};
use crate::catalog::machine::{self, Arch, Machine};
use crate::catalog::{gke, scope};
use crate::cty::value::{Data, HIDDEN, ReasonKind, Reasons, Value};
use crate::profile::Profile;

/// Something that keeps Kubeflow Pipelines' pods off a pool's nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Obstacle {
    /// What it is, such as `the taint NO_SCHEDULE`.
    pub what: String,
    /// Where it stands.
    pub place: AttributePlace,
}

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
    let machine = look_up(&type_name);
    let big_enough = machine.judge(|m| Fact::Known(profile.takes(m.vcpus, m.memory_mib)));
    let hidden = type_name.is_hidden();
    NodeMachine { type_name, machine, big_enough, hidden }
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

/// Whether pods without tolerations, built for x86-64 Linux, can run on the nodes; and what keeps them off.
pub fn usable(config: Option<&View>, pool: &View, machine: &NodeMachine) -> (Fact<bool>, Option<Obstacle>) {
    let mut open = Vec::new();
    let checks = [
        config.map(taints).unwrap_or((Fact::Known(true), None)),
        by_machine(machine, || place(config, pool, "machine_type")),
        config.map(accelerators).unwrap_or((Fact::Known(true), None)),
        config.map(windows).unwrap_or((Fact::Known(true), None)),
    ];
    for (fact, obstacle) in checks {
        match &fact {
            Fact::Known(false) => return (fact, obstacle),
            Fact::Known(true) => {}
            other => open.push((other.clone(), obstacle)),
        }
    }
    let fact = open.iter().fold(Fact::Known(true), |all, (fact, _)| all.and(fact));
    (fact, open.into_iter().find_map(|(_, o)| o))
}

type Check = (Fact<bool>, Option<Obstacle>);

fn taints(config: &View) -> Check {
    let mut open: Option<Check> = None;
    for taint in config.blocks("taint") {
        let effect = taint.text("effect");
        let name = match effect.as_ref().and_then(|e| e.known()) {
            Some(effect) => format!("the taint {effect}"),
            None => "a taint".to_string(),
        };
        let obstacle = Obstacle { what: name, place: taint.own_place() };
        let blocks = match (&effect, &taint.uncertain) {
            (Some(effect), None) => effect.judge(|e| Fact::Known(gke::BLOCKING_TAINT_EFFECTS.contains(&&**e))),
            (_, Some(reasons)) => match effect.as_ref().and_then(|e| e.known()) {
                Some(e) if !gke::BLOCKING_TAINT_EFFECTS.contains(&&**e) => Fact::Known(false),
                _ => Fact::Unknown(reasons.clone()),
            },
            (None, None) => Fact::Known(false),
        };
        if blocks.is_true() {
            return (Fact::Known(false), Some(obstacle));
        }
        if !blocks.is_false() {
            open.get_or_insert((blocks.not(), Some(obstacle)));
        }
    }
    open.unwrap_or((Fact::Known(true), None))
}

fn by_machine(node: &NodeMachine, place: impl Fn() -> AttributePlace) -> Check {
    let fits = |m: &Machine| m.arch == Arch::Amd64 && !m.has_accelerator();
    let fact = node.machine.judge(|m| Fact::Known(fits(m)));
    // A name that the catalog lacks is somebody else's finding; here only inputs leave it open.
    match (&fact, &node.type_name) {
        (Fact::Unknown(_), Fact::Known(_)) | (Fact::Known(true), _) => return (Fact::Known(true), None),
        _ => {}
    }
    let what = match node.machine.known() {
        Some(_) if node.hidden => format!("the machine type {HIDDEN}"),
        Some(m) if m.arch == Arch::Arm64 => format!("the Arm machine type {}", m.name),
        Some(m) => format!("the accelerators of machine type {} (GKE taints such nodes)", m.name),
        None => "the machine type".to_string(),
    };
    (fact, Some(Obstacle { what, place: place() }))
}

fn accelerators(config: &View) -> Check {
    for block in config.blocks("guest_accelerator") {
        let obstacle = Obstacle { what: "GPUs (GKE taints such nodes)".into(), place: block.own_place() };
        let count = block.number("count", 1);
        match (&block.uncertain, count.min, count.max) {
            (_, _, Some(0)) => {}
            (None, 1.., _) => return (Fact::Known(false), Some(obstacle)),
            (Some(reasons), ..) => return (Fact::Unknown(reasons.clone()), Some(obstacle)),
            _ => return (Fact::Unknown(count.reasons), Some(obstacle)),
        }
    }
    (Fact::Known(true), None)
}

fn windows(config: &View) -> Check {
    let Some(image) = config.text("image_type") else { return (Fact::Known(true), None) };
    let fact = image.judge(|i| Fact::Known(!i.to_ascii_uppercase().starts_with("WINDOWS")));
    let obstacle = Obstacle { what: "a Windows image".into(), place: config.place("image_type") };
    (fact, Some(obstacle))
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

/// Whether a `service_account` is an e-mail address or `default`. Of one that is not known, a known beginning tells, or
/// which attribute of an account's resource it is.
pub fn is_email(account: &Value) -> Fact<bool> {
    let other = |text: &str| text.contains('/') || text.contains(':');
    let of_account = |kind: &ReasonKind| match kind {
        ReasonKind::Computed(address, attribute) => {
            address.contains("google_service_account.") && !["email", "account_id", "project"].contains(&&**attribute)
        }
        _ => false,
    };
    match &account.data {
        Data::String(text) => {
            let text = text.trim();
            let is_address = text.contains('@') && !other(text);
            Fact::Known(is_address || text.is_empty() || text == gke::DEFAULT_SERVICE_ACCOUNT)
        }
        Data::Unknown(open) => {
            let mut reasons = open.reasons.iter();
            let by_attribute = !open.reasons.is_empty() && reasons.all(|reason| of_account(&reason.kind));
            match open.refinement.prefix.as_deref().is_some_and(other) || by_attribute {
                true => Fact::Known(false),
                false => Fact::Unknown(open.reasons.clone()),
            }
        }
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
