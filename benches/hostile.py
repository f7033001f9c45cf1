#!/usr/bin/env python3
"""Hostile inputs at full size: what kfplint makes of each, how long it takes, and its peak memory, as a Markdown table.

    cargo build --release
    python3 benches/hostile.py [--binary target/release/kfplint] [NAME…]

Each input is made in a temporary folder (some 400 MB in all, one at a time), and checked by one process with a limit of
120 seconds and 4 GiB of address space. Exit codes: 1 where one of them did not end within its limits with a code of 0 to 3.
"""

import argparse
import gzip
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

SECONDS = 120
BYTES = 4 << 30
CASES = {}

CLUSTER = """resource "google_container_cluster" "c" {
  name               = "c"
  location           = "us-central1-a"
  initial_node_count = 3
  node_config {
    machine_type = "e2-standard-4"
    oauth_scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
"""


def case(name, args=(), stdin=None, shell=None):
    """Registers what makes an input: a function of the folder that may return the text of main.tf."""

    def register(make):
        CASES[name] = (make, list(args), stdin, shell)
        return make

    return register


def text(name, body, args=()):
    CASES[name] = (lambda folder: body() if callable(body) else body, list(args), None, None)


def doubling(step, first='"xxxxxxxxxx"', levels=40, last=""):
    lines = [f"  a0 = {first}"] + [f"  a{i} = {step.replace('A', f'local.a{i - 1}')}" for i in range(1, levels + 1)]
    return "locals {\n" + "\n".join(lines) + "\n}\n" + (last or f'output "o" {{\n  value = local.a{levels}\n}}\n')


def folders(folder, levels, call):
    for i in range(levels):
        inner = folder / f"m{i}"
        inner.mkdir()
        (inner / "main.tf").write_text(call(i) if i + 1 < levels else CLUSTER)
    (folder / "main.tf").write_text('module "m" {\n  source = "./m0"\n}\n')


# Numbers of instances
text("`count = 1e9`", CLUSTER.replace("{\n", "{\n  count = 1e9\n", 1))
text("`for_each` over `range(1e9)`", 'resource "google_container_cluster" "c" {\n  for_each = toset([for i in range(1e9) : tostring(i)])\n  name = each.key\n}\n')
text("`count = 150000`, three times", "".join(f'resource "null_resource" "r{i}" {{\n  count = 150000\n}}\n' for i in range(3)) + CLUSTER)
text("`dynamic` over a million elements", "locals {\n  l = setproduct(range(1000), range(1000))\n}\n" + CLUSTER.replace("}\n}", '}\n  dynamic "node_pool" {\n    for_each = local.l\n    content {\n      name = "p"\n    }\n  }\n}'))


@case("64 levels of modules, each called twice")
def _(folder):
    folders(folder, 64, lambda i: f'module "a" {{\n  source = "../m{i + 1}"\n}}\nmodule "b" {{\n  source = "../m{i + 1}"\n}}\n')


@case("20 levels of modules with `count = 10`")
def _(folder):
    folders(folder, 20, lambda i: f'module "a" {{\n  source = "../m{i + 1}"\n  count  = 10\n}}\n')


