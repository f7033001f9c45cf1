#!/bin/sh
# Fills fuzz/corpus/ from the repository's own fixtures. What is there already stays.
set -eu
cd "$(dirname "$0")/.."
corpus=fuzz/corpus
most=65536

# put TARGET FILE: copies a file under the name of its content.
put() {
    [ "$(wc -c <"$2")" -le "$most" ] || return 0
    mkdir -p "$corpus/$1"
    cp "$2" "$corpus/$1/$(sha1sum <"$2" | cut -c1-40)"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What stands between ``` marks in the rules' pages and cases, one file each.
find rules -name '*.md' | sort | while read -r page; do
    name=$(echo "$page" | tr '/' '-')
    awk -v out="$work/$name" '/^```/ { n += !open; open = !open; next } open { print > (out "." n ".block") }' "$page"
done

find fixtures tests rules src -name '*.tf' -o -name '*.tofu' >"$work/tf"
find "$work" -name '*.block' >>"$work/tf"
while read -r file; do
    for target in syntax evaluate fix; do put "$target" "$file"; done
done <"$work/tf"

# Root modules of several files: the first and the module that it calls, with the values.
for main in fixtures/*/main.tf; do
    dir=$(dirname "$main")
    for second in "$dir"/*/main.tf "$dir"/modules/*/main.tf "$dir"/variables.tf; do
        [ -f "$second" ] || continue
        { cat "$main"; echo '#---8<---'; cat "$second"; echo '#---8<---'; cat "$dir"/*.tfvars 2>/dev/null || :; } >"$work/joined"
        put evaluate "$work/joined"
    done
done

find fixtures tests rules -name '*.tfvars' -o -name '*.tfvars.json' | while read -r file; do
    for target in tfvars syntax; do put "$target" "$file"; done
done
cat >"$work/values" <<'V'
text   = "a"
number = 3
flag   = true
list   = ["us-central1-a", "b"]
set    = [1, 2]
map    = { a = ["b"], "c" = [] }
object = {
  name  = "e2-standard-4"
  pools = { a = { machine = "n1-standard-1", taint = ["x", 1] } }
}
any    = null
secret = <<-EOT
  hidden ${"text"}
EOT
V
put tfvars "$work/values"
cat >"$work/values" <<'V'
{"text": "a", "number": "3", "flag": "true", "list": ["us-central1-a"], "set": [1, 1.5], "map": {"a": ["b"]},
 "object": {"name": "e2-medium", "size": 1, "pools": {"a": {"machine": "n1-standard-1"}}}, "any": [null, {"x": 1e3}]}
V
put tfvars "$work/values"

find fixtures tests -name '*.tf.json' | while read -r file; do put tf_json "$file"; done
python3 - "$work" <<'P' || echo "no python3: fewer seeds" >&2
import gzip, json, pathlib, sys
work = pathlib.Path(sys.argv[1])
for name in ["corner_cases", "json_cases"]:
    for i, case in enumerate(json.loads(pathlib.Path(f"tests/syntax/{name}.json").read_text())):
        (work / f"{i}.{name}").write_bytes(case["source"].encode("utf-8", "surrogatepass"))
for i, line in enumerate(pathlib.Path("tests/console/expressions.jsonl").read_text().splitlines()):
    case = json.loads(line)
    text = next((v for k, v in case.items() if k in ("expr", "expression", "in", "input")), None)
    if text:
        (work / f"{i}.expression").write_text('output "x" {\n  value = ' + text + "\n}\n")
for plan in pathlib.Path("tests/plan").glob("*/plan.json.gz"):
    (work / f"{plan.parent.name}.plan").write_bytes(gzip.decompress(plan.read_bytes()))
P
for file in "$work"/*.corner_cases "$work"/*.expression; do
    [ -f "$file" ] || continue
    for target in syntax evaluate; do put "$target" "$file"; done
done
for file in "$work"/*.json_cases; do [ -f "$file" ] && put tf_json "$file"; done

for file in "$work"/*.plan tests/documents/live/*.json tests/documents/state/*.json tests/documents/state/*.tfstate; do
    [ -f "$file" ] && put plan_json "$file"
done
for a in tests/documents/live/cluster.json tests/documents/live/nodes.json; do
    for b in tests/documents/live/policy.json tests/documents/live/pools.json tests/documents/live/services.json; do
        { cat "$a"; echo; echo '#---8<---'; cat "$b"; } >"$work/joined"
        put plan_json "$work/joined"
    done
done

sed 's/^# \{0,1\}//' src/config/template.toml >"$work/config"
put config src/config/template.toml
put config "$work/config"
find fixtures tests docs README.md rules -name '*.toml' | while read -r file; do put config "$file"; done
awk '/^```toml/ { n++; open = 1; next } /^```/ { open = 0 } open { print > (out "." n ".toml") }' out="$work/readme" README.md docs/*.md
for file in "$work"/*.toml; do [ -f "$file" ] && put config "$file"; done

grep -rhoE 'kfplint: ?ignore.*' README.md docs tests/it/suppress.rs src/suppress rules | sed 's/\\n.*//; s/\\"/"/g' | sort -u | while read -r line; do
    printf '%s' "$line" >"$work/comment"
    put suppress "$work/comment"
done

if command -v cargo >/dev/null; then
    binary=${KFPLINT:-target/debug/kfplint}
    [ -x "$binary" ] || cargo build --quiet
    for dir in fixtures/*/; do
        for format in json sarif; do
            "$binary" "$dir" --format "$format" --no-config >"$work/report" 2>/dev/null || :
            [ -s "$work/report" ] && put merge "$work/report"
        done
        { "$binary" fixtures/typo --format json 2>/dev/null || :; echo '#---8<---'; "$binary" "$dir" --format json --no-config 2>/dev/null || :; } >"$work/report"
        put merge "$work/report"
    done
fi
for dir in "$corpus"/*/; do echo "$(basename "$dir"): $(ls "$dir" | wc -l) inputs"; done
