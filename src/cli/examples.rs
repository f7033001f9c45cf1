//! Examples, as `--help` of each command ends with.

/// Of `kfplint` itself.
pub const ALL: &str = "\
Examples:
  kfplint                                  every root module at and below the working directory
  kfplint -var-file prod.tfvars infra      those below infra, with these values
  kfplint plan.json                        a plan that `terraform show -json` has printed
  kfplint explain KFP201                   what a rule finds, and how to fix it

Exit codes: 0 ready · 1 findings · 2 bad usage, or kfplint itself failed · 3 nothing was checked";

/// Of `check`.
pub const CHECK: &str = "\
Examples:
  kfplint check infra/prod
  kfplint check --output sarif=kfplint.sarif --format github .
  kfplint check --since origin/main        only what is new or changed since then
  kfplint check --shard 1/4 --output json=1.json
  kfplint check plan.json --source infra   a plan, with places in its configuration
  kfplint check --diff --unsafe-fixes infra";

/// Of `fix`.
pub const FIX: &str = "\
Examples:
  kfplint fix infra
  kfplint fix --unsafe-fixes infra         also fixes that may change more than the fault
  kfplint fix --diff infra                 show them, and write nothing";

/// Of `baseline`.
pub const BASELINE: &str = "\
Examples:
  kfplint baseline infra
  kfplint --baseline kfplint-baseline.json infra";

/// Of `suppressions`.
pub const SUPPRESSIONS: &str = "\
Examples:
  kfplint suppressions infra
  kfplint suppressions --format json";

/// Of `explain`.
pub const EXPLAIN: &str = "\
Examples:
  kfplint explain KFP001
  kfplint explain node-count";

/// Of `evaluate`.
pub const EVALUATE: &str = "\
Examples:
  kfplint evaluate -var size=3 infra
  kfplint evaluate --against plan.json infra";

/// Of `graph`.
pub const GRAPH: &str = "\
Examples:
  kfplint graph --format svg infra
  kfplint graph --format mermaid infra";

/// Of `fit`.
pub const FIT: &str = "\
Examples:
  kfplint fit --manifests k8s infra";

/// Of `console`.
pub const CONSOLE: &str = "\
Examples:
  echo 'var.size + 1' | kfplint console -var size=3 infra";

/// Of `merge`.
pub const MERGE: &str = "\
Examples:
  kfplint merge 1.json 2.json 3.json 4.json
  kfplint merge --fail-on never 1.sarif 2.sarif";

/// Of `init`.
pub const INIT: &str = "\
Examples:
  kfplint init
  kfplint init infra";

/// Of `completions`.
pub const COMPLETIONS: &str = "\
Examples:
  kfplint completions bash > ~/.local/share/bash-completion/completions/kfplint
  kfplint completions zsh > ~/.zfunc/_kfplint";

/// Of `man`.
pub const MAN: &str = "\
Examples:
  kfplint man ~/.local/share/man/man1";
