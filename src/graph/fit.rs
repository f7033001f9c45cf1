//! Packs pods onto nodes by first-fit decreasing.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a pod asks for, or a node has: CPU in thousandths of a core, memory in MiB, GPUs, places for pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Room {
    /// CPU.
    pub cpu_m: u64,
    /// Memory.
    pub memory_mib: u64,
    /// GPUs.
    pub gpus: u64,
    /// Places for pods: 1 for a pod, 0 for one of GKE's own, which [`super::nodes::free`] counts.
    pub pods: u64,
}

/// A taint of a node, in Kubernetes' words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// `NoSchedule`, `NoExecute` or `PreferNoSchedule`.
    pub effect: String,
}

/// What lets a pod onto tainted nodes. What is empty matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Toleration {
    /// The taint's key.
    pub key: String,
    /// The taint's value; `None` for any (`operator: Exists`).
    pub value: Option<String>,
    /// The taint's effect.
    pub effect: String,
}

/// What the labels of a node must match, all of it.
pub type Term = Vec<Match>;

/// What one label of a node must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// Its key.
    pub key: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub values: Vec<String>,
}

/// Kubernetes' operators of node selectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// One of the values.
    In,
    /// Absent, or none of the values.
    NotIn,
    /// Present.
    Exists,
    /// Absent.
    DoesNotExist,
    /// A whole number above the only value.
    Gt,
    /// A whole number below the only value.
    Lt,
}

/// A pod to be placed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pod {
    /// How messages name it.
    pub name: Cow<'static, str>,
    /// What it asks for.
    pub room: Room,
    /// Labels that its node must have.
    pub selector: BTreeMap<String, String>,
    /// Terms of which its node must match one; `None` where there are none.
    pub affinity: Option<Vec<Term>>,
    /// What it tolerates.
    pub tolerations: Vec<Toleration>,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FitNode {
    /// What pods can use of it.
    pub room: Room,
    /// Its taints.
    pub taints: Vec<Taint>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

impl Room {
    /// Whether a pod fits.
    pub fn holds(&self, pod: &Room) -> bool {
        pod.cpu_m <= self.cpu_m && pod.memory_mib <= self.memory_mib && pod.gpus <= self.gpus && pod.pods <= self.pods
    }

    /// What is left without a pod.
    pub fn minus(&self, pod: &Room) -> Room {
        Room {
            cpu_m: self.cpu_m.saturating_sub(pod.cpu_m),
            memory_mib: self.memory_mib.saturating_sub(pod.memory_mib),
            gpus: self.gpus.saturating_sub(pod.gpus),
            pods: self.pods.saturating_sub(pod.pods),
        }
    }
}

impl Match {
    /// A comparison by the operator's name; `None` where there is no such operator.
    pub fn of(key: &str, operator: &str, values: Vec<String>) -> Option<Match> {
        let operator = match operator {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            "Gt" => Operator::Gt,
            "Lt" => Operator::Lt,
            _ => return None,
        };
        Some(Match { key: key.into(), operator, values })
    }

    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        let label = labels.get(&self.key);
        let is_one = || label.is_some_and(|label| self.values.contains(label));
        let numbers = || {
            let [bound] = self.values.as_slice() else { return None };
            Some((label?.parse::<i64>().ok()?, bound.parse::<i64>().ok()?))
        };
        match self.operator {
            Operator::In => is_one(),
            Operator::NotIn => !is_one(),
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
            Operator::Gt => numbers().is_some_and(|(label, bound)| label > bound),
            Operator::Lt => numbers().is_some_and(|(label, bound)| label < bound),
        }
    }
}

impl Toleration {
    fn covers(&self, taint: &Taint) -> bool {
        (self.key.is_empty() || self.key == taint.key)
            && (self.effect.is_empty() || self.effect == taint.effect)
            && self.value.as_ref().is_none_or(|v| *v == taint.value)
    }
}

impl FitNode {
    /// Whether a pod may run here at all, room aside: it tolerates the taints, and the labels are those that it selects.
    pub fn admits(&self, pod: &Pod) -> bool {
        let blocks = |t: &&Taint| t.effect != "PreferNoSchedule" && !pod.tolerations.iter().any(|own| own.covers(t));
        let selected = pod.selector.iter().all(|(key, value)| self.labels.get(key) == Some(value));
        let matches = |terms: &Vec<Term>| terms.iter().any(|term| term.iter().all(|one| one.holds(&self.labels)));
        selected && pod.affinity.as_ref().is_none_or(matches) && !self.taints.iter().any(|t| blocks(&t))
    }
}

