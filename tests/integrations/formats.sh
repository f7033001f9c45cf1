#!/bin/sh
# Holds the reports on all fixtures against readers that others wrote: junitparser (PyPI), reviewdog's format validator and
# the SARIF multitool with GitHub's rules (npm). Needs Python 3, Node and a network. Not part of `cargo test`.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"
cargo build -q
for format in sarif junit rdjson; do
  target/debug/kfplint --fail-on never --format "$format" fixtures > "$work/report.$format"
done

echo "== junit"
python3 -m venv "$work/python"
"$work/python/bin/pip" -q install junitparser
"$work/python/bin/python" - "$work/report.junit" <<'PY'
import sys
from junitparser import Failure, JUnitXml
report = JUnitXml.fromfile(sys.argv[1])
cases = [case for suite in report for case in suite]
failed = [case for case in cases if any(isinstance(result, Failure) for result in case.result)]
assert (report.tests, report.failures) == (len(cases), len(failed)), (report.tests, report.failures)
assert len(cases) > 500 and failed
PY

cd "$work"
npm install --silent --no-audit --no-fund @umbrelladocs/rdformat-validator @microsoft/sarif-multitool > npm.txt
echo "== rdjson"
node_modules/.bin/rdformat-validator --strict report.rdjson
echo "== sarif"
DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool validate report.sarif \
  --rule-kind "Sarif;Gh" --level "Error;Warning" --output found.sarif > sarif.txt
python3 - found.sarif <<'PY'
import json, sys
found = json.load(open(sys.argv[1]))["runs"][0].get("results", [])
assert not found, [(f["ruleId"], f["message"]) for f in found][:5]
PY
echo "all readers accept the reports"