# Values
text("`range(1e9)`", "locals {\n  a = range(1e9)\n}\n" + CLUSTER)
text("three `for` over 1024 values", "locals {\n  a = [for i in range(1024) : [for j in range(1024) : [for k in range(1024) : i * j * k]]]\n}\n" + CLUSTER)
text("1024 times 2 MB of text", 'locals {\n  s = join("", [for i in range(1024) : join("", [for j in range(1024) : "xx"])])\n  a = [for i in range(1024) : "${local.s}${i}"]\n}\n' + CLUSTER)
text("`join` doubled 40 times", lambda: doubling('join("", [A, A])') + CLUSTER)
text("a template doubled 40 times", lambda: doubling('"${A}${A}"') + CLUSTER)
text("a template that doubles itself through `replace`", lambda: doubling('replace(A, "x", "xxxxxxxx")', '"x"') + CLUSTER)
text("a list of two of itself, 40 times", lambda: doubling("[A, A]", '["x"]') + CLUSTER)
text("the same, made text", lambda: doubling("[A, A]", '["x"]', last='output "o" {\n  value = jsonencode(local.a40)\n}\n') + CLUSTER)
text("the same, compared", lambda: doubling("[A, A]", '["x"]', last='output "o" {\n  value = local.a40 == local.a39 ? 1 : length(flatten(local.a40))\n}\n') + CLUSTER)
text("an object of two of itself, as `for_each`", lambda: doubling("{ a = A, b = A }", '{ x = "x" }', last='resource "null_resource" "r" {\n  for_each = local.a40\n  triggers = each.value\n}\n') + CLUSTER)
text("the same, for a typed variable", lambda: doubling("[A, A]", '["x"]', last='module "m" {\n  source = "./m"\n  x      = local.a40\n}\n') + CLUSTER)
text("`concat` doubled 40 times", lambda: doubling("concat(A, A)", '["x"]') + CLUSTER)
text("`merge` and `zipmap` of a million keys", "locals {\n  k = [for p in setproduct(range(1000), range(1000)) : join(\"-\", p)]\n  a = zipmap(local.k, local.k)\n  b = merge(local.a, local.a)\n}\n" + CLUSTER)
text("`setproduct` of 1000³", "locals {\n  a = setproduct(range(1000), range(1000), range(1000))\n}\n" + CLUSTER)
text("`setproduct` of a list with itself, 40 times", lambda: doubling("setproduct(A, A)", '["x", "y"]') + CLUSTER)
text("`(a*)*b` on 60,000 characters", 'locals {\n  s = join("", [for i in range(1000) : join("", [for j in range(60) : "a"])])\n  a = can(regex("^(a*)*b$", local.s))\n  b = regexall("(a|aa)+c", local.s)\n}\n' + CLUSTER)
text("a regex of `((a{100}){100}){100}`", 'locals {\n  a = regexall("((a{100}){100}){100}", "aaa")\n}\n' + CLUSTER)
text("`cidrsubnets` with 10,000 bits, `cidrhost` of 1e30", 'locals {\n  a = cidrsubnets("10.0.0.0/8", [for i in range(1000) : 20]...)\n  b = cidrhost("10.0.0.0/8", 1e30)\n  c = cidrsubnet("::/0", 128, 1e38)\n}\n' + CLUSTER)
text("`format` with widths of a billion", 'locals {\n  a = format("%1000000000d", 1)\n  b = format("%.1000000000f", 1.5)\n  c = format("%*d", 1000000000, 1)\n}\n' + CLUSTER)
text("`pow(9, 1e9)`, `1e1000000`, `parseint` of 60,000 digits", 'locals {\n  a = pow(9, 1e9)\n  b = 1e1000000\n  c = parseint(join("", [for i in range(1000) : "999999999999999999999999999999999999999999999999999999999999"]), 10)\n  d = pow(pow(10, 1000), 1000)\n  e = 1 / 3e-100000\n}\n' + CLUSTER)
text("a number of a million digits", lambda: "locals {\n  a = " + "9" * 1_000_000 + "\n  b = local.a * local.a\n}\n" + CLUSTER)
text("`bcrypt` with cost 31", 'locals {\n  a = bcrypt("x", 31)\n}\n' + CLUSTER)
text("`timeadd` and `formatdate` of huge numbers", 'locals {\n  a = timeadd("2024-01-01T00:00:00Z", "999999999999h")\n  b = formatdate(join("", [for i in range(1024) : "YYYY"]), "9999-12-31T23:59:59Z")\n}\n' + CLUSTER)


@case("a YAML document whose aliases double 40 times")
def _(folder):
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 41)]
    (folder / "bomb.yaml").write_text("\n".join(lines) + "\n")
    return 'locals {\n  a = yamldecode(file("${path.module}/bomb.yaml"))\n  b = jsonencode(local.a)\n}\n' + CLUSTER


@case("`file` of 100 MB")
def _(folder):
    (folder / "big.txt").write_bytes(b"x" * (100 << 20))
    return 'locals {\n  a = file("${path.module}/big.txt")\n}\n' + CLUSTER