/// The clock is looked at once for so many pods.
const OFTEN: usize = 64;

/// The pods that do not fit, biggest first. Pods are taken by their share of the biggest node, the larger of CPU and
/// memory, and each goes to the first node that admits it and has room. Those that select nodes go before those that do
/// not. `None` where it is late before all are placed.
pub fn left_in_time<'a>(pods: &'a [Pod], nodes: &[FitNode], is_late: impl Fn() -> bool) -> Option<Vec<&'a Pod>> {
    let most = |of: fn(&Room) -> u64| nodes.iter().map(|n| of(&n.room)).max().unwrap_or(0).max(1);
    let (cpu, memory) = (most(|n| n.cpu_m), most(|n| n.memory_mib));
    let share = |r: &Room| (r.cpu_m.saturating_mul(memory)).max(r.memory_mib.saturating_mul(cpu));
    let rank = |pod: &Pod| (!pod.selector.is_empty() || pod.affinity.is_some() || pod.room.gpus > 0, share(&pod.room));
    let mut sorted: Vec<&Pod> = pods.iter().collect();
    sorted.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.name.cmp(&b.name)));
    let mut free: Vec<Room> = nodes.iter().map(|n| n.room).collect();
    let mut late = false;
    let mut placed = 0usize;
    sorted.retain(|pod| {
        late |= placed.is_multiple_of(OFTEN) && is_late();
        placed += 1;
        if late {
            return true;
        }
        let place = free.iter_mut().zip(nodes).find(|(room, node)| room.holds(&pod.room) && node.admits(pod));
        match place {
            Some((room, _)) => {
                *room = room.minus(&pod.room);
                false
            }
            None => true,
        }
    });
    (!late).then_some(sorted)
}

/// The same, however long it takes: for few pods.
pub fn left_over<'a>(pods: &'a [Pod], nodes: &[FitNode]) -> Vec<&'a Pod> {
    left_in_time(pods, nodes, || false).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(cpu_m: u64, memory_mib: u64) -> Room {
        Room { cpu_m, memory_mib, ..Room::default() }
    }

    fn pod(name: &'static str, cpu_m: u64, memory_mib: u64) -> Pod {
        Pod { name: name.into(), room: room(cpu_m, memory_mib), ..Pod::default() }
    }

    fn node(cpu_m: u64, memory_mib: u64) -> FitNode {
        FitNode { room: room(cpu_m, memory_mib), ..FitNode::default() }
    }

    #[test]
    fn big_pods_go_first() {
        let pods = [pod("small", 300, 10), pod("big", 700, 10), pod("middle", 600, 10)];
        assert!(left_over(&pods, &[node(1000, 100), node(600, 100)]).is_empty());
        assert_eq!(left_over(&pods, &[node(1000, 100)]), [&pods[2]]);
    }

    #[test]
    fn either_kind_of_room_may_lack() {
        assert_eq!(left_over(&[pod("a", 1, 200)], &[node(1000, 100)]).len(), 1);
        assert_eq!(left_over(&[pod("a", 1, 1)], &[]).len(), 1);
    }

    #[test]
    fn taints_labels_and_gpus_are_honoured() {
        let taint = |key: &str| Taint { key: key.into(), value: "x".into(), effect: "NoSchedule".into() };
        let mut tainted = node(1000, 100);
        tainted.taints = vec![taint("dedicated")];
        let mut tolerant = pod("a", 1, 1);
        assert_eq!(left_over(std::slice::from_ref(&tolerant), std::slice::from_ref(&tainted)).len(), 1);
        tolerant.tolerations =
            vec![Toleration { key: "dedicated".into(), value: Some("x".into()), effect: String::new() }];
        assert_eq!(left_over(std::slice::from_ref(&tolerant), std::slice::from_ref(&tainted)).len(), 0);
        tolerant.selector.insert("zone".into(), "a".into());
        assert_eq!(left_over(std::slice::from_ref(&tolerant), std::slice::from_ref(&tainted)).len(), 1);
        tainted.labels.insert("zone".into(), "a".into());
        assert_eq!(left_over(std::slice::from_ref(&tolerant), std::slice::from_ref(&tainted)).len(), 0);
        tolerant.room.gpus = 1;
        assert_eq!(left_over(&[tolerant], &[tainted]).len(), 1);
    }
}
