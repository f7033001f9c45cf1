//! Budgets: how much work and memory an input may cost. No real repository comes near any of them; past one, a finding
//! (TF006) says which, and what was left out is unknown.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// The most elements that one value may have, those inside of its elements counted too.
pub const ELEMENTS: u64 = 1_000_000;
/// The most text that one value may hold, in bytes, that of its elements counted too.
pub const TEXT: u64 = 64 << 20;
/// How deep lists and objects may lie in each other.
pub const LEVELS: u32 = 256;
/// The most memory for all values that a root module makes, in bytes, as estimated when they are made.
pub const MEMORY: u64 = 512 << 20;
/// The most steps of evaluation in a root module: expressions, and rounds of `for`.
pub const STEPS: u64 = 100_000_000;
/// The most tokens of a file in HCL, and about the most values in one in JSON: what is made of each takes some 150 bytes.
pub const TOKENS: usize = 8_000_000;
/// The most findings that are kept of a root module.
pub const FINDINGS: usize = 20_000;
/// The most clusters of a root module that are judged.
pub const CLUSTERS: usize = 5_000;
/// The most links of node pools with clusters of other root modules, in one environment.
pub const LINKS: usize = 10_000;
/// How deep brackets, blocks, operators and templates of one file may lie in each other.
pub const NESTING: usize = 256;
/// The largest document (plan, state, description of a cluster), after unpacking, and the largest baseline, in bytes.
pub const DOCUMENT: u64 = 128 << 20;
/// About the most values in a document: what is made of each takes some 200 bytes.
pub const VALUES: usize = 12_000_000;
/// The most pods that manifests make, for `fit`.
pub const PODS: usize = 10_000;
/// The most manifests that `fit` reads.
pub const MANIFESTS: usize = 20_000;
/// The most nodes of one cluster, and of one of its pools, that `fit` packs pods onto.
pub const NODES: (usize, u64) = (15_000, 1000);
/// How often root modules are evaluated in one run: each once in each environment.
pub const EVALUATIONS: usize = 20_000;
/// About the most bytes that reports of root modules may take before those of further environments are left out.
pub const REPORTS: usize = 256 << 20;
/// The largest `kfplint.toml`, in bytes.
pub const CONFIGURATION: u64 = 1 << 20;
/// The most rules that one comment may name.
pub const RULES: usize = 200;
/// About the most steps that a root module's search for names that were meant may take; where they are used up, there is
/// no `did you mean`.
pub const NEAR: u64 = 60_000_000;

/// How long a run may go on when its time is used up: a report is written of what is done.
pub const MOMENT: Duration = Duration::from_millis(400);
/// How many bytes of a file are parsed in a second, at the least.
pub const PARSED: f64 = 8e6;

/// What the command line sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// `--max-instances`: instances of resources and modules in a root module.
    pub instances: u64,
    /// `--max-depth`: module calls inside of each other.
    pub depth: usize,
    /// `--timeout`: how long the run may take.
    pub timeout: Duration,
    /// `--max-file-size`: the largest file that is read, in bytes.
    pub file_size: u64,
    began: Instant,
}

impl Default for Budget {
    fn default() -> Budget {
        let timeout = Duration::from_secs(120);
        Budget { instances: 200_000, depth: 64, timeout, file_size: 32 << 20, began: Instant::now() }
    }
}

impl Budget {
    /// So many instances, modules inside of each other, and bytes in a file; the time runs from now on.
    pub fn new(instances: Option<u64>, depth: Option<usize>, file_size: Option<u64>, timeout: Option<u64>) -> Budget {
        let usual = Budget::default();
        Budget {
            instances: instances.unwrap_or(usual.instances),
            depth: depth.unwrap_or(usual.depth),
            file_size: file_size.unwrap_or(usual.file_size),
            timeout: timeout.map_or(usual.timeout, Duration::from_secs),
            ..usual
        }
    }

    /// The same, whose time runs from now on.
    pub fn renewed(self) -> Budget {
        Budget { began: Instant::now(), ..self }
    }

    /// The same with a moment more, for what has to be done when the time is used up.
    pub fn with_a_moment(self) -> Budget {
        Budget { timeout: self.timeout.saturating_add(MOMENT / 2), ..self }
    }

    /// Whether the run's time is used up.
    pub fn is_late(&self) -> bool {
        self.began.elapsed() >= self.timeout
    }

    /// The same for a loop whose rounds are short: see [`Clock`].
    pub fn clock(&self) -> Clock<'_> {
        Clock { budget: self, asked: Cell::new(0), late: Cell::new(false) }
    }

    /// The time that is left.
    pub fn left(&self) -> Duration {
        self.timeout.saturating_sub(self.began.elapsed())
    }

    /// How many bytes can be worked through in the time that is left and a moment more.
    pub fn room(&self, per_second: f64) -> usize {
        (self.left().saturating_add(MOMENT).as_secs_f64() * per_second) as usize
    }

    /// Why something was not looked at when the time was used up.
    pub fn late(&self) -> String {
        format!("the run took longer than {} s", self.timeout.as_secs())
    }

    /// Why something is left out that would take longer than the time that is left.
    pub fn too_long(&self) -> String {
        format!("it would take the run longer than {} s", self.timeout.as_secs())
    }

    /// Why a file is not read.
    pub fn too_large(&self) -> String {
        format!("larger than {}", size(self.file_size))
    }
}

/// How many questions cost one look at the clock.
const ROUNDS: u32 = 16;

/// The time of a run, for a loop that asks in each round: only one question of many looks at the clock.
#[derive(Clone, Debug)]
pub struct Clock<'b> {
    budget: &'b Budget,
    asked: Cell<u32>,
    late: Cell<bool>,
}

impl Clock<'_> {
    /// Whether the run's time is used up. The first question looks at the clock.
    pub fn is_late(&self) -> bool {
        let asked = self.asked.replace(self.asked.get().wrapping_add(1));
        if asked.is_multiple_of(ROUNDS) && !self.late.get() {
            self.late.set(self.budget.is_late());
        }
        self.late.get()
    }
}

/// Which budget was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// See [`Budget::instances`].
    Instances,
    /// See [`Budget::depth`].
    Depth,
    /// See [`Budget::timeout`].
    Timeout,
    /// See [`Budget::file_size`].
    FileSize,
    /// [`TOKENS`].
    Tokens,
    /// Another one that no option raises.
    Fixed,
}

impl Limit {
    /// What to do.
    pub fn help(self) -> &'static str {
        match self {
            Limit::Instances => "if this is meant, raise the budget: --max-instances N",
            Limit::Depth => "if this is meant, raise the budget: --max-depth N",
            Limit::Timeout => "give it more time: --timeout SECONDS; or check a part of the tree",
            Limit::FileSize => "if this is meant, raise the budget: --max-file-size SIZE",
            Limit::Fixed | Limit::Tokens => "no option raises this limit: make it smaller, or split it up",
        }
    }
}

/// Whether a text in JSON has more values than this, or about as many: counted by the marks between them, without reading it.
pub fn has_more_values(json: &[u8], most: usize) -> bool {
    json.len() > most && json.iter().filter(|byte| b",:[{".contains(byte)).count() > most
}

/// A number of bytes as people write it: whole MiB or KiB where it is.
pub fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}