@case("`base64gunzip` of a bomb")
def _(folder):
    (folder / "bomb.gz").write_bytes(gzip.compress(b"\0" * (1 << 30), 9))
    return 'locals {\n  a = base64gunzip(filebase64("${path.module}/bomb.gz"))\n}\n' + CLUSTER


@case("`templatefile` that renders itself")
def _(folder):
    (folder / "t.tftpl").write_text('${templatefile("t.tftpl", {})}')
    return 'locals {\n  a = templatefile("${path.module}/t.tftpl", {})\n}\n' + CLUSTER


# References
text("100,000 locals in a chain", lambda: "locals {\n  a0 = 1\n" + "".join(f"  a{i} = local.a{i - 1}\n" for i in range(1, 100_000)) + "}\n" + CLUSTER)
text("100,000 locals in a chain, last first", lambda: "locals {\n  z99999 = 1\n" + "".join(f"  z{i:05} = local.z{i + 1:05}\n" for i in range(99_999)) + "}\n" + CLUSTER)
text("100,000 locals in a cycle", lambda: "locals {\n" + "".join(f"  a{i} = local.a{(i + 1) % 100_000}\n" for i in range(100_000)) + "}\n" + CLUSTER)
text("10,000 outputs of one local, each a string of 100 references", lambda: "locals {\n  a = 1\n}\n" + "".join(f'output "o{i}" {{\n  value = "' + "${local.a}" * 100 + '"\n}\n' for i in range(10_000)) + CLUSTER)


@case("300 levels of modules")
def _(folder):
    folders(folder, 300, lambda i: f'module "m" {{\n  source = "../m{i + 1}"\n}}\n')


@case("a module that calls itself")
def _(folder):
    return 'module "m" {\n  source = "./"\n}\n' + CLUSTER


@case("two modules that call each other")
def _(folder):
    for here, there in (("a", "b"), ("b", "a")):
        (folder / here).mkdir()
        (folder / here / "main.tf").write_text(f'module "m" {{\n  source = "../{there}"\n}}\n')
    return 'module "m" {\n  source = "./a"\n}\n' + CLUSTER


@case("a module's folder that links back to itself")
def _(folder):
    (folder / "m").mkdir()
    (folder / "m" / "main.tf").write_text('module "n" {\n  source = "./again"\n}\n')
    (folder / "m" / "again").symlink_to("../m")
    return 'module "m" {\n  source = "./m"\n}\n' + CLUSTER


# Nesting
for what, opened, closed in [("(", "(", ")"), ("[", "[", "]"), ("{ a =", "{ a = ", "}"), ("!", "!", ""), ('"${', '"${', '}"'), ("f(", "abs(", ")"), ("? :", "true ? 1 : ", "")]:
    text(f"100,000 times `{what}`", lambda o=opened, c=closed: "locals {\n  a = " + o * 100_000 + "1" + c * 100_000 + "\n}\n" + CLUSTER)
text("100,000 nested blocks", lambda: CLUSTER + "b {\n" * 100_000 + "}\n" * 100_000)
text("100,000 times `.a`, `+ 1`, `%{ if true }`", lambda: "locals {\n  a = local.b" + ".a" * 100_000 + "\n  b = 1" + " + 1" * 100_000 + '\n  c = "' + "%{ if true }" * 100_000 + "%{ endif }" * 100_000 + '"\n}\n' + CLUSTER)
text("100,000 brackets that are never closed", lambda: CLUSTER + "locals {\n  a = " + "[" * 100_000)


@case("JSON nested 100,000 deep")
def _(folder):
    (folder / "deep.tf.json").write_text('{"locals": {"a": ' + "[" * 100_000 + "]" * 100_000 + "}}")
    return CLUSTER


# Bytes
@case("a file of 100 MB")
def _(folder):
    (folder / "big.tf").write_bytes(b"locals {\n" + b"".join(b"  a%d = 1\n" % i for i in range(7_000_000)) + b"}\n")
    return CLUSTER


@case("the same with `--max-file-size 200MB`", ["--max-file-size", "200MB", "--timeout", "20"])
def _(folder):
    (folder / "big.tf").write_bytes(b"locals {\n" + b"".join(b"  a%d = 1\n" % i for i in range(7_000_000)) + b"}\n")
    return CLUSTER


