//! How fast configuration is evaluated, judged and reported: `cargo bench --bench pipeline`. Rates are of resource instances,
//! and of findings for reports.

#![allow(missing_docs)] // criterion makes a public function without one

mod generate;
mod rooms;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kfplint::base::budget::Budget;
use kfplint::graph::Graph;
use kfplint::judge::check_root;
use kfplint::plan::StaticPlan;
use kfplint::profile::Profile;
use kfplint::report::Format;
use rooms::{Read, rules, write};
use std::hint::black_box;
use std::path::Path;

/// What writes an input into a folder.
type Write = fn(&Path);

/// Root modules as they are: one that calls 10 shared modules, one with a thousand instances of one resource, one with a
/// thousand resources.
fn inputs() -> Vec<(&'static str, tempfile::TempDir)> {
    let writers: [(&str, Write); 3] = [
        ("modules", |dir| generate::repository(dir, 1, 10, 10)),
        ("instances", |dir| shape("instances", dir, 1000)),
        ("resources", |dir| shape("resources", dir, 1000)),
    ];
    writers.into_iter().map(|(name, write)| (name, made(write))).collect()
}

fn shape(name: &str, dir: &Path, size: usize) {
    generate::SHAPES.iter().filter(|s| s.name == name).for_each(|s| (s.write)(dir, size));
}

fn made(write: Write) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path());
    dir
}

fn rooms_one_by_one(c: &mut Criterion) {
    for (name, dir) in inputs() {
        let read = Read::of(dir.path());
        let plan: StaticPlan = read.plan(&read.session.roots()[0]);
        let graph = Graph::build(&plan, Profile::kfp(), &Budget::default());
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(plan.resources.len() as u64));
        group.bench_function("evaluate", |b| b.iter(|| read.plan(black_box(&read.session.roots()[0]))));
        group
            .bench_function("graph", |b| b.iter(|| Graph::build(black_box(&plan), Profile::kfp(), &Budget::default())));
        group.bench_function("rules", |b| b.iter(|| check_root(black_box(&plan), &graph, &Budget::default())));
        group.finish();
    }
}

fn reports(c: &mut Criterion) {
    let dir = made(|dir| shape("findings", dir, 200));
    let read = Read::of(dir.path());
    let report = read.report(vec![rules(&read.plan(&read.session.roots()[0]))]);
    let mut group = c.benchmark_group("report");
    group.throughput(Throughput::Elements(report.diagnostics.len() as u64));
    for format in Format::ALL {
        group.bench_function(format.name(), |b| b.iter(|| write(format, black_box(&report), read.session.sources())));
    }
    group.finish();
}

criterion_group!(all, rooms_one_by_one, reports);
criterion_main!(all);
