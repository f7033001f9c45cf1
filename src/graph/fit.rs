//! Packs pods onto nodes by first-fit decreasing.

/// What a pod asks for, or a node has: CPU in thousandths of a core, memory in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// CPU.
    pub cpu_m: u64,
    /// Memory.
    pub memory_mib: u64,
}

impl Room {
    /// Whether a pod fits.
    pub fn holds(&self, pod: &Room) -> bool {
        pod.cpu_m <= self.cpu_m && pod.memory_mib <= self.memory_mib
    }

    fn minus(&self, pod: &Room) -> Room {
        Room { cpu_m: self.cpu_m.saturating_sub(pod.cpu_m), memory_mib: self.memory_mib.saturating_sub(pod.memory_mib) }
    }
}

/// The pods that do not fit, biggest first. Pods are taken by their share of the biggest node, the larger of CPU and
/// memory, and each goes to the first node with room.
pub fn left_over<'a>(pods: &[(&'a str, Room)], nodes: &[Room]) -> Vec<(&'a str, Room)> {
    let most = |of: fn(&Room) -> u64| nodes.iter().map(of).max().unwrap_or(0).max(1);
    let (cpu, memory) = (most(|n| n.cpu_m), most(|n| n.memory_mib));
    let share = |r: &Room| (r.cpu_m.saturating_mul(memory)).max(r.memory_mib.saturating_mul(cpu));
    let mut sorted: Vec<_> = pods.to_vec();
    sorted.sort_by(|a, b| share(&b.1).cmp(&share(&a.1)).then_with(|| a.0.cmp(b.0)));
    let mut free = nodes.to_vec();
    sorted.retain(|(_, pod)| match free.iter_mut().find(|node| node.holds(pod)) {
        Some(node) => {
            *node = node.minus(pod);
            false
        }
        None => true,
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::{Room, left_over};

    fn room(cpu_m: u64, memory_mib: u64) -> Room {
        Room { cpu_m, memory_mib }
    }

    #[test]
    fn big_pods_go_first() {
        let pods = [("small", room(300, 10)), ("big", room(700, 10)), ("middle", room(600, 10))];
        assert_eq!(left_over(&pods, &[room(1000, 100), room(600, 100)]), []);
        assert_eq!(left_over(&pods, &[room(1000, 100)]), [("middle", room(600, 10))]);
    }

    #[test]
    fn either_kind_of_room_may_lack() {
        assert_eq!(left_over(&[("a", room(1, 200))], &[room(1000, 100)]).len(), 1);
        assert_eq!(left_over(&[("a", room(1, 1))], &[]).len(), 1);
    }
}