text("one line of 60 MB", lambda: '# ' + "x" * (60 << 20) + "\n" + CLUSTER)
text("a string of 60 MB that is wrong", lambda: 'locals {\n  a = element("' + "x" * (60 << 20) + '", 0)\n}\n' + CLUSTER)


text("two million locals in 8 MB, all of one name", lambda: "locals {\n" + "a=b\n" * 1_900_000 + "}\n" + CLUSTER)
text("blocks that nobody knows, 8 MB of them", lambda: "a {}\n" * 1_600_000 + CLUSTER)
text("`count = 199000` on a cluster with faults", CLUSTER.replace("{\n", "{\n  count = 199000\n", 1).replace("count = 3", "count = 1"))
text("the same as JSON", CLUSTER.replace("{\n", "{\n  count = 199000\n", 1).replace("count = 3", "count = 1"), ["--format", "json"])


@case("100,000 files in one folder")
def _(folder):
    for i in range(100_000):
        (folder / f"f{i:06}.tf").write_text(f"locals {{\n  a{i} = {i}\n}}\n")
    return CLUSTER


@case("100,000 folders of one file")
def _(folder):
    for i in range(100_000):
        inner = folder / f"d{i // 1000:03}" / f"r{i % 1000:03}"
        inner.mkdir(parents=True)
        (inner / "main.tf").write_text("locals {\n  a = 1\n}\n")
    return CLUSTER


@case("folders nested 1,000 deep")
def _(folder):
    at = os.open(folder, os.O_RDONLY)
    for _ in range(1000):
        os.mkdir("deep", dir_fd=at)
        at, old = os.open("deep", os.O_RDONLY, dir_fd=at), at
        os.close(old)
    os.close(at)
    return CLUSTER


def write(name, content):
    def make(folder):
        (folder / "main.tf").write_bytes(content() if callable(content) else content)

    CASES[name] = (make, [], None, None)


plain = CLUSTER.encode()
write("NUL bytes", plain + b"\0" * 1000 + b'locals {\n  a = "\0"\n}\n')
write("bytes that are not UTF-8", plain + b'locals {\n  a = "\xff\xfe"\n}\n')
write("CRLF", plain.replace(b"\n", b"\r\n"))
write("a byte order mark", b"\xef\xbb\xbf" + plain)
write("UTF-16", CLUSTER.encode("utf-16"))
write("10 MB of random bytes", lambda: os.urandom(10 << 20))
write("a binary", lambda: pathlib.Path(sys.executable).resolve().read_bytes()[: 20 << 20])


# Files that are none
@case("links in a loop, to nowhere, out of the tree")
def _(folder):
    (folder / "a.tf").symlink_to("b.tf")
    (folder / "b.tf").symlink_to("a.tf")
    (folder / "c.tf").symlink_to("nowhere")
    (folder / "d.tf").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(".")
    return CLUSTER


@case("a web of links: 12 folders with 12 links each")
def _(folder):
    for i in range(12):
        (folder / f"d{i}").mkdir()
        for j in range(12):
            (folder / f"d{i}" / f"l{j}").symlink_to(f"../d{j}")
    return CLUSTER


@case("a fifo, a device, a socket, a folder named `*.tf`")
def _(folder):
    os.mkfifo(folder / "fifo.tf")
    (folder / "zero.tf").symlink_to("/dev/zero")
    (folder / "stdin.tf").symlink_to("/dev/stdin")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / "s.tf"))
    server.close()
    (folder / "dir.tf").mkdir()
    return CLUSTER


@case("`file` of a fifo, a device, a folder, /proc/kmsg")
def _(folder):
    os.mkfifo(folder / "fifo")
    return 'locals {\n  a = file("${path.module}/fifo")\n  b = file("/dev/zero")\n  c = file(".")\n  d = file("/proc/kmsg")\n}\n' + CLUSTER


@case("a file that grows and vanishes while it is read")
def _(folder):
    stop = time.time() + 3

    def change():
        while time.time() < stop:
            path = folder / "racy.tf"
            try:
                path.write_text("locals {\n" + "".join(f"  r{i} = {i}\n" for i in range(2000)) + "}\n")
                with path.open("a") as more:
                    more.write("# more\n" * 1000)
                path.unlink()
            except OSError:
                return

    threading.Thread(target=change, daemon=True).start()
    return CLUSTER


