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
    for target in syntax second_opinion evaluate fix; do put "$target" "$file"; done
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
    for target in tfvars syntax second_opinion; do put "$target" "$file"; done
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
    for target in syntax second_opinion evaluate; do put "$target" "$file"; done
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

# Comments above many copies: one byte says how many, then comments, then what they stand above.
grep -rhoE 'kfplint: ?ignore.*' README.md docs tests/it/suppress.rs src/suppress | sed 's/\\n.*//; s/\\"/"/g' | sort -u | while read -r line; do
    printf '\005%s' "$line" >"$work/many"
    put suppress_many "$work/many"
done
for rule in TF002 KFP 'KFP007, TF003' 'no-such-rule'; do
    for block in 'output "o{i}" {
  value = var.nope
}' 'resource "google_container_node_pool" "p{i}" {
  cluster = "c"
  node_config {
    machine_type = "e2-standrd-4"
  }
}' 'module "m{i}" {
  source = "./nope{i}"
  # kfplint: ignore[TF004] until=2027-01-31
  size = local.x{i}
}'; do
        for copies in '\004' '\011' '\014'; do
            { printf "$copies"'kfplint: ignore[%s] reason="{i}"\n#---8<---\n%s\n' "$rule" "$block"; } >"$work/many"
            put suppress_many "$work/many"
        done
    done
done

# Units: the unit, its module, what it includes, and another unit.
for unit in fixtures/terragrunt/live/prod/*/terragrunt.hcl; do
    for other in fixtures/terragrunt/live/prod/*/terragrunt.hcl; do
        module=fixtures/terragrunt/modules/$(basename "$(dirname "$unit")")/main.tf
        [ -f "$module" ] || module=fixtures/too-small/main.tf
        { sed 's|../../../modules[^"]*"|../../modules/m"|' "$unit"; echo '#---8<---'; cat "$module"; echo '#---8<---'; cat fixtures/terragrunt/live/root.hcl
            echo '#---8<---'; cat "$other"; } >"$work/joined"
        put terragrunt "$work/joined"
    done
done
grep -oE '(find_in_parent_folders|get_[a-z_]*|path_[a-z_]*|read_[a-z_]*|run_cmd|sops_decrypt_file|file|templatefile|jsondecode|yamldecode)' src/terragrunt/functions.rs |
    sort -u | while read -r name; do
    for argument in '' '"root.hcl"' '"../b/terragrunt.hcl"' '"HOME", "x"' '"../../.git/config"'; do
        { printf 'include {\n  path = find_in_parent_folders("root.hcl")\n}\nlocals {\n  a = %s(%s)\n}\nterraform {\n  source = "../../modules/m"\n}\n' "$name" "$argument"
            printf 'inputs = {\n  a = local.a\n}\ngenerate "g" {\n  path = "g.tf"\n  contents = "%s"\n}\n' 'output \"g\" { value = 1 }'
            printf '#---8<---\nvariable "a" {}\noutput "a" {\n  value = var.a\n}\nresource "google_container_cluster" "c" {\n  name = var.a\n  location = "us-central1"\n}\n'
            printf '#---8<---\ninputs = {\n  b = path_relative_to_include()\n}\n#---8<---\ndependency "a" {\n  config_path = "../a"\n  mock_outputs = { a = 1 }\n}\n'
            printf 'inputs = {\n  a = dependency.a.outputs.a\n}\nterraform {\n  source = "../../modules/m"\n}\n'; } >"$work/joined"
        put terragrunt "$work/joined"
    done
done

