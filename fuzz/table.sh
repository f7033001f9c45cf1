#!/bin/bash
# Prints what all runs of the targets came to, as a table in Markdown: coverage is that of the run that reached most, crashes are told apart by where
# they were.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's|^path = "targets/\(.*\)\.rs"|\1|p' fuzz/Cargo.toml)
echo "| target | CPU minutes | executions | edges | features | corpus | distinct crashes |"
echo "|---|---:|---:|---:|---:|---:|---:|"
for target in "${targets[@]}"; do
    logs=fuzz/logs/$target
    [ -f "$logs/runs.tsv" ] || continue
    crashes=$(cat "$logs"/2* | grep -aoE 'panicked at [^ ]+|ERROR: libFuzzer: (timeout|out-of-memory|deadly signal|stack-overflow)' | sort -u | grep -cv 'deadly signal' || :)
    awk -v target="$target" -v crashes="$crashes" '
        { cpu += $1; runs += $2; if ($4 >= ft) { cov = $3; ft = $4; corp = $5 } }
        END { printf "| %s | %.1f | %d | %d | %d | %d | %d |\n", target, cpu / 60, runs, cov, ft, corp, crashes }' "$logs/runs.tsv"
done