# Documents and kfplint's own files
def many(count, line):
    return "".join(line.replace("%", str(i)) for i in range(count))


ACCOUNT = 'resource "google_service_account" "a%" {\n  account_id = "X!"\n  bogus = 1\n}\n'
text("20,000 suppressing comments at the head of a file", lambda: "# kfplint: ignore[KFP103]\n\n" * 20_000 + CLUSTER)
text("20,000 suppressed resources", lambda: many(20_000, "# kfplint: ignore[TF003]\n" + ACCOUNT))
text("20,000 suppressing comments on one line", lambda: "locals { " + "/* kfplint: ignore[KFP103] */ " * 20_000 + "x = 1 }\n")
text(
    "500 misspelt names among 100,000",
    lambda: "locals {\n" + many(100_000, "  name_number_% = 1\n") + "}\n" + many(500, 'output "o%" {\n  value = local.nam_number_x%\n}\n'),
)
text("20,000 unknown arguments in a block", lambda: CLUSTER.replace("{", "{\n" + many(20_000, "  inital_node_cont% = 1\n"), 1))


def one_line(folder):
    accounts = ",".join('"a%d":{"account_id":"X!","bogus":1}' % i for i in range(20_000))
    body = '{"locals":{"z":"' + "y" * 29_000_000 + '"},"resource":{"google_service_account":{' + accounts + "}}}"
    (folder / "main.tf.json").write_text(body)


CASES["30 MB on one line with 20,000 findings, JSON"] = (one_line, ["--format", "json"], None, None)
CASES["30 MB on one line with 20,000 findings, HTML"] = (one_line, ["--format", "html"], None, None)


@case("200 root modules in 300 environments")
def _(folder):
    for i in range(200):
        (folder / f"r{i}").mkdir()
        (folder / f"r{i}/main.tf").write_text(CLUSTER)
    (folder / "kfplint.toml").write_text(many(300, "[environment.e%]\n"))


