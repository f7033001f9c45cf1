#!/bin/sh
# What other tools say of some of this repository's fixtures, beside what kfplint says: the evidence of docs/comparison.md.
# Needs Python 3, Go and a network for checkov and tflint. WORK=DIR keeps what is installed.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=${WORK:-$(mktemp -d)}
[ -x "$work/checkov/bin/checkov" ] || { python3 -m venv "$work/checkov" && "$work/checkov/bin/pip" -q install checkov; }
[ -x "$work/tflint" ] || GOBIN=$work go install github.com/terraform-linters/tflint@latest
cd "$here"
cargo build -q
for fixture in ${*:-too-small two-clusters for-each-pools module-account unknown-inputs typo}; do
  echo "== $fixture: kfplint"
  "${CARGO_TARGET_DIR:-target}/debug/kfplint" --format compact "fixtures/$fixture" || true
  echo "== $fixture: tflint"
  (cd "fixtures/$fixture" && "$work/tflint" --recursive --format compact) || true
  echo "== $fixture: checkov"
  "$work/checkov/bin/checkov" --directory "fixtures/$fixture" --framework terraform --compact --quiet | grep -E "^Check: |FAILED for" | paste - - || true
done
"$work/tflint" --version
"$work/checkov/bin/checkov" --version