# Manifests: one of each kind, alone and all in one.
for kind in Pod Deployment StatefulSet ReplicaSet Job CronJob DaemonSet PodList List; do
    spec='{containers: [{resources: {requests: {cpu: 250m, memory: 1Gi}}}, {resources: {limits: {cpu: "1", nvidia.com/gpu: 1}}}],
  initContainers: [{restartPolicy: Always, resources: {requests: {memory: 2G}}}], nodeSelector: {a: b}, tolerations: [{key: k, operator: Exists}]}'
    case $kind in
    Pod) body="spec: $spec" ;;
    CronJob) body="spec: {jobTemplate: {spec: {parallelism: 2, template: {spec: $spec}}}}" ;;
    *List) body="items: [{kind: Pod, spec: $spec}, {kind: Deployment, spec: {replicas: 3, template: {spec: $spec}}}]" ;;
    *) body="spec: {replicas: 2, parallelism: 2, template: {spec: $spec}}" ;;
    esac
    printf 'apiVersion: v1\nkind: %s\nmetadata: {name: a}\n%s\n' "$kind" "$body" >"$work/manifest"
    put manifests "$work/manifest"
    { cat "$work/manifest"; echo ---; } >>"$work/all"
    { cat "$work/manifest"; echo '#---8<---'; echo '{"kind": "DaemonSet", "spec": {"template": {"spec": {"containers": [{}]}}}}'; } >"$work/joined"
    put manifests "$work/joined"
done
put manifests "$work/all"
printf 'a: &a {cpu: 1}\nkind: Pod\nspec: {containers: [{resources: {requests: *a}}, {resources: {requests: {<<: *a, memory: 1e3}}}]}\n' >"$work/manifest"
put manifests "$work/manifest"

# Files of a commit, each with its mode and path: ordinary ones, then every kind of entry beside one.
for main in fixtures/*/main.tf; do
    dir=$(dirname "$main")
    [ "$(cat "$dir"/*.tf | wc -c)" -le 3000 ] || continue
    first=1
    for file in "$dir"/*.tf "$dir"/*/*.tf "$dir"/*.tfvars; do
        [ -f "$file" ] || continue
        [ $first = 1 ] || printf '#---8<---\n'
        first=0
        printf '100644 %s\n' "${file#"$dir"/}"
        cat "$file"
    done >"$work/joined"
    put since_tree "$work/joined"
done
for entry in '120000 l.tf|.git/config' '120000 l.tf|../outside.txt' '120000 l|.' '120000 l|/' '120000 a|b' '120000 x/l.tf|../main.tf' '100755 s.tf|locals {}' \
    '160000 sub|' '40000 sub|' '040000 t|' '100664 g.tf|' '100644 ../a.tf|' '100644 .git/x|' '100644 .GIT/hooks/y|' '100644 a//b|' '100644 /a|' \
    '100644 .gitignore|*' '120000 .gitignore|../outside.txt' '120000 terraform.tfvars|../outside.txt' '777777 m|' '0 n|' '100644 u/terragrunt.hcl|terraform {}'; do
    { printf '100644 main.tf\nmodule "m" {\n  source = "./l"\n}\nlocals {\n  a = file("l.tf")\n  b = fileset(".", "**")\n}\n#---8<---\n%s\n%s' \
        "${entry%%|*}" "${entry#*|}"; } >"$work/joined"
    put since_tree "$work/joined"
done

if command -v cargo >/dev/null; then
    binary=${KFPLINT:-target/debug/kfplint}
    [ -x "$binary" ] || cargo build --quiet
    # Baselines of the property's own configuration, whole and in part.
    mkdir -p "$work/root"
    { cat fixtures/too-small/main.tf
        printf '\noutput "a" {\n  value = var.nope # kfplint: ignore[TF002]\n}\n\noutput "b" {\n  value = var.nope\n}\n'; } >"$work/root/main.tf"
    binary_here=$(realpath "$binary")
    (cd "$work" && "$binary_here" baseline root --output all.baseline >/dev/null 2>&1 || :)
    for change in '' 's/error/note/' 's/"level": "[a-z]*",//' 's/KFP/TF/' 's/"address": "[^"]*"/"address": null/' 's/"fingerprint": "./&0/' 's/1/2/'; do
        [ -s "$work/all.baseline" ] && sed "$change" "$work/all.baseline" >"$work/some.baseline" && put baseline "$work/some.baseline"
    done
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