@case("manifests whose aliases multiply", ["fit", "--manifests", "a.yaml"])
def _(folder):
    (folder / "a.yaml").write_text("a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40)))
    return CLUSTER


# Time: a report comes within a second after it is used up.
def clusters(count):
    return CLUSTER.replace("{\n", "{\n  count = %d\n" % count, 1)


def members(count):
    return 'resource "google_project_iam_member" "g" {\n  count   = %d\n  project = "p"\n  role    = "roles/storage.admin"\n  member  = "serviceAccount:a${count.index}@p.iam.gserviceaccount.com"\n}\n' % count


text("4,500 clusters and 20,000 grants, `--timeout 1`", lambda: clusters(4500) + members(20_000), ["--timeout", "1", "."])
text(
    "100,000 pools of 50,000 accounts, `--timeout 2`",
    lambda: CLUSTER
    + 'resource "google_service_account" "a" {\n  count      = 50000\n  account_id = "abcdef${count.index}"\n}\nresource "google_container_node_pool" "p" {\n  count    = 100000\n  name     = "p${count.index}"\n  cluster  = google_container_cluster.c.name\n  location = "us-central1-a"\n  node_config {\n    service_account = google_service_account.a[count.index % 50000].email\n  }\n}\n',
    ["--timeout", "2", "."],
)
for format in ("json", "html", "sarif"):
    text(f"199,000 clusters as {format}, `--timeout 2`", lambda: clusters(199_000), ["--timeout", "2", "--format", format, "."])
    text(f"100,000 findings as {format}, `--timeout 2`", lambda: many(100_000, ACCOUNT), ["--timeout", "2", "--format", format, "."])
text("`evaluate` of 199,000 clusters, `--timeout 2`", lambda: clusters(199_000), ["evaluate", "--timeout", "2", "."])


@case("100,000 folders of one file, `--timeout 2`", ["--timeout", "2", "."])
def _(folder):
    for i in range(100_000):
        (folder / f"d{i // 1000}" / f"f{i}").mkdir(parents=True)
        (folder / f"d{i // 1000}" / f"f{i}" / "main.tf").write_text(CLUSTER)


@case("`--since` a commit that holds itself 10 billion times, `--timeout 2`", ["--since", "bomb", "--timeout", "2", "."])
def _(folder):
    def git(*args, given=""):
        told = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.c"}
        return subprocess.run(["git", *args], cwd=folder, input=given, env={**os.environ, **told}, text=True, check=True, stdout=subprocess.PIPE).stdout.strip()

    git("init", "-q")
    blob = git("hash-object", "-w", "--stdin", given=CLUSTER)
    file = f"100644 blob {blob}\tmain.tf\n"
    tree = git("mktree", given=file)
    for _ in range(10):
        tree = git("mktree", given="".join(f"040000 tree {tree}\td{i}\n" for i in range(10)) + file)
    git("tag", "bomb", git("commit-tree", "-m", "bomb", tree))
    return CLUSTER


def document(name, make, args, extra=None):
    def build(folder):
        make(folder)
        return CLUSTER if extra is None else extra

    CASES[name] = (build, args, None, None)


document("a plan that unpacks to 1 GB", lambda f: (f / "plan.json.gz").write_bytes(gzip.compress(b" " * (1 << 30), 9)), ["plan.json.gz"])
document(
    "a plan of 100 MB",
    lambda f: (f / "plan.json").write_text(
        '{"format_version":"1.2","planned_values":{"root_module":{"resources":['
        + ",".join(
            '{"address":"google_container_node_pool.p[%d]","mode":"managed","type":"google_container_node_pool","name":"p","index":%d,"values":{"name":"p","cluster":"c","location":"us-central1-a","node_count":1}}' % (i, i)
            for i in range(520_000)
        )
        + "]}}}"
    ),
    ["plan.json"],
)
document("a plan of 40 million values", lambda f: (f / "plan.json").write_text('{"format_version":"1.2","planned_values":[' + "[]," * 40_000_000 + "1]}"), ["plan.json"])
document("a plan nested 100,000 deep", lambda f: (f / "plan.json").write_text('{"format_version":"1.2","planned_values":' + '{"root_module":' * 100_000 + "1" + "}" * 100_000 + "}"), ["plan.json"])
document("a baseline of 100 MB", lambda f: (f / "b.json").write_bytes(b"[" * (100 << 20)), ["--baseline", "b.json", "."])
document("a `kfplint.toml` of 100 MB", lambda f: (f / "kfplint.toml").write_bytes(b"ignore = [\n" + b'"KFP001",\n' * 10_000_000 + b"]\n"), ["."])
document("a `kfplint.toml` nested 100,000 deep", lambda f: (f / "kfplint.toml").write_bytes(b"ignore = " + b"[" * 100_000), ["."])
document("a tfvars file of 100 MB", lambda f: (f / "terraform.tfvars").write_bytes(b"a = 1\n" * 17_000_000), ["."])


@case("Terragrunt files that include each other", ["."])
def _(folder):
    for here, there in (("a", "b"), ("b", "a")):
        (folder / here).mkdir()
        (folder / here / "terragrunt.hcl").write_text(f'include "x" {{\n  path = "../{there}/terragrunt.hcl"\n}}\ndependency "d" {{\n  config_path = "../{there}"\n}}\nterraform {{\n  source = "../m"\n}}\ninputs = dependency.d.outputs\n')
    (folder / "m").mkdir()
    (folder / "m" / "main.tf").write_text(CLUSTER)


# Names and output
@case("names with line breaks, escapes, RTL, `]]>`, `<script>`", ["--verbose", "."])
def _(folder):
    inner = folder / "a b%#\x1b[31m\u202e<script>]]>`x`\n"
    inner.mkdir()
    (inner / "m%20 #.tf").write_text(CLUSTER.replace('"c" {', '"c\\u001b[2J<script>]]>" {').replace("e2-standard-4", "x\\u001b[31m<script>"))


@case("names that are not UTF-8", ["--verbose", "."])
def _(folder):
    inner = os.fsencode(folder) + b"/\xff\xfe"
    os.mkdir(inner)
    with open(inner + b"/\xff.tf", "w") as file:
        file.write(CLUSTER)


@case("a fix on a full disk", shell='cp {dir}/main.tf {dir}/copy; trap "" XFSZ; ulimit -f 0; "$KFPLINT" fix --no-config {dir}; code=$?; ulimit -f unlimited 2>/dev/null; cmp {dir}/main.tf {dir}/copy && exit $code')
def _(folder):
    return CLUSTER.replace("initial_node_count = 3\n", "initial_node_count = 1\n").replace("    oauth_scopes", "    service_account = google_service_account.s.email\n    oauth_scopes") + 'resource "google_service_account" "s" {\n  account_id = "s-account"\n  project    = "p-project"\n}\n'


@case("a report onto a full disk", shell='"$KFPLINT" --no-config {dir} > /dev/full')
def _(folder):
    return CLUSTER


@case("a report into a file on a full disk", ["--output", "json=/dev/full"])
def _(folder):
    return CLUSTER


@case("a reader that is gone", shell='"$KFPLINT" --no-config --verbose --format json {dir} | head -c 1; exit ${PIPESTATUS[0]}')
def _(folder):
    return "".join(CLUSTER.replace('"c" {', f'"c{i}" {{') for i in range(2000))


@case("stdout that is closed", shell='"$KFPLINT" --no-config {dir} >&-')
def _(folder):
    return CLUSTER


@case("stdin of 200 MB", ["-"], stdin=lambda: b"[" * (200 << 20))
def _(folder):
    return CLUSTER


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, folder, stdin, binary):
    """Exit code (a text where it was killed), stdout, stderr, seconds, peak memory in MB."""
    env = {**os.environ, "KFPLINT": binary, "NO_COLOR": "1"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        given.write(stdin() if stdin else b"")
        given.seek(0)
        began = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, stdin=given, stdout=out, stderr=err, env=env, preexec_fn=limits)
        timer = threading.Timer(SECONDS, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
        child.returncode = 0
        took = time.monotonic() - began
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else f"killed by signal {os.WTERMSIG(status)}"
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read(1 << 20).decode(errors="replace"))
        return code, *texts, took, usage.ru_maxrss / 1024


