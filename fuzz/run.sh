#!/bin/bash
# Fuzzes each target until it has used so many minutes of CPU time, over all runs that fuzz/runs.tsv has, and prints what came of it.
#   fuzz/run.sh [MINUTES] [TARGET…]        30 minutes and all targets by default
# JOBS says how many run at once (1), SLICE for how many seconds one runs before the next has its turn (300).
# NO_BUILD=1 with BINARIES and COMMIT runs the binaries of a folder, which were built from that commit.
# Each slice adds a line to fuzz/runs.tsv: target, commit, CPU seconds, executions, edges, features, corpus.
# A crash ends a slice, not the run: the input stays in fuzz/artifacts/TARGET, and what was said in fuzz/logs/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-30}
shift || :
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's|^path = "targets/\(.*\)\.rs"|\1|p' fuzz/Cargo.toml)
declare -A most=([syntax]=4096 [tfvars]=4096 [tf_json]=8192 [evaluate]=8192 [plan_json]=16384 [config]=4096 [suppress]=512 [fix]=4096 [merge]=16384
    [baseline]=4096 [manifests]=8192 [second_opinion]=2048 [suppress_many]=2048 [terragrunt]=8192 [since_tree]=4096)
commit=${COMMIT:-$(git rev-parse --short HEAD)}
triple=$(rustc -vV | sed -n 's/^host: //p')

if [ -z "${NO_BUILD:-}" ]; then
    cargo fuzz build --sanitizer none
    fuzz/seed.sh
fi
ulimit -s 65536
ulimit -c 0

# Runs a target for one slice and notes what came of it.
slice() {
    local target=$1 logs=fuzz/logs/$1 dict=() TIMEFORMAT='%U %S'
    mkdir -p "$logs" "fuzz/corpus/$target" "fuzz/artifacts/$target"
    case $target in syntax | second_opinion | tfvars | evaluate | fix | terragrunt | suppress_many | since_tree) dict=(-dict=fuzz/hcl.dict) ;; esac
    local log=$logs/$(date +%Y%m%dT%H%M%S)
    { time "${BINARIES:-fuzz/target/$triple/release}/$target" "fuzz/corpus/$target" -artifact_prefix="fuzz/artifacts/$target/" \
        "${dict[@]}" -max_len="${most[$target]:-4096}" -max_total_time="${SLICE:-300}" -timeout=20 -report_slow_units=5 \
        -rss_limit_mb=2048 -print_final_stats=1 -reload=0 >"$log" 2>&1 || :; } 2>"$log.time"
    awk -v name="$target" -v commit="$commit" -v cpu="$(awk '{ print $1 + $2 }' "$log.time")" '
        /^#[0-9]+/ { runs = substr($1, 2) }
        { for (i = 1; i < NF; i++) {
            if ($i == "cov:") cov = $(i + 1)
            if ($i == "ft:") ft = $(i + 1)
            if ($i == "corp:") corp = $(i + 1)
        } }
        /stat::number_of_executed_units/ { runs = $2 }
        END { split(corp, c, "/"); printf "%s\t%s\t%s\t%d\t%d\t%d\t%d\n", name, commit, cpu, runs, cov, ft, c[1] }' "$log" >>fuzz/runs.tsv
    rm "$log.time"
}

used() { awk -v name="$1" '$1 == name { s += $3 } END { printf "%d", s }' fuzz/runs.tsv; }

declare -A running=()
while :; do
    open=0
    for target in "${targets[@]}"; do
        # A slice that still runs counts as a whole one.
        ahead=0
        [ -z "${running[$target]:-}" ] || ! kill -0 "${running[$target]}" 2>/dev/null || ahead=${SLICE:-300}
        [ $(($(used "$target") + ahead)) -lt $((minutes * 60)) ] || continue
        open=1
        while [ "$(jobs -rp | wc -l)" -ge "${JOBS:-1}" ]; do wait -n; done
        # Its slice of the round before may not be over.
        [ -z "${running[$target]:-}" ] || wait "${running[$target]}" || :
        slice "$target" &
        running[$target]=$!
    done
    [ $open = 1 ] || wait -n || break
done
fuzz/table.sh "${targets[@]}"
