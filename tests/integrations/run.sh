#!/bin/sh
# Runs kfplint as its users' tools run it: pre-commit (Rust hook), the wheel in a fresh virtual environment, cargo install;
# and makes a rule with `kfplint dev new-rule` in a copy, where all tests must then pass.
# Needs Python 3, git, and a network for the packages pre-commit and maturin. Not part of `cargo test`.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== the wheel"
python3 -m venv "$work/build"
"$work/build/bin/pip" -q install maturin pre-commit
(cd "$here" && "$work/build/bin/maturin" build --out "$work/wheels" > "$work/maturin.txt" 2>&1)
python3 -m venv "$work/fresh"
"$work/fresh/bin/pip" -q install --no-index --find-links "$work/wheels" kfplint
"$work/fresh/bin/kfplint" --version

echo "== pre-commit"
repo=$work/repo
mkdir -p "$repo/infra/gke" "$repo/other"
cat > "$repo/infra/main.tf" <<'TF'
module "gke" {
  source = "./gke"
  nodes  = 1
}
TF
cat > "$repo/infra/gke/main.tf" <<'TF'
variable "nodes" {}
resource "google_container_cluster" "kfp" {
  name               = "kfp"
  location           = "us-central1-a"
  initial_node_count = var.nodes
}
TF
echo 'output "x" { value = 1 }' > "$repo/other/main.tf"
# A copy of the hooks that takes kfplint from this run's environment.
cat > "$repo/.pre-commit-config.yaml" <<YAML
repos:
  - repo: local
    hooks:
      - id: kfplint
        name: kfplint
        language: system
        entry: $work/fresh/bin/kfplint check --changed --format compact
        files: (\.tf|\.tfvars)$
        require_serial: true
YAML
cd "$repo"
git init -q . && git add -A
if "$work/build/bin/pre-commit" run --all-files > "$work/all.txt"; then
  echo "pre-commit let a cluster of one node through" && exit 1
fi
grep -q "KFP001 node-count" "$work/all.txt"
# A change of the module alone checks the root that calls it, and one elsewhere does not.
if "$work/build/bin/pre-commit" run --files infra/gke/main.tf > "$work/module.txt"; then
  echo "a change of the module was not checked through its caller" && exit 1
fi
grep -q "KFP001 node-count" "$work/module.txt"
"$work/build/bin/pre-commit" run --files other/main.tf

echo "== cargo install"
cargo install -q --locked --path "$here" --root "$work/cargo"
"$work/cargo/bin/kfplint" --version

echo "== a new rule"
git -C "$here" ls-files -z --cached --others --exclude-standard | tar -C "$here" --null --files-from=- -cf - | (mkdir "$work/copy" && tar -C "$work/copy" -xf -)
cd "$work/copy"
"$work/cargo/bin/kfplint" dev new-rule KFP499 "new-rule"
# What is written from the list of rules is written anew; then all tests hold.
INSTA_UPDATE=always cargo test -q > "$work/update.txt" 2>&1 || { cat "$work/update.txt" && exit 1; }
cargo test -q > "$work/tests.txt" 2>&1 || { cat "$work/tests.txt" && exit 1; }
cargo clippy -q --all-targets -- -D warnings
cargo run -q -- explain new-rule > /dev/null
echo "all integrations work"