def said(out, err):
    """The first finding, or else the first line."""
    lines = [line for line in (out + "\n" + err).splitlines() if line.strip()]
    first = next((line for line in lines if re.match(r"(error|warning)\b.*(TF00|:)", line) and "KFP" not in line), None)
    first = first or next((line for line in lines if re.match(r"error|  ! |NOT READY|READY|UNDECIDED", line)), lines[0] if lines else "")
    first = "(a report in JSON)" if first == "{" else first
    first = first.strip().replace("|", "\\|").replace("`", "")
    return first[:110] + ("…" if len(first) > 110 else "")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default="target/release/kfplint")
    options.add_argument("names", nargs="*", help="only the inputs whose names hold one of these")
    options = options.parse_args()
    binary = str(pathlib.Path(options.binary).resolve())
    bad = 0
    print("| input | exit code | says | seconds | MB |\n|---|---|---|---|---|")
    for name, (make, args, stdin, shell) in CASES.items():
        if options.names and not any(part in name for part in options.names):
            continue
        folder = pathlib.Path(tempfile.mkdtemp(prefix="kfplint-hostile-"))
        try:
            main_tf = make(folder)
            if main_tf is not None:
                (folder / "main.tf").write_text(main_tf)
            if name.endswith("for a typed variable"):
                (folder / "m").mkdir()
                (folder / "m" / "main.tf").write_text('variable "x" {\n  type = list(any)\n}\noutput "x" {\n  value = distinct(var.x)\n}\n')
            named = any(not a.startswith("-") for a in args[-1:]) and not (args and args[-2:-1] and args[-2].startswith("--"))
            command = [binary, *args, *([] if named or "-" in args else ["."])]
            if shell:
                command = ["bash", "-c", shell.replace("{dir}", str(folder))]
            code, out, err, took, memory = run(command, folder, stdin, binary)
        finally:
            # Python's own remover goes down by recursion, and some folders are deeper than it can.
            subprocess.run(["rm", "-rf", folder], check=False)
        bad += code not in (0, 1, 2, 3) or "panicked" in err
        print(f"| {name} | {code} | {said(out, err)} | {took:.2f} | {memory:.0f} |", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
