#!/usr/bin/env python3
"""Compares two kfplint binaries: benches/same.py OLD NEW FOLDER…

Runs both over each FOLDER, over each folder below it that has Terraform files, and over each plan, state or cluster
document in it, and prints every difference in
  exit codes, verdicts, requirements (status, decides), node pools,
  diagnostics (code, level, root, environment, address, place, fingerprint, fixes), coverage,
  `evaluate`, leaf by leaf.
Wording (messages, reasons, help) is compared only with --messages, time and memory never. Exit code 1 if anything differs.
  --messages        compare wording too
  --jobs N          run N comparisons at once (2)
  --most N          print at most N differences of each folder (20)
"""
import argparse
import json
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

WORDING = {"message", "reason", "help", "title", "why", "why_not", "kfplint", "facts"}
PATIENCE = 300


def run(exe, args, cwd):
    try:
        done = subprocess.run([exe, *args], cwd=cwd, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return "timeout", None
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, None


def leaves(value, path, wording, out):
    """Every leaf of a document, by its path. Lists keep their order: it is part of the output."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if wording or key not in WORDING:
                leaves(inner, f"{path}.{key}", wording, out)
        if not value:
            out[path] = {}
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            leaves(inner, f"{path}[{i}]", wording, out)
        if not value:
            out[path] = []
    else:
        out[path] = value
    return out


def by_key(report):
    """A report whose clusters and diagnostics are named, so that one that is missing does not shift the others."""
    if not isinstance(report, dict) or "diagnostics" not in report:
        return report
    named = dict(report)
    named["clusters"] = {f'{c["root"]}|{c["environment"]}|{c["address"]}': dict(c, requirements={q["code"]: q for q in c["requirements"]}) for c in report["clusters"]}
    named["diagnostics"] = {f'{d["code"]}|{d["root"]}|{d.get("environment")}|{d["fingerprint"]}': d for d in report["diagnostics"]}
    return named


def differences(old, new, wording):
    (old_code, old_json), (new_code, new_json) = old, new
    if old_code != new_code:
        yield f"exit code: {old_code} -> {new_code}"
    before, after = (leaves(by_key(j), "", wording, {}) for j in (old_json, new_json))
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            yield f"{path}: {before[path]!r} -> (absent)"
        elif path not in before:
            yield f"{path}: (absent) -> {after[path]!r}"
        elif before[path] != after[path]:
            yield f"{path}: {before[path]!r} -> {after[path]!r}"


def jobs(folder):
    """What to run: the arguments and the working directory."""
    yield ["check", "--format", "json", "."], folder
    dirs = set()
    for file in sorted(folder.rglob("*")):
        if any(part in (".git", ".terraform", ".terragrunt-cache", "target") for part in file.relative_to(folder).parts):
            continue
        if file.name.endswith((".tf", ".tofu", ".tf.json")) or file.name == "terragrunt.hcl":
            dirs.add(file.parent)
        elif file.suffix in (".json", ".tfstate") and is_document(file):
            yield ["check", "--format", "json", str(file.relative_to(folder))], folder
    for dir in sorted(dirs):
        yield ["evaluate", str(dir.relative_to(folder)) or "."], folder


def is_document(file):
    try:
        json_ = json.loads(file.read_bytes())
    except (ValueError, OSError):
        return False
    return isinstance(json_, dict) and bool({"planned_values", "terraform_version", "nodePools", "clusters"} & json_.keys())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--messages", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--most", type=int, default=20)
    args = parser.parse_args()
    old, new = (str(pathlib.Path(exe).resolve()) for exe in (args.old, args.new))
    runs = changed = 0

    def compare(job):
        arguments, cwd = job
        return job, list(differences(run(old, arguments, cwd), run(new, arguments, cwd), args.messages))

    with ThreadPoolExecutor(args.jobs) as pool:
        for (arguments, cwd), found in pool.map(compare, (job for folder in args.folders for job in jobs(folder.resolve()))):
            runs += 1
            if found:
                changed += 1
                print(f"{cwd}: kfplint {' '.join(arguments)}: {len(found)} differences")
                for line in found[: args.most]:
                    print(f"  {line[:300]}")
    print(f"{runs} runs compared, {changed} differ")
    sys.exit(1 if changed else 0)


main()
