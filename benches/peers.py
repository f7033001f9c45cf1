#!/usr/bin/env python3
"""Measures kfplint against other linters of Terraform, in one run and on the same inputs, and prints Markdown tables.

    benches/peers.py                # everything: about ten minutes
    benches/peers.py --quick        # peers on the small root only, and no large inputs: a minute
    benches/peers.py --install      # first install those peers that are not there (a network, Go and Python)
    benches/peers.py --update       # also put the tables into README.md and docs/performance.md

`cargo run --release --example inputs` writes the inputs. Peers are taken from --peers DIR, where --install puts them, else from
PATH; one that is not there is left out, and a line says so. They run without a network, with the rules that they bring, and
on many folders in their own recursive mode. Programs of one file are copied first, as installations do.

Seconds are the median of the runs, and memory is the greatest resident size of a process. The system counts what the new
process shares with this script before it begins as its own: less than about 15 MB cannot be told.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 600  # seconds that one run may take
GO = {
    "tflint": "github.com/terraform-linters/tflint@latest",
    "conftest": "github.com/open-policy-agent/conftest@latest",
    "trivy": "github.com/aquasecurity/trivy/cmd/trivy@latest",
}
POLICY = 'package main\nimport rego.v1\ndeny contains "no location" if { some c in input.resource.google_container_cluster; not c[0].location }\n'
CHECKOV = ["-d", ".", "--framework", "terraform", "--skip-download", "--download-external-modules", "false", "--quiet"]
TRIVY = ["config", "--offline-scan", "--skip-check-update", "--skip-version-check", "--quiet", "."]
CONFTEST = ["test", "--parser", "hcl2", "--policy", "{policy}", "."]
# What each peer is run with: on one root module, and on a tree of them (None where it cannot).
PEERS = {
    "tflint": ([], ["--recursive"]),
    "trivy": (TRIVY, TRIVY),
    "checkov": (CHECKOV, CHECKOV),
    "conftest": (CONFTEST, CONFTEST),
    "terraform": (["validate"], None),
}
SCALES = {
    "monorepo": [50, 100, 200, 400],
    "instances": [1_000, 10_000, 100_000],
    "resources": [1_000, 10_000],
    "locals": [25_000, 50_000, 100_000],
    "megabytes": [2, 5, 10],
    "calls": [1_250, 2_500, 5_000],
    "nesting": [10, 20],
    "findings": [500, 1_000, 2_000, 4_000],
    "grants": [50, 100, 200, 400],
}


def measure(argv, cwd, times=1):
    """Wall and CPU seconds and memory in MB of some runs; None where one took too long."""
    runs = []
    for _ in range(times):
        before = time.perf_counter()
        process = subprocess.Popen(
            [str(a) for a in argv], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        late = threading.Event()
        timer = threading.Timer(LIMIT, lambda: (late.set(), os.kill(process.pid, 9)))
        timer.start()
        _, _, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        timer.cancel()
        process.returncode = 0
        if late.is_set():
            return None
        runs.append((wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    return runs


def typical(runs):
    """Median wall and CPU seconds, and the greatest memory."""
    walls, cpus, sizes = zip(*runs)
    return statistics.median(walls), statistics.median(cpus), max(sizes)


def output(argv, **more):
    """What a command prints; nothing where it fails."""
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, **more).stdout


def install(peers):
    """Installs those peers that are not there."""
    for name, module in GO.items():
        if not find(name, peers) and shutil.which("go"):
            print(f"installing {name}", file=sys.stderr)
            subprocess.run(["go", "install", module], env={**os.environ, "GOBIN": str(peers / "bin")}, capture_output=True)
    if not find("checkov", peers):
        print("installing checkov", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(peers / "checkov")], check=True)
        subprocess.run([str(peers / "checkov/bin/pip"), "install", "--quiet", "checkov"])


def find(name, peers):
    """The program of a peer."""
    own = [peers / "bin" / name, peers / name / "bin" / name]
    return next((str(path) for path in own if path.exists()), None) or shutil.which(name)


def installed(program, work):
    """A copy of a program, as installations make one: how a linker left its pages in memory costs a start up to a millisecond."""
    with open(program, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return program
    copy = work / "bin" / pathlib.Path(program).name
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(program, copy)
    return copy


def version(name, program):
    """A peer's version; of what Go has built, the module's."""
    if name in GO:
        lines = [line.split() for line in output(["go", "version", "-m", program]).splitlines()] if shutil.which("go") else []
        return next((line[2] for line in lines if line[:1] == ["mod"]), "?")
    return next((word for word in output([program, "--version"]).split() if any(c.isdigit() for c in word)), "?")


class Inputs:
    """Writes inputs, each once."""

    def __init__(self, work):
        self.work = work

    def make(self, shape, size):
        folder = self.work / f"{shape}-{size}"
        if not folder.exists():
            writer = REPOSITORY / "target/dist/examples/inputs"
            subprocess.run([writer, shape, str(size), folder], check=True)
        return folder

    def small(self):
        folder = self.work / "small"
        if not folder.exists():
            shutil.copytree(REPOSITORY / "fixtures/too-small", folder)
        return folder


TABLES = {}  # what was printed, by the name of the table


def row(*cells):
    line = "| " + " | ".join(str(cell) for cell in cells) + " |"
    list(TABLES.values())[-1].append(line)
    print(line, flush=True)


def table(name, *heads):
    TABLES[name] = []
    print()
    row(*heads)
    row(*("---" if i == 0 else "--:" for i in range(len(heads))))


def update():
    """Puts the tables between their marks in the documents."""
    for file in ["README.md", "docs/performance.md"]:
        text = (REPOSITORY / file).read_text()
        for name, lines in TABLES.items():
            before, mark, rest = text.partition(f"<!-- {name} -->\n")
            if mark:
                end = f"<!-- /{name} -->"
                text = before + mark + "\n".join(lines) + "\n" + end + rest.partition(end)[2]
        (REPOSITORY / file).write_text(text)


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def against_peers(kfplint, inputs, peers, quick):
    """kfplint and its peers on a small root module and on the monorepo."""
    policy = inputs.work / "policy"
    policy.mkdir(exist_ok=True)
    (policy / "main.rego").write_text(POLICY)
    places = [("one small root", inputs.small(), 0, 20, 5)]
    if not quick:
        places.append(("200 roots, 14,000 instances", inputs.make("monorepo", 200), 1, 10, 1))
    table("peers", "tool", "version", "input", "wall", "CPU", "memory", "times kfplint's wall")
    for name, folder, which, own_times, times in places:
        # Before and after each peer: the machine may get slower or faster in between.
        own = measure([kfplint, "."], folder, own_times)
        results = []
        for peer, program in peers.items():
            args = PEERS[peer][which]
            if args is None:
                continue
            argv = [program, *(a.replace("{policy}", str(policy)) for a in args)]
            results.append((peer, version(peer, program), measure(argv, folder, times)))
            own += measure([kfplint, "."], folder, own_times)
        wall, cpu, memory = typical(own)
        row("kfplint", output([kfplint, "--version"]).split()[-1], name, seconds(wall), seconds(cpu), f"{memory:.0f} MB", "1")
        for peer, number, runs in results:
            if runs is None:
                row(peer, number, name, f"over {LIMIT} s", "", "", f"over {LIMIT / wall:,.0f}")
            else:
                got = typical(runs)
                row(peer, number, name, *(seconds(s) for s in got[:2]), f"{got[2]:.0f} MB", f"{got[0] / wall:,.0f}")


def scaling(kfplint, inputs, quick):
    """kfplint alone on inputs of growing size."""
    table("growth", "input", "size", "wall", "CPU", "memory")
    for shape, sizes in SCALES.items():
        for size in sizes[:1] if quick else sizes:
            runs = measure([kfplint, "."], inputs.make(shape, size), 3)
            if runs is None:
                row(shape, f"{size:,}", "over the limit")
                continue
            wall, cpu, memory = typical(runs)
            row(shape, f"{size:,}", seconds(wall), seconds(cpu), f"{memory:.0f} MB")


def start(kfplint):
    """How fast the program starts and how big it is."""
    table("start", "start", "")
    row("`kfplint --version`", seconds(typical(measure([kfplint, "--version"], ".", 50))[0]))
    row("the program", f"{pathlib.Path(kfplint).stat().st_size / 1e6:.1f} MB")


def main():
    with tempfile.TemporaryDirectory(prefix="kfplint-bench-") as work:
        run(Inputs(pathlib.Path(work)))


def run(inputs):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="peers on the small root only, and no large inputs")
    parser.add_argument("--install", action="store_true", help="install the peers that are not there")
    parser.add_argument("--update", action="store_true", help="put the tables into README.md and docs/performance.md")
    parser.add_argument("--peers", type=pathlib.Path, default=REPOSITORY / "target/peers", help="the folder of the peers")
    parser.add_argument("--only", help="these peers only, parted by commas; `none` for none")
    args = parser.parse_args()
    subprocess.run(["cargo", "build", "--profile", "dist", "--bin", "kfplint", "--example", "inputs"], cwd=REPOSITORY, check=True)
    kfplint = REPOSITORY / "target/dist/kfplint"
    peers_at = args.peers.resolve()
    if args.install:
        install(peers_at)
    wanted = args.only.split(",") if args.only else PEERS
    peers = {name: find(name, peers_at) for name in PEERS if name in wanted}
    for name in [name for name, program in peers.items() if not program]:
        print(f"{name} is left out: it is not installed (--install)", file=sys.stderr)
        del peers[name]
    if "terraform" in peers:
        init = [peers["terraform"], "init", "-backend=false", "-input=false"]
        if subprocess.run(init, cwd=inputs.small(), capture_output=True).returncode != 0:
            print("terraform validate is left out: `terraform init` cannot have the google provider here", file=sys.stderr)
            del peers["terraform"]
    kfplint = installed(kfplint, inputs.work)
    peers = {name: installed(program, inputs.work) for name, program in peers.items()}
    start(kfplint)
    against_peers(kfplint, inputs, peers, args.quick)
    scaling(kfplint, inputs, args.quick)
    if args.update:
        update()


if __name__ == "__main__":
    main()
