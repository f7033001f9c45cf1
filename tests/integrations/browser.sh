#!/bin/sh
# Opens HTML reports and graphs in a real browser, as a person does: see browser.py. Needs chromium and graphviz (`apt-get
# install chromium graphviz`), Python 3, npm, and a network for the packages playwright, axe-core and mermaid. Not part of
# `cargo test`. With KEEP=DIR, pictures of the pages are left in that folder. `browser.sh quick` only times pages of 2,000 clusters.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/python"
"$work/python/bin/pip" -q install playwright
(cd "$work" && npm install --silent --no-fund --no-audit axe-core@4 mermaid@11 > "$work/npm.txt")
(cd "$here" && cargo build -q --bins --examples)
target="${CARGO_TARGET_DIR:-$here/target}/debug"
export KFPLINT="$target/kfplint" INPUTS="$target/examples/inputs" MODULES="$work/node_modules" WORK="$work"
"$work/python/bin/python" "$here/tests/integrations/browser.py" "$@"
