#!/bin/bash
# Prints what all runs of the targets in fuzz/runs.tsv came to, as a table in Markdown: coverage is that of the run that reached most; faults are those
# that docs/fuzzing.md tells of, where each target also has a row that says what holds.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's|^path = "targets/\(.*\)\.rs"|\1|p' fuzz/Cargo.toml)
echo "| target | CPU minutes | executions | edges | features | corpus | faults found and mended |"
echo "|---|---:|---:|---:|---:|---:|---:|"
for target in "${targets[@]}"; do
    faults=$(grep -c "^| \`$target\` | .* | .* |$" docs/fuzzing.md || :)
    awk -v target="$target" -v faults="$faults" '
        $1 == target { cpu += $3; runs += $4; if ($6 >= ft) { cov = $5; ft = $6; corp = $7 } }
        END { printf "| %s | %.1f | %d | %d | %d | %d | %d |\n", target, cpu / 60, runs, cov, ft, corp, faults - 1 }' fuzz/runs.tsv
done
